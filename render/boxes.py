"""Rectangles of a frame, in pixels. Imports nothing heavy."""

from typing import NamedTuple

SHAPE = (640, 480)
"""The demo's."""


class Box(NamedTuple):
    """A rectangle in pixels; `bottom` counts from the lower edge of the figure."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height


def unit_height(size: tuple[int, int]) -> float:
    """The height of the largest 4:3 picture that fits: what text sizes go by."""
    return min(size[0] * SHAPE[1] / SHAPE[0], size[1])
