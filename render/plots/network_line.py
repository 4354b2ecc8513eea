"""The network's curve, and its name that rides at the curve's right end."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.quick_line import QuickLine
from fitreel.render.plots.fit_axes import Order, curve_order

WIDTH = 7.5
"""At 720 px, as all lengths here."""
RIDER_GAP = 8.0
"""From the axes to the curve's name."""
HALF_CAPITAL = 0.33
"""From the middle of a line of text down to its baseline, in font sizes."""
FAR = 100.0
"""In heights of the axes: what lies further out is drawn so far out, and no number overflows."""


class NetworkLine:
    """A prediction as a line with round caps, cut above and below, and never at its ends."""

    @in_force()
    def __init__(
        self,
        page: Page,
        axes: Axes,
        run: Record,
        *,
        colour: str,
        width: float = WIDTH,
        opacity: float = 1.0,
        order: float = Order.NETWORK,
    ) -> None:
        pixels = page.px(width) * page.theme.prediction_width
        self._order = curve_order(axes, run.prediction_x, pixels)
        low, high = axes.get_ylim()
        reach = FAR * (high - low)
        self._reach = low - reach, high + reach
        x = run.prediction_x[self._order].astype(np.float64)
        self._line = QuickLine(
            x, np.full(len(x), np.nan), color=colour, alpha=opacity, lw=page.points(pixels),
            solid_capstyle="round", solid_joinstyle="round", zorder=order,
        )  # fmt: skip
        axes.add_line(self._line)
        mark_point(self._line)
        clip_vertically(self._line, axes, 2 * pixels)
        self.moving: Sequence[Artist] = [self._line]

    def show(self, prediction: NDArray[np.floating]) -> None:
        """Move the curve to `prediction`, shape (M,), as the record has it."""
        with np.errstate(over="ignore"):  # float32's, of bounds beyond it
            self._line.set_ydata(np.clip(np.ravel(prediction)[self._order], *self._reach))


class Rider:
    """A curve's name right of its axes, at the height where the curve ends, and inside of them."""

    @in_force()
    def __init__(
        self,
        page: Page,
        axes: Axes,
        run: Record,
        name: str,
        *,
        size: float,
        colour: str,
        gap: float = RIDER_GAP,
    ) -> None:
        self._last = int(curve_order(axes, run.prediction_x)[-1])
        self._axes, self._height = axes, page.box.height
        self._name, self._size = name, size
        x = axes.bbox.x1 + page.px(gap)
        self._text = page.text(
            x, axes.bbox.y0, "", size, weight="bold", color=colour, va="baseline"
        )
        self.moving: Sequence[Artist] = [self._text]

    def show(self, prediction: NDArray[np.floating]) -> None:
        """Move the name to the right end of `prediction`; one that is no number has no name."""
        value = float(np.ravel(prediction)[self._last])
        self._text.set_text("" if math.isnan(value) else self._name)
        if not math.isnan(value):
            low, high = self._axes.get_ylim()
            part = min(max((value - low) / (high - low), 0.0), 1.0)
            box, half = self._axes.bbox, self._size / 2
            middle = min(max(box.y0 + part * box.height, box.y0 + half), box.y1 - half)
            self._text.set_y((middle - HALF_CAPITAL * self._size) / self._height)


def clip_vertically(artist: Artist, axes: Axes, beside: float) -> None:
    """Cut an artist at the axes' lower and upper edge, and only `beside` pixels beside them."""
    box = axes.bbox
    artist.set_clip_path(None)
    artist.set_clip_box(Bbox([[box.x0 - beside, box.y0], [box.x1 + beside, box.y1]]))
