"""A frame that isn't wide: readouts, fit and panels under each other."""

import math

from fitreel.render.geometry import REFERENCE, Box
from fitreel.render.page.readouts import ReadoutsPlace
from fitreel.render.page.type_sizes import ASCENT, TOP, cell_type_sizes, shape_of
from fitreel.render.single.layout.themed_layout import (
    BEFORE_REMARK,
    FOOT,
    KEY,
    KEY_FOOT,
    LEAST_ROWS,
    RIDER_GAP,
    Contents,
    Frame,
    PanelPlace,
    ThemedLayout,
    check_height,
    refuse_panels,
)
from fitreel.render.single.layout.wide_layout import AXIS_NAME, HEAD, HEAD_RISE, KINDS

EMPTY_FOOT = 0.1
"""Of a tall frame's height: phones cover it."""
STRIP = {"middle": 0.19, "tall": 0.26}
"""Of what fit and strip have together, where the loss stands alone under the fit."""
ROWS = {"middle": (0.24, 0.42, 0.5), "tall": (0.3, 0.46, 0.56)}
"""The same for one, two or three rows of panels."""
COLUMNS = {"middle": (1, 2, 3, 2, 3, 3), "tall": (1, 1, 2, 2, 2, 2)}
"""In how many columns so many panels stand, from one on."""
LONG_REMARK = 0.25
"""Of what there is between the margins; a longer word has a row over the fit for itself."""
TALLEST = 1.25
"""Height by width of a fit that stands alone; what is left of a tall frame stays free."""
READOUT_RISE, READOUT_FOOT = 24.0, 22.0
"""From the headings down to the readouts' capitals, and from their baseline to the fit."""
OVER_CAPTION, BETWEEN, BETWEEN_COLUMNS = 14.0, 14.0, 18.0
NUMBERS = 2.87
CELL_SIDE, CELL_FOOT = 24.0, 16.0
"""Free round one of many pictures on a page."""


def lay_out_stacked(size: tuple[int, int], contents: Contents) -> ThemedLayout:
    """The places in a frame of `size` pixels that is no wider than high, or little.

    Raises:
        BadInput: there is no room for so many panels, or for the fit.
    """
    frame, shape = Frame(size, contents), shape_of(size)
    types, px = frame.types, frame.px
    if contents.headings:
        readouts = contents.headings + px(READOUT_RISE) + ASCENT * types.readout
    else:
        readouts = px(TOP + 8) + ASCENT * types.readout
    # A long word would leave epoch and loss too little room.
    has_row = contents.remark > LONG_REMARK * (frame.right - frame.left)
    top = readouts + px(READOUT_FOOT) + (contents.key + has_row) * KEY * types.tick
    bottom = 0.04 * frame.height if shape == "middle" else EMPTY_FOOT * frame.height
    last = bottom + 0.24 * types.caption
    first = last + max(contents.captions - 1, 0) * 1.25 * types.caption
    low = first + ASCENT * types.caption + px(OVER_CAPTION) if contents.captions else px(FOOT)
    beside = contents.rider + px(RIDER_GAP) if contents.rider else 0.0
    width = frame.right - beside - frame.left
    area = Box(frame.left, low, width, frame.height - top - low)
    panels: dict[str, PanelPlace] = {}
    loss_rides = contents.panels == ("loss",) and contents.rider > 0
    if contents.panels:
        fit, panels = _with_panels(frame, shape, area, loss_rides)
    else:
        fit = Box(area.left, low + frame.ticks + px(8), width, area.height - frame.ticks - px(8))
        spare = fit.height - TALLEST * fit.width if shape == "tall" else 0.0
        if spare > 0:
            fit = fit._replace(bottom=fit.bottom + spare, height=fit.height - spare)
            first += spare
    check_height(fit.height, frame)
    baseline = frame.height - readouts
    aside = contents.remark + px(BEFORE_REMARK) if contents.remark and not has_row else 0.0
    key = fit.top + px(KEY_FOOT)
    remark = key + contents.key * KEY * types.tick if has_row else baseline
    row = ReadoutsPlace(frame.left, frame.right - aside, baseline, None)
    return ThemedLayout(
        types, frame.left, frame.right, fit, row, first, remark, key, panels,
        loss_rides,
    )  # fmt: skip


def _with_panels(
    frame: Frame, shape: str, area: Box, alone: bool
) -> tuple[Box, dict[str, PanelPlace]]:
    """The fit, and the panels in rows under it."""
    panels, types, px = frame.contents.panels, frame.types, frame.px
    columns = COLUMNS[shape][min(len(panels), 6) - 1]
    rows = math.ceil(len(panels) / columns)
    foot = frame.ticks + (0.24 + AXIS_NAME * alone) * types.tick
    head = 0.0 if alone else HEAD * types.label
    free = area.height - frame.ticks - px(BETWEEN) - rows * (head + foot)
    free -= (rows - 1) * px(BETWEEN) / 2
    share = STRIP[shape] if alone else ROWS[shape][min(rows, 3) - 1]
    height = share * free / rows
    if height < LEAST_ROWS * types.tick * (0.75 if alone else 1.0):
        raise refuse_panels(frame, max(len(panels) - 1, 0) if rows > 1 else 0)
    fit = Box(area.left, area.top - (1 - share) * free, area.width, (1 - share) * free)
    top = fit.bottom - frame.ticks - px(BETWEEN)
    places = {}
    numbers = NUMBERS * types.tick
    for row in range(rows):
        names = panels[row * columns : (row + 1) * columns]
        left = fit.left - numbers
        right = fit.right if alone else frame.right
        width = (right - left - (len(names) - 1) * px(BETWEEN_COLUMNS)) / len(names)
        top -= head
        for number, name in enumerate(names):
            box = Box(left + number * (width + px(BETWEEN_COLUMNS)), top - height, width, height)
            baseline = top + head - HEAD_RISE * types.label if head else None
            places[name] = PanelPlace(
                box, numbers, baseline, True, not alone and KINDS.get(name) == "epoch"
            )
        top -= height + foot + px(BETWEEN) / 2
    return fit, places


def lay_out_cell(size: tuple[int, int], contents: Contents) -> ThemedLayout:
    """The place of one of many pictures on a page, with the row of numbers under it."""
    types, unit = cell_type_sizes(size), min(size) / REFERENCE
    side, left = CELL_SIDE * unit, contents.numbers + CELL_SIDE * unit
    fit = Box(left, CELL_FOOT * unit, size[0] - side - left, size[1] - (CELL_FOOT * unit + side))
    row = ReadoutsPlace(left, size[0] - side, 0.0, None)
    return ThemedLayout(types, left, size[0] - side, fit, row, 0.0, 0.0, 0.0)


def lay_out_small(size: tuple[int, int], contents: Contents) -> ThemedLayout:
    """The places of title, readouts and curve in a frame that is too small for more.

    Raises:
        BadInput: it is too small for these.
    """
    frame = Frame(size, contents)
    types, side = frame.types, frame.left
    readouts = (contents.headings or side) + (0.3 if contents.headings else 0.0) * types.readout
    readouts += ASCENT * types.readout
    top = readouts + 0.4 * types.readout
    fit = Box(side, side, frame.width - 2 * side, frame.height - top - side)
    check_height(fit.height, frame)
    row = ReadoutsPlace(side, frame.width - side, frame.height - readouts, None)
    return ThemedLayout(types, side, frame.width - side, fit, row, side, side, side,
                        is_bare=True)  # fmt: skip
