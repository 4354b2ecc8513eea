"""What lies between the snapshots of a run: interpolated on a film's axis, in bounded memory."""

import math
from collections.abc import Iterator
from itertools import repeat
from typing import Any, NamedTuple

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

# No metric has such a name.
_EPOCH, _LOSS, _SECONDS, _TRUTH_LOSS = "\0epoch", "\0loss", "\0seconds", "\0truth_loss"

Values = NDArray[np.float64]


class Shown(NamedTuple):
    """What a run shows for some frames on end."""

    snapshot: Snapshot
    is_interpolated: bool
    frames: int


def snapshots_at(
    run: Record, clock: Values, times: Values, axis: EpochAxis | None, *, weights: bool = False
) -> Iterator[Shown]:
    """What a run shows at each of the times; equal ones on end come once.

    Between snapshots the loss is geometric on the axis, and the prediction goes by monotone cubics,
    over several inputs in straight lines. A curve is the mean over the time before to the one
    after, or of a noisy run, over the window of its running median. The first time is a snapshot if
    it is at one, and a quiet run's last.

    Args:
        run: the record, of at least one snapshot.
        clock: shape (S,), not decreasing: when each of its snapshots is, in epochs or seconds.
        times: shape (F,), not decreasing: epochs or seconds, before and after the run's, too.
        axis: of the film; None: nothing is interpolated, the last snapshot that is reached stands.
        weights: whether they are needed; they go in straight lines.

    Raises:
        Damaged: a file has changed since the run was opened.
    """
    now = np.clip(times, clock[0], clock[-1])
    indices = np.maximum(np.searchsorted(clock, now, side="right") - 1, 0)
    steps = np.diff(indices) if axis is None else np.diff(now)
    starts = np.concatenate([[0], np.flatnonzero(steps > 0) + 1])
    counts = np.diff(np.append(starts, len(now))).tolist()
    indices = indices[starts]
    if axis is None:
        snapshots = shown_snapshots(run, indices.tolist(), weights=weights)
        yield from (Shown(each, False, n) for each, n in zip(snapshots, counts, strict=True))
        return
    now = now[starts]
    is_snapshot = clock[indices] == now
    exact = np.zeros(len(now), np.bool_)
    exact[-1] = is_snapshot[-1] and not is_noisy(run.losses)
    exact[0] |= is_snapshot[0]
    own = shown_snapshots(run, indices[exact].tolist(), weights=weights)
    between = _between(run, clock, now, indices, axis, weights=weights)
    for is_exact, snapshot, count in zip(exact.tolist(), between, counts, strict=True):
        yield Shown(next(own) if is_exact else snapshot, not is_exact, count)


def _between(
    run: Record,
    clock: Values,
    times: Values,
    indices: NDArray[np.int64],
    axis: EpochAxis,
    *,
    weights: bool,
) -> Iterator[Snapshot]:
    """The interpolated snapshots at increasing times."""
    at, places = axis.places(clock), axis.places(times)
    numbers = _numbers(run, clock, axis, times)
    is_field = len(run.header.inputs) > 1
    curves: Iterator[NDArray[np.floating[Any]]] = (
        _fields(run, at, places) if is_field else _curves(run, at, places)
    )
    flows = _weights(run, at, places, indices) if weights else repeat(None)
    for number, (curve, flow) in enumerate(zip(curves, flows, strict=False)):
        values = {key: float(row[number]) for key, row in numbers.items()}
        yield Snapshot(
            epoch=math.ceil(round(values.pop(_EPOCH), 6)),
            loss=values.pop(_LOSS),
            seconds=values.pop(_SECONDS),
            prediction=curve.astype(run.prediction_dtype),
            weights=flow,
            truth_loss=values.pop(_TRUTH_LOSS, None),
            metrics=values,
        )


def _numbers(run: Record, clock: Values, axis: EpochAxis, times: Values) -> dict[str, Values]:
    """Every number of a snapshot at each of the times, shape (P,); metrics by their names."""
    places, at = axis.places(times), axis.places(clock)
    numbers = {name: np.interp(places, at, values) for name, values in run.metrics.items()}
    # By the clock of training, or before and after this run, the epoch is its own.
    own = np.interp(places, at, run.epochs.astype(np.float64))
    is_epoch = np.array_equal(clock, run.epochs)
    numbers[_EPOCH] = np.clip(times, clock[0], clock[-1]) if is_epoch else own
    numbers[_SECONDS] = np.interp(places, at, run.seconds)
    numbers[_LOSS] = losses_at(axis, clock, run.losses, times)
    if run.truth_losses is not None:
        numbers[_TRUTH_LOSS] = losses_at(axis, clock, run.truth_losses, times)
    return numbers


def _curves(run: Record, at: Values, places: Values) -> Iterator[Values]:
    """The prediction at each place, as the mean over its window."""
    start, end = float(places[0]), float(places[-1])
    if is_noisy(run.losses):
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


def _fields(run: Record, at: Values, places: Values) -> Iterator[NDArray[np.floating[Any]]]:
    """The prediction over a plane at each place, in straight lines on the axis."""
    there = np.flatnonzero(run.has_predictions & (np.diff(at, prepend=-1.0) > 0))
    there = there if len(there) else np.zeros(1, np.int64)
    own = at[there]
    after = np.clip(np.searchsorted(own, places, side="right"), 0, len(own) - 1)
    before = np.maximum(after - 1, 0)
    needed = np.unique(np.concatenate([before, after]))
    snapshots = zip(needed.tolist(), shown_snapshots(run, there[needed].tolist()), strict=True)
    held: dict[int, NDArray[np.floating[Any]]] = {}
    for place, one, other in zip(places, before.tolist(), after.tolist(), strict=True):
        held = {number: field for number, field in held.items() if number >= one}
        while other not in held:
            number, snapshot = next(snapshots)
            held[number] = snapshot.prediction
        gap = own[other] - own[one]
        share = min(max(float(place - own[one]) / gap, 0.0), 1.0) if gap > 0 else 1.0
        # No share of an infinite neighbour makes a snapshot itself less than a number.
        if share in (0.0, 1.0):
            yield held[other if share else one]
        else:
            kind = held[one].dtype.type
            yield kind(1 - share) * held[one] + kind(share) * held[other]


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
