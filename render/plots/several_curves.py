"""A curve for each output, or for each class its probability, over points and targets."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order, curve_order
from fitreel.render.plots.network_line import FAR, clip_vertically
from fitreel.render.plots.points import point_style
from fitreel.render.plots.truth import truth_dashes

MANY = 4
"""From so many curves on they are thinner."""


@dataclass(frozen=True)
class CurvesStyle:
    """How all of it is drawn; lengths are those of 720 px."""

    width: float
    many_width: float
    """From `MANY` curves on."""
    truth: float
    """Width of the targets."""
    dot: float
    """Diameter of a point."""
    point_opacity: float
    is_dashed: bool = False
    """Whether curves are told apart by the theme's dashes, too."""


class SeveralCurves:
    """The points of each output in its colour, what it should be, and what is predicted."""

    @in_force()
    def __init__(
        self, page: Page, axes: Axes, run: Record, colours: Sequence[str], style: CurvesStyle
    ) -> None:
        self._page, self._run, self._style = page, run, style
        self._order = curve_order(axes, run.prediction_x)
        self._x = run.prediction_x[self._order]
        self._draw_points(axes, colours)
        self._draw_truth(axes)
        width = page.px(style.width if len(colours) < MANY else style.many_width)
        x = self._x.astype(np.float64)
        self.moving: list[Line2D] = [
            axes.plot(
                x, np.full(len(x), np.nan), color=colour, solid_capstyle="round",
                solid_joinstyle="round", zorder=Order.NETWORK,
                lw=page.points(width * page.theme.prediction_width),
            )[0]
            for colour in colours
        ]  # fmt: skip
        for number, line in enumerate(self.moving):
            if style.is_dashed and (dashes := page.theme.dashes_of(number)):
                line.set_dashes(dashes)
                line.set_dash_capstyle("butt")
            clip_vertically(line, axes, 2 * width)
        low, high = axes.get_ylim()
        self._reach = low - FAR * (high - low), high + FAR * (high - low)

    def show(self, prediction: NDArray[np.floating]) -> NDArray[np.float64]:
        """Draw a snapshot's prediction; what is drawn, shape (M, K), from left to right."""
        curves = self._columns(prediction)
        for line, curve in zip(self.moving, curves.T, strict=True):
            line.set_ydata(np.clip(curve, *self._reach))
        return curves

    def _columns(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.asarray(values, np.float64).reshape(len(values), -1)[self._order]

    def _draw_points(self, axes: Axes, colours: Sequence[str]) -> None:
        run, page = self._run, self._page
        for number, colour in enumerate(colours):
            if run.header.classes:  # a point stands where its own class is certain
                x = run.x[run.y == number]
                y = np.ones(len(x))
            else:
                x, y = run.x, np.asarray(run.y, np.float64).reshape(len(run.x), -1)[:, number]
            style = point_style(
                page, len(run.x) * len(colours), colour=colour,
                opacity=self._style.point_opacity, diameter=self._style.dot,
            )  # fmt: skip
            axes.plot(x, y, zorder=Order.POINTS, clip_on=False,
                      **replace(style, ring=0.0).properties(page))  # fmt: skip

    def _draw_truth(self, axes: Axes) -> None:
        run, page, width = self._run, self._page, self._style.truth
        if run.truth is None or run.header.classes:
            return
        for column in self._columns(run.truth).T:
            axes.plot(self._x, column, color=page.theme.truth, lw=page.points(page.px(width)),
                      dashes=truth_dashes(page, width), dash_capstyle="butt",
                      zorder=Order.TRUTH_OVER)  # fmt: skip
