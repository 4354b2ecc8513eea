"""The fit of an overlay: the points, the true function, and all curves."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fitreel.model.record.reader import Record
from fitreel.render.comparison.lines.band import Band
from fitreel.render.comparison.lines.faint_lines import FaintLines
from fitreel.render.comparison.lines.shared_lines import SharedLines
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.predictions import predictions_of
from fitreel.render.geometry import Box
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.edge_marks import EdgeMarks
from fitreel.render.plots.fit_axes import Order, fit_axes
from fitreel.render.plots.labels.direct_labels import DirectLabel, draw_labels, place_labels
from fitreel.render.plots.labels.key import draw_key, key_width
from fitreel.render.plots.network_line import NetworkLine
from fitreel.render.plots.points import PointStyle, draw_points, point_style
from fitreel.render.plots.truth import draw_truth

CURVE, POINT = 5.0, 8.0
"""Widths and lengths at 720 px."""
POINTS_OPACITY = 0.7
MOST_POINT_SETS = 8
TICKS = 5


class OverlayFit:
    """Curves of `shown` configurations in their colours, the best on top; others pale and thin."""

    @in_force()
    def __init__(self, setting: Setting, box: Box, shown: Sequence[int]) -> None:
        assert setting.limits is not None
        self._setting = setting
        contenders = setting.contenders
        self._curved = [n for n in shown if contenders[n].curves]
        self._rest = [n for n, e in enumerate(contenders) if n not in shown and e.curves]
        axes = fit_axes(setting.page, box, setting.limits)
        axes.set_axis_on()
        draw_furniture(
            setting.page, axes, box, linear_ticks(*setting.limits.x, TICKS), setting.y_ticks,
            tick=setting.plan.tick, names=setting.labels,
        )  # fmt: skip
        self._draw_data(axes)
        self.moving: list[Artist] = []
        self._lines: dict[int, NetworkLine] = {}
        self._marks: dict[int, EdgeMarks] = {}
        self._bands: dict[int, Band] = {}
        self._draw_curves(axes)

    def _draw_curves(self, axes: Axes) -> None:
        setting, page = self._setting, self._setting.page
        # What has no loss lies undermost.
        for rank, number in enumerate(
            sorted(self._curved, key=lambda n: -setting.contenders[n].final_loss)
        ):
            contender, colour = setting.contenders[number], setting.colours[number]
            run = contender.curves[0]
            if contender.is_group:
                self._bands[number] = Band(axes, run, colour)
                self.moving += self._bands[number].moving
            self._lines[number] = NetworkLine(
                page, axes, run, colour=colour, width=CURVE, order=Order.NETWORK + 0.01 * rank
            )
            self._marks[number] = EdgeMarks(
                page, axes, run, colour=colour, size=setting.plan.tick, write=lambda value: ""
            )
            self.moving += [*self._lines[number].moving, *self._marks[number].moving]
        self._shared: SharedLines | None = None
        if len(self._curved) > 1:
            width = page.px(CURVE) * page.theme.prediction_width
            runs = [setting.contenders[n].curves[0] for n in self._curved]
            colours = [setting.colours[n] for n in self._curved]
            self._shared = SharedLines(page, axes, runs, colours, width, setting.fps)
            self.moving += self._shared.moving
        self._faint: FaintLines | None = None
        if self._rest:
            rest = [setting.contenders[n].curves[0] for n in self._rest]
            self._faint = FaintLines(page, axes, rest, page.theme.muted)
            self.moving += self._faint.moving

    def _draw_data(self, axes: Axes) -> None:
        """Draw every set of points once, and the true function where it is asked for."""
        setting, page = self._setting, self._setting.page
        runs = [run for each in setting.contenders for run in each.curves]
        different = {(run.x.tobytes(), run.y.tobytes()): run for run in runs if len(run.x)}
        sets = list(different.values())[:MOST_POINT_SETS]
        count = sum(len(run.x) for run in sets)
        style = point_style(
            page, count, colour=page.theme.quiet_points,
            opacity=POINTS_OPACITY / max(1, len(sets)) ** 0.5, diameter=POINT,
        )  # fmt: skip
        for run in sets:
            draw_points(page, axes, run, style)
        truths = [run for run in runs if run.truth is not None]
        has_truth = setting.comparison.picture.truth and bool(truths)
        if has_truth:
            draw_truth(page, axes, truths[0], colour=page.theme.truth, over=False)
        if len(sets) == 1:
            self._name_data(axes, sets[0], style, has_truth)

    def _name_data(self, axes: Axes, run: Record, style: PointStyle, has_truth: bool) -> None:
        """Name the points and the true function, where nothing comes all film, or in a key."""
        setting, page, words = self._setting, self._setting.page, self._setting.words
        labels = [DirectLabel(words.text("legend_data"), "data", page.theme.muted)]
        if has_truth and run.truth is not None:
            labels.insert(0, DirectLabel(words.text("legend_truth"), "truth", page.theme.truth))
        others = [setting.contenders[n].curves[0] for n in self._curved]
        clocks = [setting.contenders[n].clocks[0] for n in self._curved]
        if not others:
            return
        size = setting.plan.label
        first = [n for n, each in enumerate(others) if each.points_digest == run.points_digest]
        order = [*first, *(n for n in range(len(others)) if n not in first)]
        plan = place_labels(
            page, axes, [others[n] for n in order], labels, axis=setting.axis, size=size,
            diameter=style.diameter, times=[clocks[n] for n in order],
        )  # fmt: skip
        draw_labels(page, axes, plan, size)
        right = axes.bbox.x1
        room = right - setting.left - setting.subtitle_width
        if plan.missing and key_width(page, plan.missing, setting.plan.tick) < room:
            baseline = page.box.height - setting.plan.subtitle_baseline
            draw_key(
                page, plan.missing, right=right, baseline=baseline, size=setting.plan.tick,
                points=style,
            )  # fmt: skip

    def show(self, state: ComparisonState) -> None:
        """Moves all curves to a state."""
        curves = []
        for number in self._curved:
            predictions = predictions_of(self._setting.contenders[number], state)
            curves.append(None if predictions is None else predictions.middle)
            if predictions is None:
                continue
            self._lines[number].show(predictions.middle)
            self._marks[number].show(predictions.middle)
            if number in self._bands:
                self._bands[number].show(predictions.band)
        if self._shared is not None:
            self._shared.show(curves, state.frame)
        if self._faint is not None:
            rest = [predictions_of(self._setting.contenders[n], state) for n in self._rest]
            self._faint.show([None if each is None else each.middle for each in rest])
