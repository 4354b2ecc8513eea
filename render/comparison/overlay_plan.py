"""Where the lines, legend and loss panel of an overlay stand: a pure function of its size."""

import math
from dataclasses import dataclass

from fitreel.render.comparison.grid_plan import SMALLEST_TICK, split_for_losses
from fitreel.render.geometry import SMALLEST_TEXT, Box, unit_height
from fitreel.render.mpl.line_styles import MOST_DISTINCT

MOST_RUNS = 256
LEGEND_SHARE = 0.3
SHORTEST_ENTRY = 13.0
"""Width of a legend's column, in font sizes: its line, and some twenty letters."""
LEADERS = 10
"""So many of more than `MOST_DISTINCT` runs are named at a time."""


@dataclass(frozen=True)
class OverlayPlan:
    """Where things stand in a clip, and how large they are; in pixels."""

    lines: Box
    """With the room for tick labels."""
    losses: Box | None
    legend: Box
    clock: Box
    entries: int
    """How many runs the legend names."""
    columns: int
    """Of the legend."""
    text: float
    """Font size in the legend."""
    tick: float


def plan_overlay(count: int, size: tuple[int, int], loss_panel: bool) -> OverlayPlan:
    """Where all goes in a clip of `size` pixels that compares `count` runs."""
    width, height = size
    base = unit_height(size)
    edge = 0.02 * base
    tall = 2 * SMALLEST_TEXT * base
    rest = Box(edge, edge, width - 2 * edge, height - 3 * edge - tall)
    clock = Box(edge, height - edge - tall, width - 2 * edge, tall)
    entries = count if count <= MOST_DISTINCT else LEADERS
    is_wide = rest.width > 1.2 * rest.height
    if is_wide:
        share = LEGEND_SHARE * rest.width
        legend = Box(rest.right - share, rest.bottom, share, rest.height + edge + tall)
        rest = rest._replace(width=rest.width - share - edge)
    else:
        share = LEGEND_SHARE * rest.height
        legend = rest._replace(height=share)
        rest = Box(rest.left, rest.bottom + share + edge, rest.width, rest.height - share - edge)
    columns = 1 if is_wide or count <= 4 else 2
    rows = math.ceil((entries + (count > entries)) / columns)
    losses = None
    if loss_panel:
        # Beside a legend, one above the other is what leaves both of a useful shape.
        if is_wide:
            low = 0.38 * rest.height
            losses = rest._replace(height=low)
            rest = rest._replace(bottom=rest.bottom + low + edge, height=rest.height - low - edge)
        else:
            rest, losses = split_for_losses(rest)
    return OverlayPlan(
        lines=rest,
        losses=losses,
        legend=legend,
        clock=clock,
        entries=entries,
        columns=columns,
        text=min(
            legend.height / rows / 2.6,
            legend.width / columns / SHORTEST_ENTRY,
            1.5 * SMALLEST_TEXT * base,
        ),
        tick=1.3 * SMALLEST_TICK * base,
    )
