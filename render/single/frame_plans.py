"""Which snapshots the demo's picture shows, for how many frames, and what lies between two."""

import math
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.timeline import Timeline


class FramePlan(NamedTuple):
    """What is drawn once, and for how many frames it stays on screen."""

    snapshot: Snapshot
    number: int | None
    """Of the snapshot in its run; None where it is interpolated."""
    frames: int


def frame_plans(
    run: Record, timeline: Timeline | None, stills: Collection[int]
) -> Iterator[FramePlan]:
    """What has to be drawn, in order: the frames of `timeline`, and the snapshots of `stills`.

    Of the run, two snapshots are in memory at a time.
    """
    frames: dict[int, dict[float, int]] = {index: {0.0: 0} for index in stills}
    if timeline is not None:
        for index, blend in zip(timeline.indices.tolist(), timeline.blend.tolist(), strict=True):
            shares = frames.setdefault(index, {})
            shares[blend] = shares.get(blend, 0) + 1
    ends = {index + 1 for index, shares in frames.items() if any(shares)}
    indices = sorted(frames.keys() | ends)
    snapshots = shown_snapshots(run, indices)
    after = next(snapshots)
    for index in indices:
        snapshot = after
        after = next(snapshots, snapshot)
        for blend, count in sorted(frames.get(index, {}).items()):
            if blend:
                yield FramePlan(_between(snapshot, after, blend), None, count)
            else:
                yield FramePlan(snapshot, index, count)


def _between(before: Snapshot, after: Snapshot, share: float) -> Snapshot:
    """What would be seen between two snapshots if everything went in straight lines."""

    def blend_of(one: Any, other: Any) -> Any:
        return one if one is None or other is None else (1 - share) * one + share * other

    return Snapshot(
        epoch=math.floor(blend_of(before.epoch, after.epoch)),
        loss=blend_of(before.loss, after.loss),
        seconds=blend_of(before.seconds, after.seconds),
        prediction=blend_of(before.prediction, after.prediction),
        truth_loss=blend_of(before.truth_loss, after.truth_loss),
    )
