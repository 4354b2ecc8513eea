"""Rectangles of a frame, in pixels. Imports nothing heavy."""

from collections.abc import Sequence
from typing import NamedTuple

SMALLEST_TEXT = 0.0235
"""Of a comparison: its least height, in parts of that of the largest 4:3 picture that fits."""

REFERENCE = 720
"""The shorter side, in pixels, at which lengths are said; others have them in proportion."""
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


Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels from the upper left corner; right and bottom are outside."""

NOTHING: Rectangle = (0, 0, 0, 0)


def union(a: Rectangle, b: Rectangle) -> Rectangle:
    """The smallest rectangle around both."""
    if a[0] >= a[2]:
        return b
    if b[0] >= b[2]:
        return a
    # Spelled out: min and max take three times as long, and a frame has hundreds of rectangles.
    return (
        a[0] if a[0] < b[0] else b[0],
        a[1] if a[1] < b[1] else b[1],
        a[2] if a[2] > b[2] else b[2],
        a[3] if a[3] > b[3] else b[3],
    )


def intersection(a: Rectangle, b: Rectangle) -> Rectangle:
    """The pixels in both."""
    left = a[0] if a[0] > b[0] else b[0]
    top = a[1] if a[1] > b[1] else b[1]
    right = a[2] if a[2] < b[2] else b[2]
    bottom = a[3] if a[3] < b[3] else b[3]
    return (left, top, right, bottom) if left < right and top < bottom else NOTHING


def outermost(rectangles: Sequence[Rectangle]) -> list[Rectangle]:
    """Those that lie in no other one: together the same pixels."""
    outer: list[Rectangle] = []
    for left, top, right, bottom in sorted(rectangles, key=_size, reverse=True):
        if left < right and not any(
            a <= left and b <= top and right <= c and bottom <= d for a, b, c, d in outer
        ):
            outer.append((left, top, right, bottom))
    return outer


def _size(rectangle: Rectangle) -> int:
    left, top, right, bottom = rectangle
    return (right - left) * (bottom - top)


def overlap(a: Rectangle, b: Rectangle) -> bool:
    """Whether any pixel is in both."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
