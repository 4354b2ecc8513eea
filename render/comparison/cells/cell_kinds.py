"""Which cells show a view."""

from collections.abc import Callable

from fitreel.render.comparison.cells.cell import Cells
from fitreel.render.comparison.cells.confusion_cells import ConfusionCells
from fitreel.render.comparison.cells.curve_cells import CurveCells
from fitreel.render.comparison.cells.field_cells import FieldCells
from fitreel.render.comparison.cells.fit_cells import FitCells
from fitreel.render.comparison.cells.picture_cells import PictureCells
from fitreel.render.comparison.cells.plane_cells import PlaneCells
from fitreel.render.comparison.cells.region_cells import RegionCells
from fitreel.render.comparison.cells.scatter_cells import ScatterCells
from fitreel.render.comparison.cells.slice_cells import SliceCells
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.view import ViewName

CELLS: dict[ViewName, Callable[[Setting], Cells]] = {
    "fit": FitCells,
    "curves": CurveCells,
    "plane": PlaneCells,
    "field": FieldCells,
    "regions": RegionCells,
    "picture": PictureCells,
    "scatter": ScatterCells,
    "confusion": ConfusionCells,
    "slices": SliceCells,
}


def cells_of(setting: Setting) -> Cells:
    """The cells of a comparison.

    Raises:
        BadInput: a record is damaged.
    """
    return CELLS[setting.comparison.view](setting)
