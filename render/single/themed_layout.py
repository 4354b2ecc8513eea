"""Where everything stands in a film for the lecture hall: a pure function of size and contents.

All lengths follow from the frame's size, so a 4K frame is the small one, only sharper. A wide frame
has its panels and its numbers beside the fit, a tall one above and below it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from fitreel.model.errors import BadInput
from fitreel.render.geometry import Box, unit_height

SMALLEST_TYPE = 0.022
"""The smallest text, against the height of the largest 4:3 picture that fits into the frame."""
SMALLEST_PIXELS = 6.0
"""No text is lower than that."""
TICK_TYPES = (0.031, 0.0285, 0.026, 0.024, SMALLEST_TYPE)
"""At the ticks, in the same measure: the smaller, the more room there is for the axes."""
LABEL_TYPE = 0.035
"""What names a number or a panel."""
NUMBER_TYPE = 0.064
"""Epoch and loss."""
LARGE_NUMBER_TYPE = 0.094
"""Epoch and loss where they have a column to themselves."""
TITLE_TYPE = 0.058
SMALLEST_TITLE = 0.036
SUBTITLE_TYPE = 0.038
CAPTION_TYPE = 0.035
MARGIN = 0.055
GAP = 0.045
FIT_ASPECTS = (0.95, 1.6)
"""Width by height that suits the fit."""
NARROWEST_NUMBER = 4.2
"""Room for a number beside another one, in font sizes: as 0.0123."""
TALLEST_FIT = 1.25
"""Height by width of a fit that stands alone; what is left of a tall frame stays free."""
PANEL_ASPECTS = (1.3, 2.6)
WIDE_PANEL = 0.5
"""How little is lost by a wide panel: a curve over epochs may be long."""
TICK_FOOT = 1.9
"""Height of the numbers beneath axes, in their font sizes."""
SHARES = [0.01 * percent for percent in range(22, 66)]


@dataclass(frozen=True)
class Contents:
    """What there is to arrange."""

    panels: tuple[str, ...] = ()
    title: float = 0.0
    """Heights in pixels, of one line or more; 0 where there is none."""
    subtitle: float = 0.0
    caption: float = 0.0
    remark: float = 0.0
    """The least width, in pixels, of a line that is kept free for it; 0 for none."""
    legend: int = 0
    """Entries of the legend."""
    legend_width: float = 0.0
    """What they need at least, in pixels, in a row."""
    fit_left: float = 3.2
    """Width of the numbers left of the fit's axes, in font sizes; for panels the same."""
    panel_left: float = 3.2


class Parts(NamedTuple):
    """What lies between the headings; see `ThemedLayout`."""

    fit: Box
    panels: dict[str, Box]
    epoch: Box
    loss: Box
    numbers_in_row: bool
    number: float
    remark: Box | None
    legend: Box | None
    legend_in_row: bool
    spare: float = 0.0
    """Height that stays free above, and as much below."""


@dataclass(frozen=True)
class ThemedLayout:
    """Boxes in pixels; those of the fit and of panels are the insides of their axes."""

    unit: float
    """What type sizes are relative to."""
    tick: float
    """Font size at the ticks."""
    title: Box | None
    subtitle: Box | None
    caption: Box | None
    fit: Box
    panels: dict[str, Box]
    epoch: Box
    """The name and the number, one above the other, or on one line (`numbers_in_row`)."""
    loss: Box
    numbers_in_row: bool
    number: float
    """Largest font size of epoch and loss."""
    remark: Box | None
    legend: Box | None
    legend_in_row: bool

    @property
    def label(self) -> float:
        """Font size of what names a number or a panel."""
        return LABEL_TYPE * self.unit

    @property
    def head(self) -> float:
        """Height of a panel's title line."""
        return head_height(self.unit)


def head_height(unit: float) -> float:
    """Height of the line above a panel."""
    return 1.55 * LABEL_TYPE * unit


def text_width(size: tuple[int, int], fit_left: float) -> float:
    """How wide title, subtitle and caption may be, in pixels."""
    unit = unit_height(size)
    return size[0] - 2 * MARGIN * unit - fit_left * TICK_TYPES[0] * unit


def lay_out(size: tuple[int, int], contents: Contents) -> ThemedLayout:
    """The best place for everything in a frame of `size` pixels.

    Raises:
        BadInput: the frame is too small, or too odd in shape, for so many panels.
    """
    unit = unit_height(size)
    if TICK_TYPES[0] * unit < SMALLEST_PIXELS:
        least = SMALLEST_PIXELS / TICK_TYPES[0] / unit
        raise BadInput(
            f"film.size {size[0]} x {size[1]}: too small to be read; the smallest of this shape "
            f"that works is {_even(size[0] * least)} x {_even(size[1] * least)}"
        )
    ticks = [each * unit for each in TICK_TYPES if each * unit >= SMALLEST_PIXELS]
    candidates = [pair for tick in ticks for pair in _candidates(size, unit, tick, contents)]
    if candidates:
        return max(candidates, key=lambda pair: pair[0])[1]
    if not contents.panels:
        high = {key: getattr(contents, key) for key in ("title", "subtitle", "caption")}
        name = max(high, key=lambda key: high[key])
        raise BadInput(
            f"film.{name}: leaves no room for the fit in {size[0]} x {size[1]}; write less"
        )
    few = f"{len(contents.panels)} panels" if len(contents.panels) != 1 else "a panel"
    raise BadInput(
        f"film.panels: there is no room for {few} in {size[0]} x {size[1]}"
        + (" beside so much text" if contents.title + contents.subtitle + contents.caption else "")
        + "; take fewer, or a size of another shape"
    )


def _even(pixels: float) -> int:
    return 2 * math.ceil(pixels / 2)


def _candidates(
    size: tuple[int, int], unit: float, tick: float, contents: Contents
) -> Iterator[tuple[float, ThemedLayout]]:
    """Arrangements that leave everything its least room, each with its worth."""
    margin = MARGIN * unit
    left = margin + contents.fit_left * tick
    right, top, bottom = size[0] - margin, size[1] - margin, margin
    title = subtitle = caption = None
    if contents.title:
        title = Box(left, top - contents.title, right - left, contents.title)
        top = title.bottom
    if contents.subtitle:
        top -= 0.25 * SUBTITLE_TYPE * unit if title else 0
        subtitle = Box(left, top - contents.subtitle, right - left, contents.subtitle)
        top = subtitle.bottom
    if title or subtitle:
        top -= 0.8 * GAP * unit
    if contents.caption:
        caption = Box(left, bottom, right - left, contents.caption)
        bottom = caption.top + 0.6 * GAP * unit
    headings = {"title": title, "subtitle": subtitle, "caption": caption}
    room = Box(margin, bottom, right - margin, top - bottom)
    makers = [_beside(room, unit, tick, contents, share) for share in SHARES]
    makers += [_below(room, unit, tick, contents, share) for share in SHARES]
    for boxes in makers:
        for parts in boxes:
            panels = list(parts.panels.values())
            if _has_lines(parts, contents) and _is_roomy(parts.fit, panels, tick):
                worth = _worth(parts.fit, panels) + 1.2 * math.log(tick / unit)
                yield worth, _together(unit, tick, headings, parts)


def _together(
    unit: float, tick: float, headings: dict[str, Box | None], parts: Parts
) -> ThemedLayout:
    """All in one; where height stays free, the headings keep near to what they are about."""
    moved: dict[str, Any] = {
        key: box and _lowered(box, -parts.spare if key == "caption" else parts.spare)
        for key, box in headings.items()
    }
    fields: dict[str, Any] = parts._asdict()
    del fields["spare"]
    return ThemedLayout(unit=unit, tick=tick, **moved, **fields)


def _has_lines(parts: Parts, contents: Contents) -> bool:
    """Whether the remark and the legend can be written."""
    remark, legend = parts.remark, parts.legend
    if remark is not None and remark.width < contents.remark:
        return False
    return legend is None or not parts.legend_in_row or legend.width >= contents.legend_width


def _is_roomy(fit: Box, panels: Sequence[Box], tick: float) -> bool:
    if fit.width < 10 * tick or fit.height < 8 * tick:
        return False
    return all(panel.width >= 7.5 * tick and panel.height >= 3.6 * tick for panel in panels)


def _worth(fit: Box, panels: Sequence[Box]) -> float:
    """How large all is, less what is lost to an unsuitable shape; the fit counts most."""
    worth = math.log(_useful(fit, FIT_ASPECTS))
    if panels:
        panel = min(_useful(panel, PANEL_ASPECTS, WIDE_PANEL) for panel in panels)
        worth += 0.7 * math.log(panel)
        largest = max(panel.width * panel.height for panel in panels)
        worth -= 1.5 * max(0.0, math.log(2.0 * largest / (fit.width * fit.height)))
    return worth


def _useful(box: Box, aspects: tuple[float, float], wide: float = 2.5) -> float:
    """Its area, less what is lost by a shape that is too narrow, or too wide (to the power)."""
    aspect = box.width / box.height
    narrow = min(aspect / aspects[0], 1.0) ** 2.5
    return float(box.width * box.height * narrow * min(aspects[1] / aspect, 1.0) ** wide)


def _beside(
    room: Box, unit: float, tick: float, contents: Contents, share: float
) -> Iterator[Parts]:
    """The numbers and the panels in columns right of the fit."""
    foot, head = TICK_FOOT * tick, 0.4 * tick
    gap = 1.1 * GAP * unit
    in_column = bool(contents.legend) and not contents.panels
    legend_line = 0.0 if in_column or not contents.legend else 1.7 * LABEL_TYPE * unit
    side = share * room.width
    if not contents.panels and share > 0.36:
        return
    left = room.left + contents.fit_left * tick
    fit = Box(
        left, room.bottom + foot, room.width - side - gap - contents.fit_left * tick,
        room.height - foot - head - legend_line,
    )  # fmt: skip
    if fit.width < 1 or fit.height < 1:
        return
    column = Box(room.right - side, room.bottom, side, room.height)
    if not contents.panels:
        makers = [_numbers_alone(column, unit, tick, contents)]
    else:
        counts = range(1, len(contents.panels) + 1)
        makers = [_numbers_and_panels(column, columns, unit, tick, contents) for columns in counts]
    for parts in makers:
        if parts is None:
            continue
        legend = parts.legend
        if legend_line:
            legend = Box(fit.left, fit.top + head, fit.width, legend_line)
        remark = None
        if contents.remark:
            remark = Box(
                parts.epoch.left, parts.below, column.right - parts.epoch.left,
                1.3 * LABEL_TYPE * unit,
            )  # fmt: skip
        yield Parts(
            fit, parts.panels, parts.epoch, parts.loss, parts.in_row, parts.number, remark, legend,
            not in_column,
        )  # fmt: skip


class _Column(NamedTuple):
    """What stands beside the fit, but for the remark; see `ThemedLayout`."""

    panels: dict[str, Box]
    epoch: Box
    loss: Box
    in_row: bool
    number: float
    legend: Box | None
    below: float
    """The lower end of the numbers and of a remark's line."""


def _numbers_and_panels(
    column: Box, columns: int, unit: float, tick: float, contents: Contents
) -> _Column | None:
    """Epoch and loss over panels in so many columns; None where these don't fit."""
    gap, label, number = 1.1 * GAP * unit, LABEL_TYPE * unit, NUMBER_TYPE * unit
    indent = contents.panel_left * tick
    tall = 1.25 * label + 1.0 * number
    inner = column.width - indent
    half = (inner - gap) / 2
    in_row = half < NARROWEST_NUMBER * number
    if in_row:  # one above the other, each beside its name
        tall = 1.15 * number
        epoch = Box(column.left + indent, column.top - tall, inner, tall)
        loss = epoch._replace(bottom=epoch.bottom - tall)
    else:
        epoch = Box(column.left + indent, column.top - tall, half, tall)
        loss = epoch._replace(left=column.right - half)
    below = loss.bottom - (1.75 * label if contents.remark else 0.0)
    grid = Box(
        column.left, column.bottom, column.width, below - 0.7 * GAP * unit - column.bottom,
    )  # fmt: skip
    rows = math.ceil(len(contents.panels) / columns)
    panels = _cells(grid, columns, rows, unit, tick, contents)
    if panels is None:
        return None
    if columns >= 2 and not in_row:
        first, second, *_ = panels.values()
        epoch = epoch._replace(left=first.left, width=first.width)
        loss = loss._replace(left=second.left, width=second.width)
    return _Column(panels, epoch, loss, in_row, number, None, below)


def _numbers_alone(column: Box, unit: float, tick: float, contents: Contents) -> _Column | None:
    """Large numbers, and at the foot the legend; None where this doesn't fit."""
    label, number = LABEL_TYPE * unit, LARGE_NUMBER_TYPE * unit
    tall = 1.35 * label + 1.0 * number
    epoch = Box(column.left, column.top - tall, column.width, tall)
    loss = epoch._replace(bottom=epoch.bottom - tall - 0.9 * label)
    below = loss.bottom - (1.75 * label if contents.remark else 0.0)
    legend = None
    if contents.legend:
        foot, height = TICK_FOOT * tick, 1.7 * label * contents.legend
        legend = Box(column.left, column.bottom + foot, column.width, height)
        if legend.top > below - 0.5 * label:
            return None
    return _Column({}, epoch, loss, False, number, legend, below)


def _below(
    room: Box, unit: float, tick: float, contents: Contents, share: float
) -> Iterator[Parts]:
    """The numbers in a row above the fit, the panels in rows below it."""
    foot, head = TICK_FOOT * tick, 0.4 * tick
    if not contents.panels and share != SHARES[0]:
        return
    gap = GAP * unit
    label, number = LABEL_TYPE * unit, NUMBER_TYPE * unit
    left = room.left + contents.fit_left * tick
    half = (room.right - left - gap) / 2
    tall = 1.0 * number
    epoch = Box(left, room.top - tall, half, tall)
    loss = epoch._replace(left=room.right - half)
    top = epoch.bottom - 0.35 * label
    remark = legend = None
    if contents.remark:
        remark = Box(left, top - 1.3 * label, room.right - left, 1.3 * label)
        top = remark.bottom - 0.35 * label
    if contents.legend:
        legend = Box(left, top - 1.6 * label, room.right - left, 1.6 * label)
        top = legend.bottom
    low = room.bottom + (share * room.height if contents.panels else 0.0)
    between = 0.7 * gap if contents.panels else 0.0
    fit = Box(left, low + between + foot, room.right - left, top - head - low - between - foot)
    if fit.height < 1:
        return
    spare = 0.0
    if not contents.panels and fit.height > TALLEST_FIT * fit.width:
        spare = (fit.height - TALLEST_FIT * fit.width) / 2
        fit = fit._replace(bottom=fit.bottom + spare, height=fit.height - 2 * spare)
        epoch, loss = _lowered(epoch, spare), _lowered(loss, spare)
        remark = remark and _lowered(remark, spare)
        legend = legend and _lowered(legend, spare)
    for columns in range(1, len(contents.panels) + 1) if contents.panels else [1]:
        rows = math.ceil(len(contents.panels) / columns)
        grid = Box(room.left, room.bottom, room.width, low - room.bottom)
        panels = _cells(grid, columns, rows, unit, tick, contents) if rows else {}
        if panels is not None:
            yield Parts(fit, panels, epoch, loss, True, number, remark, legend, True, spare)


def _lowered(box: Box, pixels: float) -> Box:
    return box._replace(bottom=box.bottom - pixels)


def _cells(
    grid: Box, columns: int, rows: int, unit: float, tick: float, contents: Contents
) -> dict[str, Box] | None:
    """The insides of the panels' axes in rows; a last row that isn't full is stretched."""
    across, along = 0.8 * GAP * unit, 0.45 * GAP * unit
    left, foot, head = contents.panel_left * tick, TICK_FOOT * tick, head_height(unit)
    height = (grid.height - (rows - 1) * along) / rows - foot - head
    if height < 1:
        return None
    boxes = {}
    for row in range(rows):
        names = contents.panels[row * columns : (row + 1) * columns]
        width = (grid.width - (len(names) - 1) * across) / len(names) - left
        if width < 1:
            return None
        for number, name in enumerate(names):
            boxes[name] = Box(
                grid.left + left + number * (width + left + across),
                grid.top - (row + 1) * (height + head + foot) - row * along + foot,
                width,
                height,
            )
    return boxes
