"""What the colours of a picture of weights mean: a bar beside it with numbers."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.ticks import spelled
from fitreel.render.single.panels.panel import PanelStyle

GAP, WIDTH, BESIDE = 12.0, 12.0, 7.0
"""From the picture to the bar, its width, and from it to its numbers; pixels at 720."""
ASCENT = 0.72
"""How high digits are, in font sizes."""
ROWS = 3.4
"""A bar lower than so many font sizes has two numbers."""


@dataclass(frozen=True)
class Scale:
    """Which part of a colour map's half a value has."""

    largest: float
    """It, and what is larger, has the last colour."""
    is_root: bool = False
    """Whether the square root is the colour: gradients shrink a thousandfold."""

    def parts(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """From -1 to 1; nan stays."""
        parts = np.clip(values / self.largest, -1, 1)
        return np.sign(parts) * np.sqrt(np.abs(parts)) if self.is_root else parts


def _texts(scale: Scale, style: PanelStyle) -> list[str]:
    largest = style.words.respelled(spelled(f"{scale.largest:g}").replace("\u2212", "-"))
    return ["\u2212" + largest, "0", largest]


def bar_width(page: Page, scale: Scale, style: PanelStyle) -> float:
    """How much room a bar takes right of the picture, in pixels."""
    widest = max(page.width_of(text, style.tick) for text in _texts(scale, style))
    return page.px(GAP + WIDTH + BESIDE) + widest


@in_force()
def draw_color_bar(
    page: Page, box: Box, colours: Colormap, scale: Scale, style: PanelStyle
) -> None:
    """Draw a bar and its numbers into `box`, which begins where the picture ends."""
    left = box.left + page.px(GAP)
    axes = page.axes(Box(left, box.bottom, page.px(WIDTH), box.height))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    values = np.linspace(-1, 1, 256)[:, None]
    axes.imshow(
        values, cmap=colours, vmin=-1, vmax=1, aspect="auto", origin="lower", extent=(0, 1, 0, 1),
        interpolation="nearest",
    )  # fmt: skip
    low, zero, high = _texts(scale, style)
    digits = ASCENT * style.tick
    x = left + page.px(WIDTH + BESIDE)
    rows = [(low, box.bottom), (high, box.top - digits)]
    if box.height >= ROWS * style.tick:
        rows.append((zero, box.bottom + box.height / 2 - digits / 2))
    for text, baseline in rows:
        page.text(x, baseline, text, style.tick, colour=page.theme.ticks, va="baseline")
