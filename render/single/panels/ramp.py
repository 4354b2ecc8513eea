"""Colours from strong to pale for lines that have an order, and their key."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme, luminance

READABLE = (0.05, 0.82)
"""From where to where matplotlib's viridis is seen on a light ground; on a dark one the reverse."""
DARK = 0.2
"""A ground of a lower luminance is dark."""


@in_force()
def ramp(theme: Theme) -> Colormap:
    """From what adds most, at 0, to what adds least, at 1."""
    if theme.many:
        return LinearSegmentedColormap.from_list("ramp", theme.many)
    places = np.linspace(*READABLE, 64)
    if luminance(theme.background) < DARK:
        places = 1 - places
    return LinearSegmentedColormap.from_list("ramp", colormaps["viridis"](places))


def ramp_colours(theme: Theme, count: int) -> list[str]:
    """`count` colours, the first for what adds most."""
    colours = ramp(theme)
    return [to_hex(colours(n / max(count - 1, 1))) for n in range(count)]


@in_force()
def draw_gradient(page: Page, box: Box, colours: Colormap) -> None:
    """Draw all colours from the left to the right edge of `box`, in pixels."""
    axes = page.axes(box)
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.imshow(
        np.linspace(0, 1, 256)[None, :], cmap=colours, aspect="auto", extent=(0, 1, 0, 1),
        interpolation="nearest",
    )  # fmt: skip
