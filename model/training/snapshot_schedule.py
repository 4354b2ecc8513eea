"""Which epochs are kept as snapshots."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from fitreel.model.settings import TrainSettings


def snapshot_epochs(settings: TrainSettings) -> NDArray[np.int64]:
    """The epochs whose loss and prediction are kept if training runs to its end.

    Returns:
        int64, shape (F,), increasing, the first is 0. "even": every `snapshot_every`-th epoch.
        "log": as many, the first ones every epoch, from where that leaves room for it evenly
        spaced on a logarithmic axis of epoch + 1, up to the last epoch.
    """
    even = np.arange(0, settings.epochs, settings.snapshot_every, dtype=np.int64)
    return even if settings.snapshot_at == "even" else _spread(settings.epochs, len(even)) - 1


def kept_epochs(settings: TrainSettings) -> Collection[int]:
    """The same to look an epoch up in: a hundred million of them take no memory where even."""
    if settings.snapshot_at == "even":
        return range(0, settings.epochs, settings.snapshot_every)
    return frozenset(snapshot_epochs(settings).tolist())


def epochs_beside(settings: TrainSettings, epoch: int) -> NDArray[np.int64]:
    """Of the epochs that are kept, the last one up to `epoch`, from 0, and the next one, if any."""
    if settings.snapshot_at == "log":
        log = snapshot_epochs(settings)
        after = int(np.searchsorted(log, max(epoch, 0), side="right"))
        return log[max(after - 1, 0) : after + 1]
    last = len(range(0, settings.epochs, settings.snapshot_every)) - 1
    before = min(max(epoch, 0) // settings.snapshot_every, last)
    return settings.snapshot_every * np.arange(before, min(before + 2, last + 1), dtype=np.int64)


def _spread(last: int, count: int) -> NDArray[np.int64]:
    """So many whole numbers from 1 to `last`, as evenly spaced on a logarithmic axis as can be."""
    if count == 1:
        return np.ones(1, np.int64)
    # The fewest consecutive ones after which all others are at least 1 apart: what is closer
    # would be rounded to the same number.
    low, high = 1, count - 1
    while low < high:
        middle = (low + high) // 2
        if middle * ((last / middle) ** (1 / (count - middle)) - 1) >= 1:
            high = middle
        else:
            low = middle + 1
    spaced = np.geomspace(low, last, count - low + 1)
    return np.concatenate([np.arange(1, low), np.floor(spaced + 0.5).astype(np.int64)])
