"""Many curves as thin pale lines, where only some have colours."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order, curve_order
from fitreel.render.plots.network_line import clip_vertically

WIDTH, OPACITY = 1.5, 0.30
"""The width in pixels at 720."""
FAR = 3.0
"""In heights of the axes, beyond which a curve is drawn as so far out."""


class FaintLines:
    """One curve a run, under the ones in colours."""

    @in_force()
    def __init__(self, page: Page, axes: Axes, runs: Sequence[Record], colour: str) -> None:
        self._orders = [curve_order(axes, run.prediction_x) for run in runs]
        self._x = [
            run.prediction_x[order].astype(np.float64)
            for run, order in zip(runs, self._orders, strict=True)
        ]
        low, high = axes.get_ylim()
        self._reach = low - FAR * (high - low), high + FAR * (high - low)
        self._lines = LineCollection(
            [], colors=colour, alpha=OPACITY, linewidths=page.points(page.px(WIDTH)),
            zorder=Order.NETWORK - 0.5,
        )  # fmt: skip
        axes.add_collection(self._lines, autolim=False)
        clip_vertically(self._lines, axes, page.px(2 * WIDTH))
        self.moving: Sequence[Artist] = [self._lines]

    def show(self, curves: Sequence[NDArray[np.float64] | None]) -> None:
        """Move them, as the records have their places."""
        self._lines.set_segments(
            [
                np.column_stack([x, np.clip(curve[order], *self._reach)])
                for curve, x, order in zip(curves, self._x, self._orders, strict=True)
                if curve is not None
            ]
        )
