"""What fields and regions share in a comparison: their shape, numbers, and the names of inputs."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.page.left_numbers import left_numbers
from fitreel.render.comparison.page.panel_limits import panel_grids
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.field_grid import FieldGrid
from fitreel.render.mpl.ticks import Ticks
from fitreel.render.plots.axes_names import LONGEST_IN_COLUMN
from fitreel.render.plots.fields.field_axes import draw_field_numbers, field_aspect, field_ticks
from fitreel.render.plots.fields.input_names import input_names
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels

WIDEST = 1.47
"""Width by height of a field, beyond which its scales aren't equal."""
LONG_NAME = 22.0
"""Over a field whose upright axis has a long name; lengths are those of 720 px."""
LEFT = 12.0
CORNER = 0.4
"""In font sizes, over the lower edge: so low a number left of it would touch one under it."""
NOTHING: Ticks = ([], [])


class SharedFields:
    """The numbers at the fields of `runs`: at the outer edges where all have the same grid."""

    def __init__(self, setting: Setting, runs: Sequence[Record]) -> None:
        self._setting = setting
        grids = panel_grids(setting.comparison.view, runs)
        self._grids = dict(zip((run.path for run in runs), grids, strict=True))
        first = grids[0]
        are_one = all(
            np.array_equal(grid.x[[0, -1]], first.x[[0, -1]])
            and np.array_equal(grid.y[[0, -1]], first.y[[0, -1]])
            for grid in grids
        )
        aspects = [field_aspect(grid.aspect, WIDEST) for grid in grids]
        names = [input_names(run.header.inputs, setting.comparison.picture) for run in runs]
        self._names = names[0] if all(each == names[0] for each in names) else NO_LABELS
        name = self._names.y.replace("$", "")
        is_long = len(name) > LONGEST_IN_COLUMN and "_" not in name
        plan, widest = setting.plan, 0.0
        if not are_one:
            texts = left_numbers("field", runs, NOTHING, setting.words)
            widest = max(setting.lettering.width(text, plan.tick) for text in texts)
        self.needs = CellNeeds(
            aspect=float(np.exp(np.mean(np.log(aspects)))),
            own_numbers=None if are_one else (widest + plan.px(LEFT), 1.6 * plan.tick),
            over=plan.px(LONG_NAME) if is_long else 0.0,
        )  # fmt: skip

    def grid_of(self, run: Record) -> FieldGrid:
        """What a cell shows of the places of a run's predictions."""
        return self._grids[run.path]

    def draw_shared_numbers(self, place: CellPlace) -> None:
        """Write those of all at a cell that has no field; none where each has its own."""
        if self.needs.own_numbers is None:
            self.draw_numbers(place, next(iter(self._grids.values())))

    def draw_numbers(self, place: CellPlace, grid: FieldGrid) -> None:
        """Write those that stand at a cell."""
        setting = self._setting
        tick = setting.plan.tick
        x, y = field_ticks(grid, place.box, tick, setting.words)
        if place.has_x_numbers and place.has_y_numbers:
            y = _clear_of_corner(grid, place.box.height, y, tick)
        draw_field_numbers(
            setting.page, place.box, grid,
            (x if place.has_x_numbers else NOTHING, y if place.has_y_numbers else NOTHING), tick,
            AxisLabels(
                self._names.x if place.has_x_numbers else "",
                self._names.y if place.is_first else "",
            ),
        )  # fmt: skip


def _clear_of_corner(grid: FieldGrid, height: float, ticks: Ticks, size: float) -> Ticks:
    """Without the lowest number where it would touch the first one under a small field."""
    (first, *places), (_, *texts) = ticks
    up = height * (first - grid.y[0]) / (grid.y[-1] - grid.y[0])
    return (places, texts) if up < CORNER * size and texts else ticks
