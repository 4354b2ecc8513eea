"""One panel of a grid: name and loss over the fit of a configuration."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from fitreel.render.comparison.grid.grid_plan import GridPlan
from fitreel.render.comparison.lines.band import Band
from fitreel.render.comparison.page.long_names import in_one_line
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.predictions import predictions_of
from fitreel.render.comparison.standings.values import failure_text, value_of, widest_value
from fitreel.render.geometry import Box
from fitreel.render.mpl.ticks import Ticks
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.fit_axes import Limits, fit_axes
from fitreel.render.plots.gaps import Gaps, has_gaps
from fitreel.render.plots.network_line import NetworkLine
from fitreel.render.plots.points import draw_points, point_style
from fitreel.render.plots.truth import draw_truth
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels

CURVE = 5.0
"""Widths and lengths at 720 px."""
GAP = 1.5
POINT = 6.0
POINTS_OPACITY = 0.7
OVER = 8.0
"""From the axes up to the head's baseline."""
BETWEEN = 12.0
"""At least, between name and number."""
SMALLEST_HEAD = 0.8
"""To which a head shrinks, against the type of names; then names are cut."""
PALE_TRUTH = 0.6
NO_LIMITS = Limits((0.0, 1.0), (0.0, 1.0))


def head_size(setting: Setting, width: float) -> float:
    """The font size of all heads of panels that are so wide."""
    lettering, size = setting.lettering, setting.plan.name
    least = max(SMALLEST_HEAD * size, 10.0)

    def is_too_wide() -> bool:
        number = max(lettering.width(text, size) for text in widest_value(setting.numbers))
        name = max(lettering.width(name, size, "bold") for name in setting.names)
        return name + number + setting.page.px(BETWEEN) > width

    while size > least and is_too_wide():
        size = max(0.97 * size, least)
    return size


class GridPanel:
    """A name in its colour, the loss in ink at the right, and under them points and curve."""

    @in_force()
    def __init__(
        self, setting: Setting, number: int, plan: GridPlan, head: float, x_ticks: Ticks
    ) -> None:
        self._setting, self._number, self._size = setting, number, head
        self._contender = setting.contenders[number]
        self._colour = setting.colours[number]
        box = plan.panels[number]
        self._box = box
        is_first = number % plan.columns == 0
        limits = setting.limits or NO_LIMITS
        axes = fit_axes(setting.page, box, limits)
        axes.set_axis_on()
        names = setting.labels if number == 0 else NO_LABELS
        draw_furniture(
            setting.page, axes, box, x_ticks, setting.y_ticks, tick=setting.plan.tick,
            x_labels=plan.is_lowest(number), y_labels=is_first,
            names=AxisLabels(names.x if plan.is_lowest(number) else "", names.y),
        )  # fmt: skip
        self._draw_fit(axes, box)
        self._write_head(box, setting.places[number] if plan.gutter is None else None)

    def _draw_fit(self, axes: Axes, box: Box) -> None:
        setting, page = self._setting, self._setting.page
        self._gaps: Gaps | None = None
        self._line: NetworkLine | None = None
        self._band: Band | None = None
        self.moving: list[Artist] = []
        curves = self._contender.curves
        if not curves:
            if not self._contender.runs:
                self._write_failure(box)
            return
        run, theme = curves[0], page.theme
        if len(run.x):
            style = point_style(
                page, len(run.x), colour=theme.quiet_points, opacity=POINTS_OPACITY, diameter=POINT
            )
            draw_points(page, axes, run, style)
        elif run.truth is not None:
            draw_truth(page, axes, run, colour=theme.truth, opacity=PALE_TRUTH, over=False)
        if setting.comparison.picture.truth and len(run.x) and run.truth is not None:
            draw_truth(page, axes, run, colour=theme.truth, over=False)
        if self._contender.is_group:
            self._band = Band(axes, run, self._colour)
            self.moving += self._band.moving
        elif has_gaps(run):
            self._gaps = Gaps(
                page, axes, run, colour=self._colour, opacity=theme.gap_opacity, width=GAP
            )
            self.moving += self._gaps.moving
        self._line = NetworkLine(page, axes, run, colour=self._colour, width=CURVE)
        self.moving += self._line.moving

    def _write_head(self, box: Box, place: int | None) -> None:
        setting, lettering, size = self._setting, self._setting.lettering, self._size
        page = setting.page
        numbers = widest_value(setting.numbers)
        wide = max(lettering.width(text, size, "bold") for text in numbers)
        baseline = page.box.height - box.top - page.px(OVER)
        shift = 0.0
        self._place = None
        if place is not None:
            shift = lettering.width(str(len(setting.places)), size, "bold") + page.px(BETWEEN) / 2
            self._place = lettering.write(
                box.left, baseline, str(place), size, weight="bold" if place == 1 else "regular",
                alpha=0.0, colour=page.theme.text if place == 1 else page.theme.muted,
            )  # fmt: skip
            self.moving.append(self._place)
        name = in_one_line(
            setting.names, box.width - wide - page.px(BETWEEN) - shift,
            lambda text: lettering.width(text, size, "bold"),
        )[self._number]  # fmt: skip
        start, name_width = box.left + shift, lettering.width(name, size, "bold")
        lettering.write(start, baseline, name, size, weight="bold", colour=self._colour)
        self._room = box.width - shift - name_width - page.px(BETWEEN)
        self._value = lettering.write(box.right, baseline, "", size, ha="right")
        self.moving.append(self._value)
        self._underline: Line2D | None = None
        if setting.places[self._number] == 1:
            y = (page.box.height - baseline - page.px(6)) / page.box.height
            self._underline = Line2D(
                [start / page.box.width, (start + name_width) / page.box.width], [y, y],
                color=self._colour, lw=page.points(page.px(2.5)), alpha=0.0,
                transform=page.figure.transFigure,
            )  # fmt: skip
            page.figure.add_artist(self._underline)
            self.moving.append(self._underline)

    def _write_failure(self, box: Box) -> None:
        setting, size = self._setting, self._setting.plan.tick
        text = failure_text(self._contender, setting.words)
        lines = max(1, min(4, int(box.height / (1.4 * size))))
        setting.page.text(
            box.left + box.width / 2, box.bottom + box.height / 2,
            setting.page.wrapped(text, box.width - size, size, lines), size, ha="center",
            va="center", color=setting.page.theme.warning,
        )  # fmt: skip

    def show(self, state: ComparisonState, opacity: float) -> None:
        """Moves to a state; places and what marks the winner are so opaque."""
        setting, lettering = self._setting, self._setting.lettering
        predictions = predictions_of(self._contender, state)
        if predictions is not None and self._line is not None:
            self._line.show(predictions.middle)
            if self._gaps is not None:
                self._gaps.show(predictions.middle)
            if self._band is not None:
                self._band.show(predictions.band)
        value = value_of(self._contender, state, setting.numbers, setting.words)
        is_winner = opacity > 0 and setting.places[self._number] == 1
        weight = "bold" if is_winner else "regular"
        fitting = (s for s in value.spellings if lettering.width(s, self._size) <= self._room)
        self._value.set_text(next(fitting, value.spellings[-1]))
        self._value.set_fontweight(weight)
        theme = setting.page.theme
        self._value.set_color(theme.warning if value.is_warning else theme.text)
        for artist in (self._place, self._underline):
            if artist is not None:
                artist.set_alpha(opacity)
