"""Points in the colours of their classes; those on the wrong side have a ring."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fields.field_order import FieldOrder

COVERED = 0.05
"""Of the field, by all points together."""
SMALLEST, LARGEST = 5.0, 15.0
"""Diameters; lengths are those of 720 px."""
RIM, LEAST_RIM = 0.13, 0.9
"""In diameters of the point, and never less than so many pixels at 720."""
RINGS = ((60, 2.0), (160, 1.2), (math.inf, 0.8))
"""Up to how many rings there are, how wide their lines are."""
BESIDE_RIM = 0.6
"""From the rim to the ring, on each side."""
HOLLOW_LINE = 0.22
"""In diameters: how wide the line of a point is that was kept aside."""
FADE = 0.2
"""Seconds in which a ring comes or goes."""


def _draw_hollow(
    page: Page,
    axes: Axes,
    points: tuple[NDArray[Any], NDArray[Any]],
    styles: Sequence[tuple[str, str]],
    diameter: float,
) -> None:
    line = HOLLOW_LINE * diameter
    for number, (colour, marker) in enumerate(styles):
        own = np.asarray(points[0], np.float64)[points[1] == number]
        axes.plot(
            own[:, 0], own[:, 1], linestyle="none", marker=marker, color=colour,
            markerfacecolor=page.theme.axes, markeredgewidth=page.points(line),
            markersize=page.points(diameter - line), zorder=FieldOrder.POINTS,
        )  # fmt: skip


def point_diameter(page: Page, box: Box, count: int) -> float:
    """How wide each of `count` points is in a field, in pixels."""
    length = math.sqrt(COVERED * box.width * box.height * 4 / math.pi / max(count, 1))
    return min(max(length, page.px(SMALLEST)), page.px(LARGEST))


class ClassPoints:
    """The points of a field of classes.

    Args:
        page: the page.
        axes: of the field.
        places: shape (N, 2).
        classes: shape (N,): the number of each point's class.
        styles: of each class its colour and its marker.
        diameter: of a point, in pixels.
        lines: how wide the rings' lines are, in those of one run's field.
        aside: places and classes of points that were kept aside, which are hollow.
    """

    @in_force()
    def __init__(
        self,
        page: Page,
        axes: Axes,
        places: NDArray[Any],
        classes: NDArray[np.int64],
        styles: Sequence[tuple[str, str]],
        diameter: float,
        lines: float = 1.0,
        aside: tuple[NDArray[Any], NDArray[Any]] | None = None,
    ) -> None:
        self._lines = lines
        if aside is not None:
            _draw_hollow(page, axes, aside, styles, diameter)
        self._places, self._classes = np.asarray(places, np.float64), classes
        rim = max(RIM * diameter, page.px(LEAST_RIM))
        self._wrong: list[Line2D] = []
        for number, (colour, marker) in enumerate(styles):
            own = self._places[classes == number]
            style: dict[str, Any] = {
                "linestyle": "none", "marker": marker, "markerfacecolor": colour,
                "markeredgecolor": page.theme.axes, "markersize": page.points(diameter + rim),
                "markeredgewidth": page.points(rim),
            }  # fmt: skip
            axes.plot(own[:, 0], own[:, 1], zorder=FieldOrder.POINTS, **style)
            self._wrong += axes.plot([], [], zorder=FieldOrder.WRONG, **style)
        self._ink = to_rgba(page.theme.text)
        self._page, self._outer = page, diameter + 2 * (rim + page.px(BESIDE_RIM))
        self._rings = [
            self._ring_collection(axes, marker) for marker in dict.fromkeys(m for _, m in styles)
        ]
        self._marker_of = np.array(
            [list(dict.fromkeys(m for _, m in styles)).index(marker) for _, marker in styles]
        )[classes]
        self._strengths = np.zeros(len(places), np.float32)
        self._seconds: float | None = None
        self.moving: Sequence[Artist] = [*self._wrong, *self._rings]

    def _ring_collection(self, axes: Axes, marker: str) -> PathCollection:
        shape = MarkerStyle(marker)
        path = shape.get_path().transformed(shape.get_transform())
        rings = PathCollection(
            [path], sizes=[1.0], offsets=np.empty((0, 2)), offset_transform=axes.transData,
            facecolors="none", zorder=FieldOrder.RINGS,
        )  # fmt: skip
        rings.set_transform(IdentityTransform())
        axes.add_artist(rings)
        return rings

    def show(self, wrong: NDArray[np.bool_], seconds: float | None) -> None:
        """Ring the points that are wrong, shape (N,); rings come and go in `FADE` seconds.

        `seconds` of the film are counted from what was shown before; None: of a still.
        """
        step = 1.0
        if seconds is not None and self._seconds is not None and seconds > self._seconds:
            step = min((seconds - self._seconds) / FADE, 1.0)
        self._seconds = seconds
        aim = wrong.astype(np.float32)
        self._strengths += np.clip(aim - self._strengths, -step, step)
        seen = self._strengths > 0.01
        for number, line in enumerate(self._wrong):
            line.set_data(*self._places[seen & (self._classes == number)].T)
        count = int(wrong.sum())
        width = self._lines * self._page.px(next(wide for most, wide in RINGS if count <= most))
        for number, rings in enumerate(self._rings):
            some = seen & (self._marker_of == number)
            colours = np.tile(self._ink, (int(some.sum()), 1))
            colours[:, 3] = self._strengths[some]
            rings.set_offsets(self._places[some])
            rings.set_edgecolor([tuple(each) for each in colours.tolist()])
            rings.set_linewidth(self._page.points(width))
            rings.set_sizes([self._page.points(self._outer + width) ** 2], self._page.figure.dpi)
