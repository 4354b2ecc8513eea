"""Where the cells of a grid stand, and how large all is in them: a pure function of its size."""

import math
from dataclasses import dataclass

from fitreel.render.geometry import SMALLEST_TEXT, Box, unit_height
from fitreel.render.mpl.figure import DEMO_SIZE
from fitreel.render.mpl.pixel_layout import LINE

MOST_CELLS = 16
"""More can't be read from the back row."""
TEXT = 27.8
"""The demo's epoch and loss, in pixels of its 640 x 480 (20 points); so are the next three."""
TICK = 13.9
SMALLEST_TICK = 0.0185
"""Of ticks, as `SMALLEST_TEXT`."""
WIDEST_VALUE = 10.5
"""In font sizes, as "diverged at 99999" with its margins."""
TALLEST_VALUES = 5.0
"""So many font sizes high are axes at least; epoch and loss take half of that."""
LOSS_PANEL_SHARE = 0.3


@dataclass(frozen=True)
class GridPlan:
    """Where cells stand in a clip, and how large all is; in pixels."""

    columns: int
    rows: int
    cells: Box
    """What all cells share."""
    losses: Box | None
    clock: Box | None
    text: float
    """Font size of titles, epochs and losses."""
    tick: float
    """Font size at the ticks."""
    scale: float
    """Of a cell's drawing, against the demo's 640 x 480."""

    @property
    def title(self) -> float:
        """Height of a cell's title line."""
        return 1.5 * self.text

    @property
    def gap(self) -> tuple[float, float]:
        """Between cells, across and along."""
        return 1.6 * self.tick, 0.7 * self.tick

    def axes_size(self, left: float, bottom: float) -> tuple[float, float]:
        """Width and height of each cell's axes, with so much room for tick labels."""
        across, along = self.gap
        width = (self.cells.width - left - (self.columns - 1) * across) / self.columns
        height = (self.cells.height - bottom - (self.rows - 1) * along) / self.rows
        return width, height - self.title

    def values(self, width: float, height: float) -> float:
        """Font size of epoch and loss in axes of this size: they may not cover too much."""
        return min(self.text, width / WIDEST_VALUE, height / TALLEST_VALUES)


def plan_grid(count: int, size: tuple[int, int], loss_panel: bool, with_clock: bool) -> GridPlan:
    """Where `count` cells go in a clip of `size` pixels."""
    width, height = size
    base = unit_height(size)
    edge = 0.02 * base
    rest = Box(edge, edge, width - 2 * edge, height - 2 * edge)
    clock = losses = None
    if with_clock:
        tall = 1.6 * LINE * SMALLEST_TEXT * base
        clock = Box(rest.left, rest.top - tall, rest.width, tall)
        rest = rest._replace(height=rest.height - tall)
    if loss_panel:
        rest, losses = split_for_losses(rest)
    columns, rows = arrangement(count, rest.width, rest.height)
    scale = _scale(rest.width / columns, rest.height / rows)
    return GridPlan(
        columns=columns,
        rows=rows,
        cells=rest,
        losses=losses,
        clock=clock,
        text=min(max(TEXT * scale, SMALLEST_TEXT * base), 2 * SMALLEST_TEXT * base),
        tick=min(max(TICK * scale, SMALLEST_TICK * base), 1.6 * SMALLEST_TICK * base),
        scale=scale,
    )


def split_for_losses(box: Box) -> tuple[Box, Box]:
    """What is left of `box` beside a loss panel, and that panel: to the right, or below."""
    gap = 0.02 * min(box.width, box.height)
    if box.width > 1.2 * box.height:
        share = LOSS_PANEL_SHARE * box.width
        return (
            box._replace(width=box.width - share - gap),
            Box(box.right - share, box.bottom, share, box.height),
        )
    share = LOSS_PANEL_SHARE * box.height
    return (
        Box(box.left, box.bottom + share + gap, box.width, box.height - share - gap),
        box._replace(height=share),
    )


def arrangement(count: int, width: float, height: float) -> tuple[int, int]:
    """Columns and rows that make cells large without leaving many places empty."""

    def worth(columns: int) -> float:
        rows = math.ceil(count / columns)
        fullness = count / (columns * rows)
        return _scale(width / columns, height / rows) * math.sqrt(fullness)

    # Of equal ones the widest: what stands side by side is easier to compare.
    columns = max(range(1, count + 1), key=lambda columns: (round(worth(columns), 6), columns))
    return columns, math.ceil(count / columns)


def _scale(width: float, height: float) -> float:
    return min(width / DEMO_SIZE[0], height / DEMO_SIZE[1])
