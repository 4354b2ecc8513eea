"""Which snapshots or frames a page shows: such as differ, by epochs and by the loss."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.path_pace import Losses, path_places

_NO_EASE = 1e-3
"""Pictures a second: at so few, easing in and out changes nothing."""


def even_places(axis: EpochAxis, runs: Sequence[Losses], count: int) -> NDArray[np.float64]:
    """Places on a film's axis, from 0 to 1, evenly spaced on the path of its losses; (count,).

    Args:
        axis: that the film's pace has.
        runs: epochs and losses of each run.
        count: at least 1.
    """
    if count == 1:
        return np.ones(1)
    places = path_places(axis, runs, count, _NO_EASE)
    places[[0, -1]] = 0, 1
    return places


def sheet_snapshots(run: Record, axis: EpochAxis, cells: int) -> list[int]:
    """The numbers of the snapshots for so many cells, first and last among them, in their order.

    They are evenly spaced on the path of the loss, over epochs as a film has them that is slow
    early and fast late: whatever the film's own pace, a network learns most in its first epochs.
    None comes twice, and of a prediction that stays the first comes, as long as there are others.
    """
    candidates = np.arange(len(run))
    if not run.has_predictions.all():
        own = np.union1d(np.flatnonzero(run.has_predictions), [0, len(run) - 1])
        candidates = own if len(own) >= cells else candidates
    if len(candidates) <= cells:
        return [int(number) for number in candidates]
    if axis.scale is None:
        axis = epoch_axis([run.epochs], Pacing(pace="log"))
    epochs = run.epochs[candidates].astype(np.float64)
    ideals = axis.epochs(even_places(axis, [(run.epochs, run.losses)], cells))
    return [int(candidates[place]) for place in nearest_apart(epochs, ideals)]


def nearest_apart(times: NDArray[np.float64], ideals: NDArray[np.float64]) -> list[int]:
    """For each of `ideals` the place of the nearest of `times`, none twice; both are in order.

    There are at least as many times.
    """
    nearest = np.abs(times[None, :] - ideals[:, None]).argmin(axis=1)
    count, last = len(ideals), len(times) - 1
    # Each leaves room for those before it and after it.
    places = [min(max(int(place), n), last - (count - 1 - n)) for n, place in enumerate(nearest)]
    for n in range(1, count):
        places[n] = max(places[n], places[n - 1] + 1)
    return places


def full_grid(count: int, across: int, down: int) -> tuple[int, int]:
    """Columns and rows, at most these, of which `count` pictures fill each cell; most of them.

    Of several the one with the most columns.
    """
    shapes = [
        (columns, min(down, count // columns)) for columns in range(1, min(across, count) + 1)
    ]
    return max(shapes, key=lambda shape: (shape[0] * shape[1], shape[0]))
