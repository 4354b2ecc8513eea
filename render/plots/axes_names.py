"""What axes are called: at the end of the row and at the top of the column of their numbers."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import NamedTuple

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.fonts import fonts_for

LONGEST_IN_COLUMN = 3
"""A longer name doesn't stand in the column of numbers, but over the plot inside the axes."""
BETWEEN = 0.6
"""From a name to the number beside it, in font sizes."""
INSIDE = 0.4
"""From the axis to a name inside the axes, in font sizes."""
MOST = 0.6
"""Of the axes' length, that a name may take; a longer one shrinks, then is shortened."""
SMALLEST = 0.75


class Taken(NamedTuple):
    """What names take of the row and of the column of numbers: from where to where, in pixels."""

    row: tuple[float, float] | None = None
    column: tuple[float, float] | None = None


def draw_names(
    page: Page, box: Box, names: AxisLabels, size: float, *, under: float, left: float
) -> Taken:
    """Write what axes are called.

    Args:
        page: the page.
        box: the inside of the axes, in pixels.
        names: as matplotlib takes them, with mathematics between $; "" for none.
        size: font size of the numbers, in pixels.
        under: from the axes down to the numbers' base line, in pixels.
        left: from the axes to the numbers left of them, in pixels.
    """
    row = column = None
    if names.x:
        width = write_name(page, names.x, (box.right, box.bottom - under), size,
                           MOST * box.width, ha="right")  # fmt: skip
        row = (box.right - width - BETWEEN * size, float("inf"))
    if names.y and len(names.y.replace("$", "")) <= LONGEST_IN_COLUMN:
        base = box.top - 0.74 * size
        write_name(page, names.y, (box.left - left, base), size, box.width, ha="right")
        column = (base - 0.3 * size, float("inf"))
    elif names.y:
        base = box.top - (0.74 + INSIDE) * size
        write_name(page, names.y, (box.left + INSIDE * size, base), size, MOST * box.width)
    return Taken(row, column)


def write_name(
    page: Page,
    name: str,
    place: tuple[float, float],
    size: float,
    most: float,
    smallest: float = SMALLEST,
    ha: str = "left",
) -> float:
    """Write one name, with mathematics between $; returns how wide it is, in pixels.

    Args:
        page: the page.
        name: what is written.
        place: where it begins or ends, and its baseline, in pixels.
        size: the largest font size, in pixels.
        most: no wider than so many pixels: smaller, or else shortened.
        smallest: the least font size, in parts of `size`.
        ha: "left" or "right": whether it begins or ends there.
    """
    families = list(fonts_for([name]).families_of(name)) if "$" in name else page.fonts

    def width(text: str, type_: float) -> float:
        return page.extent_of(text, type_, math="$" in text, fonts=families)[0]

    type_ = size
    while width(name, type_) > most and type_ > smallest * size:
        type_ *= 0.97
    if width(name, type_) > most and "$" not in name:
        name = page.shortened(name, most, type_)
    page.text(
        *place, name, type_, colour=page.theme.muted, va="baseline", ha=ha,
        parse_math="$" in name, fontfamily=list(families),
    )  # fmt: skip
    return width(name, type_)
