"""Where the fit, the table and the loss plot of an overlay stand: a pure function of its size."""

from dataclasses import dataclass

from fitreel.render.comparison.page.page_plan import PagePlan
from fitreel.render.geometry import Box

MOST_RUNS = 256
MOST_NAMED = 8
"""So many have a colour and a row each; of more, the `BEST` and the last have."""
BEST = 5
COLUMN = 372.0
"""Width of the table and the loss plot beside the fit, in pixels at 720."""
GAP = 44.0
"""From the fit to the table, with the places in it."""
ROW, LOWEST_ROW = 38.0, 30.0
OVER_LOSSES = 44.0
"""From the table to the loss plot: its title."""
OVER_ALONE = 40.0
"""From the header to losses that stand in the fit's place."""
LOSSES = 122.0
"""The least height of the loss plot's axes, in pixels at 720."""


@dataclass(frozen=True)
class OverlayPlan:
    """Where things stand, in pixels that count from below."""

    fit: Box | None
    """None where no run has a curve."""
    table: Box
    """With its places at the left, outside of it."""
    row: float
    """Height of a row."""
    losses: Box | None
    """The axes' right, lower and upper edge; its left one is that of its numbers."""


def plan_overlay(
    page: PagePlan, rows: float, left: float, loss_panel: bool, has_curves: bool
) -> OverlayPlan:
    """Where a fit and a table of so many `rows` go; `left`: where the fit's axes begin."""
    px, right, bottom = page.px, page.width - page.margin, page.bottom
    head, low = px(OVER_LOSSES), bottom - 1.2 * page.tick
    if page.is_wide:
        column = px(COLUMN) if has_curves else px(420)
        start = right - column
        room = bottom - page.top
        over = px(LOSSES) + head + 1.2 * page.tick if loss_panel and has_curves else 0
        row = min(px(ROW), (room - over) / max(rows, 1))
        table = page.upwards(start, page.top, right, page.top + rows * row)
        end = start - px(GAP)
        if not has_curves:  # the losses stand in the fit's place
            box = page.upwards(left, page.top + px(OVER_ALONE), end, low)
            return OverlayPlan(None, table, row, box)
        losses = None
        if loss_panel:
            top = page.top + rows * row + head
            losses = page.upwards(start, top, right, low)
        return OverlayPlan(page.upwards(left, page.top, end, bottom), table, row, losses)
    row = px(ROW if page.unit > 0.8 else LOWEST_ROW)
    tall = max(rows * row, 0.2 * page.size[1])
    top = bottom - tall
    middle = left + 0.5 * (right - left)
    table = page.upwards(left + px(28), top, middle - px(14), top + rows * row)
    box = page.upwards(middle + px(24), top + px(16), right, low)
    upper = page.upwards(left, page.top, right, top - 2.4 * page.tick - px(12))
    if not has_curves:  # what the losses are called stands over them
        upper = upper._replace(height=upper.height - px(OVER_ALONE))
        return OverlayPlan(None, table._replace(width=right - left - px(28)), row, upper)
    if not loss_panel:
        table = table._replace(width=right - table.left)
    return OverlayPlan(upper, table, row, box if loss_panel else None)
