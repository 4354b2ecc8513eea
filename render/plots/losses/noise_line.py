"""The noise in the data as a dashed line across a loss plot, and its name where no path comes."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.losses.loss_path import PlacedPath
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
Outline = tuple[NDArray[np.float64], NDArray[np.float64]]
LATTICE = 24
"""So many places along the line are tried."""
AHEAD = 0.1
"""What a pixel further from the right end, where paths lie apart, counts in pixels from a path."""


def draw_noise_line(
    page: Page,
    axes: Axes,
    inner: Box,
    height: float,
    paths: Sequence[PlacedPath],
    tick: float,
    words: Translation,
    reach: float,
) -> None:
    """Draw the line, and its name where it lies on no path if there is such a place.

    Args:
        page: the page.
        axes: both from 0 to 1, across with room for a marker beyond.
        inner: their inside, in pixels.
        height: of the line, in the same measure.
        paths: all that may not run through the name.
        tick: font size of the name, in pixels.
        words: of the language.
        reach: how far a marker reaches around its path, in pixels.
    """
    theme = page.theme
    axes.axhline(
        height, color=theme.muted, lw=page.points(page.px(WIDTH)), dashes=DASHES, zorder=1.8,
        dash_capstyle="butt",
    )  # fmt: skip
    name = words.text("noise_in_data")
    travel = inner.width / axes.get_xlim()[1]
    line = inner.bottom + height * inner.height
    outlines = [_outline(path, inner, travel) for path in paths]
    best, fewest = None, np.inf
    for size in (tick, SMALLEST * tick):
        for box in _places(page, inner, line, size, page.width_of(name, size)):
            hits = sum(_hits(outline, box, max(reach, page.px(CLEAR))) for outline in outlines)
            if hits < fewest:
                best, fewest = (box.left, box.bottom + DESCENT * size, size), hits
            if not hits:
                break
    if best is not None:
        x, y, size = best
        page.text(x, y, name, size, color=theme.muted, va="baseline")


def draw_path_names(
    page: Page,
    axes: Axes,
    inner: Box,
    names: Mapping[int, tuple[str, str]],
    paths: Sequence[PlacedPath],
    tick: float,
    reach: float,
) -> None:
    """Write what paths are called where none goes, near the right end of the one that is meant.

    Args:
        page: the page.
        axes: as `draw_noise_line`.
        inner: their inside, in pixels.
        names: of paths by their numbers, and their colours.
        paths: all that may not run through it.
        tick: font size, in pixels.
        reach: how far a marker reaches around its path, in pixels.
    """
    travel = inner.width / axes.get_xlim()[1]
    outlines = [_outline(path, inner, travel) for path in paths] if names else []
    side, clear = page.px(BESIDE), max(reach, page.px(CLEAR))
    for number, (name, colour) in names.items():
        width, height = page.width_of(name, tick), (ASCENT + DESCENT) * tick
        rights = np.linspace(inner.right - side / 2, inner.left + side + width, LATTICE)
        tops = np.linspace(inner.top - page.px(UNDER) / 2, inner.bottom + height, LATTICE)
        boxes = [Box(right - width, top - height, width, height)
                 for top in tops for right in rights]  # fmt: skip

        def worth(box: Box, own: int = number) -> tuple[float, ...]:
            hits = sum(_hits(each, box, clear) for each in outlines)
            away = [_distance(each, box) for each in outlines]
            is_others = any(away[own] >= each for at, each in enumerate(away) if at != own)
            return hits, is_others, away[own] + AHEAD * (inner.right - box.right)

        box = min(boxes, key=worth)
        page.text(box.left, box.bottom + DESCENT * tick, name, tick, color=colour, va="baseline")


def _distance(outline: Outline, box: Box) -> float:
    """From a path to the nearest side of a box, in pixels."""
    x, y = outline
    across = np.maximum(np.maximum(box.left - x, x - box.right), 0)
    up = np.maximum(np.maximum(box.bottom - y, y - box.top), 0)
    return float(np.nanmin(np.hypot(across, up), initial=np.inf))


def _places(page: Page, inner: Box, line: float, size: float, width: float) -> Iterator[Box]:
    """Where the name may stand in the axes: over the line first, from left to right."""
    height = (ASCENT + DESCENT) * size
    over, under = line + page.px(ABOVE) - DESCENT * size, line - page.px(UNDER) - height
    inside = [at for at in (over, under) if inner.bottom <= at <= inner.top - height]
    first, last = inner.left + page.px(BESIDE), inner.right - page.px(BESIDE) / 2 - width
    for left in np.linspace(first, last, LATTICE) if first <= last else ():
        for bottom in inside:
            yield Box(float(left), bottom, width, height)


def _outline(path: PlacedPath, inner: Box, travel: float) -> Outline:
    """A path in pixels, with a place at every pixel that it crosses."""
    x, y = inner.left + path.x * travel, inner.bottom + path.y * inner.height
    if len(x) < 2:
        return x, y
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    along = np.linspace(0, length[-1], int(min(length[-1], 20_000)) + 2)
    return np.interp(along, length, x), np.interp(along, length, y)


def _hits(outline: Outline, box: Box, clear: float) -> int:
    """How much of a path runs through or near the box."""
    x, y = outline
    across = (x > box.left - clear) & (x < box.right + clear)
    return int(np.count_nonzero(across & (y > box.bottom - clear) & (y < box.top + clear)))
