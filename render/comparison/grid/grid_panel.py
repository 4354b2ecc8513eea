"""One panel of a grid: name and loss over the fit of a configuration."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from fitreel.render.comparison.grid.grid_plan import GridPlan
from fitreel.render.comparison.lines.band import Band
from fitreel.render.comparison.page.lettering import one_line
from fitreel.render.comparison.page.long_names import Fitted, fitted
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.page.shown import show_opacity, show_text
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.predictions import predictions_of
from fitreel.render.comparison.standings.values import failure_text, value_of
from fitreel.render.geometry import Box
from fitreel.render.mpl.ticks import Ticks
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.edge_marks import EdgeMarks
from fitreel.render.plots.fit_axes import Limits, Order, fit_axes
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
UNDER_ALL, OVER_POINTS = 1.5, Order.POINTS + 0.05
"""As matplotlib's zorder: axes and points lie under all that moves, so that they needn't be painted
in every frame."""
LINE = 1.05
"""From one line of a name to the next, in font sizes."""
PALE_TRUTH = 0.6
BESIDE_MARK = 20.0
"""What the mark of a curve that has left takes of the axes, up to its value."""
NO_LIMITS = Limits((0.0, 1.0), (0.0, 1.0))


def heads_of(setting: Setting, width: float, has_places: bool) -> Fitted:
    """The names over panels that are so wide, beside their losses."""
    size, page = setting.plan.name, setting.page
    least = max(SMALLEST_HEAD * size, 10.0)
    shift = place_width(setting, size) if has_places else 0.0
    rooms = [
        width - setting.value_width(number, size) - page.px(BETWEEN) - shift
        for number in range(len(setting.contenders))
    ]
    return fitted(
        setting.names, rooms, width - shift, (size, least, least),
        lambda text, size: setting.lettering.width(text, size, "bold"),
    )  # fmt: skip


def place_width(setting: Setting, size: float) -> float:
    """What is kept free before a name for its place."""
    digits = str(len(setting.contenders))
    return setting.lettering.width(digits, size, "bold") + setting.page.px(BETWEEN) / 2


class GridPanel:
    """A name in its colour, the loss in ink at the right, and under them points and curve."""

    @in_force()
    def __init__(
        self, setting: Setting, number: int, plan: GridPlan, heads: Fitted, x_ticks: Ticks
    ) -> None:
        self._setting, self._number, self._size = setting, number, heads.size
        self._contender = setting.contenders[number]
        self._colour = setting.colours[number]
        box = plan.panels[number]
        self._box = box
        is_first = number % plan.columns == 0
        limits = setting.limits or NO_LIMITS
        axes = fit_axes(setting.page, box, limits)
        axes.set_axis_on()
        names = setting.labels if number == 0 else NO_LABELS
        heights, texts = setting.y_ticks
        draw_furniture(
            setting.page, axes, box, x_ticks, (heights, texts if is_first else [""] * len(texts)),
            tick=setting.plan.tick, x_labels=plan.is_lowest(number),
            names=AxisLabels(names.x if plan.is_lowest(number) else "", names.y),
        )  # fmt: skip
        axes.spines[:].set_zorder(UNDER_ALL)
        self._draw_fit(axes, box)
        self._write_head(
            box, heads.lines[number], setting.places[number] if plan.gutter is None else None
        )

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
                page, axes, run, colour=self._colour, opacity=theme.gap_opacity, width=GAP,
                over=OVER_POINTS,
            )  # fmt: skip
            self.moving += self._gaps.moving
        self._line = NetworkLine(page, axes, run, colour=self._colour, width=CURVE)
        self._marks = EdgeMarks(
            page, axes, run, colour=self._colour, size=setting.plan.tick, write=self._beyond
        )
        self.moving += [*self._line.moving, *self._marks.moving]

    def _beyond(self, value: float) -> str:
        """What a curve is that has left, where there is room for that on one side of its mark."""
        setting = self._setting
        text = setting.words.short(value)
        room = self._box.width / 2 - setting.page.px(BESIDE_MARK)
        return text if setting.lettering.width(text, setting.plan.tick, "bold") <= room else ""

    def _write_head(self, box: Box, head: list[str], place: int | None) -> None:
        setting, lettering, size = self._setting, self._setting.lettering, self._size
        page = setting.page
        baseline = page.box.height - box.top - page.px(OVER)
        shift = 0.0
        self._place: Text | None = None
        if place is not None:
            shift = place_width(setting, size)
            self._place = lettering.write(
                box.left, baseline - (len(head) - 1) * LINE * size, str(place), size,
                weight="bold" if place == 1 else "regular", alpha=0.0,
                colour=page.theme.text if place == 1 else page.theme.muted,
            )  # fmt: skip
            self.moving.append(self._place)
        start = box.left + shift
        for number, line in enumerate(reversed(head)):
            lettering.write(
                start, baseline - number * LINE * size, line, size, weight="bold",
                colour=self._colour,
            )  # fmt: skip
        self._room = box.width - shift - lettering.width(head[-1], size, "bold") - page.px(BETWEEN)
        self._value = lettering.write(box.right, baseline, "", size, ha="right")
        self.moving.append(self._value)
        self._underline: Line2D | None = None
        if setting.places[self._number] == 1:
            lowest = baseline if head[-1] else baseline - LINE * size
            y = (page.box.height - lowest - page.px(6)) / page.box.height
            end = start + lettering.width(head[-1] or head[0], size, "bold")
            self._underline = Line2D(
                [start / page.box.width, end / page.box.width], [y, y],
                color=self._colour, lw=page.points(page.px(2.5)), alpha=0.0,
                transform=page.figure.transFigure,
            )  # fmt: skip
            page.figure.add_artist(self._underline)
            self.moving.append(self._underline)

    def _write_failure(self, box: Box) -> None:
        setting, size = self._setting, self._setting.plan.tick
        text = one_line(failure_text(self._contender, setting.words))
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
            self._marks.show(predictions.middle, self._contender.has_diverged)
            if self._gaps is not None:
                self._gaps.show(predictions.middle)
            if self._band is not None:
                self._band.show(predictions.band)
        value = value_of(self._contender, state, setting.numbers, setting.words)
        is_winner = opacity > 0 and setting.places[self._number] == 1
        weight = "bold" if is_winner else "regular"
        fitting = (s for s in value.spellings if lettering.width(s, self._size) <= self._room)
        theme = setting.page.theme
        colour = theme.warning if value.is_warning else theme.text
        show_text(self._value, next(fitting, value.spellings[-1]), weight, colour)
        for artist in (self._place, self._underline):
            if artist is not None:
                show_opacity(artist, opacity)
