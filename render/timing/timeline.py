"""Which snapshot is on screen in which frame of a film: pure functions.

A timeline is made of the times of snapshots, whatever they are counted in: the epochs of a run, or
the clock of a comparison's `Timetable`, whose frames can be chosen from in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.frame_counts import frame_counts
from fitreel.render.timing.pace import longest_share, loss_places
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.path_pace import Losses, path_places

# What rounding leaves: of the whole of the times, and in snapshots.
_CLOSE, _SAME_PLACE = 1e-9, 1e-6


@dataclass(frozen=True)
class Timeline:
    """What is on screen in each of F frames."""

    indices: NDArray[np.int64]
    """Shape (F,), not decreasing: the index of the snapshot in each frame."""
    blend: NDArray[np.float64]
    """Shape (F,), in [0, 1): how far each frame has come from that snapshot to the next one."""
    fps: Fraction
    """Frames a second."""
    hold_start: int
    """Frames that stand still at the start; the first moving one comes after them."""
    hold_end: int
    """Frames that stand still at the end."""
    times: NDArray[np.float64]
    """Shape (F,), not decreasing: the exact epoch of each frame, or the clock's seconds."""
    axis: EpochAxis
    """That the film's pace has."""

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.indices)

    @property
    def seconds(self) -> Fraction:
        """How long the film is."""
        return len(self) / self.fps

    def second_of(self, frame: int) -> Fraction:
        """When a frame comes on screen."""
        return frame / self.fps

    def first_frame_of(self, index: int) -> int:
        """The first frame that shows snapshot `index`, or where it is skipped, a later one.

        That of a snapshot after the last shown is the last frame.
        """
        return min(int(np.searchsorted(self.indices, index)), len(self) - 1)


def make_timeline(
    times: ArrayLike, losses: ArrayLike, pacing: Pacing, runs: Sequence[Losses] | None = None
) -> Timeline:
    """The frames of a film of n snapshots.

    A film has one frame a snapshot and its holds, or `duration` seconds with its holds in them, or
    with points as many seconds as the last point says and its holds; a second is rounded to
    frames, half a frame up. The first frame shows the first snapshot (with points, what was there
    at the first point's epoch), the last frame always the last snapshot; none comes back.

    - "even": every snapshot stays equally long. Where there are more snapshots than frames, they
      are skipped evenly.
    - "log": the film's second grows with log(1 + t / s), t counted from the first snapshot. s is
      the spacing of the first snapshots, or as much more as keeps `LONGEST_STAY`.
    - "loss": the film's second grows with the sum of all changes of the loss, up or down. Losses
      that aren't finite change nothing, and what lies more than `ABOVE_START` times above the first
      loss counts as that. A change that takes more than its `LONGEST_STAY` is cut down to it. Where
      the loss doesn't change at all, the pace is even.
    - "path": the marker of the loss moves evenly along its path on the film's axis, see
      `path_places`; `MOTION_SECONDS` where nothing is said of the duration.
    - points: from point to point the epoch grows evenly. Until the first point's second, its epoch
      stands; a run that ends before the last point stands at its end.

    With these four, a frame shows the last snapshot that its time has reached.

    Args:
        times: shape (n,), n ≥ 1, not decreasing: of the snapshots; epochs, or seconds of training.
        losses: shape (n,), or (R, n) of several runs, whose changes then count alike.
        pacing: how the film goes through the times. Where it has `interpolate`, `blend` is filled,
            so that frames can be drawn between two snapshots.
        runs: of several runs, each with its own times, for the pace "path"; default: `losses`.

    Raises:
        BadInput: as `check_pacing`, or a film of more than `MOST_FRAMES` frames.
        ValueError: no snapshot.
    """
    at = np.asarray(times, np.float64)
    if not len(at):
        raise ValueError("a film needs a snapshot")
    starts, moving, ends = frame_counts(pacing, len(at))
    axis = epoch_axis([at], pacing)
    rows = np.asarray(losses, np.float64)
    if pacing.pace == "path":
        paths = [(at, row) for row in np.atleast_2d(rows)] if runs is None else runs
        now = path_places(axis, paths, moving, float(pacing.exact_fps))
        position = _reached(axis.places(at), now, pacing.interpolate)
    else:
        position = _positions(at, rows, moving, pacing, axis)
    first = position[0] if moving else 0.0
    last = float(len(at) - 1)
    position = np.concatenate([np.full(starts, first), position, np.full(ends, last)])
    if isinstance(pacing.pace, str):
        position[0] = 0.0
    position[-1] = last
    indices = np.floor(position).astype(np.int64)
    blend = position - indices
    passed = _passed(at, indices, blend, pacing, axis)
    return Timeline(indices, blend, pacing.exact_fps, starts, ends, passed, axis)


def _passed(
    times: NDArray[np.float64],
    indices: NDArray[np.int64],
    blend: NDArray[np.float64],
    pacing: Pacing,
    axis: EpochAxis,
) -> NDArray[np.float64]:
    """The exact time of each frame: between snapshots evenly on the axis, or as points say."""
    after = times[np.minimum(indices + 1, len(times) - 1)]
    before = times[indices]
    if not isinstance(pacing.pace, str):
        return np.asarray(before + blend * (after - before))
    start, end = axis.places(before), axis.places(after)
    between = np.clip(axis.epochs(start + blend * (end - start)), before, after)
    return np.where(blend == 0, before, between)


def _positions(
    times: NDArray[np.float64],
    losses: NDArray[np.float64],
    count: int,
    pacing: Pacing,
    axis: EpochAxis,
) -> NDArray[np.float64]:
    """Where each of `count` moving frames is among the snapshots: 1.5 is between 1 and 2."""
    last = len(times) - 1
    fps, pace, interpolate = float(pacing.exact_fps), pacing.pace, pacing.interpolate
    frames = np.arange(count)
    if not isinstance(pace, str):
        epochs, seconds = np.array(pace, np.float64).T
        now = np.interp(frames / fps, seconds, epochs)
        return _reached(times, now, interpolate)
    if pace == "even":
        if interpolate and count > 1:
            return _snapped(frames * last / (count - 1))
        if count > last:
            return (frames * (last + 1) // count).astype(np.float64)
        # Nearest: the first and the last are in, the others evenly between.
        return ((2 * frames * last + count - 1) // max(2 * (count - 1), 1)).astype(np.float64)
    longest = longest_share(count, len(times), fps)
    place = _log_places(times, axis) if pace == "log" else loss_places(losses, longest)
    if place is None:
        return _positions(times, losses, count, replace(pacing, pace="even"), axis)
    return _reached(place, frames / max(count - 1, 1), interpolate)


def _log_places(times: NDArray[np.float64], axis: EpochAxis) -> NDArray[np.float64] | None:
    """Where each snapshot comes in the film, from 0 to 1, or None where no time passes."""
    at = axis.places(times)
    return (at - at[0]) / (at[-1] - at[0]) if at[-1] > at[0] else None


def _reached(
    places: NDArray[np.float64], now: NDArray[np.float64], interpolate: bool
) -> NDArray[np.float64]:
    """The position among snapshots at `places` that each value of `now` has come to."""
    last = len(places) - 1
    if not last:
        return np.zeros(len(now))
    close = 0.0 if interpolate else _CLOSE * (places[-1] - places[0])
    before = np.clip(np.searchsorted(places, now + close, side="right") - 1, 0, last)
    if not interpolate:
        return before.astype(np.float64)
    after = np.minimum(before + 1, last)
    gap = places[after] - places[before]
    share = np.divide(now - places[before], gap, out=np.zeros(len(now)), where=gap > 0)
    return _snapped(np.minimum(before + np.clip(share, 0.0, 1.0), last))


def _snapped(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions that are a snapshot's but for rounding made exactly that."""
    whole = np.rint(position)
    return np.where(np.abs(position - whole) <= _SAME_PLACE, whole, position)
