"""The name of a curve's start in the plane: at the freest of seven places round its dot."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

UP, ASIDE, SLANTED = 27.0, 16.0, 24.0
"""From the dot's middle to the name's: over it, beside it, and both; at 720 px."""
HALO = 5.0
STAYS = 3
"""A place is left only for one that has so many obstacles less: a name doesn't flicker."""


class StartName:
    """A word that keeps out of the way; it changes its place only for a much freer one."""

    @in_force()
    def __init__(self, page: Page, text: str, size: float, box: Box) -> None:
        self._page, self._box = page, box
        wide = page.width_of(text, size)
        self._half = np.array([wide / 2 + page.px(6), 0.5 * size + page.px(4)])
        up, aside, slanted = page.px(UP), wide / 2 + page.px(ASIDE), page.px(SLANTED)
        self._places = np.array([
            (0, up), (0, -up), (-aside, 0), (-aside, slanted), (aside, slanted),
            (aside, -slanted), (-aside, -slanted),
        ])  # fmt: skip
        self._at: int | None = None
        self._name, self._size = text, size
        self._text = page.text(0, 0, text, size, colour=page.theme.prediction, ha="center")
        self._text.set_path_effects(
            [withStroke(linewidth=page.points(page.px(HALO)), foreground=page.theme.axes)]
        )
        self.moving: Sequence[Artist] = [self._text]

    def show(
        self, start: NDArray[np.float64], obstacles: NDArray[np.float64],
        name: tuple[float, float, float],
    ) -> None:  # fmt: skip
        """Move it to a start; all in pixels.

        Args:
            start: shape (2,).
            obstacles: shape (n, 2): what it shouldn't cover.
            name: left, middle and width of the curve's own name, which it never covers.
        """
        if not np.isfinite(start).all():
            self._text.set_text("")
            return
        counts = np.array([self._count(start + place, obstacles, name) for place in self._places])
        best = int(counts.argmin())
        if self._at is None or counts[self._at] > counts[best] + STAYS:
            self._at = best
        x, y = start + self._places[self._at]
        self._text.set_text(self._name)
        self._text.set_x(x / self._page.box.width)
        self._text.set_y((y - 0.33 * self._size) / self._page.box.height)

    def _count(
        self, place: NDArray[np.float64], obstacles: NDArray[np.float64],
        name: tuple[float, float, float],
    ) -> int:  # fmt: skip
        """How much a name in the middle of which is `place` would cover."""
        count = int((np.abs(obstacles - place) < self._half).all(1).sum())
        left, middle, wide = name
        covers = left - self._half[0] < place[0] < left + wide + self._half[0]
        if covers and abs(place[1] - middle) < self._half[1] + 0.5 * self._size:
            count += 10_000
        low = place - self._half
        high = place + self._half
        box = self._box
        if low[0] < box.left or low[1] < box.bottom or high[1] > box.top:
            count += 1000
        return count
