"""Where the panels, the loss plot and its gutter stand in a grid: a pure function of its size."""

import math
from dataclasses import dataclass

from fitreel.render.comparison.cells.needs import CellPlace
from fitreel.render.comparison.page.page_plan import PagePlan
from fitreel.render.geometry import Box

MOST_PANELS = 16
"""More can't be read from the back row."""
PANELS_END = 748.0
"""Of 1280: as far as panels reach beside a loss plot; it begins at the next."""
LOSSES_BEGIN = 786.0
ACROSS, ALONG = 28.0, 16.0
"""Between panels, in pixels at 720."""
HEAD, SECOND_LINE = 34.0, 26.0
"""Over a panel: its name and loss; and what a second line of the name takes more."""
NAME_ROOM = 220.0
"""So wide a panel has room for a name and a loss, in pixels at 720."""
STRIP = 0.19
"""Of the height: a loss plot under the panels."""


@dataclass(frozen=True)
class GridPlan:
    """Where things stand, in pixels that count from below."""

    columns: int
    rows: int
    panels: tuple[Box, ...]
    """The axes of each."""
    losses: Box | None
    """The axes' right, lower and upper edge; its left one is that of its numbers."""
    gutter: Box | None
    """For the names; None where they have no room."""
    has_target: bool = False
    """Whether the first panel is what all should learn; then the first configuration's is the
    second."""
    has_own_numbers: bool = False
    """Whether each panel has numbers of its own."""
    is_strip: bool = False
    """Whether the losses are a strip under all, so that their name has room beside them."""
    has_name_after: bool = False
    """Whether what the axis of losses counts stands after its numbers, under the gutter."""
    foot: Box | None = None
    """Of what stands once under all panels, or under the target's."""
    side: Box | None = None
    """Of the same, where it stands right of them."""

    @property
    def pitch(self) -> float:
        """From a panel's left edge to the next one's; of a single column, its width."""
        panels = self.panels
        return panels[1].left - panels[0].left if self.columns > 1 else panels[0].width

    def place_of(self, number: int) -> CellPlace:
        """Where the panel of a configuration stands; -1: the target's."""
        at = number + self.has_target
        return CellPlace(
            self.panels[at],
            self.has_own_numbers or at % self.columns == 0,
            self.has_own_numbers or at + self.columns >= len(self.panels),
            at == 0,
        )


def plan_grid(
    page: PagePlan,
    count: int,
    left: float,
    loss_panel: bool,
    names: tuple[float, float],
    head: float = HEAD,
) -> GridPlan:
    """Where `count` panels go.

    Args:
        page: what is around them.
        count: of the panels.
        left: where their axes begin.
        loss_panel: whether there is a loss plot.
        names: width and height of all names in its gutter.
        head: height of what stands over a panel, in pixels at 720.
    """
    px = page.px
    right, bottom = page.width - page.margin, page.bottom
    losses = gutter = None
    end = right
    if loss_panel and page.is_wide:
        end = px(PANELS_END) / px(1280) * page.width
        start = px(LOSSES_BEGIN) / px(1280) * page.width
        wide = min(names[0] + px(20), px(210))
        top, low = page.top + px(HEAD + 7), bottom - 1.2 * page.tick
        has_names = names[1] <= low - top + px(16)
        plot_right = right - (wide if has_names else 0)
        losses = page.upwards(start, top, plot_right, low)
        gutter = page.upwards(plot_right, top - px(12), right, low + px(4)) if has_names else None
    elif loss_panel:
        tall = STRIP * page.size[1]
        top = bottom - tall
        has_names = names[1] <= tall - 1.2 * page.tick + px(16)
        wide = min(names[0] + px(20), px(240)) if has_names else 0
        losses = page.upwards(left, top, right - wide, bottom - 1.2 * page.tick)
        if has_names:
            low = bottom - 1.2 * page.tick
            gutter = page.upwards(right - wide, top - px(12), right, low + px(4))
        bottom = top - px(HEAD + 10) - 1.6 * page.tick
    area = page.upwards(left, page.top + px(7), end, bottom)
    columns, rows = arrangement(count, area.width / page.unit, area.height / page.unit)
    return GridPlan(
        columns, rows, _panels(page, area, count, (columns, rows), head), losses, gutter
    )


def _panels(
    page: PagePlan, area: Box, count: int, shape: tuple[int, int], over: float
) -> tuple[Box, ...]:
    columns, rows = shape
    across, along, head = page.px(ACROSS), page.px(ALONG), page.px(over)
    if rows > 2:
        along /= 2
    width = (area.width - (columns - 1) * across) / columns
    height = (area.height - rows * head - (rows - 1) * along) / rows
    return tuple(
        Box(
            area.left + column * (width + across),
            area.top - head - height - row * (height + head + along),
            width,
            height,
        )
        for row, column in (divmod(number, columns) for number in range(count))
    )


def arrangement(count: int, width: float, height: float) -> tuple[int, int]:
    """Columns and rows that make panels large without leaving many places empty.

    Lengths are in pixels at 720.
    """

    def worth(columns: int) -> float:
        rows = math.ceil(count / columns)
        wide = (width - (columns - 1) * ACROSS) / columns
        tall = (height - rows * HEAD - (rows - 1) * ALONG) / rows
        fullness = count / (columns * rows)
        has_name = min(1.0, wide / NAME_ROOM)
        return min(wide / 3.2, tall / 2) * has_name * fullness

    # Of equal ones the widest: what stands side by side is easier to compare.
    columns = max(range(1, count + 1), key=lambda columns: (round(worth(columns), 6), columns))
    return columns, math.ceil(count / columns)
