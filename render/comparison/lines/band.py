"""Where most of a group's curves lie."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.plots.fit_axes import curve_order

OPACITY = 0.13
UNDER_CURVES = 1.9
"""As matplotlib's zorder: over the grid, under points and curves."""


class Band:
    """A faint area between two curves, cut at the axes' edges."""

    @in_force()
    def __init__(self, axes: Axes, run: Record, colour: str) -> None:
        self._order = curve_order(axes, run.prediction_x)
        self._x = run.prediction_x[self._order].astype(np.float64)
        low, high = axes.get_ylim()
        # Agg fills no shape that reaches beyond some ten thousand pixels.
        self._reach = 2 * low - high, 2 * high - low
        self._area = Polygon(
            np.zeros((1, 2)), closed=True, facecolor=colour, alpha=OPACITY, edgecolor="none",
            zorder=UNDER_CURVES,
        )  # fmt: skip
        axes.add_patch(self._area)
        self.moving: Sequence[Artist] = [self._area]

    def show(self, band: tuple[NDArray[np.float64], NDArray[np.float64]] | None) -> None:
        """Lie between these, as the record has its places; None: nowhere."""
        if band is None:
            self._area.set_xy(np.zeros((1, 2)))
            return
        low, high = (np.clip(edge[self._order], *self._reach) for edge in band)
        edges = np.column_stack([self._x, low]), np.column_stack([self._x, high])[::-1]
        self._area.set_xy(np.concatenate(edges))
