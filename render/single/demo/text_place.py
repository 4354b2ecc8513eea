"""Where epoch and loss stand in the demo's look: where nothing comes, else above the axes."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties

from fitreel.render.single.demo.painted_area import PaintedArea, Window

LINE = 1.15
"""From one line's baseline to the next, in font sizes."""
SMALL_STEP = 17.0
"""The same of small type under large, in points."""
ASCENT, DESCENT = 0.78, 0.24
"""How far type reaches above and below its baseline, in font sizes."""
CLEARANCES = (20.0, 12.0, 7.0)
"""From the text to the middle of a line or point, in points: roomy, comfortable, and at least."""
EDGE = 11.0
"""From the text to the lower and the upper edge, in points: marks stand there."""
DEMO_PLACE = (0.79, 0.24)
"""The middle of the demo's own text, in parts of the axes."""
TITLE, TITLE_PAD = 12.0, 6.0
"""Size of the axes' title, and how far it is from what is under it, in points."""
OFFSET = 11.0
"""Height of what matplotlib writes above an axis for all its ticks, such as 1e6, in points."""
MARGIN = 3.0
"""Above all, in points."""

Places = list[tuple[float, float]]
"""Where each row's baseline begins, in parts of the axes."""


@dataclass(frozen=True)
class TextRow:
    """A line of text."""

    size: float
    """In points."""
    widest: Sequence[str]
    """Texts as wide as any that comes."""


def place_free(axes: Axes, rows: Sequence[TextRow], area: PaintedArea) -> Places | None:
    """Where the rows stand under each other and nothing comes, nearest to the demo's own place.

    None where there is no such place.
    """
    point = axes.figure.dpi / 72
    width = max(_width(axes, row) for row in rows)
    steps = [max(LINE * row.size, SMALL_STEP) for row in rows[1:]]
    baselines = -point * np.cumsum([0, *steps])
    ascent, descent = ASCENT * rows[0].size * point, DESCENT * rows[-1].size * point
    height = ascent - baselines[-1] + descent
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across, along = (right - left) / axes.bbox.width, (high - low) / axes.bbox.height
    for clearance in CLEARANCES:
        air = clearance * point
        edge = max(0.0, EDGE - clearance) * point * along
        view = Window(left, right, low + edge, high - edge)
        x, y = area.free_places(view, ((width + 2 * air) * across, (height + 2 * air) * along))
        if not len(x):
            continue
        # In pixels, from the axes' lower left corner.
        x, y = (x - left) / across + air, (y - low) / along + air
        away_x = x + width / 2 - DEMO_PLACE[0] * axes.bbox.width
        away_y = y + height / 2 - DEMO_PLACE[1] * axes.bbox.height
        best = int(np.argmin(np.hypot(away_x, away_y)))
        first = y[best] + height - ascent
        return [
            (float(x[best] / axes.bbox.width), float((first + base) / axes.bbox.height))
            for base in baselines
        ]
    return None


def place_above(axes: Axes, rows: Sequence[TextRow], *, may_rescale: bool) -> tuple[Places, float]:
    """Epoch and loss in one line above the axes, which give way, and what is beneath under it.

    Args:
        axes: whose top is lowered.
        rows: of the epoch, the loss, and perhaps what is beneath it.
        may_rescale: whether the limits may come to be others.

    Returns:
        Where the rows stand, and how far the axes' title is from the axes then, in points.
    """
    figure: Any = axes.figure
    point = figure.dpi / 72
    epoch, loss, *beneath = rows
    fits = _width(axes, epoch) + 1.5 * epoch.size * point + _width(axes, loss) <= axes.bbox.width
    levels = [beneath, [epoch, loss]] if fits else [beneath, [loss], [epoch]]
    up = OFFSET if may_rescale or _has_offset(axes) else 0.0
    up += TITLE_PAD / 2
    baseline: dict[int, float] = {}
    for level in filter(None, levels):
        for row in level:
            baseline[id(row)] = up + DESCENT * row.size
        up += (LINE if level is not beneath else 1.3) * level[0].size
    title_pad = up + TITLE_PAD / 2
    taken = (title_pad + 1.1 * TITLE + MARGIN) * point
    figure.subplots_adjust(top=min(figure.subplotpars.top, 1 - taken / figure.bbox.height))
    width, height = axes.bbox.width, axes.bbox.height
    right = 1 - max(_width(axes, row) for row in (loss, *beneath)) / width
    lefts = {id(epoch): 0.0} | {id(row): right if fits else 0.0 for row in (loss, *beneath)}
    return [(lefts[id(row)], 1 + baseline[id(row)] * point / height) for row in rows], title_pad


def _has_offset(axes: Axes) -> bool:
    """Whether something stands above the y axis."""
    formatter = axes.yaxis.get_major_formatter()
    formatter.set_locs(axes.yaxis.get_majorticklocs().tolist())
    return bool(formatter.get_offset())


def _width(axes: Axes, row: TextRow) -> float:
    """Of a row, in pixels."""
    canvas: Any = axes.figure.canvas
    font = FontProperties(size=row.size)
    renderer = canvas.get_renderer()
    widths = (renderer.get_text_width_height_descent(text, font, False)[0] for text in row.widest)
    return float(max(widths, default=0.0))
