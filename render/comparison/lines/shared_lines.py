"""Curves of which those that lie on each other share the line, so that all colours are seen."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.comparison.lines.lanes import Lanes
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order, curve_order
from fitreel.render.plots.network_line import clip_vertically

LEAST_SEEN = 0.02
OVER_CURVES = Order.NETWORK + 0.9
FAR = 3.0
"""In heights of the axes, beyond which a curve is drawn as so far out."""


class SharedLines:
    """The blocks in which a curve lies over those on it; with butt ends, in the curve's colour.

    Only where the curves have the same reach along x.
    """

    @in_force()
    def __init__(
        self, page: Page, axes: Axes, runs: Sequence[Record], colours: Sequence[str], width: float,
        fps: float,
    ) -> None:  # fmt: skip
        self._axes = axes
        self._orders = [curve_order(axes, run.prediction_x) for run in runs]
        self._x = [
            run.prediction_x[order].astype(np.float64)
            for run, order in zip(runs, self._orders, strict=True)
        ]
        start, stop = max(x[0] for x in self._x), min(x[-1] for x in self._x)
        left, right = (float(axes.transData.transform((x, 0))[0]) for x in (start, stop))
        pixel = page.px(1.0)
        self._lanes = Lanes(left, max(right, left + pixel), len(runs), fps, pixel)
        inverse = axes.transData.inverted()
        self._places = inverse.transform(np.column_stack([self._lanes.x, 0 * self._lanes.x]))[:, 0]
        self._colours = [to_rgb(colour) for colour in colours]
        self._blocks = LineCollection(
            [], linewidths=page.points(width), capstyle="butt", joinstyle="round",
            zorder=OVER_CURVES,
        )  # fmt: skip
        axes.add_collection(self._blocks, autolim=False)
        clip_vertically(self._blocks, axes, 2 * width)
        self.moving: Sequence[Artist] = [self._blocks]

    def show(self, curves: Sequence[NDArray[np.float64] | None], frame: int) -> None:
        """Share what lies on each other of `curves`, as the records have their places."""
        low, high = self._axes.get_ylim()
        reach = FAR * (high - low)
        rows = [
            np.full(len(self._places), np.nan)
            if curve is None
            else np.interp(self._places, x, np.clip(curve[order], low - reach, high + reach))
            for curve, x, order in zip(curves, self._x, self._orders, strict=True)
        ]
        values = np.array(rows)
        height = self._axes.bbox.height
        opacities = self._lanes.show((values - low) / (high - low) * height, frame)
        blocks = np.flatnonzero(opacities > LEAST_SEEN)
        segments, colours = [], []
        for block in blocks.tolist():
            owner = self._lanes.owners[block]
            span = self._lanes.block(block)
            segments.append(np.column_stack([self._places[span], values[owner, span]]))
            red, green, blue = self._colours[owner]
            colours.append((red, green, blue, min(float(opacities[block]), 1.0)))
        self._blocks.set_segments(segments)
        self._blocks.set_color(colours)
