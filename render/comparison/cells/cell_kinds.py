"""Which cells show a view."""

from collections.abc import Callable

from fitreel.render.comparison.cells.cell import Cells
from fitreel.render.comparison.cells.field_cells import FieldCells
from fitreel.render.comparison.cells.fit_cells import FitCells
from fitreel.render.comparison.cells.region_cells import RegionCells
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.view import ViewName

CELLS: dict[ViewName, Callable[[Setting], Cells]] = {
    "fit": FitCells,
    "field": FieldCells,
    "regions": RegionCells,
}


def cells_of(setting: Setting) -> Cells:
    """The cells of a comparison.

    Raises:
        BadInput: a record is damaged.
    """
    return CELLS[setting.comparison.view](setting)
