"""The pace "path": the loss' marker moves evenly along its path on the film's axis."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.timing.loss_path import filled
from fitreel.render.timing.running_median import PLACES, windowed_medians

LEAVES = 1000.0
"""How often its first value a loss may be: beyond, it has left the picture and takes no time."""
EASE_SECONDS = 0.3
"""For so long the motion speeds up at the start, and slows down at the end."""
_WEIGHT_OF_LOSS = 0.5
_WINDOW = 17
"""Of the Hann window that the speed is smoothed with, in places."""

Losses = tuple[ArrayLike, ArrayLike]
"""The epochs of a run's snapshots, and their losses."""


def path_places(
    axis: EpochAxis, runs: Sequence[Losses], frames: int, fps: float
) -> NDArray[np.float64]:
    """Where on the axis each of the moving frames is: shape (frames,), from 0 to 1, not decreasing.

    Time is the length of the path of (u, l / 2): u the place on the axis, l the running median of
    the log loss, both scaled to 1, of which only new lows and new highs count; of several runs the
    sum over √n. A loss that is negative somewhere is taken as it is, without a logarithm.
    """
    places = np.linspace(0, 1, PLACES)
    steps = np.hypot(1 / (PLACES - 1), _WEIGHT_OF_LOSS * _changes(axis, runs))
    window = np.hanning(_WINDOW)
    reach = _WINDOW // 2
    smooth = np.convolve(np.pad(steps, reach, mode="edge"), window / window.sum(), "valid")
    length = np.concatenate([[0.0], np.cumsum(smooth)])
    now: NDArray[np.float64] = np.interp(_eased(frames, fps), length / length[-1], places)
    return now


def _eased(frames: int, fps: float) -> NDArray[np.float64]:
    """How far each frame has come, from 0 to 1: its speed grows evenly at first, and falls so."""
    whole = (frames - 1) / fps
    ease = min(EASE_SECONDS, whole / 2)
    if ease <= 0:
        return np.ones(frames)
    seconds = np.arange(frames) / fps
    start, end = seconds**2 / (2 * ease), (whole - seconds) ** 2 / (2 * ease)
    far = np.where(seconds < ease, start, seconds - ease / 2)
    far = np.where(seconds > whole - ease, whole - ease - end, far)
    return np.asarray(np.clip(far / (whole - ease), 0, 1))


def _changes(axis: EpochAxis, runs: Sequence[Losses]) -> NDArray[np.float64]:
    """How far the losses come from each place to the next: shape (400,)."""
    rows = [
        windowed_medians(np.interp(np.linspace(0, 1, PLACES), axis.places(epochs), levels))
        for epochs, losses in runs
        if (levels := _levels(np.asarray(losses, np.float64))) is not None
    ]
    total = np.zeros(PLACES - 1)
    span = max(map(np.max, rows), default=0.0) - min(map(np.min, rows), default=0.0)
    if span <= 0:
        return total
    for row in rows:
        lows, highs = np.minimum.accumulate(row), np.maximum.accumulate(row)
        total += (np.abs(np.diff(lows)) + np.abs(np.diff(highs))) / span
    return np.asarray(total / np.sqrt(len(rows)))


def _levels(losses: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The logarithm of losses, or where one is negative, these; None where no loss was said."""
    values = filled(losses)
    if not np.isfinite(values).any():
        return None
    if values.min() < 0:
        most = values[0] + LEAVES * abs(values[0]) if values[0] else math.inf
        return np.minimum(values, most)
    positive = values[values > 0]
    if not len(positive):
        return values
    # No logarithm reaches 0: it lies at the least that was above it.
    levels = np.log(np.maximum(values, positive.min()))
    return np.asarray(np.minimum(levels, levels[0] + math.log(LEAVES)))
