"""Where a picture's middle, its readouts, and the plots beside or under it stand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fitreel.model.errors import BadInput
from fitreel.render.geometry import Box
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.readouts import Readout, ReadoutsPlace, row_width
from fitreel.render.page.type_sizes import ASCENT, TOP, shape_of
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.pictures.enlarged import Enlargement
from fitreel.render.single.layout.themed_layout import (
    BEFORE_REMARK,
    FOOT,
    KEY,
    LEAST_ROWS,
    UNDER,
    PanelPlace,
)
from fitreel.render.single.layout.themed_page import Parts, ThemedPage, themed_page
from fitreel.render.single.layout.wide_layout import (
    AXIS_NAME,
    HEAD,
    HEAD_RISE,
    HEADINGS_FOOT,
    KINDS,
    NAME_FOOT,
    NUMBERS,
    OVER_CAPTION,
    READOUT_FOOT,
    TITLE_FOOT,
)
from fitreel.render.single.shapes.shape_picture import Needs
from fitreel.render.text.translations import Translation

COLUMN_FROM = 1.2
"""Width by height of a frame from which on a column stands beside the middle."""
MOST_OF_WIDTH = {"wide": 0.56, "middle": 0.57}
"""Of the frame, that the middle takes beside a column."""
LEAST_MIDDLE = 0.4
"""Of the frame's width, where readouts are wide."""
BESIDE = 56.0
"""From the middle to the column; lengths are those of 720 px."""
LEAST_LOSS = 3.2
"""The loss plot is at least so many font sizes of its numbers high."""
BETWEEN, BETWEEN_PANELS = 26.0, 16.0
ASIDE = (1.0, 0.62, 0.5, 0.36)
"""Of the room under the readouts, that what belongs to the middle takes over so many panels."""
PICTURE_FOOT = 10.0
"""From the headings to a picture, which has no numbers that it could touch."""
SMALL_FOOT = 14.0
STRIP = 0.2
"""Of the height of middle and strip, where the loss stands under the middle."""
TALL_FROM = 1.25
"""Height by width of a frame from which on readouts stand over the middle."""
MOST_OF_SQUARE, HALF = 0.7, 0.56
UNDER_MIDDLE = 0.28
"""Of the height of the middle, that what belongs to it takes under it."""
LINE = 1.36
"""From a readout to the line under it, in font sizes."""


@dataclass(frozen=True)
class ShapedLayout:
    """Where all stands; pixels from the lower left corner."""

    main: Box
    aside: Box | None
    readouts: ReadoutsPlace
    under: float
    """The baseline of the line under the readouts."""
    panels: dict[str, PanelPlace]
    remark: float | None
    """The baseline of a quiet word that ends at the right margin; None: it has no room."""

    @property
    def lowest(self) -> float:
        """How high the lowest plot is."""
        return min((place.box.height for place in self.panels.values()), default=math.inf)


def panels_beside(
    settings: PictureSettings, needs: Needs, *, has_losses: bool
) -> tuple[str, ...]:  # fmt: skip
    """Which panels have a place: the loss, if nothing else is asked for and it is known."""
    if settings.in_cell:
        return ()
    if settings.panels:
        return tuple(name for name in settings.panels if name not in needs.panels)
    return ("loss",) if has_losses else ()


def readouts_beside(
    needs: Needs, last_epoch: int, loss: Readout | None, theme: Theme, words: Translation
) -> list[Readout]:
    """The epoch, what the middle has, and where it wants that the loss."""
    epoch = Readout(words.text("epoch"), [words.integer(last_epoch)], theme.text)
    losses = [loss] if loss is not None and needs.loss_in_readouts else []
    return [epoch, *needs.readouts, *losses]


def shaped_page(
    settings: PictureSettings,
    theme: Theme,
    words: Translation,
    needs: Needs,
    parts: Parts,
    panels: tuple[str, ...],
    least_rows: float = LEAST_ROWS,
) -> tuple[ThemedPage, ShapedLayout]:
    """A page with its texts measured, and where everything stands on it.

    Args:
        settings: how it looks.
        theme: its colours.
        words: in the film's language.
        needs: of the middle.
        parts: what is written; its numbers and names are those of `needs`.
        panels: what stands under each other.
        least_rows: a plot is at least so many font sizes of its numbers high.

    Raises:
        BadInput: a text that doesn't fit or parse, or panels that have no room.
        Unavailable: no font here has the characters.
    """
    written = replace(parts, numbers=needs.numbers, names=needs.names)
    # Of the fit's layout margins, captions and sizes count.
    themed = themed_page(replace(settings, panels=("loss",)), theme, words, written)
    remark = themed.page.width_of(parts.remark, themed.layout.types.tick)
    return themed, lay_out_shape(themed, needs, panels, remark, parts.readouts, least_rows)


def lay_out_shape(
    themed: ThemedPage,
    needs: Needs,
    panels: tuple[str, ...],
    remark: float,
    readouts: Sequence[Readout],
    least_rows: float = LEAST_ROWS,
) -> ShapedLayout:
    """The places on a page whose headings and captions are placed.

    Args:
        themed: the page; of its layout only the margins, captions and type sizes count.
        needs: of the middle.
        panels: what stands under each other.
        remark: the width of a quiet word, in pixels.
        readouts: epoch and what else is read; none of one of many pictures on a page.
        least_rows: a plot is at least so many font sizes of its numbers high.

    Raises:
        BadInput: there is no room for so many panels.
    """
    size = round(themed.page.box.width), round(themed.page.box.height)
    shape = shape_of(size)
    if not readouts:
        return _in_cell(themed, needs)
    if shape == "small":
        return _bare(themed, needs)
    if shape == "wide" or size[0] >= COLUMN_FROM * size[1]:
        least = row_width(themed.page, themed.layout.types, readouts)
        layout = _beside(themed, needs, panels, remark, least)
    else:
        layout = _under(themed, needs, panels, remark, len(readouts))
        if layout.lowest < LEAST_ROWS * themed.layout.types.tick:
            layout = _under(themed, needs, panels, remark, len(readouts), columns=2)
    if layout.lowest < least_rows * themed.layout.types.tick:
        many = len(panels) if len(panels) > 1 else "a panel"
        raise BadInput(f"film.panels: there is no room for {many} beside this picture in "
                       f"{size[0]} x {size[1]}; take fewer or a larger size")  # fmt: skip
    return layout


def _main(box: Box, needs: Needs) -> Box:
    """The middle in its room, at the upper left; a picture's pixels are whole ones."""
    if needs.pixels is not None:
        width, height = Enlargement.to_fit(needs.pixels, box.width, box.height).size
        return Box(round(box.left), round(box.top) - height, width, height)
    aspect = min(max(box.width / box.height, needs.narrowest), needs.widest)
    wide = min(box.width, box.height * aspect)
    high = min(box.height, wide / aspect)
    return Box(box.left, box.top - high, wide, high)


def _beside(
    themed: ThemedPage, needs: Needs, panels: tuple[str, ...], remark: float, least: float
) -> ShapedLayout:
    """Readouts and all else in a column, at least `least` pixels wide, right of the middle."""
    shape = shape_of((round(themed.page.box.width), round(themed.page.box.height)))
    page, layout, px = themed.page, themed.layout, themed.page.px
    types = layout.types
    ticks = px(UNDER) + ASCENT * types.tick
    foot = ticks + 0.24 * types.tick
    has_subtitle = themed.headings.has_subtitle
    foot_of_headings = HEADINGS_FOOT if needs.pixels is None else PICTURE_FOOT
    gap = foot_of_headings if has_subtitle else TITLE_FOOT if shape == "wide" else 18.0
    head = themed.headings.bottom + px(gap) if themed.headings.bottom else px(TOP + 12)
    top = page.box.height - head
    # Without captions the quiet word has a row for itself, as under a fit.
    low = px(FOOT) + (0.24 + 1.0 + AXIS_NAME) * types.tick + px(UNDER)
    if themed.captions.count:
        over = OVER_CAPTION if shape == "wide" and needs.pixels is None else SMALL_FOOT
        low = layout.captions + ASCENT * types.caption + px(over)
    bottom = low + (ticks if needs.has_ticks else 0.0)
    beside = page.width_of(needs.beside, types.label, "bold") + px(14) if needs.beside else 0.0
    share = MOST_OF_WIDTH.get(shape, 0.57)
    gap = max(beside, px(14)) + px(BESIDE if shape == "wide" else 20.0)
    room = min(share * page.box.width, layout.right - least - gap - layout.left)
    room = max(room, LEAST_MIDDLE * page.box.width)
    main = _main(Box(layout.left, bottom, room, top - bottom), needs)
    left = main.right + gap
    column = Box(left, low, layout.right - left, top - low)
    baseline_names = top - ASCENT * types.label
    baseline = baseline_names - px(NAME_FOOT) - ASCENT * types.readout
    readouts = ReadoutsPlace(column.left, column.right, baseline, baseline_names)
    under = baseline - LINE * types.label
    next_top = (under if needs.under else baseline) - px(READOUT_FOOT)
    last = low + foot + AXIS_NAME * types.tick  # a sentence may reach under it
    aside = None
    if needs.aside or needs.rows:
        height = min(needs.aside * column.width + needs.rows * types.label,
                     ASIDE[min(len(panels), 3)] * (next_top - last))  # fmt: skip
        aside = Box(column.left, next_top - height, column.width, height)
        next_top = aside.bottom - px(BETWEEN)
    places = _stacked(themed, needs, column, panels, next_top, last)
    at = layout.remark if shape == "wide" else _in_title_row(themed, remark)
    return ShapedLayout(main, aside, readouts, under, places, at)


def _in_title_row(themed: ThemedPage, remark: float) -> float | None:
    """The title's baseline, where a quiet word has room at its right end."""
    page, layout = themed.page, themed.layout
    if not themed.headings.bottom:
        return page.box.height - page.px(TOP + 4)
    free = layout.right - layout.left - themed.headings.last_width() - page.px(BEFORE_REMARK)
    return page.box.height - themed.headings.bottom if remark <= free else None


def _stacked(
    themed: ThemedPage,
    needs: Needs,
    column: Box,
    panels: tuple[str, ...],
    top: float,
    bottom: float,
) -> dict[str, PanelPlace]:
    """Panels under each other between two heights, the last one's axes on the lower."""
    if not panels:
        return {}
    types, px = themed.layout.types, themed.page.px
    foot = px(UNDER) + (ASCENT + 0.24 + AXIS_NAME) * types.tick
    heads = [0.0 if panel == "loss" and needs.loss_in_readouts else HEAD * types.label
             for panel in panels]  # fmt: skip
    # Of plots over the same, under each other, the lowest has the numbers; small fields have none.
    kinds = [KINDS.get(panel, "places") for panel in panels]
    squares = needs.pixels is not None
    ends = [above != below and not (squares and above == "places")
            for above, below in pairwise(kinds)] + [True]  # fmt: skip
    feet = [foot * ends_here + px(BETWEEN_PANELS) for ends_here in ends]
    height = (top - bottom - sum(heads) - sum(feet[:-1])) / len(panels)
    height = max(height, LEAST_LOSS * types.tick) if len(panels) == 1 else height
    places = {}
    for panel, head, below, ends_here in zip(panels, heads, feet, ends, strict=True):
        top -= head
        box = Box(column.left, top - height, column.width, height)
        baseline = top + head - HEAD_RISE * types.label if head else None
        places[panel] = PanelPlace(box, NUMBERS * types.tick, baseline, ends_here)
        top -= height + below
    return places


def _under(
    themed: ThemedPage,
    needs: Needs,
    panels: tuple[str, ...],
    remark: float,
    count: int,
    columns: int = 1,
) -> ShapedLayout:
    """The panels under the middle; readouts right of it, in a tall frame over it."""
    page, layout, px = themed.page, themed.layout, themed.page.px
    types = layout.types
    is_tall = page.box.height > TALL_FROM * page.box.width
    ticks = px(UNDER) + ASCENT * types.tick
    foot = ticks + 0.24 * types.tick
    low = _above_captions(themed) + (foot + AXIS_NAME * types.tick) * bool(panels)
    readouts = layout.readouts
    under = readouts.baseline - LINE * types.label
    over = _in_title_row(themed, remark) if themed.headings.bottom else None
    has_row = over is None and layout.remark != readouts.baseline
    # What stands beside the middle leaves no room for readouts there.
    has_picture = needs.aside > 0 or needs.rows > 3
    if is_tall or has_picture:
        top = (under if needs.under else readouts.baseline) - px(22)
        top -= KEY * types.tick * has_row
    else:
        head = themed.headings.bottom + px(24) if themed.headings.bottom else px(TOP + 12)
        top = page.box.height - head
    rows = math.ceil(len(panels) / columns)
    strip = _strip(themed, needs, panels, top - low, rows)
    bottom = low + strip + px(SMALL_FOOT) + ticks * needs.has_ticks
    area = Box(layout.left, bottom, layout.right - layout.left, top - bottom)
    beside = page.width_of(needs.beside, types.label, "bold") + px(14) if needs.beside else 0.0
    aside: Box | None = None
    low_row = under - KEY * types.tick if has_row and needs.under else layout.remark
    at: float | None = low_row if over is None else over
    place = readouts
    if is_tall or (needs.aside and not panels):
        main, aside = _over_each_other(themed, needs, area, beside, ticks)
    elif has_picture:
        main, aside = _beside_each_other(themed, needs, area)
    else:
        room = area._replace(width=MOST_OF_SQUARE * area.width)
        main = _main(room, needs)
        left = main.right + max(beside, px(14)) + px(20)
        names = top - ASCENT * types.label
        baseline = names - px(NAME_FOOT) - ASCENT * types.readout
        step = ASCENT * (types.label + types.readout) + px(NAME_FOOT + READOUT_FOOT)
        place = ReadoutsPlace(left, layout.right, baseline, names, step=step)
        baseline -= step * (count - 1)
        under = baseline - LINE * types.label
        at = _in_title_row(themed, remark)
        if needs.aside or needs.rows:
            highest = (under if needs.under else baseline) - px(READOUT_FOOT)
            height = needs.aside * (layout.right - left) + needs.rows * types.label
            height = min(height, highest - main.bottom)
            aside = Box(left, highest - height, layout.right - left, height)
    lowest = min(main.bottom - ticks * needs.has_ticks,
                 aside.bottom if aside is not None else main.bottom)  # fmt: skip
    places = _in_columns(themed, needs, panels, (lowest - px(SMALL_FOOT), low), columns)
    return ShapedLayout(main, aside, place, under, places, at)


def _in_columns(
    themed: ThemedPage,
    needs: Needs,
    panels: tuple[str, ...],
    ends: tuple[float, float],
    columns: int,
) -> dict[str, PanelPlace]:
    """Panels in one column or two, from the upper to the lower of two heights."""
    layout, rows = themed.layout, math.ceil(len(panels) / columns)
    gap = themed.page.px(BETWEEN) * (columns - 1)
    column = Box(layout.left, ends[1], (layout.right - layout.left - gap) / columns, 1.0)
    second = column._replace(left=column.right + gap)
    return _stacked(themed, needs, column, panels[:rows], *ends) | _stacked(
        themed, needs, second, panels[rows:], *ends
    )


def _strip(
    themed: ThemedPage, needs: Needs, panels: tuple[str, ...], height: float, rows: int
) -> float:
    """What panels in rows take of a height that they share with the middle, with their heads."""
    if not panels:
        return 0.0
    types = themed.layout.types
    strip = LEAST_LOSS * types.tick
    if needs.pixels is None:  # a picture leaves enough anyway: it is enlarged by a whole number
        strip = max(STRIP * height, strip)
    heads = HEAD * types.label * (not needs.loss_in_readouts or len(panels) > 1)
    return strip * max(1.0, 0.7 * rows) + heads


def _above_captions(themed: ThemedPage) -> float:
    """Where the captions' room ends, from the frame's foot."""
    page, captions = themed.page, themed.captions
    if not captions.count:
        return page.px(FOOT)
    return themed.layout.captions + ASCENT * captions.size + page.px(SMALL_FOOT)


def _beside_each_other(themed: ThemedPage, needs: Needs, area: Box) -> tuple[Box, Box]:
    """The middle, and what belongs to it right of that."""
    main = _main(area._replace(width=HALF * area.width), needs)
    left = main.right + themed.page.px(30)
    width = themed.layout.right - left
    height = min(needs.aside * width + needs.rows * themed.layout.types.label, main.height)
    return main, Box(left, main.top - height, width, height)


def _over_each_other(
    themed: ThemedPage, needs: Needs, area: Box, beside: float, ticks: float
) -> tuple[Box, Box | None]:
    """The middle, and what belongs to it under that."""
    px, label = themed.page.px, themed.layout.types.label
    room = area._replace(width=area.width - beside)
    if not (needs.aside or needs.rows):
        return _main(room, needs), None
    height = min(needs.aside * area.width, UNDER_MIDDLE * area.height) + needs.rows * label
    gap = px(SMALL_FOOT) + ticks * needs.has_ticks
    main = _main(
        room._replace(bottom=area.bottom + height + gap, height=area.height - height - gap), needs
    )
    return main, Box(area.left, main.bottom - gap - height, area.width, height)


def _in_cell(themed: ThemedPage, needs: Needs) -> ShapedLayout:
    page, layout, fit = themed.page, themed.layout, themed.layout.fit
    row = (page.px(UNDER) + ASCENT * layout.types.tick) * needs.has_ticks
    beside = page.width_of(needs.beside, layout.types.label, "bold") if needs.beside else 0.0
    room = Box(fit.left, fit.bottom + row, fit.width - beside, fit.height - row)
    return ShapedLayout(_main(room, needs), None, layout.readouts, 0.0, {}, None)


def _bare(themed: ThemedPage, needs: Needs) -> ShapedLayout:
    layout = themed.layout
    main = _main(layout.fit, needs)
    return ShapedLayout(main, None, layout.readouts, 0.0, {}, None)
