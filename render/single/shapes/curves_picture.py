"""One input, several outputs or classes: a curve each, in a colour of its own."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.theme import Theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.fit_axes import (
    Order,
    curve_order,
    fit_axes,
    fit_ticks,
    numbers_before_layout,
)
from fitreel.render.plots.network_line import FAR, clip_vertically
from fitreel.render.plots.pictures.limits import curve_limits
from fitreel.render.plots.points import point_style
from fitreel.render.plots.truth import truth_dashes
from fitreel.render.single.shapes.curve_names import CurveNames
from fitreel.render.single.shapes.shape_picture import Needs, Places
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

WIDTH, MANY_WIDTH, TRUTH = 6.0, 4.0, 2.0
"""The second from `MANY` curves on; lengths are those of 720 px."""
MANY = 4
DOT, POINT_OPACITY = 7.0, 0.55


class CurvesPicture:
    """Points, targets and curves of each output in one colour; of classes, their probabilities."""

    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
    ) -> None:
        self._run, self._theme, self._words, self._settings = run, theme, words, settings
        self._columns = run.header.predicted_columns
        if run.header.classes:
            self._names = list(run.header.classes)
            self._colours = [colour for colour, _ in class_styles(theme, self._columns)]
        else:
            self._names = [column.name for column in run.header.outputs]
            self._colours = [theme.lines[n % len(theme.lines)] for n in range(self._columns)]
        self._names = [drawable(name) for name in self._names]
        self._limits = curve_limits(run)
        self.needs = Needs(
            0.8, 1.6, numbers_before_layout(self._limits, words), loss_in_readouts=True,
            beside=max(self._names, key=len)[:24], names=self._names,
        )  # fmt: skip
        self.loss_colour = theme.text
        self.moving: Sequence[Artist] = ()

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        run, box = self._run, places.main
        axes = fit_axes(page, box, self._limits)
        self._order = curve_order(axes, run.prediction_x)
        self._draw_points(page, axes)
        self._draw_truth(page, axes)
        width = page.px(WIDTH if self._columns < MANY else MANY_WIDTH)
        x = run.prediction_x[self._order].astype(np.float64)
        self._lines = [
            axes.plot(
                x, np.full(len(x), np.nan), color=colour, solid_capstyle="round",
                solid_joinstyle="round", zorder=Order.NETWORK,
                lw=page.points(width * self._theme.prediction_width),
            )[0]
            for colour in self._colours
        ]  # fmt: skip
        for number, line in enumerate(self._lines):
            if dashes := self._theme.dashes_of(number):
                line.set_dashes(dashes)
                line.set_dash_capstyle("butt")
            clip_vertically(line, axes, 2 * width)
        low, high = self._limits.y
        self._reach = low - FAR * (high - low), high + FAR * (high - low)
        moving: list[Artist] = [*self._lines]
        self._rider: CurveNames | None = None
        if not places.is_bare:
            axes.set_axis_on()
            ticks_x, ticks_y = fit_ticks(self._limits, box, places.types.tick, self._words)
            names = AxisLabels(self._settings.x_label or _input_name(run),
                               self._settings.y_label or "")  # fmt: skip
            draw_furniture(page, axes, box, ticks_x, ticks_y, tick=places.types.tick, names=names)
            # The colours of classes are too pale for letters.
            inks = [self._theme.text] * self._columns if run.header.classes else self._colours
            self._rider = CurveNames(page, axes, box, self._names, inks, places.types.label)
            moving += self._rider.moving
        self.moving = moving

    def _draw_points(self, page: Page, axes: Axes) -> None:
        run = self._run
        for number, colour in enumerate(self._colours):
            if run.header.classes:  # a point stands where its own class is certain
                x = run.x[run.y == number]
                y = np.ones(len(x))
            else:
                x, y = run.x, np.asarray(run.y, np.float64).reshape(len(run.x), -1)[:, number]
            style = point_style(page, len(run.x) * self._columns, colour=colour,
                                opacity=POINT_OPACITY, diameter=DOT)  # fmt: skip
            axes.plot(x, y, zorder=Order.POINTS, clip_on=False,
                      **replace(style, ring=0.0).properties(page))  # fmt: skip

    def _draw_truth(self, page: Page, axes: Axes) -> None:
        run = self._run
        if run.truth is None or run.header.classes:
            return
        truth = np.asarray(run.truth, np.float64).reshape(len(run.prediction_x), -1)[self._order]
        x = run.prediction_x[self._order]
        for column in truth.T:
            axes.plot(x, column, color=self._theme.truth, lw=page.points(page.px(TRUTH)),
                      dashes=truth_dashes(page, TRUTH), dash_capstyle="butt",
                      zorder=Order.TRUTH_OVER)  # fmt: skip

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        values = np.asarray(state.snapshot.prediction, np.float64)
        curves = values.reshape(len(self._run.prediction_x), -1)[self._order]
        for line, curve in zip(self._lines, curves.T, strict=True):
            line.set_ydata(np.clip(curve, *self._reach))
        if self._rider is not None:
            self._rider.show(curves[-1])

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return []

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`."""
        return ""


def _input_name(run: Record) -> str:
    name = run.header.inputs[0].name
    return "" if name == "x" else drawable(name).replace("$", r"\$")
