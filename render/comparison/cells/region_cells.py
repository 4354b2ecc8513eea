"""Two inputs and classes: regions, the boundary, points, and how many of these are wrong."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist

from fitreel.model.record.reader import Record
from fitreel.render.comparison.cells.cell import Cell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.no_cell import NoCell
from fitreel.render.comparison.cells.shared_fields import SharedFields
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.field_grid import FieldGrid, PointValues, log_field
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.plots.fields.class_key import ROW, KeyEntry, draw_class_key, key_rows
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
MOST_ROWS = 2
"""Of the key; more classes are left out of it."""
OVER_KEY = 0.5
"""In font sizes, from the numbers over the key to its letters."""
CAPITAL = 0.74


class RegionCells:
    """Panels of classes in the same colours, with one key."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        runs = [each.runs[0] for each in setting.contenders if each.runs]
        self._shared = SharedFields(setting, runs)
        most = max(runs, key=lambda run: len(run.header.classes))
        self._styles = class_styles(setting.page.theme, len(most.header.classes))
        self._key = self._key_of(runs, most)
        foot = (OVER_KEY + CAPITAL + ROW * (len(self._key) - 1)) * setting.plan.label
        self.needs: CellNeeds = self._shared.needs._replace(foot=foot)

    def _key_of(self, runs: Sequence[Record], most: Record) -> list[list[KeyEntry]]:
        """Classes, the boundary and the rings; classes only where all runs call them the same."""
        setting = self._setting
        names = most.header.classes
        are_same = all(run.header.classes == names[: len(run.header.classes)] for run in runs)
        classes = [
            KeyEntry(drawable(name), colour, marker)
            for name, (colour, marker) in zip(names, self._styles, strict=True)
        ]
        ink = setting.page.theme.text
        signs = [
            KeyEntry(setting.words.text("boundary"), ink),
            KeyEntry(setting.words.text("wrong_points"), ink, "o", is_ring=True),
        ]
        room = setting.plan.width - setting.plan.margin - setting.left
        size = setting.plan.label
        rows = key_rows(setting.page, [*classes, *signs] if are_same else signs, size, room)
        return rows if len(rows) <= MOST_ROWS else key_rows(setting.page, signs, size, room)

    def widest_values(self, number: int) -> Sequence[str]:
        """As `Cells`."""
        contender, words = self._setting.contenders[number], self._setting.words
        if not contender.runs:
            return ()
        text = words.text("some_wrong", wrong=len(contender.runs[0].y))
        return [text, *([words.text("chapter_diverged")] if contender.has_diverged else [])]

    def cell(self, number: int, place: CellPlace) -> Cell:
        """As `Cells`."""
        if not self._setting.contenders[number].runs:
            return NoCell(self._setting.page, place.box)
        return RegionCell(self._setting, number, place, self._shared, self._styles)

    def draw_target(self, place: CellPlace) -> None:
        """As `Cells`."""

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
        size = self._setting.plan.label
        start = box.left, box.top - (OVER_KEY + CAPITAL) * size
        draw_class_key(self._setting.page, self._key, start, size, box.width)


class RegionCell:
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
        run, page, box = setting.contenders[number].runs[0], setting.page, place.box
        (self._number,) = setting.contenders[number].numbers
        self._words, self._fps = setting.words, setting.fps
        self._grid = grid = FieldGrid(run)
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
        self._wrong = 0
        self.moving: Sequence[Artist] = [
            *self._regions.moving, *self._boundary.moving, *self._dots.moving
        ]  # fmt: skip

    def show(self, state: ComparisonState) -> None:
        """As `Cell`."""
        snapshot = state.snapshots[self._number]
        if snapshot is None:
            return
        logs = log_field(self._grid.field(snapshot.prediction))
        wrong = self._points.wrong(logs, self._classes)
        self._wrong = int(wrong.sum())
        self._regions.show(logs)
        self._boundary.show(logs)
        self._dots.show(wrong, state.frame / self._fps)

    def values(self) -> Sequence[str]:
        """As `Cell`."""
        return self._words.text("some_wrong", wrong=self._wrong), self._words.integer(self._wrong)
