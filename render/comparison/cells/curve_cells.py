"""One input, several outputs or classes: a curve each, in the same colours in all panels."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, PlainCells, RunCell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.shared_axes import FootKey, draw_shared_axes
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.plots.fields.class_key import KeyEntry
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.fit_axes import Order, curve_order
from fitreel.render.plots.network_line import FAR, clip_vertically
from fitreel.render.plots.points import point_style
from fitreel.render.plots.truth import truth_dashes

ASPECT = 1.4
"""Width by height of a panel."""
CURVE, MANY_CURVE, TRUTH = 4.0, 3.0, 1.6
"""The second from `MANY` curves on; lengths are those of 720 px."""
MANY = 4
DOT, POINT_OPACITY = 5.0, 0.45


class CurveCells(PlainCells):
    """Panels of several curves over shared axes; the key names them."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        theme = setting.page.theme
        runs = self.runs
        most = max(runs, key=lambda run: run.header.predicted_columns)
        self._colours = [
            colour for colour, _ in class_styles(theme, most.header.predicted_columns)
        ]  # fmt: skip
        names = [_names(run) for run in runs]
        longest = _names(most)
        entries: list[KeyEntry] = []
        if all(each == longest[: len(each)] for each in names):
            pairs = zip(longest, self._colours, strict=True)
            entries = [KeyEntry(name, colour) for name, colour in pairs]
        if any(_has_truth(run) for run in runs):
            target = setting.words.text("target")
            entries.append(KeyEntry(target, theme.truth, dashes=(2.0, 1.4)))
        self._key = FootKey(setting, entries)
        self.needs = CellNeeds(aspect=ASPECT, foot=self._key.height)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return CurveCell(self._setting, number, place, self._colours)

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
        self._key.draw(box)


class CurveCell(RunCell):
    """The curves of a run."""

    @in_force()
    def __init__(
        self, setting: Setting, number: int, place: CellPlace, colours: Sequence[str]
    ) -> None:
        super().__init__(setting, number)
        run = self.run
        page = setting.page
        self._colours = colours[: run.header.predicted_columns]
        axes = draw_shared_axes(setting, place, setting.labels)
        self._order = curve_order(axes, run.prediction_x)
        self._draw_data(setting, axes)
        width = page.px(CURVE if len(self._colours) < MANY else MANY_CURVE)
        x = run.prediction_x[self._order].astype(np.float64)
        self._lines = [
            axes.plot(
                x, np.full(len(x), np.nan), color=colour, solid_capstyle="round",
                solid_joinstyle="round", zorder=Order.NETWORK,
                lw=page.points(width * page.theme.prediction_width),
            )[0]
            for colour in self._colours
        ]  # fmt: skip
        for line in self._lines:
            clip_vertically(line, axes, 2 * width)
        low, high = axes.get_ylim()
        self._reach = low - FAR * (high - low), high + FAR * (high - low)
        self.moving = self._lines

    def _draw_data(self, setting: Setting, axes: Axes) -> None:
        """The points of each output in its colour, and what it should be."""
        run, page = self.run, setting.page
        for number, colour in enumerate(self._colours):
            if run.header.classes:  # a point stands where its own class is certain
                x = run.x[run.y == number]
                y = np.ones(len(x))
            else:
                x, y = run.x, np.asarray(run.y, np.float64).reshape(len(run.x), -1)[:, number]
            count = len(run.x) * len(self._colours)
            style = point_style(page, count, colour=colour, opacity=POINT_OPACITY, diameter=DOT)
            axes.plot(x, y, zorder=Order.POINTS, clip_on=False,
                      **replace(style, ring=0.0).properties(page))  # fmt: skip
        if run.truth is None or run.header.classes:
            return
        truth = np.asarray(run.truth, np.float64).reshape(len(run.prediction_x), -1)[self._order]
        for column in truth.T:
            axes.plot(run.prediction_x[self._order], column, color=page.theme.truth,
                      lw=page.points(page.px(TRUTH)), dashes=truth_dashes(page, TRUTH),
                      dash_capstyle="butt", zorder=Order.TRUTH_OVER)  # fmt: skip

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        values = np.asarray(snapshot.prediction, np.float64)
        curves = values.reshape(len(self.run.prediction_x), -1)[self._order]
        for line, curve in zip(self._lines, curves.T, strict=True):
            line.set_ydata(np.clip(curve, *self._reach))


def _names(run: Record) -> list[str]:
    header = run.header
    names = header.classes or [column.name for column in header.outputs]
    return [drawable(name) for name in names]


def _has_truth(run: Record) -> bool:
    return run.truth is not None and not run.header.classes
