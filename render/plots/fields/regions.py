"""Regions of classes, which deepen with how certain the network is, and the boundary between."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from fitreel.render.field_grid import FieldGrid, Values
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fields.contours import Contours, level_lines, path_of
from fitreel.render.plots.fields.field_image import FieldImage, Upsampling, packed
from fitreel.render.plots.fields.field_order import FieldOrder

DEEPEST = 0.48
"""Opacity of a class' colour where the network is certain."""
STEPS = 256
"""So many shades has a colour."""
LEADS, FARTHEST = 1024, 12.0
"""How finely log(p₁ / p₀) is divided on either side of 0, and how far it goes."""
BOUNDARY = 3.0
"""How wide the boundary is; pixels at 720."""
HALO, HALO_OPACITY = 2.5, 0.55
"""How much wider its halo is, in the ground's colour."""


class Regions:
    """The colours of K classes over the plane."""

    def __init__(self, page: Page, box: Box, grid: FieldGrid, colours: Sequence[str]) -> None:
        self._image = FieldImage(page, box)
        self._count = len(colours)
        self._sampling = Upsampling(grid.shape, self._image.height, self._image.width)
        self._shades = packed(shades(page.theme.axes, colours)).ravel()
        self._leads = self._shades[_shades_of_leads()]
        self.moving: Sequence[Artist] = (self._image.image,)

    def show(self, field: Values) -> None:
        """Paint the logarithms of probabilities, shape (rows, columns, K)."""
        if self._count == 2:
            self._show_two(field)
            return
        best = self._sampling.of(np.ascontiguousarray(field[..., 0]))
        number = np.zeros(best.shape, np.int32)
        for k in range(1, self._count):
            other = self._sampling.of(np.ascontiguousarray(field[..., k]))
            number[other > best] = k
            best = np.maximum(best, other)
        certainty = (np.exp(best) - 1 / self._count) / (1 - 1 / self._count)
        steps = shade_numbers(certainty)
        self._image.show(self._shades[number * STEPS + steps])

    def _show_two(self, field: Values) -> None:
        """Of two classes the difference says both."""
        lead = np.nan_to_num(field[..., 1] - field[..., 0]) * np.float32(LEADS / FARTHEST)
        at = (self._sampling.of(lead) + np.float32(LEADS)).astype(np.int32)
        self._image.show(np.take(self._leads, at, mode="clip"))


def _shades_of_leads() -> NDArray[np.int32]:
    """The shade of each log(p₁ / p₀) from -`FARTHEST` on, of the first class or the second."""
    lead = (np.arange(2 * LEADS) + 0.5 - LEADS) * (FARTHEST / LEADS)
    # p₁ − p₀ is the tangent of half of it.
    return shade_numbers(np.tanh(np.abs(lead) / 2)) + np.where(lead > 0, np.int32(STEPS), 0)


def shades(ground: str, colours: Sequence[str]) -> NDArray[np.float64]:
    """Shape (K, STEPS, 3): from the ground to each colour at its deepest."""
    depth = (DEEPEST * np.linspace(0, 1, STEPS))[None, :, None]
    full = np.array([to_rgb(colour) for colour in colours])[:, None, :]
    return np.asarray(np.array(to_rgb(ground)) * (1 - depth) + full * depth)


def shade_numbers(certainty: NDArray[np.floating[Any]]) -> NDArray[np.int32]:
    """Which shade each certainty has, 0 to 1; where it isn't a number, the palest."""
    with np.errstate(invalid="ignore"):
        steps = np.clip(certainty * (STEPS - 1) + 0.5, 0, STEPS - 1)
    return np.asarray(np.nan_to_num(steps), np.int32)


class Boundary:
    """The line between classes, with a halo; of more than two, around each."""

    @in_force()
    def __init__(self, page: Page, axes: Axes, grid: FieldGrid, width: float = BOUNDARY) -> None:
        self._grid = grid
        theme = page.theme
        style: dict[str, Any] = {"lw": page.points(page.px(width)), "zorder": FieldOrder.BOUNDARY}
        halo = style | {
            "lw": page.points(page.px(width + HALO)), "zorder": FieldOrder.HALO,
            "alpha": HALO_OPACITY,
        }  # fmt: skip
        self._lines = [
            Contours(axes, edgecolor=theme.axes, **halo),
            Contours(axes, edgecolor=theme.text, **style),
        ]
        self.moving: Sequence[Artist] = [line.artist for line in self._lines]

    def show(self, field: Values) -> None:
        """Draw it for the logarithms of probabilities, shape (rows, columns, K)."""
        count = field.shape[2]
        lines: list[NDArray[np.float64]] = []
        if count == 2:
            lines = level_lines(self._grid, field[..., 1] - field[..., 0], [0.0])
        else:
            top = np.partition(field, count - 2, axis=2)
            first, second = top[..., -1], top[..., -2]
            for k in range(count):
                own = field[..., k]
                lead = own - np.where(own == first, second, first)
                if lead.min() < 0 < lead.max():
                    lines += level_lines(self._grid, lead, [0.0])
        path = path_of(lines)
        for line in self._lines:
            line.show(path)
