"""The axes of a field: no frame, no grid, a few numbers close under it and left of it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from fitreel.render.field_grid import FieldGrid
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.page.type_sizes import ASCENT
from fitreel.render.plots.axes_names import LONGEST_IN_COLUMN, draw_names, write_name
from fitreel.render.plots.fields.field_order import FieldOrder
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.translations import Translation

UNDER, LEFT = 2.0, 7.0
"""From the field to the numbers; pixels at 720."""
OUTLINE = 1.5
ABOVE = 9.0
"""From the field up to a long name of its upright axis."""
MOST_ACROSS, MOST_UP = 5, 5
APART, ROWS = 3.0, 2.2
"""From number to number at least, in font sizes."""
FLATTEST = 0.8
"""Width by height of a field whose scales are equal; a flatter or higher one is stretched."""


@in_force()
def field_axes(page: Page, box: Box, grid: FieldGrid, outline: bool = False) -> Axes:
    """Axes over `box`, without numbers; with an outline where the colours may be the ground's."""
    axes = page.axes(box)
    axes.patch.set_visible(False)
    axes.set_axis_off()
    axes.set_xlim(grid.x[0], grid.x[-1])
    axes.set_ylim(grid.y[0], grid.y[-1])
    if outline:
        width = page.points(page.px(OUTLINE))
        axes.add_patch(
            Rectangle(
                (0, 0),
                1,
                1,
                transform=axes.transAxes,
                fill=False,
                ec=page.theme.grid,
                lw=width,
                zorder=FieldOrder.OUTLINE,
            )
        )
    return axes


def field_ticks(grid: FieldGrid, box: Box, tick: float, words: Translation) -> tuple[Ticks, Ticks]:
    """Where a field has numbers, and these in the film's language; `tick`: their font size."""
    across = max(2, min(MOST_ACROSS, int(box.width / (APART * tick))))
    up = max(2, min(MOST_UP, int(box.height / (ROWS * tick))))
    pairs = _ticks(grid.x, across), _ticks(grid.y, up)
    x, y = (
        (places, [words.respelled(text.replace("\u2212", "-")) for text in texts])
        for places, texts in pairs
    )
    return x, y


def _ticks(places: NDArray[np.float64], most: int) -> Ticks:
    """Three to five, where there is room for so many."""
    tried = [linear_ticks(float(places[0]), float(places[-1]), n) for n in range(2, most + 3)]
    fitting = [each for each in tried if len(each[0]) <= most]
    return max(fitting, key=lambda each: len(each[0]), default=tried[0])


@in_force()
def draw_field_numbers(
    page: Page,
    box: Box,
    grid: FieldGrid,
    ticks: tuple[Ticks, Ticks],
    size: float,
    names: AxisLabels,
) -> None:
    """Write numbers under and left of a field, and what its inputs are called."""
    under, left = page.px(UNDER) + ASCENT * size, page.px(LEFT)
    is_long = len(names.y.replace("$", "")) > LONGEST_IN_COLUMN
    if is_long:
        write_name(page, names.y, (box.left, box.top + page.px(ABOVE)), size, box.width)
    taken = draw_names(
        page, box, AxisLabels(names.x, "" if is_long else names.y), size, under=under, left=left
    )
    spans = _spans(grid.x, box.left, box.width, ticks[0][0])
    for text, middle in zip(ticks[0][1], spans, strict=True):
        half = page.width_of(text, size) / 2
        if taken.row is not None and middle + half + 0.5 * size > taken.row[0]:
            continue
        page.text(middle, box.bottom - under, text, size, colour=page.theme.ticks, ha="center",
                  va="baseline")  # fmt: skip
    for text, middle in zip(ticks[1][1], _spans(grid.y, box.bottom, box.height, ticks[1][0]),
                            strict=True):  # fmt: skip
        base = middle - ASCENT / 2 * size
        if taken.column is not None and base + 1.1 * size > taken.column[0]:
            continue
        page.text(box.left - left, base, text, size, colour=page.theme.ticks, ha="right",
                  va="baseline")  # fmt: skip


def _spans(
    places: NDArray[np.float64], start: float, length: float, ticks: Sequence[float]
) -> list[float]:
    return [start + length * (at - places[0]) / (places[-1] - places[0]) for at in ticks]


def field_aspect(aspect: float, widest: float) -> float:
    """Width by height of a field, up to `widest`: scales are equal where its shape allows.

    `aspect` is that of what is looked at, in the inputs' units.
    """
    return min(max(aspect, FLATTEST), widest)


def field_box(place: Box, aspect: float, widest: float) -> Box:
    """The largest field in `place`, at its upper left; `aspect` and `widest` as `field_aspect`."""
    aspect = field_aspect(aspect, widest)
    width, height = place.width, place.width / aspect
    if height > place.height:
        width, height = place.height * aspect, place.height
    return Box(place.left, place.top - height, width, height)
