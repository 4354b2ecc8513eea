"""Two inputs and one number: fields in the same colours, what all should learn, and one bar."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)


import numpy as np

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, PlainCells, RunCell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.shared_fields import SharedFields
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.page.type_sizes import ASCENT
from fitreel.render.plots.fields.class_names import in_pixels
from fitreel.render.plots.fields.class_points import point_diameter
from fitreel.render.plots.fields.field_axes import field_axes
from fitreel.render.plots.fields.value_map import (
    BESIDE,
    UNDER,
    ValueImage,
    ValueLines,
    ValuePoints,
    ValueScale,
    bar_ticks,
    draw_value_bar,
    value_scale,
)

DOT = 0.88
"""The size of points, in that of one run's regions: a tenth more, four fifths in panels."""
BAR, LONGEST_BAR, OVER_BAR = 12.0, 420.0, 12.0
"""How thick and how long the bar under fields is, and what is before it, at 720 px."""


class FieldCells(PlainCells):
    """Panels of numbers with the same limits; the first is the target where that is one for all."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        runs = self.runs
        self._shared = SharedFields(setting, runs)
        targets = [run.truth for run in runs if run.truth is not None]
        self._scale = value_scale([*(run.y for run in runs), *targets])
        self._first = runs[0]
        is_one = len(targets) == len(runs) and all(
            np.array_equal(each, targets[0]) for each in targets
        )
        page, tick = setting.page, setting.plan.tick
        numbers = bar_ticks(self._scale, setting.words)[1]
        widest = max(setting.lettering.width(text, tick) for text in numbers)
        self.needs: CellNeeds = self._shared.needs._replace(
            foot=page.px(OVER_BAR + BAR + UNDER) + ASCENT * tick,
            side=page.px(OVER_BAR + BAR + BESIDE) + widest,
            has_target=is_one and self._shared.needs.own_numbers is None,
        )

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return FieldCell(self._setting, number, place, self._shared, self._scale)

    def draw_numbers(self, place: CellPlace) -> None:
        """As `PlainCells`."""
        self._shared.draw_shared_numbers(place)

    def draw_target(self, place: CellPlace) -> None:
        """As `Cells`."""
        page, run, box = self._setting.page, self._first, place.box
        assert run.truth is not None
        grid = self._shared.grid_of(run)
        field = grid.field(np.ravel(run.truth))
        image = ValueImage(page, box, grid.shape, self._scale)
        lines = ValueLines(page, field_axes(page, box, grid), grid, self._scale)
        image.show(field)
        lines.show(field)
        self._shared.draw_numbers(place, grid)

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
        page = self._setting.page
        top = box.top - page.px(OVER_BAR + BAR)
        bar = Box(box.left, top, min(box.width, page.px(LONGEST_BAR)), page.px(BAR))
        draw_value_bar(page, bar, self._scale, self._setting.plan.tick, self._setting.words)

    def draw_side(self, box: Box) -> None:
        """As `Cells`."""
        setting, page = self._setting, self._setting.page
        bar = Box(box.left + page.px(OVER_BAR), box.bottom, page.px(BAR), box.height)
        draw_value_bar(page, bar, self._scale, setting.plan.tick, setting.words)


class FieldCell(RunCell):
    """The field of a run."""

    @in_force()
    def __init__(
        self,
        setting: Setting,
        number: int,
        place: CellPlace,
        shared: SharedFields,
        scale: ValueScale,
    ) -> None:
        super().__init__(setting, number)
        run, page, box = self.run, setting.page, place.box
        self._grid = grid = shared.grid_of(run)
        self._image = ValueImage(page, box, grid.shape, scale)
        axes = field_axes(page, box, grid)
        diameter = DOT * point_diameter(page, box, len(run.x))
        values = np.asarray(run.y, np.float64)
        places = in_pixels(grid, box, run.x)
        self._dots = ValuePoints(page, box, places, values, scale, diameter)
        self._lines = ValueLines(page, axes, grid, scale)
        shared.draw_numbers(place, grid)
        self.moving = [
            *self._image.moving, *self._dots.moving, *self._lines.moving
        ]  # fmt: skip

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        field = self._grid.field(np.ravel(snapshot.prediction))
        self._image.show(field)
        self._lines.show(field)
        self._dots.show(state.seconds_at_end)
