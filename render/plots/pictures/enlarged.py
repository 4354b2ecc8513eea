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
        # By the longer side: of the shorter one a narrow picture keeps a pixel, however small.
        along, pixels = max((shape[1], width), (shape[0], height))
        quarters = QUARTERS * pixels // along
        around = (cls(*shape, each) for each in range(max(quarters, 1), quarters + QUARTERS + 2))
        return next(each for each in around if each.size == (width, height))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in the frame."""
        part = self.quarters / QUARTERS
        return max(math.floor(self.columns * part), 1), max(math.floor(self.rows * part), 1)

    def of(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """An opaque picture as it stands in the frame, shape (height, width, 4); itself 3 or 4."""
        opaque = np.full((*picture.shape[:2], 4), 255, np.uint8)
        opaque[..., : picture.shape[2]] = picture
        if self.quarters % QUARTERS == 0:
            times = self.quarters // QUARTERS
            pixels = opaque.view(np.uint32)[..., 0]
            larger = np.repeat(np.repeat(pixels, times, axis=1), times, axis=0)
            return larger.view(np.uint8).reshape(*larger.shape, 4)
        # A pixel's four channels are one number, of 16 bits each: no sum comes to more.
        total = self._sixteenths(opaque.astype(np.uint16).view(np.uint64)[..., 0])
        channels = total.view(np.uint16).reshape(*total.shape, 4)
        channels += 8
        channels >>= 4
        return channels.astype(np.uint8)

    def averaged(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Values of shape (rows, columns) as they stand in the frame: means over its pixels."""
        return np.asarray(self._sixteenths(values.astype(np.float32)) / np.float32(16))

    def _sixteenths(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sixteen times the mean of values over each pixel of the frame, as there are quarters."""
        width, height = self.size
        if QUARTERS % self.quarters == 0:  # some whole squares in each pixel
            some = QUARTERS // self.quarters
            parts = values[: some * height, : some * width]
            lacking = some * height - len(parts), some * width - parts.shape[1]
            if any(lacking):  # a pixel is wider than the whole picture
                parts = np.pad(parts, [(0, each) for each in lacking], mode="edge")
            total = np.zeros((height, width), values.dtype)
            for row in range(some):
                for column in range(some):
                    total += parts[row::some, column::some]
            return np.asarray(total * values.dtype.type(self.quarters**2))
        across, down = self._across, self._down
        return across.of(down.of(values, 0), 1)

    @cached_property
    def _across(self) -> "_Squares":
        return _squares(self.columns, self.size[0], self.quarters)

    @cached_property
    def _down(self) -> "_Squares":
        return _squares(self.rows, self.size[1], self.quarters)


@dataclass(frozen=True)
class _Squares:
    """The one or two squares in each pixel along an axis, and how many quarters each takes."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    quarters: NDArray[np.intp]
    """Of the first; the second has the rest."""

    def of(self, values: NDArray[Any], axis: int) -> NDArray[Any]:
        """The sum of both by their quarters, along this axis of two."""
        first, second = values.take(self.first, axis), values.take(self.second, axis)
        shape = (-1, 1) if axis == 0 else (1, -1)
        near = self.quarters.astype(values.dtype).reshape(shape)
        far = (QUARTERS - self.quarters).astype(values.dtype).reshape(shape)
        return np.asarray(first * near + second * far)


def _squares(count: int, size: int, quarters: int) -> _Squares:
    """Which of `count` squares lie in each of `size` pixels: at most two, from 3/4 of one on."""
    left = QUARTERS * np.arange(size)
    first = left // quarters
    return _Squares(
        first,
        np.minimum(first + 1, count - 1),
        np.minimum(quarters * (first + 1) - left, QUARTERS),
    )
