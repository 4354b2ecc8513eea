"""Triangles at the edge of axes, where a curve has left the picture."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order, curve_order
from fitreel.render.plots.network_line import HALF_CAPITAL

TRIANGLE, RIM = 15.0, 2.0
"""Its size and its rim of the ground; lengths are those of 720 px."""
INSIDE = 11.0
"""From the edge to the triangle's middle."""
BESIDE = 16.0
"""From there to the value."""
MOSTLY = 0.5
"""Where more of the curve than this is out, its mean value is said."""
Edge = Literal["upper", "lower"]


@in_force()
def edge_triangles(page: Page, axes: Axes, edge: Edge, colour: str) -> Line2D:
    """Triangles at one edge of axes, as many as its data say; none yet."""
    (line,) = axes.plot(
        [], [], linestyle="none", marker="^" if edge == "upper" else "v", color=colour,
        ms=page.points(page.px(TRIANGLE)), mec="none" if page.transparent else page.theme.axes,
        mew=page.points(page.px(RIM)), zorder=Order.EDGE_MARKS, clip_on=False,
    )  # fmt: skip
    return line


class EdgeMarks:
    """A triangle over the middle of each stretch of a curve that lies out of the picture.

    Where most of it is out at one edge, its mean value stands beside the triangle, as `write` puts
    it. What is no number has gone through the upper edge.
    """

    @in_force()
    def __init__(
        self,
        page: Page,
        axes: Axes,
        run: Record,
        *,
        colour: str,
        size: float,
        write: Callable[[float], str],
    ) -> None:
        self._page, self._axes, self._write, self._size = page, axes, write, size
        self._colour = colour
        self._order = curve_order(axes, run.prediction_x)
        self._x = run.prediction_x[self._order].astype(np.float64)
        box, inside = axes.bbox, page.px(INSIDE)
        self._middles = {"upper": box.y1 - inside, "lower": box.y0 + inside}
        self._marks: dict[Edge, Line2D] = {}
        self._values: dict[Edge, Text] = {}
        for edge in ("upper", "lower"):
            self._marks[edge] = edge_triangles(page, axes, edge, colour)
            base = self._middles[edge] - HALF_CAPITAL * size
            self._values[edge] = page.text(
                box.x0, base, "", size, weight="bold", colour=colour, va="baseline"
            )
        self._has_marks = False
        self.moving: Sequence[Artist] = [*self._marks.values(), *self._values.values()]

    def show(self, prediction: NDArray[np.floating], is_warning: bool = False) -> None:
        """Mark where `prediction`, shape (M,), is out; in a warning's colour where it is one."""
        y = np.ravel(prediction)[self._order]
        low, high = self._axes.get_ylim()
        had_marks, self._has_marks = self._has_marks, not (low <= y.min() and y.max() <= high)
        if not (had_marks or self._has_marks):
            return
        is_out = {"upper": (y > high) | np.isnan(y), "lower": y < low}
        for edge, mark in self._marks.items():
            text, out = self._values[edge], is_out[edge]
            if not out.any():
                if np.size(mark.get_xdata()):
                    mark.set_data([], [])
                    text.set_text("")
                continue
            ends = np.flatnonzero(np.diff(np.concatenate([[False], out, [False]])))
            stretches = list(zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True))
            middles = [(self._x[a] + self._x[b - 1]) / 2 for a, b in stretches]
            box = self._axes.bbox
            part = (self._middles[edge] - box.y0) / box.height
            mark.set_data(middles, [low + part * (high - low)] * len(middles))
            colour = self._page.theme.warning if is_warning else self._colour
            mark.set_markerfacecolor(colour)
            text.set_color(colour)
            a, b = max(stretches, key=lambda each: each[1] - each[0])
            value = float(np.mean(y[a:b].astype(np.float64)))
            has_value = b - a > MOSTLY * len(y) and np.isfinite(value)
            text.set_text(self._write(value) if has_value else "")
            self._put_beside(text, self._x[a], self._x[b - 1])

    def _put_beside(self, text: Text, start: float, stop: float) -> None:
        """Put a value beside the triangle of a stretch, where the curve doesn't cross it."""
        left, right = self._axes.get_xlim()
        box, beside = self._axes.bbox, self._page.px(BESIDE)
        edges = [box.x0 + (x - left) / (right - left) * box.width for x in (start, stop)]
        pixel, room = sum(edges) / 2, (edges[1] - edges[0]) / 2 - beside
        width = self._page.width_of(text.get_text(), self._size, "bold")
        is_whole = start == self._x[0] and stop == self._x[-1]
        if width > room and not is_whole:
            text.set_text("")
        is_right = width <= box.x1 - pixel - beside
        text.set_horizontalalignment("left" if is_right else "right")
        text.set_x((pixel + (beside if is_right else -beside)) / self._page.box.width)
