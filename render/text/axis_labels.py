"""What stands at the axes of the fit: what a job says, or what the columns are called."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import NamedTuple

from fitreel.model.errors import BadInput, Unavailable
from fitreel.model.record.header import Column, Header
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.fonts import fonts_for
from fitreel.render.text.mathtext import check_mathtext


class AxisLabels(NamedTuple):
    r"""As matplotlib takes them, with mathematics between $ and \$ for a dollar; "" for none."""

    x: str = ""
    y: str = ""


NO_LABELS = AxisLabels()


@in_force()
def axis_labels(settings: PictureSettings, headers: Sequence[Header] = ()) -> AxisLabels:
    """The labels of records that share their axes; without `headers` those that a job sets.

    A name is what all of the records call their column. In the demo's look, none is drawn.

    Raises:
        BadInput: mathematics that can't be read, or characters that can't be drawn.
        Unavailable: no font here has the characters.
    """
    texts = []
    for axis, own in (("x", settings.x_label), ("y", settings.y_label)):
        if own is not None:
            check_mathtext(own, f"film.{axis}_label")
            fonts_for([own], settings.font, settings.language)
            texts.append(own)
        elif settings.theme == "demo":
            texts.append("")
        else:
            columns = [h.inputs if axis == "x" else h.outputs for h in headers]
            texts.append(_name_of(columns, axis, settings))
    return AxisLabels(*texts)


def _name_of(columns: Sequence[Sequence[Column]], axis: str, settings: PictureSettings) -> str:
    """What every record calls its only column; "" where that says no more than the axis itself."""
    names = {column.name for each in columns if len(each) == 1 for column in each}
    if len(names) != 1 or names == {axis}:
        return ""
    name = " ".join(names.pop().split())
    try:
        fonts_for([name.replace("$", "")], settings.font, settings.language)
    except (BadInput, Unavailable):  # of a table's names not everything can be drawn
        return ""
    return name.replace("$", r"\$")
