"""Where a loss stands on its axis: logarithmic, but where some are negative; never left by it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.plots.losses.loss_ticks import SMALLEST, loss_ticks

LEAVES = 1000.0
"""A loss that is so many times its first one leaves through the top."""
ABOVE, BELOW = 0.03, 0.045
"""Air over and under the losses and their ticks, in parts of what these span."""
ZERO = 0.14
"""How far 0 lies under the smallest other loss of a logarithmic axis, in the same parts."""
BEYOND = 3.0
"""Where what has left through the top is on its way to, in heights of the axis."""
SAME = 1.02
"""Losses within this ratio are much the same."""


@dataclass(frozen=True)
class LossScale:
    """An axis of losses that all curves share."""

    is_log: bool
    bottom: float
    """Of the axis: the loss' decadic logarithm, or where that can't be, the loss."""
    top: float
    ticks: Ticks
    """Losses, and what is written there."""
    zero: float = -math.inf
    """Where a loss of 0 stands, as `bottom` is meant."""

    def heights(self, losses: ArrayLike) -> NDArray[np.float64]:
        """Where losses stand: 0 at the lower edge, 1 at the upper one.

        What has left through the top, the infinite too, is above 1; nan is nowhere.
        """
        values = np.asarray(losses, np.float64)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.is_log:
                values = np.where(np.abs(values) < SMALLEST, self.zero, np.log10(values))
            heights = (values - self.bottom) / (self.top - self.bottom)
        return np.clip(heights, -BEYOND, BEYOND)

    def with_room_for(self, loss: float, height: float) -> "LossScale":
        """The same, its lower edge so far down that `loss` stands at `height` at least."""
        now = float(self.heights(loss))
        if not now < height:
            return self
        place = self.bottom + now * (self.top - self.bottom)
        return replace(self, bottom=(place - height * self.top) / (1 - height))


def loss_scale(losses: Sequence[NDArray[np.floating[Any]]], rows: float) -> LossScale:
    """The axis of these curves, shape (S,) each, `rows` font sizes of its numbers high.

    A likelihood's logarithm, say, is a loss that may be negative: then it is linear.
    """
    curves = [each[~np.isnan(each)].astype(np.float64) for each in losses]
    curves = [each[each > -np.inf] for each in curves]
    values = np.concatenate([_in_sight(each) for each in curves if len(each)] or [np.ones(1)])
    values[np.abs(values) < SMALLEST] = 0.0
    if not values.any() or (values < 0).any():
        return linear_scale(float(values.min()), float(values.max()), rows)
    positive = values[values > 0]
    low, high = float(positive.min()), float(positive.max())
    if high <= low * SAME:
        low, high = low / 1.3, high * 1.3
    places, texts = loss_ticks(low, high, rows)
    bottom = math.log10(min(low, places[0]))
    top = math.log10(max(high, places[-1]))
    zero = -math.inf
    if (values == 0).any():
        zero = bottom = bottom - ZERO * (top - bottom)
        places, texts = [0.0, *places], ["0", *texts]
    span = top - bottom
    return LossScale(True, bottom - BELOW * span, top + ABOVE * span, (places, texts), zero)


def _in_sight(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """A curve's losses as far as the axis follows them, and where it leaves."""
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        return np.ones(1)
    first = abs(float(finite[0]))
    return np.minimum(losses, LEAVES * first if first > 0 else float(finite.max()))


def linear_scale(low: float, high: float, rows: float) -> LossScale:
    """An even axis from `low` to `high`, `rows` font sizes of its numbers high."""
    if high <= low:
        low, high = (0.0, 1.0) if low == 0 else (low - 0.5 * abs(low), low + 0.5 * abs(low))
    ticks = linear_ticks(low, high, min(5, max(2, int(rows / 2.5))))
    low, high = min([low, *ticks[0]]), max([high, *ticks[0]])
    span = high - low
    return LossScale(False, low - BELOW * span, high + ABOVE * span, ticks)
