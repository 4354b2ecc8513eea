"""What the picture of one run shows, frame after frame of its film."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import Caption
from fitreel.render.captions.caption_track import CaptionTrack
from fitreel.render.interpolated_snapshots import snapshots_at
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.timeline import Timeline

SECONDS_AT_END = 1.5
"""After so many nothing changes any more at the end of a film."""


@dataclass(frozen=True)
class RunState:
    """One frame of a themed film, or a still."""

    snapshot: Snapshot
    """Interpolated where the frame lies between two; then its epoch is rounded up, so that 0 is the
    untrained network alone."""
    epoch: float
    """Exact, for the marker of the loss."""
    caption: Caption = field(default_factory=Caption)
    is_interpolated: bool = False
    seconds: float | None = None
    """Since the film began; None of a still."""
    seconds_at_end: float | None = None
    """Since the last snapshot came on screen; None before. A still is at no end."""


class StatePlan(NamedTuple):
    """What is drawn once, and for how many frames it stays on screen."""

    state: RunState
    frames: int


def film_states(
    run: Record, timeline: Timeline, captions: CaptionTrack, *, weights: bool = False
) -> Iterator[StatePlan]:
    """What is drawn for the frames of a film, in order.

    Where the timeline has frames between two snapshots, all but the first and, of a quiet run, the
    last are interpolated. Of the run a few snapshots are in memory at a time.
    """
    axis = timeline.axis if timeline.blend.any() else None
    clock = run.epochs.astype(np.float64)
    times = timeline.times
    first_at_end = int(np.searchsorted(times, times[-1]))
    frame = 0
    for shown in snapshots_at(run, clock, times, axis, weights=weights):
        # What doesn't differ to the eye is drawn once.
        looks = [
            (captions.at(number), _seconds(number - first_at_end, float(timeline.fps)))
            for number in range(frame, frame + shown.frames)
        ]
        epoch = float(times[frame])
        for (caption, seconds), alike in groupby(looks):
            state = RunState(
                shown.snapshot, epoch, caption, shown.is_interpolated,
                frame / float(timeline.fps), seconds,
            )  # fmt: skip
            plan = StatePlan(state, sum(1 for _ in alike))
            frame += plan.frames
            yield plan


def still_states(
    run: Record, stills: Collection[int], captions: CaptionTrack, *, weights: bool = False
) -> Iterator[tuple[int, RunState]]:
    """The numbers of snapshots that are stills, increasing, and what is drawn for each."""
    numbers = sorted(stills)
    snapshots = shown_snapshots(run, numbers, weights=weights)
    for number, snapshot in zip(numbers, snapshots, strict=True):
        yield number, RunState(snapshot, float(snapshot.epoch), captions.of_snapshot(number))


def _seconds(frames: int, fps: float) -> float | None:
    return None if frames < 0 else min(frames / fps, SECONDS_AT_END)
