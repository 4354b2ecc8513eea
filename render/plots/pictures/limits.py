"""Limits of pictures of several outputs, and of what is predicted at points: of all the film."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.plots.fit_axes import Limits
from fitreel.render.point_predictions import PointPredictions

AIR, SCATTER_AIR = 0.06, 0.05
"""Free beyond what is in sight, in parts of it."""
ROOM = 1.12
"""The place of a curve in the plane in parts of what is in it."""
BEYOND = 0.35
"""Of the data's span, how far predictions are followed out of it."""


def curve_limits(run: Record) -> Limits:
    """Of all outputs together: their data, and predictions not far from these."""
    x = np.concatenate([np.ravel(run.x), np.ravel(run.prediction_x)]).astype(np.float64)
    wide = float(x.max() - x.min()) or 1.0
    across = float(x.min()) - 0.025 * wide, float(x.max()) + 0.01 * wide
    if run.header.classes:
        return Limits(across, (-AIR, 1 + AIR))
    fixed = [np.asarray(run.y, np.float64)]
    fixed += [] if run.truth is None else [np.asarray(run.truth, np.float64)]
    low = min(float(each.min()) for each in fixed)
    high = max(float(each.max()) for each in fixed)
    reach = BEYOND * (high - low) or abs(high) or 1.0
    first, last = low, high
    for snapshot in PointPredictions(run).samples():
        finite = snapshot.prediction[np.isfinite(snapshot.prediction)]
        if len(finite):
            first, last = min(first, float(finite.min())), max(last, float(finite.max()))
    low, high = max(first, low - reach), min(last, high + reach)
    air = AIR * (high - low)
    return Limits(across, (low - air, high + air))


def plane_span(
    run: Record, past: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lower left and upper right corner of what is in sight, each shape (2,).

    `past` are predictions of all the film, shape (S, M, 2).
    """
    parts = [np.asarray(run.y, np.float64)]
    if run.truth is not None:
        parts.append(np.asarray(run.truth, np.float64))
    fixed = np.concatenate(parts)
    fixed = fixed[np.isfinite(fixed).all(1)]
    low, high = fixed.min(0), fixed.max(0)
    reach = np.maximum(BEYOND * (high - low), 1e-6)
    with np.errstate(all="ignore"):
        first = np.nanmin(np.where(np.isfinite(past), past, np.nan), axis=(0, 1))
        last = np.nanmax(np.where(np.isfinite(past), past, np.nan), axis=(0, 1))
    return (np.fmin(low, np.fmax(first, low - reach)), np.fmax(high, np.fmin(last, high + reach)))


def plane_limits(
    span: tuple[NDArray[np.float64], NDArray[np.float64]], width: float, height: float
) -> Limits:
    """The same scale along both axes."""
    low, high = span
    middle = (low + high) / 2
    scale = max((high[0] - low[0]) * ROOM / width, (high[1] - low[1]) * ROOM / height, 1e-12)
    half = scale * width / 2, scale * height / 2
    return Limits((float(middle[0] - half[0]), float(middle[0] + half[0])),
                  (float(middle[1] - half[1]), float(middle[1] + half[1])))  # fmt: skip


def scatter_span(
    true: NDArray[np.float64], predictions: Sequence[NDArray[np.float64]]
) -> tuple[float, float]:
    """From where to where both axes go: what is true, and predictions not far from it."""
    low, high = float(true.min()), float(true.max())
    reach = BEYOND * (high - low) or max(abs(high), 1.0)
    finite = [each[np.isfinite(each)] for each in predictions]
    first = min((float(each.min()) for each in finite if len(each)), default=low)
    last = max((float(each.max()) for each in finite if len(each)), default=high)
    low, high = min(low, max(first, low - reach)), max(high, min(last, high + reach))
    air = SCATTER_AIR * (high - low)
    return low - air, high + air
