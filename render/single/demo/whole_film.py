"""What all frames of a film in the demo's look share: limits, and where nothing comes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.single.demo.painted_area import PaintedArea, Window

BEYOND = 0.35
"""So much of the data's height a prediction may lie beyond them and still be in sight."""


@dataclass(frozen=True)
class WholeFilm:
    """What is the same in all frames."""

    low: float
    high: float
    """Between these all lies that is in sight, without the axes' margins."""
    area: PaintedArea


def whole_film(
    points: tuple[ArrayLike, ArrayLike],
    prediction_x: ArrayLike,
    predictions: Iterable[ArrayLike],
    truth: ArrayLike | None = None,
) -> WholeFilm:
    """Look once through all `predictions`, in their order; one at a time is in memory.

    Args:
        points: x and y, each of shape (N,).
        prediction_x: shape (M,).
        predictions: each of shape (M,), at `prediction_x`.
        truth: the dashed curve, shape (M,), at `prediction_x`.
    """
    x, y = (np.ravel(part).astype(np.float64) for part in points)
    places = np.ravel(prediction_x).astype(np.float64)
    order = np.argsort(places, kind="stable")
    dashed = np.empty(0) if truth is None else np.ravel(truth)
    low, high = _span([y, dashed])
    beyond = BEYOND * (high - low) if high > low else 1.2 * max(1.0, abs(low))
    floor, ceiling = low - beyond, high + beyond
    left, right = _span([x, places])
    # The axes' margins are a twentieth, of a single value more; nothing is seen beyond these.
    side = 0.2 * (right - left) or max(1.0, abs(left))
    foot = 0.2 * (ceiling - floor)
    window = Window(left - side, right + side, floor - foot, ceiling + foot)
    area = PaintedArea(window, places[order])
    area.add_points(x, y)
    if truth is not None:
        area.add_curve(dashed[order])
    for prediction in predictions:
        own = np.ravel(prediction)[order]
        area.move_curve(own)
        with np.errstate(over="ignore"):  # float32's, of bounds beyond it
            finite = np.clip(own[np.isfinite(own)], floor, ceiling)
        if len(finite):
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return WholeFilm(low, high, area)


def _span(parts: Iterable[NDArray[np.floating]]) -> tuple[float, float]:
    """The least and the largest finite value."""
    values = np.concatenate([np.ravel(part) for part in parts]).astype(np.float64)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
