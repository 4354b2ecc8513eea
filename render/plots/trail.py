"""Where the points are too many for gaps: at most three earlier curves, ever paler."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.even_predictions import even_predictions
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order, curve_order
from fitreel.render.plots.network_line import FAR, clip_vertically
from fitreel.render.timing.epoch_axis import EpochAxis

OPACITIES = (0.3, 0.2, 0.1)
"""From the last curve back."""
STEP = 1 / 12
"""Of the epoch axis, from one curve to the one before."""
SAMPLES = 241
"""So many predictions are kept, twenty a step."""
WIDTH = 2.0
"""At 720 px."""
FADE = 0.3
"""Seconds in which the trail goes as the end is held."""


class Trail:
    """Earlier curves, at steps of a twelfth of the epoch axis behind the network's.

    Raises:
        Damaged: a file has changed since the run was opened.
    """

    @in_force()
    def __init__(
        self,
        page: Page,
        axes: Axes,
        run: Record,
        axis: EpochAxis,
        *,
        colour: str,
        times: NDArray[np.floating] | None = None,
    ) -> None:
        order = curve_order(axes, run.prediction_x)
        low, high = axes.get_ylim()
        reach = FAR * (high - low)
        predictions = even_predictions(run, axis, SAMPLES, order, times)
        with np.errstate(over="ignore"):  # float32's, of bounds beyond it
            self._curves = np.clip(predictions, low - reach, high + reach)
        self._axis = axis
        x = run.prediction_x[order].astype(np.float64)
        width = page.px(WIDTH)
        self._lines = [
            axes.plot(
                x, np.full(len(x), np.nan), color=colour, alpha=opacity, lw=page.points(width),
                solid_capstyle="round", solid_joinstyle="round", zorder=Order.TRAIL,
            )[0]
            for opacity in reversed(OPACITIES)  # the palest lies undermost
        ]  # fmt: skip
        for line in self._lines:
            clip_vertically(line, axes, 2 * width)
        self.moving: Sequence[Artist] = self._lines

    def show(self, epoch: float, seconds_at_end: float | None = None) -> None:
        """Move the earlier curves to those before `epoch`; they go while the end is held."""
        now = float(self._axis.places(epoch))
        left = 1.0 if seconds_at_end is None else max(0.0, 1 - seconds_at_end / FADE)
        for number, line in zip(range(len(OPACITIES), 0, -1), self._lines, strict=True):
            # A curve comes out of the untrained one, which stays where it is.
            come = min(max(now / STEP - (number - 1), 0.0), 1.0)
            opacity = OPACITIES[number - 1] * come * left
            line.set_alpha(opacity)
            row = max(now - number * STEP, 0.0) * (SAMPLES - 1)
            line.set_ydata(self._at(row) if opacity > 0 else np.full(self._curves.shape[1], np.nan))

    def _at(self, row: float) -> NDArray[np.float64]:
        below = min(int(row), SAMPLES - 2)
        part = row - below
        curve: NDArray[np.float64] = (
            self._curves[below] * (1 - part) + self._curves[below + 1] * part
        )
        return curve
