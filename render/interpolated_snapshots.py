"""What lies between the snapshots of a run: interpolated on a film's axis, in bounded memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.curve_path import CurvePath, windowed_curves
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.timing.loss_path import losses_at
from fitreel.render.timing.running_median import PLACES, REACH, is_noisy

_KNOTS_A_CELL = 8
"""So many snapshots at most tell the mean of a curve between two places."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Positions:
    """Where a run is at P times, each later than the one before."""

    times: Values
    """Shape (P,), increasing: exact epochs, or seconds."""
    indices: NDArray[np.int64]
    """Shape (P,): the last snapshot at or before each."""
    is_snapshot: NDArray[np.bool_]
    """Shape (P,): whether it is at that snapshot."""


def interpolated_snapshots(
    run: Record, clock: Values, axis: EpochAxis, positions: Positions, *, weights: bool = False
) -> Iterator[tuple[Snapshot, bool]]:
    """What a run shows at each of its positions, and whether that is interpolated.

    The loss is geometric on the axis, the prediction goes by monotone cubics; the curve is the mean
    over the position before to the one after, or of a noisy run, over the window of its running
    median. The first position is a snapshot if it is at one, and a quiet run's last.

    Args:
        run: the record.
        clock: shape (S,), not decreasing: when each of its snapshots is, in epochs or seconds.
        axis: of the film.
        positions: at least one.
        weights: whether they are drawn, too; they go in straight lines.

    Raises:
        Damaged: a file has changed since the run was opened.
    """
    noisy = is_noisy(run.losses)
    exact = np.zeros(len(positions.times), np.bool_)
    exact[0] = positions.is_snapshot[0]
    exact[-1] |= positions.is_snapshot[-1] and not noisy
    places = axis.places(positions.times)
    curves = _curves(run, axis.places(clock), places, noisy=noisy)
    numbers = _numbers(run, clock, axis, positions.times)
    snapshots = shown_snapshots(run, positions.indices[exact].tolist(), weights=weights)
    flows = _weights(run, axis.places(clock), places, positions.indices) if weights else None
    for number, curve in enumerate(curves):
        flow = next(flows) if flows is not None else None
        if exact[number]:
            yield next(snapshots), False
            continue
        values = {key: float(row[number]) for key, row in numbers.items()}
        yield (
            Snapshot(
                epoch=math.ceil(round(float(values.pop("epoch")), 6)),
                loss=values.pop("loss"),
                seconds=values.pop("seconds"),
                prediction=curve.astype(run.prediction_dtype),
                weights=flow,
                truth_loss=values.pop("truth_loss", None),
                metrics=values,
            ),
            True,
        )


def _numbers(run: Record, clock: Values, axis: EpochAxis, times: Values) -> dict[str, Values]:
    """Every number of a snapshot at each of the times, shape (P,); metrics by their names."""
    places, at = axis.places(times), axis.places(clock)
    numbers = {name: np.interp(places, at, values) for name, values in run.metrics.items()}
    # By the clock of training, or before and after this run, the epoch is its own.
    own = np.interp(places, at, run.epochs.astype(np.float64))
    is_epoch = np.array_equal(clock, run.epochs)
    numbers["epoch"] = np.clip(times, clock[0], clock[-1]) if is_epoch else own
    numbers["seconds"] = np.interp(places, at, run.seconds)
    numbers["loss"] = losses_at(axis, clock, run.losses, times)
    if run.truth_losses is not None:
        numbers["truth_loss"] = losses_at(axis, clock, run.truth_losses, times)
    return numbers


def _curves(run: Record, at: Values, places: Values, *, noisy: bool) -> Iterator[Values]:
    """The prediction at each place, as the mean over its window."""
    start, end = float(places[0]), float(places[-1])
    if noisy:
        reach = REACH / (PLACES - 1)
        # Whole windows at the end, as the median has them; at the start they grow from nothing.
        centre = np.maximum(np.minimum(places, end - reach), start)
        size = np.minimum(reach, centre - start)
        windows = np.stack([centre - size, np.minimum(centre + size, end)], axis=1)
        inner = np.linspace(0, 1, PLACES)
        edges = np.unique([start, *inner[(inner > start) & (inner < end)], end])
    else:
        before, after = np.append(places[:1], places[:-1]), np.append(places[1:], places[-1:])
        windows, edges = np.stack([before, after], axis=1), np.unique(places)
    knots = _knots(run, at, places, edges)
    drawn = (snapshot.prediction for snapshot in shown_snapshots(run, knots.tolist()))
    return windowed_curves(CurvePath(at[knots], drawn), edges, windows)


def _knots(run: Record, at: Values, places: Values, edges: Values) -> NDArray[np.int64]:
    """The snapshots that tell the curve: those around each place, and some of each cell."""
    there = np.flatnonzero(run.has_predictions & (np.diff(at, prepend=-1.0) > 0))
    if not len(there):
        return np.zeros(1, np.int64)
    own, last = at[there], len(there) - 1
    around = np.searchsorted(own, places, side="right")[:, None] + np.arange(-2, 2)
    left, right = np.searchsorted(own, edges[:-1]), np.searchsorted(own, edges[1:])
    share = np.linspace(0, 1, _KNOTS_A_CELL)
    within = left[:, None] + np.rint(np.maximum(right - left - 1, 0)[:, None] * share).astype(int)
    numbers = np.unique(np.clip(np.concatenate([around.ravel(), within.ravel()]), 0, last))
    return np.asarray(there[numbers])


def _weights(
    run: Record, at: Values, places: Values, indices: NDArray[np.int64]
) -> Iterator[NDArray[Any] | None]:
    """The weights at each place, in straight lines on the axis."""
    after = np.minimum(indices + 1, len(at) - 1)
    numbers = np.unique(np.concatenate([indices, after])).tolist()
    pairs = zip(numbers, run.snapshots(numbers, weights=True), strict=True)
    held: dict[int, Snapshot] = {}
    for place, index, following in zip(places, indices.tolist(), after.tolist(), strict=True):
        held = {number: snapshot for number, snapshot in held.items() if number >= index}
        while following not in held:
            number, snapshot = next(pairs)
            held[number] = snapshot
        one, other = held[index].weights, held[following].weights
        if one is None or other is None:
            yield one
            continue
        gap = at[following] - at[index]
        share = min(max((place - at[index]) / gap, 0.0), 1.0) if gap > 0 else 0.0
        yield ((1 - share) * one + share * other).astype(np.float32)
