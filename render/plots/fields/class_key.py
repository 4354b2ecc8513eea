"""A key in rows: the boundary, and classes whose names have no place in the field."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.lines import Line2D

from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fields.class_points import HOLLOW_LINE

LINE, DOT = 1.2, 0.62
"""How wide samples are, in font sizes."""
BESIDE, APART = 0.35, 0.9
"""From a sample to its name, and from that to the next one, in font sizes."""
MIDDLE = 0.33
"""Of a line of text over its baseline, in font sizes."""
ROW = 1.36
"""From one row to the next, in font sizes."""
WIDTH = 2.5
"""Of a line's sample, in pixels at 720."""
RING = 2.0


class KeyEntry(NamedTuple):
    """What a sample stands for."""

    name: str
    colour: str
    marker: str = ""
    """Of a class; "": a line."""
    is_ring: bool = False
    """Whether it is a ring, as wrong points have."""
    dashes: tuple[float, float] | None = None
    """Of a line that is dashed, in its widths."""
    is_hollow: bool = False
    """As points are that were kept aside."""


def key_rows(
    page: Page, entries: Sequence[KeyEntry], size: float, room: float
) -> list[list[KeyEntry]]:
    """Entries in rows no wider than `room` pixels, but that one may be wider."""
    rows: list[list[KeyEntry]] = []
    used = 0.0
    for entry in entries:
        width = key_width(page, entry, size)
        if not rows or used + width > room:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += width + APART * size
    return rows


def key_width(page: Page, entry: KeyEntry, size: float) -> float:
    """How wide an entry is, in pixels."""
    sample = DOT if entry.marker else LINE
    return (sample + BESIDE) * size + page.width_of(entry.name, size)


@in_force()
def draw_class_key(
    page: Page, rows: Sequence[Sequence[KeyEntry]], start: tuple[float, float], size: float,
    room: float,
) -> None:  # fmt: skip
    """Draw rows from `start`, the left end of the first one's baseline, down."""
    for number, row in enumerate(rows):
        x, baseline = start[0], start[1] - number * ROW * size
        for entry in row:
            middle = baseline + MIDDLE * size
            if entry.is_ring:
                _add(page, [x + DOT * size / 2], [middle], linestyle="none", marker=entry.marker,
                     markersize=page.points(DOT * size), markerfacecolor="none",
                     markeredgecolor=entry.colour,
                     markeredgewidth=page.points(page.px(RING)))  # fmt: skip
                width = DOT * size
            elif entry.marker:
                _add(page, [x + DOT * size / 2], [middle], linestyle="none", marker=entry.marker,
                     markersize=page.points(DOT * size), markeredgecolor=entry.colour,
                     markeredgewidth=page.points(HOLLOW_LINE * DOT * size) * entry.is_hollow,
                     markerfacecolor=page.theme.axes if entry.is_hollow else entry.colour,
                     )  # fmt: skip
                width = DOT * size
            else:
                width = LINE * size
                _add(page, [x, x + width], [middle, middle], color=entry.colour,
                     lw=page.points(page.px(WIDTH)), solid_capstyle="round",
                     **({} if entry.dashes is None else {"dashes": entry.dashes}))  # fmt: skip
            x += width + BESIDE * size
            name = page.shortened(entry.name, max(room - (x - start[0]), 2 * size), size)
            page.text(x, baseline, name, size, va="baseline")
            x += page.width_of(name, size) + APART * size


def _add(page: Page, x: Sequence[float], y: Sequence[float], **style: Any) -> None:
    across = [each / page.box.width for each in x]
    up = [each / page.box.height for each in y]
    page.figure.add_artist(Line2D(across, up, transform=page.figure.transFigure, **style))
