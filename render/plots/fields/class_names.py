"""Where the names of classes stand: in their own region, on no point, the same place all film."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib.patheffects as path_effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from fitreel.render.field_grid import FieldGrid, Values
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fields.field_order import FieldOrder

LATTICE = (90, 70)
"""So many places across and up are tried."""
AROUND, EDGE = 7.0, 4.0
"""Free around a name, and from that to the field's edge; lengths are those of 720 px."""
NEAREST = (3, 0.1)
"""So many own points, or such a part of them, say how near a name is to its class."""
HEIGHT = 0.8
"""Of a name, in font sizes."""
MOST_POINTS = 5000
"""Of more, evenly chosen ones are kept clear of."""
GLOW, GLOW_OPACITY = 5.0, 0.55
"""How wide the ground around letters is, and how strong."""


class NamePlaces(NamedTuple):
    """The middles of names, and what keeps clear of what; pixels from the field's lower left."""

    at: list[tuple[float, float]]
    size: float
    """Font size."""


@in_force()
def name_places(
    page: Page,
    box: Box,
    names: Sequence[str],
    size: float,
    points: NDArray[Any],
    classes: NDArray[np.int64],
    regions: NDArray[np.int64],
    diameter: float,
) -> NamePlaces | None:
    """Where each class' name stands; None where one has no place, so that all go to a key.

    Args:
        page: the page.
        box: the field, in pixels.
        names: of the classes.
        size: of the letters, in pixels.
        points: shape (N, 2), in pixels from the field's lower left corner.
        classes: shape (N,).
        regions: shape (rows, columns), rows from below: whose region each part of the field is.
        diameter: of a point, in pixels.
    """
    step = max(1, len(points) // MOST_POINTS)
    points, classes = points[::step], classes[::step]
    pad = page.px(AROUND) + diameter / 2
    taken: list[tuple[float, float, float, float]] = []
    for number, name in enumerate(names):
        half = page.width_of(name, size, "bold") / 2 + pad, HEIGHT * size / 2 + pad
        place = _place(page, box, number, half, points, classes, regions, taken)
        if place is None:
            return None
        taken.append((*place, *half))
    return NamePlaces([(x, y) for x, y, _, _ in taken], size)


def _place(
    page: Page,
    box: Box,
    number: int,
    half: tuple[float, float],
    points: NDArray[Any],
    classes: NDArray[np.int64],
    regions: NDArray[np.int64],
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float] | None:
    """The free place for a name of this half size that is nearest to its own points."""
    own, others = points[classes == number], points[classes != number]
    if not len(own):
        return None
    edge = page.px(EDGE)
    rows, columns = regions.shape
    inside = np.zeros((rows + 1, columns + 1))
    inside[1:, 1:] = np.cumsum(np.cumsum(regions != number, axis=0), axis=1)
    count = max(NEAREST[0], int(NEAREST[1] * len(own)))
    best: tuple[float, float, float] | None = None
    for y in np.linspace(0, box.height, LATTICE[1]):
        if not half[1] + edge <= y <= box.height - half[1] - edge:
            continue
        low, high = _cells((y - half[1]) / box.height, (y + half[1]) / box.height, rows)
        near_row = np.abs(points[:, 1] - y) < half[1]
        for x in np.linspace(0, box.width, LATTICE[0]):
            if not half[0] + edge <= x <= box.width - half[0] - edge:
                continue
            left, right = _cells((x - half[0]) / box.width, (x + half[0]) / box.width, columns)
            foreign = (
                inside[high, right] - inside[low, right] - inside[high, left] + inside[low, left]
            )
            if foreign or (np.abs(points[near_row, 0] - x) < half[0]).any():
                continue
            if any(abs(x - a) < half[0] + c and abs(y - b) < half[1] + d for a, b, c, d in taken):
                continue
            far = np.hypot(own[:, 0] - x, own[:, 1] - y)
            distance = float(np.sort(far)[:count].mean())
            if best is not None and distance >= best[0]:
                continue
            if len(others) and np.hypot(others[:, 0] - x, others[:, 1] - y).min() < distance:
                continue
            best = distance, float(x), float(y)
    return None if best is None else best[1:]


def _cells(start: float, end: float, count: int) -> tuple[int, int]:
    """The cells from part to part of an axis, with one to spare on either side."""
    return (
        max(int(np.floor(start * (count - 1))), 0),
        min(int(np.ceil(end * (count - 1))) + 1, count),
    )


@in_force()
def draw_class_names(
    page: Page, axes: Axes, box: Box, names: Sequence[str], places: NamePlaces
) -> None:
    """Write them, each in the middle of its place, over a glow of the ground."""
    glow = path_effects.withStroke(
        linewidth=page.points(page.px(GLOW)), foreground=(*to_rgb(page.theme.axes), GLOW_OPACITY)
    )
    for name, (x, y) in zip(names, places.at, strict=True):
        axes.text(
            x / box.width, y / box.height, name, transform=axes.transAxes, color=page.theme.text,
            fontsize=page.points(places.size), fontweight="bold", fontfamily=page.fonts,
            ha="center", va="center", parse_math=False, zorder=FieldOrder.NAMES,
            path_effects=[glow],
        )  # fmt: skip


def regions_of(grid: FieldGrid, field: Values) -> NDArray[np.int64]:
    """Whose region each place of the grid is in, shape (rows, columns)."""
    assert field.shape[:2] == grid.shape
    return np.asarray(field.argmax(axis=2))


def in_pixels(grid: FieldGrid, box: Box, points: NDArray[Any]) -> NDArray[np.float64]:
    """Points in pixels from the lower left corner of a field that covers `box`."""
    low, high = np.array([grid.x[0], grid.y[0]]), np.array([grid.x[-1], grid.y[-1]])
    return np.asarray((points - low) / (high - low) * np.array([box.width, box.height]))
