"""A picture's pixels as squares of the frame: whole multiples, or the mean where none fits."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

QUARTERS = 4
"""Where no whole multiple fits well, a multiple of a quarter is taken."""
WASTE = 0.6
"""A whole multiple that takes less than so much of the room isn't taken."""


@dataclass(frozen=True)
class Enlargement:
    """From (rows, columns) of a picture to pixels of a frame."""

    rows: int
    columns: int
    quarters: int
    """How large a pixel becomes, in quarters of one of the frame."""

    @classmethod
    def to_fit(cls, shape: tuple[int, int], width: float, height: float) -> "Enlargement":
        """The largest that fits into a room; a picture larger than it is made smaller."""
        rows, columns = shape
        free = min(width / columns, height / rows)
        whole = math.floor(free + 1e-9)
        if whole >= WASTE * free and whole:
            return cls(rows, columns, QUARTERS * whole)
        return cls.by_quarters(shape, width, height)

    @classmethod
    def by_quarters(cls, shape: tuple[int, int], width: float, height: float) -> "Enlargement":
        """The largest that fits, whole or not."""
        free = min(width / shape[1], height / shape[0])
        return cls(*shape, max(math.floor(QUARTERS * free + 1e-9), 1))

    @classmethod
    def of_size(cls, shape: tuple[int, int], width: int, height: int) -> "Enlargement":
        """The one that makes a picture so large."""
        quarters = QUARTERS * width // shape[1]
        around = (cls(*shape, each) for each in range(max(quarters, 1), quarters + QUARTERS + 2))
        return next(each for each in around if each.size == (width, height))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in the frame."""
        part = self.quarters / QUARTERS
        return max(math.floor(self.columns * part), 1), max(math.floor(self.rows * part), 1)

    def of(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A picture of shape (rows, columns, 3) as it stands in the frame."""
        if self.quarters % QUARTERS == 0:
            times = self.quarters // QUARTERS
            if times == 1:
                return picture
            return np.repeat(np.repeat(picture, times, axis=0), times, axis=1)
        channels = [self.averaged(picture[:, :, channel]) for channel in range(3)]
        return np.asarray(np.stack(channels, axis=2) + 0.5).astype(np.uint8)

    def averaged(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Values of shape (rows, columns) as they stand in the frame: means over its pixels."""
        width, height = self.size
        if QUARTERS % self.quarters == 0:  # some whole squares in each pixel
            some = QUARTERS // self.quarters
            parts = values[: some * height, : some * width].astype(np.float32)
            total = np.zeros((height, width), np.float32)
            for row in range(some):
                for column in range(some):
                    total += parts[row::some, column::some]
            return total / np.float32(some * some)
        across, down = self._shares
        return np.asarray(down @ values.astype(np.float32) @ across.T)

    @cached_property
    def _shares(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        width, height = self.size
        return _parts(self.columns, width, self.quarters), _parts(self.rows, height, self.quarters)


def _parts(count: int, size: int, quarters: int) -> NDArray[np.float32]:
    """Which part of each of `size` pixels is taken by each of `count` squares, (size, count)."""
    edges = np.arange(count + 1) * (quarters / QUARTERS)
    edges[-1] = max(edges[-1], size)
    left = np.arange(size)[:, None]
    parts = np.minimum(edges[1:], left + 1) - np.maximum(edges[:-1], left)
    return np.asarray(np.clip(parts, 0, 1), np.float32)
