"""Which snapshot is on screen in which frame of a film: pure functions.

A timeline is made of the times of snapshots, whatever they are counted in: the epochs of a run, or
the clock of a comparison's `Timetable`, whose frames can be chosen from in the same way.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.model.errors import BadInput
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.timing.pace import LONGEST_STAY, log_places, loss_places
from fitreel.render.timing.pace_settings import Pacing, check_pace

MOST_FRAMES = 10_000_000
"""Two days at 60 frames a second: more is a slip of the pen."""

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


def make_timeline(times: ArrayLike, losses: ArrayLike, pacing: Pacing) -> Timeline:
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
    - points: from point to point the epoch grows evenly. Until the first point's second, its epoch
      stands; a run that ends before the last point stands at its end.

    With these three, a frame shows the last snapshot that its time has reached.

    Args:
        times: shape (n,), n ≥ 1, not decreasing: of the snapshots; epochs, or seconds of training.
        losses: shape (n,), or (R, n) of several runs, whose changes then count alike.
        pacing: how the film goes through the times. Where it has `interpolate`, `blend` is filled,
            so that frames can be drawn between two snapshots.

    Raises:
        BadInput: as `check_pacing`, or a film of more than `MOST_FRAMES` frames.
        ValueError: no snapshot.
    """
    at = np.asarray(times, np.float64)
    if not len(at):
        raise ValueError("a film needs a snapshot")
    starts, moving, ends = _parts(pacing, len(at))
    position = _positions(at, np.asarray(losses, np.float64), moving, pacing)
    first = position[0] if moving else 0.0
    last = float(len(at) - 1)
    position = np.concatenate([np.full(starts, first), position, np.full(ends, last)])
    if isinstance(pacing.pace, str):
        position[0] = 0.0
    position[-1] = last
    indices = np.floor(position)
    return Timeline(indices.astype(np.int64), position - indices, pacing.exact_fps, starts, ends)


def check_pacing(pacing: Pacing) -> None:
    """Refuse what no film can keep, however many snapshots it has.

    Raises:
        BadInput: points out of order or together with a duration, holds longer than the duration,
            a duration under one frame, or a film of more than `MOST_FRAMES` frames.
    """
    _parts(pacing, 1)


def _parts(pacing: Pacing, count: int) -> tuple[int, int, int]:
    """Frames that stand still at the start, that move through `count` snapshots, and at the end."""
    fps = pacing.exact_fps
    try:
        check_pace(pacing.pace)
    except ValueError as error:
        raise BadInput(f"film.pace: {error}") from None
    if pacing.duration is not None:
        if not isinstance(pacing.pace, str):
            raise BadInput(
                "film.duration and film.pace: a list of points says itself how long the film is; "
                "leave out one of the two"
            )
        moving = _frames_between_holds(pacing, pacing.duration)
    elif isinstance(pacing.pace, str):
        moving = count
    else:
        moving = max(1, _frames(float(pacing.pace[-1][1]), fps))
    starts, ends = _frames(pacing.hold_start, fps), _frames(pacing.hold_end, fps)
    if starts + moving + ends > MOST_FRAMES:
        raise BadInput(
            f"film.duration, film.pace, film.hold_start, film.hold_end: {starts + moving + ends} "
            f"frames are too many; at most {MOST_FRAMES}"
        )
    return starts, moving, ends


def resampled(table: Timetable, timeline: Timeline) -> Timetable:
    """The frames of a comparison that a timeline, made of its `times`, chooses."""
    return Timetable(table.times[timeline.indices], table.indices[:, timeline.indices])


def _frames(seconds: float, fps: Fraction) -> int:
    # As decimals: 0.1 s at 25 frames a second are 2.5 frames, not a hair more.
    return math.floor(Fraction(repr(float(seconds))) * fps + Fraction(1, 2))


def _frames_between_holds(pacing: Pacing, duration: float) -> int:
    fps, hold_start, hold_end = pacing.exact_fps, pacing.hold_start, pacing.hold_end
    whole = _frames(duration, fps)
    if whole < 1:
        raise BadInput(
            f"film.duration: {duration:g} s are shorter than one frame at {float(fps):g} a second"
        )
    moving = whole - _frames(hold_start, fps) - _frames(hold_end, fps)
    if moving < 0:
        raise BadInput(
            f"film.hold_start and film.hold_end: {hold_start:g} s and {hold_end:g} s are longer "
            f"than film.duration, {duration:g} s, in which they are counted"
        )
    return moving


def _positions(
    times: NDArray[np.float64],
    losses: NDArray[np.float64],
    count: int,
    pacing: Pacing,
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
    even = 1 / max(last, 1)
    longest = max(LONGEST_STAY * fps / max(count, 1), 2 * even)
    place = log_places(times, longest) if pace == "log" else loss_places(losses, longest)
    if place is None:
        return _positions(times, losses, count, replace(pacing, pace="even"))
    return _reached(place, frames / max(count - 1, 1), interpolate)


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
