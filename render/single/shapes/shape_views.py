"""Which class draws the middle of each view; matplotlib comes with it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fitreel.render.single.shapes.shaped_scene import MakePicture

SHAPES = ("picture", "plane", "curves", "scatter", "confusion", "slices")
"""Views that have such a middle."""


def picture_class(view: str) -> "MakePicture":
    """What makes the middle of a view that is one of `SHAPES`."""
    from fitreel.render.single.shapes.colour_picture import ColourPicture
    from fitreel.render.single.shapes.confusion_picture import ConfusionPicture
    from fitreel.render.single.shapes.curves_picture import CurvesPicture
    from fitreel.render.single.shapes.plane_picture import PlanePicture
    from fitreel.render.single.shapes.scatter_picture import ScatterPicture
    from fitreel.render.single.shapes.slices_picture import SlicesPicture

    classes: dict[str, MakePicture] = {
        "picture": ColourPicture,
        "plane": PlanePicture,
        "curves": CurvesPicture,
        "scatter": ScatterPicture,
        "confusion": ConfusionPicture,
        "slices": SlicesPicture,
    }
    return classes[view]
