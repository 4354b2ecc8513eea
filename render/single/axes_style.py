"""What all axes of a themed film share: their limits, ticks, lines and type sizes."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme
from fitreel.render.mpl.ticks import linear_ticks, log_ticks
from fitreel.render.text.translations import Translation

NEAREST_TICKS = 1.6
"""From one number at an upright axis to the next, in font sizes."""


@dataclass(frozen=True)
class AxesStyle:
    """What all axes of a film share."""

    page: Page
    theme: Theme
    unit: float
    """Pixels that type sizes are relative to."""
    tick: float
    """Font size at the ticks, in pixels."""
    words: Translation


def style_axes(
    axes: Axes,
    style: AxesStyle,
    x: tuple[float, float],
    y: tuple[float, float],
    box: Box,
    log: bool = False,
) -> None:
    """Gives axes their limits, few ticks with large numbers, and quiet lines."""
    page, theme, tick = style.page, style.theme, style.tick
    if log:
        axes.set_yscale("log")
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    across, along = max(2, int(box.width / (7 * tick))), max(2, int(box.height / (4.5 * tick)))
    places, texts = linear_ticks(*x, across)
    texts = [style.words.respelled(text.replace("\u2212", "-")) for text in texts]
    axes.set_xticks(places, texts)
    _keep_inside(axes, page, places, texts, box, tick)
    places, texts = log_ticks(*y, along) if log else linear_ticks(*y, along)
    if not log and _are_near(places, y, box.height, tick):
        first = len(places) // 2 % 2  # every second one: of three about zero, the outer two
        places, texts = places[1 - first :: 2], texts[1 - first :: 2]
    axes.set_yticks(places, [style.words.respelled(text.replace("\u2212", "-")) for text in texts])
    axes.set_yticks([], minor=True)
    axes.tick_params(
        labelsize=page.points(tick),
        length=page.points(theme.tick_length * tick),
        pad=page.points(0.3 * tick),
        labelfontfamily=page.fonts,
    )
    for spine in axes.spines.values():
        spine.set_linewidth(page.points(0.0025 * theme.spine_width * style.unit))
    if theme.grid_shown:
        axes.grid(color=theme.grid, lw=page.points(0.0018 * style.unit))


def _keep_inside(
    axes: Axes, page: Page, places: Sequence[float], texts: Sequence[str], box: Box, size: float
) -> None:
    """Align numbers beneath axes to their ticks' other side where they would leave the frame."""
    low, high = axes.get_xlim()
    for place, text, label in zip(places, texts, axes.get_xticklabels(), strict=True):
        half = page.width_of(text, size) / 2
        middle = box.left + box.width * (place - low) / (high - low)
        if middle + half > page.box.width:
            label.set_horizontalalignment("right")
        elif middle - half < 0:
            label.set_horizontalalignment("left")


def _are_near(
    places: Sequence[float], limits: tuple[float, float], height: float, tick: float
) -> bool:
    """Whether numbers at an upright axis nearly touch."""
    if len(places) < 3:
        return False
    apart = height * (places[1] - places[0]) / (limits[1] - limits[0])
    return apart < NEAREST_TICKS * tick
