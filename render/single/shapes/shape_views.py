"""Which class draws the middle of each view; matplotlib comes with it."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fitreel.render.single.shapes.shaped_scene import MakePicture

SHAPES = {
    "picture": ("colour_picture", "ColourPicture"),
    "plane": ("plane_picture", "PlanePicture"),
    "curves": ("curves_picture", "CurvesPicture"),
    "scatter": ("scatter_picture", "ScatterPicture"),
    "confusion": ("confusion_picture", "ConfusionPicture"),
    "slices": ("slices_picture", "SlicesPicture"),
}
"""Module and class of each view's middle."""


def picture_class(view: str) -> "MakePicture":
    """What makes the middle of a view that is one of `SHAPES`."""
    module, name = SHAPES[view]
    make: MakePicture = getattr(import_module(f"fitreel.render.single.shapes.{module}"), name)
    return make
