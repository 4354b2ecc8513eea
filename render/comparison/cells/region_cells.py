"""Two inputs and classes: regions, the boundary, points, and how many of these are wrong."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, CountingCell, PlainCells, widest_counts
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.shared_axes import FootKey, class_entries
from fitreel.render.comparison.cells.shared_fields import SharedFields
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.field_grid import PointValues, log_field
from fitreel.render.geometry import Box
from fitreel.render.plots.fields.class_key import KeyEntry
from fitreel.render.plots.fields.class_points import ClassPoints, point_diameter
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.fields.field_axes import field_axes
from fitreel.render.plots.fields.regions import Boundary, Regions

BOUNDARY = 2.5
"""How wide it is, at 720 px."""
DOT = 0.8
"""The size of points, in that of one run's."""
FULL_LINES, THINNEST = 384.0, 0.4
"""How high a panel is, at 720 px, whose rings aren't thinner for that; how thin they get."""


class RegionCells(PlainCells):
    """Panels of classes in the same colours, with one key."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        runs = self.runs
        self._shared = SharedFields(setting, runs)
        most = max(runs, key=lambda run: len(run.header.classes))
        self._styles = class_styles(setting.page.theme, len(most.header.classes))
        self._key = self._key_of(runs, most)
        self.needs: CellNeeds = self._shared.needs._replace(foot=self._key.height)

    def _key_of(self, runs: Sequence[Record], most: Record) -> FootKey:
        """Classes, the boundary and the rings; classes only where all runs call them the same."""
        words, ink = self._setting.words, self._setting.page.theme.text
        signs = [
            KeyEntry(words.text("boundary"), ink),
            KeyEntry(words.text("wrong_points"), ink, "o", is_ring=True),
        ]
        names = most.header.classes
        if any(run.header.classes != names[: len(run.header.classes)] for run in runs):
            return FootKey(self._setting, signs)
        return FootKey(self._setting, [*class_entries(names, self._styles), *signs], signs)

    def widest_values(self, number: int) -> Sequence[str]:
        """As `Cells`."""
        return widest_counts(self._setting, number)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return RegionCell(self._setting, number, place, self._shared, self._styles)

    def draw_numbers(self, place: CellPlace) -> None:
        """As `PlainCells`."""
        self._shared.draw_shared_numbers(place)

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
        self._key.draw(box)


class RegionCell(CountingCell):
    """The regions of a run."""

    @in_force()
    def __init__(
        self,
        setting: Setting,
        number: int,
        place: CellPlace,
        shared: SharedFields,
        styles: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(setting, number)
        run, page, box = self.run, setting.page, place.box
        self._fps = setting.fps
        self._grid = grid = shared.grid_of(run)
        self._classes = np.asarray(run.y, np.int64)
        self._points = PointValues(grid, run.x)
        own = styles[: len(run.header.classes)]
        self._regions = Regions(page, box, grid, [colour for colour, _ in own])
        axes = field_axes(page, box, grid, outline=True)
        self._boundary = Boundary(page, axes, grid, BOUNDARY)
        diameter = DOT * point_diameter(page, box, len(self._classes))
        lines = min(max(min(box.width, box.height) / page.px(FULL_LINES), THINNEST), DOT)
        self._dots = ClassPoints(page, axes, run.x, self._classes, own, diameter, lines)
        shared.draw_numbers(place, grid)
        self.moving = [
            *self._regions.moving, *self._boundary.moving, *self._dots.moving
        ]  # fmt: skip

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        logs = log_field(self._grid.field(snapshot.prediction))
        wrong = self._points.wrong(logs, self._classes)
        self.wrong = int(wrong.sum())
        self._regions.show(logs)
        self._boundary.show(logs)
        self._dots.show(wrong, state.frame / self._fps)
