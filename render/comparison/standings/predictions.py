"""What a configuration predicts in a frame: a run's own curve, or a group's median and band."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.comparison.standings.contenders import BAND, Contender
from fitreel.render.comparison.standings.frame_state import ComparisonState

Curve = NDArray[np.float64]


class Predictions(NamedTuple):
    """At the places of the configuration's first run, in its order."""

    middle: Curve
    """Shape (M,)."""
    band: tuple[Curve, Curve] | None
    """Lower and upper edge, of a group."""


def predictions_of(contender: Contender, state: ComparisonState) -> Predictions | None:
    """What it predicts; None before its first prediction."""
    pairs = [
        (entry.run, snapshot.prediction)
        for number, entry in zip(contender.numbers, contender.members, strict=True)
        if (snapshot := state.snapshots[number]) is not None
        and entry.run is not None
        and entry.run.header.is_curve
    ]
    if not pairs:
        return None
    first = pairs[0][0]
    if len(pairs) == 1:
        return Predictions(np.ravel(pairs[0][1]).astype(np.float64), None)
    rows = np.array([_at_places(first, run, np.ravel(values)) for run, values in pairs])
    # What is no number has left the axes.
    rows = np.nan_to_num(rows, nan=np.inf, posinf=np.inf, neginf=-np.inf)
    low, middle, high = np.percentile(rows, (BAND[0], 50, BAND[1]), axis=0, method="nearest")
    return Predictions(middle, (low, high))


def _at_places(first: Record, run: Record, prediction: NDArray[np.floating]) -> Curve:
    if run is first or np.array_equal(run.prediction_x, first.prediction_x):
        return prediction.astype(np.float64)
    order = np.argsort(run.prediction_x, kind="stable")
    return np.asarray(np.interp(first.prediction_x, run.prediction_x[order], prediction[order]))
