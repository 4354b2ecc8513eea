"""How many points are wrong by how much, as bars round zero that move all film."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.page.type_sizes import ASCENT, TypeSizes
from fitreel.render.plots.axes_furniture import UNDER, draw_furniture
from fitreel.render.plots.axes_names import write_name
from fitreel.render.text.translations import Translation

BARS = 33
FILLED = 0.86
"""Of its place, that a bar takes."""
HEAD = 1.3
AIR = 1.05
LINE = 2.0
DASHES = (4.0, 3.0)


class ResidualBars:
    """A histogram of residuals, with its name over it; its limits are those of the whole film."""

    @in_force()
    def __init__(
        self,
        page: Page,
        box: Box,
        types: TypeSizes,
        words: Translation,
        residuals: Sequence[NDArray[np.float64]],
    ) -> None:
        theme = page.theme
        finite = [each[np.isfinite(each)] for each in residuals]
        # What a divergence ends on would leave nothing to be seen of all before it.
        reach = max((float(np.abs(each).max()) for each in finite if each.size), default=1.0)
        first = float(np.abs(finite[0]).max()) if finite and finite[0].size else reach
        reach = min(reach, 3 * first) or 1.0
        self._edges = np.linspace(-reach, reach, BARS + 1)
        most = max((self._heights(each).max() for each in residuals), default=1.0)
        name = words.text("panel_residuals_of")
        baseline = box.top - 0.74 * types.label
        write_name(page, name, (box.left, baseline), types.label, box.width)
        foot = page.px(UNDER) + ASCENT * types.tick
        inner = Box(box.left, box.bottom + foot, box.width, box.height - foot - HEAD * types.label)
        axes = page.axes(inner)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(0, AIR * max(float(most), 1.0))
        at = linear_ticks(-reach, reach, 3)
        texts = [words.respelled(text.replace("\u2212", "-")) for text in at[1]]
        draw_furniture(page, axes, inner, (at[0], texts), ([], []), tick=types.tick)
        axes.spines["left"].set_visible(False)
        axes.grid(False)
        axes.axvline(0.0, color=theme.truth, lw=page.points(page.px(LINE)), dashes=DASHES,
                     zorder=3)  # fmt: skip
        self._bars = PolyCollection([], facecolors=theme.prediction, edgecolors="none", zorder=2)
        axes.add_collection(self._bars)
        self.moving: Sequence[Artist] = [self._bars]

    def _heights(self, residuals: NDArray[np.float64]) -> NDArray[np.float64]:
        finite = residuals[np.isfinite(residuals)]
        return np.histogram(finite, self._edges)[0].astype(np.float64)

    def show(self, residuals: NDArray[np.float64]) -> None:
        """Move the bars to residuals of any shape; those beyond the edges aren't counted."""
        heights = self._heights(residuals)
        left = self._edges[:-1]
        right = left + FILLED * np.diff(self._edges)
        zero = np.zeros_like(heights)
        corners = np.stack([np.stack([left, left, right, right], 1),
                            np.stack([zero, heights, heights, zero], 1)], 2)  # fmt: skip
        self._bars.set_verts(list(corners[heights > 0]))
