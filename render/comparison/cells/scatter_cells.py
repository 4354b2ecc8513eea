"""Numbers over any inputs: predicted against true, each point hanging from the diagonal."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)


import numpy as np
from matplotlib.lines import Line2D

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, PlainCells, RunCell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.shared_axes import draw_shared_axes
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.plots.fit_axes import Order
from fitreel.render.plots.pictures.dot_size import dot_size
from fitreel.render.point_predictions import PointPredictions
from fitreel.render.text.axis_labels import AxisLabels

STICK, STICK_OPACITY, DIAGONAL, RIM = 1.4, 0.38, 2.0, 1.0
"""Lengths at 720 px."""
DASHES = (4.0, 3.0)
DOT = 0.64
"""The size of points, in that of those of fields: four fifths of one run's."""
MOST_STICKS = 2000
FAR = 100.0
"""In limits: no point is drawn further away."""


class ScatterCells(PlainCells):
    """Square panels with the same limits along both axes."""

    needs = CellNeeds(aspect=1.0)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return ScatterCell(self._setting, number, place)

    def draw_numbers(self, place: CellPlace) -> None:
        """As `PlainCells`."""
        draw_shared_axes(self._setting, place, _names(self._setting))


class ScatterCell(RunCell):
    """The points of a run."""

    @in_force()
    def __init__(self, setting: Setting, number: int, place: CellPlace) -> None:
        super().__init__(setting, number)
        run, colour = self.run, setting.colours[number]
        page, theme = setting.page, setting.page.theme
        self._at_points = PointPredictions(run)
        self._true = true = self._at_points.y.ravel()
        axes = draw_shared_axes(setting, place, _names(setting))
        self._low, self._high = axes.get_xlim()
        self._sticks: Line2D | None = None
        if len(true) <= MOST_STICKS:
            (self._sticks,) = axes.plot(
                np.repeat(true, 3), np.full(3 * len(true), np.nan), color=colour,
                alpha=STICK_OPACITY, lw=page.points(page.px(STICK)), solid_capstyle="butt",
                zorder=Order.GAPS,
            )  # fmt: skip
            self._sticks.set_snap(False)
        ends = [self._low, self._high]
        axes.plot(ends, ends, color=theme.truth, lw=page.points(page.px(DIAGONAL)),
                  dashes=DASHES, zorder=Order.TRUTH)  # fmt: skip
        rim = page.px(RIM)
        diameter = DOT * dot_size(page, len(true), place.box)
        (self._dots,) = axes.plot(
            true, np.full(len(true), np.nan), "o", color=colour, mec=theme.axes,
            mew=page.points(rim), ms=page.points(diameter + rim), zorder=Order.NETWORK,
        )  # fmt: skip
        self.moving = [self._dots, *([self._sticks] if self._sticks else ())]

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        reach = FAR * (self._high - self._low)
        predicted = self._at_points.of(snapshot).ravel()
        drawn = np.clip(predicted, self._low - reach, self._high + reach)
        self._dots.set_ydata(drawn)
        if self._sticks is not None:
            ends = np.stack([self._true, drawn, np.full_like(drawn, np.nan)], axis=1)
            self._sticks.set_ydata(ends.ravel())


def _names(setting: Setting) -> AxisLabels:
    return AxisLabels(setting.words.text("true"), setting.words.text("predicted"))
