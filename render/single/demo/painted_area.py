"""Where points and curves come in a whole film, on a raster. No matplotlib."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

COLUMNS, ROWS = 128, 192
"""Of the raster: the demo's axes are 496 x 370 pixels."""


@dataclass(frozen=True)
class Window:
    """What axes show, in data units."""

    left: float
    right: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Above 0."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Above 0."""
        return self.high - self.low


class PaintedArea:
    """A raster over `window`; what comes in any frame stays marked in it.

    Curves have their vertices at `curve_x`, shape (M,), in order. A curve that leaves the window
    marks its edge.
    """

    def __init__(self, window: Window, curve_x: ArrayLike) -> None:
        self._window = window
        self._x = np.asarray(curve_x, np.float64)
        self._edges = np.linspace(window.left, window.right, COLUMNS + 1)
        columns = self._column(self._x)
        self._with_vertices, self._first_vertices = np.unique(columns, return_index=True)
        # What begins to be marked in a row, less what ended in the one before.
        self._changes = np.zeros((COLUMNS, ROWS + 1), np.int64)
        self._before: tuple[NDArray[np.floating], NDArray[np.floating]] | None = None

    def add_points(self, x: ArrayLike, y: ArrayLike) -> None:
        """Mark points, each of shape (N,)."""
        columns, rows = self._column(np.asarray(x)), self._row(np.asarray(y))
        np.add.at(self._changes, (columns, rows), 1)
        np.add.at(self._changes, (columns, rows + 1), -1)

    def add_curve(self, y: ArrayLike) -> None:
        """Mark a curve that stands still, shape (M,)."""
        self._mark(*self._extents(np.asarray(y, np.float64)))

    def move_curve(self, y: ArrayLike) -> None:
        """Mark the next curve of a film, and all between it and the one before.

        So nothing is missed of what is interpolated between two snapshots.
        """
        low, high = own = self._extents(np.asarray(y, np.float64))
        if self._before is not None:
            low, high = np.fmin(low, self._before[0]), np.fmax(high, self._before[1])
        self._before = own
        self._mark(low, high)

    def free_places(
        self, view: Window, size: tuple[float, float]
    ) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """The lower left corners, in data units, at which a box of `size` lies free in `view`.

        Returns:
            x and y, each of shape (K,).
        """
        cell = self._window.width / COLUMNS, self._window.height / ROWS
        across, along = (
            int(np.ceil(part / unit)) + 1 for part, unit in zip(size, cell, strict=True)
        )
        if across > COLUMNS or along > ROWS:
            return np.empty(0), np.empty(0)
        sums = np.zeros((COLUMNS + 1, ROWS + 1), np.int64)
        sums[1:, 1:] = (np.cumsum(self._changes, axis=1)[:, :-1] > 0).cumsum(axis=0).cumsum(axis=1)
        inside = (
            sums[across:, along:] - sums[:-across, along:]
            - sums[across:, :-along] + sums[:-across, :-along]
        )  # fmt: skip
        column, row = np.nonzero(inside == 0)
        # The box is smaller than its cells: it lies in their middle.
        x = self._window.left + column * cell[0] + (across * cell[0] - size[0]) / 2
        y = self._window.low + row * cell[1] + (along * cell[1] - size[1]) / 2
        fits = (x >= view.left) & (x + size[0] <= view.right)
        fits &= (y >= view.low) & (y + size[1] <= view.high)
        return x[fits], y[fits]

    def _column(self, x: NDArray[np.floating]) -> NDArray[np.int64]:
        place = (x - self._window.left) / self._window.width * COLUMNS
        return np.asarray(np.clip(place, 0, COLUMNS - 1), np.int64)

    def _row(self, y: NDArray[np.floating]) -> NDArray[np.int64]:
        place = (y - self._window.low) / self._window.height * ROWS
        return np.asarray(np.clip(place, 0, ROWS - 1), np.int64)

    def _extents(self, y: NDArray[np.float64]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """How far down and up a curve comes in each column; nan where it doesn't come."""
        y = np.where(np.isfinite(y), np.clip(y, -1e30, 1e30), np.nan)
        at_edges = np.interp(self._edges, self._x, y, left=np.nan, right=np.nan)
        low = np.fmin(at_edges[:-1], at_edges[1:])
        high = np.fmax(at_edges[:-1], at_edges[1:])
        columns, firsts = self._with_vertices, self._first_vertices
        low[columns] = np.fmin(low[columns], np.fmin.reduceat(y, firsts))
        high[columns] = np.fmax(high[columns], np.fmax.reduceat(y, firsts))
        return low, high

    def _mark(self, low: NDArray[np.floating], high: NDArray[np.floating]) -> None:
        columns = np.flatnonzero(~np.isnan(low))  # none twice, unlike the points'
        self._changes[columns, self._row(low[columns])] += 1
        self._changes[columns, self._row(high[columns]) + 1] -= 1
