"""When a comparison shows what: its clock and its pace."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.render.comparison_picture import Entry
from fitreel.render.timing.comparison_timetable import Clock, Timetable, resampled, timetable
from fitreel.render.timing.frame_counts import check_pacing
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline


def check_pacing_of_comparison(pacing: Pacing, closing: int = 0) -> Pacing:
    """Make sure that a comparison can go at this pace; needs no runs.

    Args:
        pacing: of the whole clip.
        closing: how many frames the ranking has, after all others.

    Returns:
        The pacing of the frames before the ranking.

    Raises:
        BadInput: a pace or a duration that can't be kept.
    """
    moving = pacing
    if pacing.duration is not None and closing:
        seconds = pacing.duration - float(closing / pacing.exact_fps)
        if seconds * pacing.exact_fps < 1:
            raise BadInput(
                f"film.duration: {pacing.duration:g} s leave no frame before the ranking"
            )
        moving = replace(pacing, duration=seconds)
    check_pacing(moving)
    return moving


def paced(
    entries: Sequence[Entry], table: Timetable, pacing: Pacing, closing: int = 0
) -> Timetable:
    """The frames before the ranking, at the pace and of the length that the film asks for.

    `pacing.duration` is that of the whole clip: the ranking and the holds are in it.

    Raises:
        BadInput: a pace or a duration that can't be kept.
    """
    moving = check_pacing_of_comparison(pacing, closing)
    runs = [
        (clock, row, entry.run.losses)
        for entry, row, clock in zip(entries, table.indices, table.clocks, strict=True)
        if entry.run is not None and len(entry.run)
    ]
    if moving.pace == "path":
        times = np.unique(np.concatenate([clock for clock, _, _ in runs]))
        paths = [(clock, losses) for clock, _, losses in runs]
        return resampled(table, make_timeline(times, [], moving, paths))
    losses = [np.where(row >= 0, losses[row], np.nan) for _, row, losses in runs]
    return resampled(table, make_timeline(table.times, losses, moving))


def held(table: Timetable, count: int) -> Timetable:
    """The same with `count` frames more, in which the last snapshots stay."""
    return replace(
        table,
        times=np.append(table.times, np.repeat(table.times[-1:], count)),
        indices=np.concatenate(
            [table.indices, np.repeat(table.indices[:, -1:], count, axis=1)], axis=1
        ),
    )


def timetable_of(entries: Sequence[Entry], clock: Clock) -> Timetable:
    """The frames before the closing still, and which snapshot each entry shows in them."""
    empty = np.empty(0)
    runs = [entry.run for entry in entries]
    return timetable(
        [empty.astype(np.int64) if run is None else run.epochs for run in runs],
        [empty if run is None else run.seconds for run in runs],
        clock,
    )
