"""Which epochs are kept as snapshots."""

import numpy as np
from numpy.typing import NDArray

from fitreel.model.settings import TrainSettings


def snapshot_epochs(settings: TrainSettings) -> NDArray[np.int64]:
    """The epochs whose loss and prediction are kept if training runs to its end.

    Returns:
        int64, shape (F,), increasing, the first is 0. "even": every `snapshot_every`-th epoch.
        "log": as many as "even" would keep (fewer where epochs run out), evenly spaced on a
        logarithmic axis of epoch + 1, the last being the last epoch.
    """
    even = np.arange(0, settings.epochs, settings.snapshot_every, dtype=np.int64)
    if settings.snapshot_at == "even":
        return even
    return np.unique(np.geomspace(1, settings.epochs, len(even)).round().astype(np.int64)) - 1
