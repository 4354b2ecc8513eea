"""Where nothing comes in the whole film: axes as a raster of small cells."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import math

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class FreeSpace:
    """The area of axes in square cells of `cell` pixels; rows count from the lower edge.

    Args:
        axes: with fixed limits.
        cell: pixels.
    """

    def __init__(self, axes: Axes, cell: float) -> None:
        box = axes.bbox
        self.cell, self.left, self.bottom = cell, float(box.x0), float(box.y0)
        self.columns = max(int(box.width / cell), 1)
        self.rows = max(int(box.height / cell), 1)
        self._taken = np.zeros((self.rows, self.columns), bool)

    def block(self, x: Floats, y: Floats, growth: float) -> None:
        """Take the cells up to `growth` pixels away from points at pixels `x`, `y`."""
        self.block_between(x, y, y, growth)

    def block_between(self, x: Floats, low: Floats, high: Floats, growth: float) -> None:
        """Take the cells around upright lines at `x` from `low` to `high`, all of one shape.

        What is no number takes nothing.
        """
        x, low, high = (np.ravel(each) for each in np.broadcast_arrays(x, low, high))
        with np.errstate(invalid="ignore"):
            column = (x - self.left) / self.cell
            first = (np.minimum(low, high) - self.bottom) / self.cell
            last = (np.maximum(low, high) - self.bottom) / self.cell
            inside = (column >= 0) & (column < self.columns) & (last >= 0) & (first < self.rows)
        columns = column[inside].astype(np.int64)
        begin = np.clip(first[inside], 0, self.rows - 1).astype(np.int64)
        end = np.clip(last[inside], 0, self.rows - 1).astype(np.int64) + 1
        shape = (self.rows + 1, self.columns)
        starts, ends = (
            np.bincount(row * self.columns + columns, minlength=shape[0] * shape[1]).reshape(shape)
            for row in (begin, end)
        )
        self._taken |= _grown(np.cumsum(starts - ends, axis=0)[:-1] > 0, growth / self.cell)

    def block_box(self, left: float, bottom: float, width: float, height: float) -> None:
        """Take the cells of a box in pixels."""
        column, row = (left - self.left) / self.cell, (bottom - self.bottom) / self.cell
        rows = slice(max(math.floor(row), 0), max(math.ceil(row + height / self.cell), 0))
        columns = slice(max(math.floor(column), 0), max(math.ceil(column + width / self.cell), 0))
        self._taken[rows, columns] = True

    def places(self, width: float, height: float, margin: float) -> tuple[Floats, Floats]:
        """The left and the lower edges of all boxes in which nothing is taken, in pixels.

        They stay `margin` away from the edges of the axes.
        """
        across, up = math.ceil(width / self.cell), math.ceil(height / self.cell)
        air = math.ceil(margin / self.cell)
        if up + 2 * air > self.rows or across + 2 * air > self.columns:
            return np.empty(0), np.empty(0)
        sums = np.pad(self._taken.cumsum(0, dtype=np.int64).cumsum(1), ((1, 0), (1, 0)))
        taken = sums[up:, across:] - sums[:-up, across:] - sums[up:, :-across]
        free = taken + sums[:-up, :-across] == 0
        free = free[air : free.shape[0] - air, air : free.shape[1] - air]
        rows, columns = np.nonzero(free)
        left = self.left + (columns + air) * self.cell
        return left, self.bottom + (rows + air) * self.cell


def _grown(marks: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """The marks, and all cells up to `radius` cells away from one."""
    reach = int(radius)
    rows, columns = marks.shape
    wide = np.pad(marks, reach)
    grown = np.zeros_like(marks)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if down * down + right * right <= radius * radius:
                top, left = reach + down, reach + right
                grown |= wide[top : top + rows, left : left + columns]
    return grown
