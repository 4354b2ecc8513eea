"""Triangles at the edge of the axes where a curve has left them."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

SIZE = 9.0
"""Of a triangle, in points."""
NEAREST = 0.04
"""Two of them are at least so far apart, in parts of the axes' width: they stand for both."""
INSET = 0.7
"""How far inside the edge their middles are, in parts of their size."""


class ExitMarks:
    """Triangles where a curve over `x`, shape (M,) and in order, leaves the axes' height."""

    def __init__(
        self, axes: Axes, x: NDArray[np.floating], colour: str, size: float = SIZE
    ) -> None:
        self._axes = axes
        self._x = np.asarray(x, np.float64)
        inset = INSET * size / 72 * axes.figure.dpi / axes.bbox.height
        self._edges = [
            Line2D(
                [], [], color=colour, ls="none", marker=marker, markersize=size, zorder=6.5,
                transform=axes.get_xaxis_transform(),
            )
            for marker in ("^", "v")
        ]  # fmt: skip
        self._heights = (1 - inset, inset)
        for edge in self._edges:
            axes.add_line(edge)
        self.moving: Sequence[Line2D] = self._edges

    def show(self, y: NDArray[np.floating]) -> None:
        """Mark where a curve, shape (M,), is out of sight; not where it isn't finite."""
        low, high = self._axes.get_ylim()
        y = np.asarray(y, np.float64)
        for edge, height, excess in zip(
            self._edges, self._heights, (y - high, low - y), strict=True
        ):
            places = self._apart(_departures(self._x, excess))
            edge.set_data(places, np.full(len(places), height))

    def _apart(self, places: list[float]) -> list[float]:
        left, right = self._axes.get_xlim()
        apart: list[float] = []
        for place in sorted(places):
            if not apart or place - apart[-1] >= NEAREST * (right - left):
                apart.append(place)
        return apart


def _departures(x: NDArray[np.floating], excess: NDArray[np.floating]) -> list[float]:
    """Where `excess` rises above 0 or falls under it; of one that is above all along the middle."""
    with np.errstate(invalid="ignore"):
        is_out = np.isfinite(excess) & (excess > 0)
    if not is_out.any():
        return []
    places = []
    for turn in np.flatnonzero(is_out[1:] != is_out[:-1]).tolist():
        inner, outer = excess[turn], excess[turn + 1]
        if np.isfinite(inner) and np.isfinite(outer):
            share = float(inner / (inner - outer))
            places.append(float(x[turn] + share * (x[turn + 1] - x[turn])))
        else:  # the line is broken here
            places.append(float(x[turn + 1] if is_out[turn + 1] else x[turn]))
    return places or [float((x[0] + x[-1]) / 2)]
