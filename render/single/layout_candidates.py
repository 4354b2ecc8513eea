"""All the ways in which the parts of a themed film can be placed in a frame of some size."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fitreel.render.geometry import Box

LABEL_TYPE = 0.035
"""What names a number or a panel."""
NUMBER_TYPE = 0.064
"""Epoch and loss."""
LARGE_NUMBER_TYPE = 0.094
"""Epoch and loss where they have a column to themselves."""
GAP = 0.045
NARROWEST_NUMBER = 4.2
"""Room for a number beside another one, in font sizes: as 0.0123."""
TALLEST_FIT = 1.25
"""Height by width of a fit that stands alone; what is left of a tall frame stays free."""
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
    """Width of what stands left of the fit's axes, in font sizes; of panels the same."""
    panel_left: float = 3.2
    fit_foot: float = TICK_FOOT
    """Height of what stands beneath the fit's axes, in the same measure."""


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


def head_height(unit: float) -> float:
    """Height of the line above a panel."""
    return 1.55 * LABEL_TYPE * unit


def beside_fit(
    room: Box, unit: float, tick: float, contents: Contents, share: float
) -> Iterator[Parts]:
    """The numbers and the panels in columns right of the fit."""
    foot, head = contents.fit_foot * tick, 0.4 * tick
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
        foot, height = contents.fit_foot * tick, 1.7 * label * contents.legend
        legend = Box(column.left, column.bottom + foot, column.width, height)
        if legend.top > below - 0.5 * label:
            return None
    return _Column({}, epoch, loss, False, number, legend, below)


def below_fit(
    room: Box, unit: float, tick: float, contents: Contents, share: float
) -> Iterator[Parts]:
    """The numbers in a row above the fit, the panels in rows below it."""
    foot, head = contents.fit_foot * tick, 0.4 * tick
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
        epoch, loss = lowered(epoch, spare), lowered(loss, spare)
        remark = remark and lowered(remark, spare)
        legend = legend and lowered(legend, spare)
    for columns in range(1, len(contents.panels) + 1) if contents.panels else [1]:
        rows = math.ceil(len(contents.panels) / columns)
        grid = Box(room.left, room.bottom, room.width, low - room.bottom)
        panels = _cells(grid, columns, rows, unit, tick, contents) if rows else {}
        if panels is not None:
            yield Parts(fit, panels, epoch, loss, True, number, remark, legend, True, spare)


def lowered(box: Box, pixels: float) -> Box:
    """The box so many pixels further down."""
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
