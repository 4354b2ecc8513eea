"""Axes that all entries share, fixed over the whole clip."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.shown_snapshots import shown_snapshots

REACH = 0.5
"""How far above and below the data a prediction may go and still count, in heights of the data.

So data keep half of the height whatever a run does: what goes further leaves the axes.
"""
MARGIN = 0.05
"""Free space around what counts, as matplotlib leaves it."""
Span = tuple[float, float]


@dataclass(frozen=True)
class Limits:
    """The left and right, and the lower and upper limit of axes."""

    x: Span
    y: Span


def shared_limits(runs: Sequence[Record], indices: Iterable[NDArray[np.int64]]) -> Limits:
    """Axes into which the data of all runs fit, and all sensible predictions of what is shown.

    Predictions are read once, one chunk of one run in memory at a time.

    Args:
        runs: at least one.
        indices: of each run, the indices of its snapshots on screen, not decreasing.

    Raises:
        BadInput: a record is damaged.
    """
    xs = [values for run in runs for values in (run.x, run.prediction_x)]
    data = reduce(_around, (_span(run.y) for run in runs))
    height = data[1] - data[0] or abs(data[0]) or 1.0
    sensible = (data[0] - REACH * height, data[1] + REACH * height)
    y = data
    for run, row in zip(runs, indices, strict=True):
        for snapshot in shown_snapshots(run, np.unique(row[row >= 0]).tolist()):
            low, high = _span(snapshot.prediction)
            if sensible[0] <= low and high <= sensible[1]:  # not so where there is a nan
                y = _around(y, (low, high))
    return Limits(_with_margin(reduce(_around, map(_span, xs))), _with_margin(y))


def _span(values: NDArray[np.float32]) -> Span:
    return float(np.min(values)), float(np.max(values))


def _around(a: Span, b: Span) -> Span:
    return min(a[0], b[0]), max(a[1], b[1])


def _with_margin(span: Span) -> Span:
    """Some more on both sides; also where all values are the same."""
    low, high = span
    extent = high - low
    if extent <= 1e-6 * max(abs(low), abs(high)):
        extent = 2 * (max(abs(low), abs(high)) or 1.0)
    return low - MARGIN * extent, high + MARGIN * extent
