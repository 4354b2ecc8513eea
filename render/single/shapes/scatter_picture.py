"""Numbers over any inputs: predicted against true, and how the residuals are spread."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.axes_names import write_name
from fitreel.render.plots.fields.class_key import KeyEntry, draw_class_key
from fitreel.render.plots.fields.class_points import HOLLOW_LINE
from fitreel.render.plots.fit_axes import Limits, Order, fit_axes, fit_ticks, numbers_before_layout
from fitreel.render.plots.pictures.dot_size import dot_size
from fitreel.render.plots.pictures.limits import scatter_span
from fitreel.render.plots.pictures.residual_bars import ResidualBars
from fitreel.render.point_predictions import (
    AsidePredictions,
    PointPredictions,
    judged_predictions,
    samples,
    typical_error,
)
from fitreel.render.single.shapes.shape_picture import Places
from fitreel.render.single.shapes.view_needs import scatter_needs
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import NO_LABELS
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

STICK, STICK_OPACITY, DIAGONAL, RIM = 1.6, 0.38, 2.0, 1.2
"""Lengths at 720 px."""
DASHES = (4.0, 3.0)
DOT_PART = 0.8
MOST_STICKS = 2000


class ScatterPicture:
    """Each point hangs from the diagonal by as much as it is wrong."""

    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
    ) -> None:
        self._run, self._theme, self._words = run, theme, words
        self._learned = PointPredictions(run)
        self._judged = judged_predictions(run)
        self._has_aside = isinstance(self._judged, AsidePredictions)
        sampled = list(samples(run, weights=self._judged.needs_weights))
        judged = [self._judged.of(each) for each in sampled]
        self._residuals = [each - self._judged.y for each in judged]
        learned = [self._learned.of(each) for each in sampled]
        true = np.concatenate([self._learned.y.ravel(), self._judged.y.ravel()])
        self._span = scatter_span(true, [*learned, *judged])
        self._format = LossFormat.of([typical_error(each) for each in self._residuals], words)
        self.needs = scatter_needs(
            numbers_before_layout(self._limits(), words), self._format.widest(), theme, words,
            has_aside=self._has_aside,
        )  # fmt: skip
        self.loss_colour = theme.prediction
        self.moving: Sequence[Artist] = ()
        self._bars: ResidualBars | None = None

    def _limits(self) -> Limits:
        return Limits(self._span, self._span)

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        theme, types, box = self._theme, places.types, places.main
        limits = self._limits()
        axes = fit_axes(page, box, limits)
        count = self._learned.y.size
        self._sticks = None
        true = self._judged.y.ravel()
        if len(true) <= MOST_STICKS:
            (self._sticks,) = axes.plot(
                np.repeat(true, 3), np.full(3 * len(true), np.nan), color=theme.prediction,
                alpha=STICK_OPACITY, lw=page.points(page.px(STICK)), solid_capstyle="butt",
                zorder=Order.GAPS,
            )  # fmt: skip
            self._sticks.set_snap(False)
        axes.plot(limits.x, limits.x, color=theme.truth, lw=page.points(page.px(DIAGONAL)),
                  dashes=DASHES, zorder=Order.TRUTH)  # fmt: skip
        rim = page.px(RIM)
        diameter = DOT_PART * dot_size(page, count, box)
        learned = self._learned.y
        columns = learned.shape[1]
        colours = theme.lines if columns > 1 else (theme.prediction,)
        self._dots = [
            axes.plot(
                learned[:, column], np.full(len(learned), np.nan), "o",
                color=colours[column % len(colours)], mec=theme.axes, mew=page.points(rim),
                ms=page.points(diameter + rim), zorder=Order.NETWORK,
            )[0]
            for column in range(columns)
        ]  # fmt: skip
        self._hollow = self._draw_aside(page, axes, colours, diameter)
        moving: list[Artist] = [
            *self._dots, *self._hollow, *([self._sticks] if self._sticks else ())
        ]  # fmt: skip
        if not places.is_bare:
            axes.set_axis_on()
            x, y = fit_ticks(limits, box, types.tick, self._words)
            draw_furniture(page, axes, box, x, y, tick=types.tick, names=NO_LABELS)
            _write_names(page, box, types.label, self._words, theme.muted)
            self._write_key(page, box, types.tick)
            if places.aside is not None:
                self._bars = ResidualBars(page, places.aside, types, self._words, self._residuals)
                moving += self._bars.moving
        self.moving = moving

    def _draw_aside(
        self, page: Page, axes: Axes, colours: Sequence[str], diameter: float
    ) -> list[Line2D]:
        """Hollow points that the network never saw, a line of them for each output."""
        if not self._has_aside:
            return []
        line, true = HOLLOW_LINE * diameter, self._judged.y
        return [
            axes.plot(
                true[:, column], np.full(len(true), np.nan), "o", color=page.theme.axes,
                mec=colours[column % len(colours)], mew=page.points(line),
                ms=page.points(diameter), zorder=Order.NETWORK + 0.1,
            )[0]
            for column in range(true.shape[1])
        ]  # fmt: skip

    def _write_key(self, page: Page, box: Box, size: float) -> None:
        """What each output is called, in its colour, under "predicted"; and what is hollow."""
        colours = self._theme.lines
        baseline = box.top - 3.2 * size
        columns = self._learned.y.shape[1]
        if self._has_aside:
            colour = self._theme.muted if columns > 1 else self._theme.prediction
            entry = KeyEntry(self._words.text("kept_aside"), colour, "o", is_hollow=True)
            draw_class_key(page, [[entry]], (box.left + size, baseline), size, 0.4 * box.width)
            baseline -= 1.4 * size
        names = self._run.header.outputs[:8] if columns > 1 else ()
        for number, column in enumerate(names):
            write_name(page, column.name.replace("$", r"\$"), (box.left + size, baseline), size,
                       0.4 * box.width)  # fmt: skip
            page.figure.texts[-1].set_color(colours[number % len(colours)])
            page.figure.texts[-1].set_fontweight("bold")
            baseline -= 1.25 * size

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        learned = self._learned.of(state.snapshot)
        judged = self._judged.of(state.snapshot) if self._has_aside else learned
        reach = 100 * (self._span[1] - self._span[0])
        low, high = self._span[0] - reach, self._span[1] + reach
        ends = np.clip(judged, low, high)
        for column, dots in enumerate(self._dots):
            dots.set_ydata(np.clip(learned[:, column], low, high))
        for column, hollow in enumerate(self._hollow):
            hollow.set_ydata(ends[:, column])
        if self._sticks is not None:
            true, ends = self._judged.y.ravel(), ends.ravel()
            self._sticks.set_ydata(np.stack([true, ends, np.full_like(true, np.nan)], 1).ravel())
        self._now = judged - self._judged.y
        if self._bars is not None:
            self._bars.show(self._now)

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return [self._format.write(typical_error(self._now))]

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`: which points that error is of."""
        return self.needs.under


def _write_names(page: Page, box: Box, size: float, words: Translation, colour: str) -> None:
    """What the axes are, inside of these: at the upper left, and at the lower right."""
    inset = page.px(14)
    page.text(box.left + inset, box.top - inset - 0.74 * size, words.text("predicted"), size,
              colour=colour)  # fmt: skip
    page.text(box.right - page.px(6), box.bottom + inset, words.text("true"), size,
              colour=colour, ha="right")  # fmt: skip
