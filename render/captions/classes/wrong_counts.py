"""How many points a run has on the wrong side, in each frame of a film."""

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.interpolated_snapshots import snapshots_at
from fitreel.render.point_predictions import PointClasses
from fitreel.render.timing.epoch_axis import EpochAxis

Counts = NDArray[np.int64]


def wrong_counts(
    run: Record, clock: NDArray[np.float64], times: NDArray[np.float64], axis: EpochAxis | None
) -> Counts:
    """The counts at each of the times, shape (F,); arguments as `snapshots_at` has them."""
    points = PointClasses(run)
    counts: list[int] = []
    for shown in snapshots_at(run, clock, times, axis):
        wrong = int((points.of(shown.snapshot.prediction) != points.true).sum())
        counts += [wrong] * shown.frames
    return np.array(counts, np.int64)
