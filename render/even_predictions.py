"""What a run predicted, evenly spaced on the axis that its film goes by."""

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.epoch_axis import EpochAxis


def even_predictions(
    run: Record,
    axis: EpochAxis,
    count: int,
    places: NDArray[np.int64],
    times: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """`count` predictions from the first to the last place on `axis`, between snapshots linear.

    Few of a long record's snapshots are read.

    Args:
        run: of one input and one output.
        axis: of the film's epochs, or seconds.
        count: at least 2.
        places: shape (S,): indices into a prediction.
        times: shape (F,): where on `axis` each snapshot stands; default: its epoch.

    Returns:
        Shape (count, S).

    Raises:
        Damaged: a file has changed since the run was opened.
    """
    known = axis.places(run.epochs if times is None else times)
    asked = np.clip(np.linspace(0, 1, count), known[0], known[-1])
    upper = np.clip(np.searchsorted(known, asked), min(1, len(known) - 1), len(known) - 1)
    lower = np.maximum(upper - 1, 0)
    apart = known[upper] - known[lower]
    weight = np.where(apart > 0, (asked - known[lower]) / np.where(apart > 0, apart, 1), 1.0)
    needed = np.unique(np.concatenate([lower, upper])).tolist()
    rows = {
        index: np.ravel(snapshot.prediction)[places].astype(np.float64)
        for index, snapshot in zip(needed, shown_snapshots(run, needed), strict=True)
    }
    first = np.array([rows[index] for index in lower.tolist()])
    second = np.array([rows[index] for index in upper.tolist()])
    part = weight[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        between: NDArray[np.float64] = first * (1 - part) + second * part
    # No share of an infinite neighbour makes a snapshot itself less than a number.
    return np.where(part == 0, first, np.where(part == 1, second, between))
