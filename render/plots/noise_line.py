"""The noise in the data as a dashed line across a loss plot, and its name where no path comes."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.loss_path import PlacedPath
from fitreel.render.text.translations import Translation

WIDTH = 2.0
"""In pixels at 720."""
DASHES = (3.2, 2.6)
"""In widths of the line."""
BESIDE, ABOVE, UNDER = 8.0, 6.0, 7.0
"""From the axis, and from the line, to the name, in pixels at 720."""
CLEAR = 3.0
"""From the name to a path or its marker, in pixels at 720."""
ASCENT, DESCENT = 0.74, 0.22
"""Of the name, in font sizes."""
SMALLEST = 0.8
"""To which the name shrinks where the plot is narrow."""
LATTICE = 24
"""So many places along the line are tried."""


def draw_noise_line(
    page: Page,
    axes: Axes,
    inner: Box,
    height: float,
    paths: Sequence[PlacedPath],
    tick: float,
    travel: float,
    words: Translation,
    reach: float,
) -> None:
    """Draw the line, and its name where it lies on no path if there is such a place.

    Args:
        page: the page.
        axes: from 0 to 1 upwards.
        inner: their inside, in pixels.
        height: of the line, in the same measure.
        paths: all that may not run through the name.
        tick: font size of the name, in pixels.
        travel: how far 1 is along the axes, in pixels.
        words: of the language.
        reach: how far a marker reaches around its path, in pixels.
    """
    theme = page.theme
    axes.axhline(
        height, color=theme.muted, lw=page.points(page.px(WIDTH)), dashes=DASHES, zorder=1.8,
        dash_capstyle="butt",
    )  # fmt: skip
    name = words.text("noise_in_data")
    room = inner.width - 2 * page.px(BESIDE)
    size = max(page.size_to_fit([name], room, tick), SMALLEST * tick)
    width = page.width_of(name, size)
    if width > room:
        return
    line = inner.bottom + height * inner.height
    outlines = [_outline(path, inner, travel) for path in paths]
    best, fewest = None, np.inf
    for left, base in _places(page, inner, line, size, width):
        box = Box(left, base - DESCENT * size, width, (ASCENT + DESCENT) * size)
        hits = sum(_hits(outline, box, reach + page.px(CLEAR)) for outline in outlines)
        if hits < fewest:
            best, fewest = (left, base), hits
        if not hits:
            break
    if best is not None:
        page.text(*best, name, size, color=theme.muted, va="baseline")


def _places(
    page: Page, inner: Box, line: float, size: float, width: float
) -> Iterator[tuple[float, float]]:
    """Left edges and base lines within the axes: above the line first, from left to right."""
    bases = [line + page.px(ABOVE), line - page.px(UNDER) - ASCENT * size]
    inside = [
        base
        for base in bases
        if base - DESCENT * size >= inner.bottom and base + ASCENT * size <= inner.top
    ]
    first, last = inner.left + page.px(BESIDE), inner.right - page.px(BESIDE) / 2 - width
    for left in np.linspace(first, max(first, last), LATTICE):
        for base in inside:
            yield float(left), base


def _outline(path: PlacedPath, inner: Box, travel: float) -> tuple[np.ndarray, np.ndarray]:
    """The path in pixels, with a place at every pixel that it crosses."""
    x, y = inner.left + path.x * travel, inner.bottom + path.y * inner.height
    if len(x) < 2:
        return x, y
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    along = np.linspace(0, length[-1], int(min(length[-1], 20_000)) + 2)
    return np.interp(along, length, x), np.interp(along, length, y)


def _hits(outline: tuple[np.ndarray, np.ndarray], box: Box, clear: float) -> int:
    """How much of a path runs through or near the box."""
    x, y = outline
    across = (x > box.left - clear) & (x < box.right + clear)
    return int(np.count_nonzero(across & (y > box.bottom - clear) & (y < box.top + clear)))
