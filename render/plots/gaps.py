"""From each point a stick to the network: what the loss is the mean square of."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.quick_line import QuickLine
from fitreel.render.plots.fit_axes import AIR, Order

MOST = 200
"""So many points have gaps; of more, a trail of earlier curves says what moves."""
WIDTH = 1.8
"""At 720 px."""
NARROWEST = 1.6
"""From stick to stick, in widths of one, that they are seen as sticks."""
EDGE_STRIP = 22.0
"""At 720 px: along the edges, kept free for marks and values of a curve that has left."""


def has_gaps(run: Record) -> bool:
    """Whether a run's points are few enough for gaps."""
    return 0 < len(run.x) <= MOST


class Gaps:
    """Sticks from the points to the curve, up to near the axes' edge where it left the picture."""

    @in_force()
    def __init__(
        self,
        page: Page,
        axes: Axes,
        run: Record,
        *,
        colour: str,
        opacity: float,
        width: float = WIDTH,
        over: float = Order.GAPS,
    ) -> None:
        # Where sticks would run into each other, every second or third point has one.
        self._every = max(1, round(len(run.x) * NARROWEST * page.px(width) / axes.bbox.width))
        points = run.y[:: self._every].astype(np.float64)
        low, high = axes.get_ylim()
        # No more than the air of the limits, in which there are neither data nor usual predictions.
        part = min(page.px(EDGE_STRIP) / axes.bbox.height, AIR / (1 + 2 * AIR))
        strip = part * (high - low)
        self._low = np.minimum(low + strip, points)
        self._high = np.maximum(high - strip, points)
        # Where there is a grid the predictions stand there, and not at the points.
        self._grid = None if run.grid is None else np.argsort(run.grid, kind="stable")
        self._grid_x = run.prediction_x if self._grid is None else run.prediction_x[self._grid]
        self._x = run.x[:: self._every].astype(np.float64)
        self._ends = np.full((len(points), 3), np.nan)
        self._ends[:, 0] = points
        # One line with breaks: its sticks don't darken each other where they stand close.
        self._line = QuickLine(
            np.repeat(self._x, 3), np.full(self._ends.size, np.nan), color=colour, alpha=opacity,
            lw=page.points(page.px(width)), solid_capstyle="butt", zorder=over,
        )  # fmt: skip
        axes.add_line(self._line)
        self._line.set_snap(False)  # else a stick's ends move by whole pixels
        self.moving: Sequence[Artist] = [self._line]

    def show(self, prediction: NDArray[np.floating]) -> None:
        """Let the sticks end at `prediction`, shape (M,), as the record has it."""
        values = np.ravel(prediction)
        if self._grid is not None:
            values = np.interp(self._x, self._grid_x, values[self._grid])
        else:
            values = values[:: self._every]
        self._ends[:, 1] = np.clip(values, self._low, self._high)
        self._line.set_ydata(self._ends.ravel().copy())
