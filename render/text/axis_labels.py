"""What stands at the axes of the fit: what a job says, or what the columns are called."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import NamedTuple

from fitreel.model.errors import BadInput, Unavailable
from fitreel.model.record.header import Column, Header
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.fonts import fonts_for
from fitreel.render.text.mathtext import check_mathtext

LABEL_ROOM = 1.5
"""For a label, in font sizes of the numbers at its axis."""
SMALLEST = 0.75
"""To which a label shrinks that is longer than its axis; then it is shortened."""


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


def write_axis_labels(
    page: Page, labels: AxisLabels, box: Box, room: tuple[float, float], size: float
) -> None:
    """Write labels at the outer edges of the room beside axes.

    Args:
        page: the page.
        labels: what is written.
        box: the inside of the axes, or what several have together, in pixels.
        room: so much is left of them, and beneath them, in pixels.
        size: the largest font size, in pixels.
    """
    left, foot = room
    middle = box.left + box.width / 2, box.bottom + box.height / 2
    for label, length, (x, y), rotation in (
        (labels.x, box.width, (middle[0], box.bottom - foot + 0.3 * size), 0),
        (labels.y, box.height, (box.left - left + size, middle[1]), 90),
    ):
        if not label:
            continue
        families = fonts_for([label]).families_of(label)
        text, type_ = _fitted(page, label, length, size, families)
        page.text(
            x, y, text, type_, color=page.theme.muted, ha="center", va="baseline",
            rotation=rotation, rotation_mode="anchor", parse_math=True,
        ).set_fontfamily(list(families))  # fmt: skip


def _fitted(
    page: Page, label: str, length: float, size: float, families: Sequence[str]
) -> tuple[str, float]:
    """The label as it fits into a length, smaller or else shortened, and its font size."""

    def width(text: str, type_: float) -> float:
        return page.extent_of(text, type_, math="$" in text, fonts=families)[0]

    type_ = size
    while width(label, type_) > length and type_ > SMALLEST * size:
        type_ *= 0.97
    if width(label, type_) > length and "$" not in label:
        return page.shortened(label, length, type_), type_
    return label, type_
