"""Which snapshot of each run is on screen in which frame of a comparison: pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import Timeline

Clock = Literal["epoch", "time"]
"""What runs advance in together: epochs, or seconds of training."""
LONGEST = 1e12
"""In seconds; nothing trains for longer."""


@dataclass(frozen=True)
class Timetable:
    """The frames of R runs on one clock."""

    times: NDArray[np.float64]
    """Shape (F,), not decreasing: the clock in each frame, in epochs or seconds."""
    indices: NDArray[np.int64]
    """Shape (R, F): each run's snapshot in each frame, the last at or before the clock. Before
    its first snapshot a run shows that one; a run without snapshots has -1."""
    clocks: Sequence[NDArray[np.float64]]
    """Of each run, shape (S,), not decreasing: when each of its snapshots is."""
    axis: EpochAxis
    """That the film's pace has."""
    fps: Fraction = Fraction(20)
    """Frames a second."""
    is_interpolated: bool = False
    """Whether frames are drawn between two snapshots."""

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.times)

    @property
    def snapshot_times(self) -> NDArray[np.float64]:
        """When any of the runs has a snapshot, increasing."""
        return np.unique(np.concatenate([np.empty(0), *self.clocks]))

    @property
    def timeline(self) -> Timeline:
        """The same of the clock alone, whose snapshots are those of all runs."""
        every = self.snapshot_times
        indices = np.maximum(np.searchsorted(every, self.times, side="right") - 1, 0)
        still = np.zeros(len(self.times))
        return Timeline(indices, still, self.fps, 0, 0, self.times, self.axis)

    def seconds_at_end(self, frame: int) -> float | None:
        """Since the last snapshots came on screen; None before."""
        first = int(np.searchsorted(self.times, self.times[-1]))
        return float((frame - first) / self.fps) if frame >= first else None


def timetable(
    epochs: Sequence[NDArray[np.int64]], seconds: Sequence[NDArray[np.float64]], clock: Clock
) -> Timetable:
    """The frames of runs whose snapshots are of these epochs, made at these seconds of training.

    Epochs that agree are taken as they are: every frame is a snapshot, none is left out. They
    agree where those of the run with the most contain all others' but for their last, which
    δ may put anywhere. Otherwise, and for seconds, frames are evenly spaced from the first
    snapshot to the last, as many as the run with the most has snapshots.

    Args:
        epochs: of each run, shape (S,), increasing.
        seconds: of each run, shape (S,).
        clock: what the runs advance in together.
    """
    if clock == "epoch":
        own = [values.astype(np.float64) for values in epochs]
        times = _epochs_of_frames(own)
    else:
        own = [_rising(values) for values in seconds]
        times = _even(own)
    return Timetable(times, _reached(own, times), own, epoch_axis(own, Pacing()))


def resampled(table: Timetable, timeline: Timeline) -> Timetable:
    """The frames of a comparison that a timeline chooses, whatever times it was made of."""
    return replace(
        table,
        times=timeline.times,
        indices=_reached(table.clocks, timeline.times),
        axis=timeline.axis,
        fps=timeline.fps,
        is_interpolated=bool(timeline.blend.any()),
    )


def with_times(table: Timetable, times: NDArray[np.float64]) -> Timetable:
    """The same with frames more, at times that aren't among its own."""
    every = np.sort(np.concatenate([table.times, times]))
    return replace(table, times=every, indices=_reached(table.clocks, every))


def _reached(own: Sequence[NDArray[np.float64]], times: NDArray[np.float64]) -> NDArray[np.int64]:
    """The snapshot that each run has come to in each frame."""
    indices = np.full((len(own), len(times)), -1, np.int64)
    for row, at in zip(indices, own, strict=True):
        if len(at):
            row[:] = np.maximum(np.searchsorted(at, times, side="right") - 1, 0)
    return indices


def _epochs_of_frames(own: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    longest = max(own, key=len, default=np.empty(0))
    if all(np.isin(at[:-1], longest).all() for at in own):
        last = max((at[-1] for at in own if len(at)), default=0.0)
        is_late = len(longest) and last > longest[-1]
        return np.append(longest, last) if is_late else longest
    return np.rint(_even(own))


def _even(own: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    there = [at for at in own if len(at)]
    if not there:
        return np.empty(0)
    first, last = min(at[0] for at in there), max(at[-1] for at in there)
    count = max(len(at) for at in there)
    # A single frame shows the end, not the start.
    return np.linspace(first, last, count) if count > 1 else np.array([last])


def _rising(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds as a clock needs them, whatever the record of a strange machine says."""
    finite = np.nan_to_num(seconds.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    return np.maximum.accumulate(np.clip(finite, 0.0, LONGEST)) if len(finite) else finite
