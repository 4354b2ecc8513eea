"""A comparison as an overlay: one fit with all curves, a table and the losses beside it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fitreel.render.comparison.lines.band import Band
from fitreel.render.comparison.lines.faint_lines import FaintLines
from fitreel.render.comparison.lines.shared_lines import SharedLines
from fitreel.render.comparison.losses.losses_beside import Losses
from fitreel.render.comparison.overlay.overlay_plan import BEST, MOST_NAMED, plan_overlay
from fitreel.render.comparison.overlay.result_table import ResultTable
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.predictions import predictions_of
from fitreel.render.geometry import Box
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.plots.edge_marks import EdgeMarks
from fitreel.render.plots.fit_axes import Order, fit_axes
from fitreel.render.plots.network_line import NetworkLine
from fitreel.render.plots.points import draw_points, point_style
from fitreel.render.plots.truth import draw_truth

CURVE, POINT = 5.0, 8.0
"""Widths and lengths at 720 px."""
POINTS_OPACITY = 0.7
MOST_POINT_SETS = 8


class OverlayScene:
    """All configurations in one axes; of many the best and the last have colours."""

    @in_force()
    def __init__(self, setting: Setting) -> None:
        self.figure = setting.page.figure
        self._setting = setting
        self._shown = shown_of(setting)
        count = len(setting.contenders)
        rows = len(self._shown) + 0.7 * (len(self._shown) < count)
        rows += 0.7 * any(each.is_group for each in setting.contenders)
        self.plan = plan_overlay(
            setting.plan, rows, setting.left, setting.comparison.loss_panel,
            setting.limits is not None,
        )  # fmt: skip
        self.moving: list[Artist] = [*setting.header.moving, *setting.foot.moving]
        self._lines: dict[int, NetworkLine] = {}
        self._marks: dict[int, EdgeMarks] = {}
        self._bands: dict[int, Band] = {}
        self._shared: SharedLines | None = None
        self._faint: FaintLines | None = None
        if self.plan.fit is not None:
            self._draw_fit(self.plan.fit)
        self._table = ResultTable(setting, self.plan, self._shown)
        self.moving += self._table.moving
        self._losses = None
        if self.plan.losses is not None:
            self._losses = Losses(setting, self.plan.losses, 3.0, shown=self._shown)
            self.moving += self._losses.moving

    def _draw_fit(self, box: Box) -> None:
        setting, page = self._setting, self._setting.page
        assert setting.limits is not None
        axes = fit_axes(page, box, setting.limits)
        axes.set_axis_on()
        ticks = linear_ticks(*setting.limits.x, 5)
        draw_furniture(page, axes, box, ticks, setting.y_ticks, tick=setting.plan.tick,
                       names=setting.labels)  # fmt: skip
        self._draw_data(axes)
        curved = [n for n in self._shown if setting.contenders[n].curves]
        # The best on top, and what has no loss undermost.
        for rank, number in enumerate(
            sorted(curved, key=lambda n: -setting.contenders[n].final_loss)
        ):
            contender, colour = setting.contenders[number], setting.colours[number]
            run = contender.curves[0]
            if contender.is_group:
                self._bands[number] = Band(axes, run, colour)
                self.moving += self._bands[number].moving
            line = NetworkLine(
                page, axes, run, colour=colour, width=CURVE, order=Order.NETWORK + 0.01 * rank
            )
            marks = EdgeMarks(
                page, axes, run, colour=colour, size=setting.plan.tick, write=lambda value: ""
            )
            self._lines[number], self._marks[number] = line, marks
            self.moving += [*line.moving, *marks.moving]
        if len(curved) > 1:
            runs = [setting.contenders[n].curves[0] for n in curved]
            colours = [setting.colours[n] for n in curved]
            width = page.px(CURVE) * page.theme.prediction_width
            self._shared = SharedLines(page, axes, runs, colours, width, setting.fps)
            self.moving += self._shared.moving
        self._curved = curved
        rest = [
            n for n, each in enumerate(setting.contenders) if n not in self._shown and each.curves
        ]
        self._rest = rest
        if rest:
            self._faint = FaintLines(
                page, axes, [setting.contenders[n].curves[0] for n in rest], page.theme.muted
            )
            self.moving += self._faint.moving

    def _draw_data(self, axes: Axes) -> None:
        """Every set of points once, and one true function where it is asked for."""
        setting, page = self._setting, self._setting.page
        runs = [run for each in setting.contenders for run in each.curves]
        different = {(run.x.tobytes(), run.y.tobytes()): run for run in runs}
        sets = list(different.values())[:MOST_POINT_SETS]
        for run in sets:
            style = point_style(
                page, len(run.x) * len(sets), colour=page.theme.quiet_points,
                opacity=POINTS_OPACITY / max(1, len(sets)) ** 0.5, diameter=POINT,
            )  # fmt: skip
            draw_points(page, axes, run, style)
        with_truth = [run for run in runs if run.truth is not None]
        if setting.comparison.picture.truth and with_truth:
            draw_truth(page, axes, with_truth[0], colour=page.theme.truth, over=False)

    @in_force()
    def show(self, state: ComparisonState) -> None:
        """Moves all curves, the table and the losses to a state."""
        setting = self._setting
        setting.header.show(state.time)
        setting.foot.show(state.caption)
        if self.plan.fit is not None:
            self._show_fit(state)
        self._table.show(state)
        if self._losses is not None:
            self._losses.show(state, 0.0)

    def _show_fit(self, state: ComparisonState) -> None:
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


def shown_of(setting: Setting) -> list[int]:
    """The configurations that have a colour and a row, in the job's order."""
    finals = [each.final_loss for each in setting.contenders]
    if len(finals) <= MOST_NAMED:
        return list(range(len(finals)))
    order = np.argsort(finals, kind="stable").tolist()
    return sorted([*order[:BEST], order[-1]])
