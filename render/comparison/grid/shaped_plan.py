"""Where panels of a given shape stand: the losses beside or under them, whichever leaves more."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fitreel.render.comparison.cells.needs import CellNeeds
from fitreel.render.comparison.grid.grid_plan import HEAD, GridPlan
from fitreel.render.comparison.page.page_plan import PagePlan
from fitreel.render.geometry import Box

ACROSS, ALONG = 24.0, 14.0
"""Between panels; lengths are those of 720 px."""
SPREAD = 0.35
"""Of a panel's width: how much further apart they stand where there is room beside them."""
LEAST_LOSSES, LEAST_GUTTER, WIDEST_GUTTER = 180.0, 104.0, 210.0
"""Beside the panels: the width of the losses with their numbers, and of the names."""
BEFORE_LOSSES = 38.0
STRIP, STRIP_UNDER_PICTURES, TALLEST_STRIP = 76.0, 50.0, 0.26
"""The least height of the losses under the panels, and the greatest in parts of the frame's."""
OVER_STRIP, NAME_OVER_STRIP = 18.0, 46.0
"""From what is above to the losses, with their name beside them, or over them."""
BEFORE_NAMES, WIDEST_UNDER = 20.0, 240.0
"""Of a gutter, before its names, and its greatest width beside losses under the panels."""
NAMES_OVER, NAMES_BEYOND = 16.0, 28.0
"""How much higher than the losses their names may stand, and how much higher these are in all."""
WIDEST_AFTER, BEFORE_AFTER = 0.22, 1.6
"""Of the page's width, for what the axis of epochs is called after its numbers; before that, in
font sizes."""
UNDER_FOOT = 8.0
"""From what stands once under panels to the caption, with what is free there anyway."""
QUARTERS = 4
NAME_ROOM = 5.0
"""In font sizes of names: so far apart panels have room for these."""


class StripTexts(NamedTuple):
    """What is written round losses that stand under the panels."""

    names: tuple[float, float]
    """Width and height of all in the gutter beside them."""
    over: float = OVER_STRIP
    """What they need over them, at 720 px."""
    after: float = 0.0
    """How wide is what their axis counts, in pixels, which can stand after its numbers; 0: only
    under them."""


@dataclass(frozen=True)
class _Room:
    """What is left for panels where the losses stand somewhere."""

    area: Box
    is_beside: bool


def plan_shaped(
    page: PagePlan,
    count: int,
    left: float,
    loss_panel: bool,
    names: tuple[float, float],
    strip: StripTexts,
    needs: CellNeeds,
    head: float = HEAD,
) -> GridPlan:
    """Where `count` panels go, the target's among them; other arguments as `plan_grid` has.

    `strip` is what losses under the panels need round them.
    """
    fitted = [
        (_sized(page, room.area, count, each, head), room, each)
        for each in _standing(needs)
        for room in _rooms(page, left, loss_panel, names, strip, each)
    ]
    # Of equal ones the first: beside, and what stands once under them.
    (size, columns), room, needs = max(fitted, key=lambda each: round(math.prod(each[0][0]), 3))
    panels = _panels(page, room.area, count, columns, size, needs, head)
    right = max(panel.right for panel in panels)
    low = min(panel.bottom for panel in panels)
    under = _under(page, needs)
    foot = side = None
    if needs.side:
        side = Box(right, low, needs.side, panels[0].top - low)
    elif needs.foot:
        wide = page.width - page.margin - left if not room.is_beside else right - left
        foot = Box(left, low - under - needs.foot, wide, needs.foot)
    losses = gutter = None
    is_strip = loss_panel and not room.is_beside
    is_after = is_strip and _has_name_after(page, strip, needs)
    if is_strip:
        top = low - under - needs.foot - page.px(strip.over)
        losses, gutter = _beneath(page, left, top, strip, is_after)
    elif loss_panel:
        losses, gutter = _beside(page, right + needs.side, (panels[0].top, low), names)
    return GridPlan(
        columns, math.ceil(count / columns), panels, losses, gutter, needs.has_target,
        needs.own_numbers is not None, is_strip, is_after, foot, side,
    )  # fmt: skip


def _standing(needs: CellNeeds) -> Iterator[CellNeeds]:
    """The same with what stands once under the panels, and right of them where it can."""
    yield needs._replace(side=0.0)
    if needs.side:
        yield needs._replace(foot=0.0)


def _has_name_after(page: PagePlan, strip: StripTexts, needs: CellNeeds) -> bool:
    """Whether a strip's axis is called after its numbers: under names, which stand there then."""
    has_gutter = strip.names[1] <= page.px(_least_strip(needs) + NAMES_BEYOND)
    wide = strip.after + BEFORE_AFTER * page.tick
    return has_gutter and strip.after > 0 and wide <= WIDEST_AFTER * page.width


def _least_strip(needs: CellNeeds) -> float:
    """How high losses under the panels are at least, at 720 px."""
    return STRIP if needs.pixels is None else STRIP_UNDER_PICTURES


def _rooms(
    page: PagePlan,
    left: float,
    loss_panel: bool,
    names: tuple[float, float],
    strip: StripTexts,
    needs: CellNeeds,
) -> Iterator[_Room]:
    """What is left for panels with the losses beside them, and under them."""
    px, right = page.px, page.width - page.margin - needs.side
    under = _under(page, needs) - 1.5 * page.tick  # a row of numbers has room under the plots
    low = page.bottom - needs.foot - max(under, 0.0) - (px(UNDER_FOOT) if needs.foot else 0.0)
    top = page.top + px(7)
    if not loss_panel:
        yield _Room(page.upwards(left, top, right, low), True)
        return
    end = right - px(LEAST_LOSSES) - _gutter_width(page, names) - px(BEFORE_LOSSES)
    if end > left:
        yield _Room(page.upwards(left, top, end, low), True)
    low = page.bottom - (0.0 if _has_name_after(page, strip, needs) else 1.2 * page.tick)
    low -= px(_least_strip(needs) + strip.over) + needs.foot + _under(page, needs)
    yield _Room(page.upwards(left, top, right, low), False)


def _under(page: PagePlan, needs: CellNeeds) -> float:
    """What numbers take under the panels."""
    if needs.own_numbers is not None:
        return needs.own_numbers[1]
    return 1.5 * page.tick if needs.pixels is None else 0.0


def _gutter_width(page: PagePlan, names: tuple[float, float]) -> float:
    return min(max(names[0] + page.px(BEFORE_NAMES), page.px(LEAST_GUTTER)), page.px(WIDEST_GUTTER))


def _gaps(page: PagePlan, needs: CellNeeds, head: float) -> tuple[float, float]:
    """From a panel to the next at its right, and to the head and the panel under it."""
    across, along = page.px(ACROSS), page.px(ALONG)
    if needs.own_numbers is not None:
        across, along = across + needs.own_numbers[0], along + needs.own_numbers[1]
    return across, along + page.px(head) + needs.over


def _sized(
    page: PagePlan, area: Box, count: int, needs: CellNeeds, head: float
) -> tuple[tuple[float, float], int]:
    """How large panels can be, and in how many columns.

    Of equal ones those that leave the fewest places empty, and of these the widest row.
    """
    across, along = _gaps(page, needs, head)
    over = page.px(head) + needs.over
    aspect = needs.aspect or 1.0
    best: tuple[tuple[float, float], int] = ((1.0, 1.0), 1)
    most = 0.0, 0, 0
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        wide = (area.width - (columns - 1) * across) / columns
        tall = (area.height - over - (rows - 1) * along) / rows
        width = max(min(wide, aspect * tall), 1.0)
        size = width, width / aspect
        if needs.narrowest is not None:
            size = width, min(max(tall, width / aspect), width / needs.narrowest)
        if needs.pixels is not None:
            down, right = needs.pixels
            quarters = max(math.floor(QUARTERS * width / right + 1e-9), 1)
            size = right * quarters / QUARTERS, down * quarters / QUARTERS
        pitch = size[0] + across + (_spread(area, columns, size[0], across) if columns > 1 else 0)
        worth = math.sqrt(math.prod(size)) * min(1.0, pitch / (NAME_ROOM * page.name))
        rank = round(worth, 3), count - columns * rows, columns
        if rank > most:
            best, most = (size, columns), rank
    return best


def _spread(area: Box, columns: int, width: float, across: float) -> float:
    """How much further apart columns stand than they must."""
    free = (area.width - columns * width) / (columns - 1) - across
    return max(min(free, SPREAD * width), 0.0)


def _panels(
    page: PagePlan, area: Box, count: int, columns: int, size: tuple[float, float],
    needs: CellNeeds, head: float,
) -> tuple[Box, ...]:  # fmt: skip
    across, along = _gaps(page, needs, head)
    top = area.top - page.px(head) - needs.over
    width, height = size
    whole = math.floor if needs.pixels is None else math.ceil
    if columns > 1:
        across += _spread(area, columns, width, across)
    return tuple(
        Box(
            round(area.left + column * (width + across)),
            round(top - row * (height + along) - height),
            whole(width), whole(height),
        )
        for row, column in (divmod(number, columns) for number in range(count))
    )  # fmt: skip


def _beside(
    page: PagePlan, panels_end: float, span: tuple[float, float], names: tuple[float, float]
) -> tuple[Box, Box | None]:
    """The losses right of the panels, as high as these, and their gutter."""
    (top, low), right = span, page.width - page.margin
    start = panels_end + page.px(BEFORE_LOSSES)
    has_names = names[1] <= top - low + page.px(16)
    end = right - _gutter_width(page, names) if has_names else right
    losses = Box(start, low, end - start, top - low)
    if not has_names:
        return losses, None
    return losses, Box(end, low - page.px(4), right - end, losses.height + page.px(16))


def _beneath(
    page: PagePlan, left: float, top: float, strip: StripTexts, is_after: bool
) -> tuple[Box, Box | None]:
    """The losses in a strip under the panels, up to `top`, and their gutter."""
    right, names = page.width - page.margin, strip.names
    low = page.size[1] - page.bottom + (0.0 if is_after else 1.2 * page.tick)
    tall = max(min(top - low, TALLEST_STRIP * page.size[1]), 1.0)
    has_names = names[1] <= tall + page.px(NAMES_BEYOND)
    wide = min(names[0] + page.px(BEFORE_NAMES), page.px(WIDEST_UNDER)) if has_names else 0.0
    if is_after:
        wide = max(wide, strip.after + BEFORE_AFTER * page.tick)
    losses = Box(left, low, right - wide - left, tall)
    if not has_names:
        return losses, None
    return losses, Box(right - wide, low - page.px(4), wide, tall + page.px(NAMES_OVER))
