"""What all entries of a comparison show in each of its frames."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import NO_CAPTION, Caption
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison_picture import Entry
from fitreel.render.interpolated_snapshots import snapshots_at
from fitreel.render.timing.comparison_timetable import Timetable


def states(
    entries: Sequence[Entry],
    table: Timetable,
    frames: Sequence[int],
    caption: Callable[[int], Caption] = lambda frame: NO_CAPTION,
    *,
    weights: bool = False,
) -> Iterator[ComparisonState]:
    """What all entries show in each of `frames`, which increase.

    Of each run a few snapshots are in memory at a time.

    Args:
        entries: those of the comparison.
        table: its frames.
        frames: which of them.
        caption: gives the sentence of a frame.
        weights: whether a panel shows more of a snapshot than its prediction.
    """
    numbers = _with_neighbours(frames, table) if table.is_interpolated else list(frames)
    players = [
        _played(entry.run, table, clock, table.times[numbers], weights=weights)
        for entry, clock in zip(entries, table.clocks, strict=True)
    ]
    asked = set(frames)
    for frame, snapshots in zip(numbers, zip(*players, strict=True), strict=True):
        if frame in asked:
            yield ComparisonState(
                float(table.times[frame]),
                table.indices[:, frame].tolist(),
                snapshots,
                frame,
                caption(frame),
                table.seconds_at_end(frame),
            )


def _with_neighbours(frames: Sequence[int], table: Timetable) -> list[int]:
    """The frames that tell the curves of these: both ends of the film, and the times beside."""
    times = table.times
    before = np.searchsorted(times, times[frames], side="left") - 1
    after = np.searchsorted(times, times[frames], side="right")
    there = np.concatenate([frames, before, after])
    last = len(times) - 1
    numbers: list[int] = np.unique(np.append(np.clip(there, 0, last), [0, last])).tolist()
    return numbers


def _played(
    run: Record | None,
    table: Timetable,
    clock: NDArray[np.float64],
    times: NDArray[np.float64],
    *,
    weights: bool,
) -> Iterator[Snapshot | None]:
    """A run's snapshot at each of the times; each is made once."""
    if run is None or not len(clock):
        yield from [None] * len(times)
        return
    axis = table.axis if table.is_interpolated else None
    for shown in snapshots_at(run, clock, times, axis, weights=weights):
        for _ in range(shown.frames):
            yield shown.snapshot
