"""The running median of a loss on the film's axis, and whether a loss is noisy at all."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.timing.loss_path import losses_at

PLACES = 401
"""Evenly spaced on the film's axis."""
REACH = 5
"""So many places on either side are in a window."""
_NOISY = 0.02
"""In decades: the median change from snapshot to snapshot from which on a loss is noisy."""
_TURNS = 0.2
"""Of its steps so many go up at least, and so many down."""


def windowed_medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The running median of values at the 401 places, both of shape (401,).

    The window is cut at the start, never padded; the last five places have the last whole window's.
    """
    start = [np.median(values[: place + REACH + 1]) for place in range(REACH)]
    whole = np.median(np.lib.stride_tricks.sliding_window_view(values, 2 * REACH + 1), axis=1)
    return np.concatenate([start, whole, np.full(REACH, whole[-1])])


def running_median(axis: EpochAxis, epochs: ArrayLike, losses: ArrayLike) -> NDArray[np.float64]:
    """The running median of a loss at each of its snapshots: shape (S,).

    It is that of its logarithm, where all losses are positive.

    Args:
        axis: of the film.
        epochs: shape (S,), increasing.
        losses: shape (S,); such that aren't finite stand at the last one that is.
    """
    places = axis.epochs(np.linspace(0, 1, PLACES))
    at = losses_at(axis, epochs, losses, places)
    medians = np.exp(windowed_medians(np.log(at))) if (at > 0).all() else windowed_medians(at)
    return losses_at(axis, places, medians, epochs)


def is_noisy(losses: ArrayLike) -> bool:
    """Whether a loss goes up and down so much that only its median can be followed by eye.

    A loss that falls fast goes far from snapshot to snapshot, too; but it doesn't turn back.
    """
    values = np.asarray(losses, np.float64)
    late = values[len(values) // 3 :]
    steps = np.diff(np.log10(late[np.isfinite(late) & (late > 0)]))
    if not len(steps):
        return False
    turns = min(np.mean(steps > 0), np.mean(steps < 0)) >= _TURNS
    return bool(turns and np.median(np.abs(steps)) > _NOISY)
