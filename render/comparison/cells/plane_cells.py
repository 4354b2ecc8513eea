"""One input, two outputs: each run's curve in the plane, over the target's."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)


import numpy as np

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, PlainCells, RunCell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.shared_axes import FootKey, draw_shared_axes
from fitreel.render.comparison.page.panel_limits import plane_aspect
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.network.recorded_network import thinned
from fitreel.render.plots.fields.class_key import KeyEntry
from fitreel.render.plots.fit_axes import Order
from fitreel.render.plots.points import point_style
from fitreel.render.plots.truth import truth_dashes
from fitreel.render.text.axis_labels import NO_LABELS

CURVE, TRUTH, DOT, RIM, POINT = 5.0, 2.0, 13.0, 2.4, 6.0
"""Lengths at 720 px; the dot is where the curve begins."""
POINTS_OPACITY = 0.7
MOST_PLACES = 2000
"""Of more places on the curve, evenly chosen ones are drawn."""


class PlaneCells(PlainCells):
    """Panels with the same scale along both axes."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        assert setting.limits is not None
        theme, words = setting.page.theme, setting.words
        runs = self.runs
        entries = [KeyEntry(words.text("legend_data"), theme.quiet_points, "o")]
        if any(run.truth is not None for run in runs):
            entries.append(KeyEntry(words.text("target"), theme.truth, dashes=(2.0, 1.4)))
        self._key = FootKey(setting, entries)
        self.needs = CellNeeds(aspect=plane_aspect(setting.limits), foot=self._key.height)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return PlaneCell(self._setting, number, place)

    def draw_numbers(self, place: CellPlace) -> None:
        """As `PlainCells`."""
        draw_shared_axes(self._setting, place, NO_LABELS)

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
        self._key.draw(box)


class PlaneCell(RunCell):
    """The curve of a run, and a dot where it begins."""

    @in_force()
    def __init__(self, setting: Setting, number: int, place: CellPlace) -> None:
        super().__init__(setting, number)
        run, colour = self.run, setting.colours[number]
        page, theme = setting.page, setting.page.theme
        axes = draw_shared_axes(setting, place, NO_LABELS)
        self._order = thinned(np.argsort(run.prediction_x, kind="stable"), MOST_PLACES)
        style = point_style(
            page, len(run.x), colour=theme.quiet_points, opacity=POINTS_OPACITY, diameter=POINT
        )
        y = np.asarray(run.y, np.float64)
        axes.plot(y[:, 0], y[:, 1], zorder=Order.POINTS, **style.properties(page))
        if run.truth is not None:
            truth = np.asarray(run.truth, np.float64)[self._order]
            axes.plot(truth[:, 0], truth[:, 1], color=theme.truth,
                      lw=page.points(page.px(TRUTH)), dashes=truth_dashes(page, TRUTH),
                      dash_capstyle="butt", zorder=Order.TRUTH)  # fmt: skip
        nothing = np.full(len(self._order), np.nan)
        (self._line,) = axes.plot(
            nothing, nothing, color=colour, solid_capstyle="round", solid_joinstyle="round",
            lw=page.points(page.px(CURVE) * theme.prediction_width), zorder=Order.NETWORK,
        )  # fmt: skip
        (self._dot,) = axes.plot(
            [np.nan], [np.nan], "o", color=colour, mec=theme.axes,
            ms=page.points(page.px(DOT)), mew=page.points(page.px(RIM)), zorder=Order.EDGE_MARKS,
        )  # fmt: skip
        self.moving = [self._line, self._dot]

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        curve = np.asarray(snapshot.prediction, np.float64)[self._order]
        self._line.set_data(curve[:, 0], curve[:, 1])
        self._dot.set_data(curve[:1, 0], curve[:1, 1])
