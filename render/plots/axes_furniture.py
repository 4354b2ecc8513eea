"""What stands still about axes: grid, lines, numbers at their ticks, and what the axes are."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.transforms import Affine2D

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.ticks import Ticks
from fitreel.render.plots.axes_names import Taken, draw_names
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels

GRID, LINE = 1.0, 1.5
"""Widths, in pixels at 720."""
LEFT = 9.0
"""From an upright axis to the numbers left of it, in pixels at 720."""
UNDER = 8.0
"""From a level axis to the numbers under it, in pixels at 720."""
LONGEST = 5.0
"""Of the lines at ticks, where a theme has these, in pixels at 720."""
ASCENT = 0.74
"""How high digits are, in font sizes."""
BETWEEN = 0.35
"""Between two numbers side by side, in font sizes."""
LINE_HEIGHT = 1.05
"""From one number to the next above it, in font sizes."""


@in_force()
def draw_furniture(
    page: Page,
    axes: Axes,
    box: Box,
    x_ticks: Ticks,
    y_ticks: Ticks,
    *,
    tick: float,
    x_labels: bool = True,
    names: AxisLabels = NO_LABELS,
) -> None:
    """Draw the grid, the axes' lines, the numbers at their ticks, and what the axes are called.

    Numbers that would touch another or a name stay away; their lines stay.

    Args:
        page: the page.
        axes: whose limits are set.
        box: the inside of the axes, in pixels.
        x_ticks: where, in the axes' own units, and what is written there.
        y_ticks: the same of the upright axis, for left of it; "" where nothing is.
        tick: font size of the numbers, in pixels.
        x_labels: whether they stand under the axes.
        names: at the end of the row and at the top of the column of numbers.
    """
    theme = page.theme
    taken = draw_names(page, box, names, tick, under=page.px(UNDER) + ASCENT * tick,
                       left=page.px(LEFT))  # fmt: skip
    x_texts = _apart_along(page, axes, box, x_ticks, tick, taken) if x_labels else None
    y_texts = _apart_above(axes, box, y_ticks, tick, taken)
    axes.set_axis_on()
    axes.set_xticks(x_ticks[0], x_texts or [""] * len(x_ticks[0]))
    axes.set_yticks(y_ticks[0], y_texts)
    axes.set_xticks([], minor=True)
    axes.set_yticks([], minor=True)
    width = max(page.px(LINE) * theme.spine_width, 1.0)
    length = min(theme.tick_length * tick, page.px(LONGEST))
    axes.tick_params(
        labelsize=page.points(tick), labelcolor=theme.ticks, labelfontfamily=page.fonts,
        length=page.points(length), width=page.points(width), color=theme.spines,
    )  # fmt: skip
    # Numbers stand at the same places with ticks and without.
    axes.tick_params(axis="x", pad=page.points(page.px(UNDER) + ASCENT * tick - length))
    axes.tick_params(axis="y", pad=page.points(page.px(LEFT) - length))
    for label in axes.get_xticklabels():  # all of a row on one line, powers of ten too
        label.set_verticalalignment("baseline")
    down = Affine2D().translate(0, -ASCENT / 2 * tick)
    for label in axes.get_yticklabels():  # the middle of the digits at the line
        label.set_verticalalignment("baseline")
        label.set_transform(label.get_transform() + down)
    axes.spines[:].set_linewidth(page.points(width))
    if theme.grid_shown:
        axes.grid(color=theme.grid, lw=page.points(max(page.px(GRID), 1.0)))


def widest(page: Page, texts: Sequence[str], tick: float) -> float:
    """How much room numbers left of axes take, in pixels, with what is between."""
    return max((page.width_of(text, tick) for text in texts), default=0.0) + page.px(LEFT)


def _apart_along(
    page: Page, axes: Axes, box: Box, ticks: Ticks, tick: float, taken: Taken
) -> list[str]:
    """What stands under the axes; "" for what would touch."""
    low, high = axes.get_xlim()
    spans = []
    for place, text in zip(*ticks, strict=True):
        middle = box.left + box.width * (place - low) / (high - low)
        half = page.width_of(text, tick) / 2 + BETWEEN * tick / 2
        spans.append((middle - half, middle + half))
    keep = _kept(spans, ticks[0], taken.row)
    return [text if number in keep else "" for number, text in enumerate(ticks[1])]


def _apart_above(axes: Axes, box: Box, ticks: Ticks, tick: float, taken: Taken) -> list[str]:
    """What stands left of the axes; "" for what would touch."""
    low, high = axes.get_ylim()
    half = LINE_HEIGHT * tick / 2
    middles = [box.bottom + box.height * (place - low) / (high - low) for place in ticks[0]]
    keep = _kept([(at - half, at + half) for at in middles], ticks[0], taken.column)
    return [text if number in keep else "" for number, text in enumerate(ticks[1])]


def _kept(
    spans: Sequence[tuple[float, float]],
    places: Sequence[float],
    taken: tuple[float, float] | None,
) -> set[int]:
    """The numbers of those texts that can stand beside each other, as evenly as they come."""
    free = [
        number
        for number, (start, end) in enumerate(spans)
        if taken is None or end <= taken[0] or start >= taken[1]
    ]
    steps = [b - a for a, b in pairwise(places)]
    if steps and max(steps) - min(steps) < 1e-6 * max(map(abs, steps)):
        for step in range(1, len(free) + 1):
            # 0 stays where it is one of several; else the first does.
            zero = next((at for at, number in enumerate(free) if places[number] == 0), 0)
            some = free[zero % step :: step]
            if all(spans[a][1] <= spans[b][0] for a, b in pairwise(some)):
                return set(some)
    keep = free[:1]
    for number in reversed(free[1:]):  # the first and the last say how far the axis goes
        others = [spans[each] for each in keep]
        if all(spans[number][1] <= start or spans[number][0] >= end for start, end in others):
            keep.append(number)
    return set(keep)
