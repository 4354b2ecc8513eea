"""The axis of losses: logarithmic, but where some are negative; from where to where it goes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

DECADES = 12.0
"""At most so many powers of ten are shown, counted from above: a loss may come near to 0."""
ABOVE_START = 10.0
"""How far above the highest first loss a diverging one is followed."""


class LossAxis(NamedTuple):
    """An axis that all curves share."""

    limits: tuple[float, float]
    is_log: bool
    curves: list[NDArray[np.float64]]
    """With nan, which leaves a gap, for what it can't show."""


def loss_axis(losses: Sequence[NDArray[np.floating[Any]]]) -> LossAxis:
    """The axis for these curves, shape (S,) each.

    A likelihood's logarithm, say, is a loss that may be negative: then it is linear.
    """
    curves = [each.astype(np.float64) for each in losses]
    finite = [values for each in curves if len(values := each[np.isfinite(each)])]
    if all(float(each.min()) >= 0 for each in finite):
        curves = [on_log_axis(each) for each in curves]
        return LossAxis(loss_limits(curves), True, curves)
    low = min(float(each.min()) for each in finite)
    high = max(float(each.max()) for each in finite)
    room = 0.04 * (high - low) or 0.5
    return LossAxis((low - room, high + room), False, curves)


def on_log_axis(losses: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The losses, shape (S,), with nan, which leaves a gap, for those that have no logarithm."""
    values = losses.astype(np.float64)
    with np.errstate(invalid="ignore"):
        values[~(np.isfinite(values) & (values > 0))] = np.nan
    return values


def loss_limits(curves: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """What of the losses is worth showing: one run that diverges doesn't flatten the others."""
    finite = [curve[np.isfinite(curve)] for curve in curves]
    finite = [curve for curve in finite if len(curve)]
    if not finite:
        return 0.1, 1.0
    start = max(float(curve[0]) for curve in finite)
    high = min(max(float(curve.max()) for curve in finite), ABOVE_START * start)
    low = max(min(float(curve.min()) for curve in finite), high * 10**-DECADES)
    if low > high / 2:  # all much the same
        low, high = high / 3, high * 3
    room = (high / low) ** 0.04
    return max(low / room, 1e-300), high * room
