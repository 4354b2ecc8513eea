"""When a comparison shows what: its clock and its pace."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.render.comparison.ranking.duration import closing_frames
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.timing.comparison_timetable import Clock, Timetable, timetable
from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.frame_counts import check_pacing
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline, resampled


def check_pacing_of_comparison(pacing: Pacing) -> Pacing:
    """Make sure that a comparison can go at this pace; needs no runs.

    Returns:
        The pacing of the frames before the closing still.

    Raises:
        BadInput: a pace or a duration that can't be kept, or frames between snapshots.
    """
    if pacing.interpolate:
        raise BadInput("film.interpolate: a comparison shows its snapshots only, none between them")
    moving = pacing
    if pacing.duration is not None:
        fps = pacing.exact_fps
        closing = closing_frames(pacing.fps, pacing.duration)
        seconds = pacing.duration - float(closing / fps)
        if seconds * fps < 1:
            raise BadInput(
                f"film.duration: {pacing.duration:g} s leave no frame before the ranking"
            )
        moving = replace(pacing, duration=seconds)
    check_pacing(moving)
    return moving


def paced(entries: Sequence[Entry], table: Timetable, pacing: Pacing) -> Timetable:
    """The frames before the closing still, at the pace and of the length that the film asks for.

    `pacing.duration` is that of the whole clip: the closing still and the holds are in it.

    Raises:
        BadInput: a pace or a duration that can't be kept.
    """
    moving = check_pacing_of_comparison(pacing)
    losses = [
        np.where(row >= 0, entry.run.losses[row], np.nan)
        for entry, row in zip(entries, table.indices, strict=True)
        if entry.run is not None and len(entry.run)
    ]
    return resampled(table, make_timeline(table.times, losses, moving))


def timetable_of(entries: Sequence[Entry], clock: Clock) -> Timetable:
    """The frames before the closing still, and which snapshot each entry shows in them."""
    empty = np.empty(0)
    runs = [entry.run for entry in entries]
    return timetable(
        [empty.astype(np.int64) if run is None else run.epochs for run in runs],
        [empty if run is None else run.seconds for run in runs],
        clock,
    )


def axis_of(comparison: ComparisonPicture, pacing: Pacing) -> EpochAxis:
    """The axis of a comparison's losses: of epochs as the film's pace has it, of seconds linear."""
    runs = [entry.run for entry in comparison.entries if entry.run is not None and len(entry.run)]
    if comparison.clock == "epoch":
        return epoch_axis([run.epochs for run in runs], pacing)
    return epoch_axis([run.seconds for run in runs], replace(pacing, pace="even"))
