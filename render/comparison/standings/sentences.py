"""What stands at the foot of a comparison: sentences of the race, or what the job says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fitreel.render.captions.caption_track import CaptionTrack
from fitreel.render.captions.classes.wrong_counts import wrong_counts
from fitreel.render.captions.comparison_captions import (
    Race,
    Racer,
    comparison_captions,
    comparison_hold_seconds,
)
from fitreel.render.captions.set_captions import set_captions
from fitreel.render.comparison.standings.contenders import Contender, contenders_of
from fitreel.render.comparison.standings.yardstick import loss_format_of, noise_of
from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.comparison_timetable import Timetable

OF_CLASSES = ("regions", "confusion")
"""Views whose sentences count points on the wrong side."""


def captions_of(
    comparison: ComparisonPicture, contenders: Sequence[Contender], table: Timetable
) -> CaptionTrack:
    """The caption of each frame: the job's own, none, or by who leads and who waits."""
    picture = comparison.picture
    if picture.caption is None and picture.captions == "auto":
        race = race_of(comparison, contenders, table)
        return comparison_captions(race, table.times, table.fps)
    timeline = table.timeline
    epochs = np.unique(np.concatenate([np.empty(0), *table.clocks]))
    return set_captions(picture, timeline, epochs.astype(np.int64))


def hold_seconds_of(comparison: ComparisonPicture, table: Timetable) -> tuple[float, float]:
    """How long the first and the last frame are held, so that their sentences can be read."""
    contenders = contenders_of(comparison, table)
    ends = replace(table, times=table.times[[0, -1]], is_interpolated=False)
    return comparison_hold_seconds(race_of(comparison, contenders, ends))


def race_of(
    comparison: ComparisonPicture, contenders: Sequence[Contender], table: Timetable
) -> Race:
    """What can be said of a comparison in the frames of a timetable."""
    picture = comparison.picture
    words = translation_of(picture.language, picture.words)
    racers = [
        Racer(
            " ".join(each.label.split()), each.losses_at(table.times), each.runs,
            _wrong(each, table) if comparison.view in OF_CLASSES else None,
        )
        for each in contenders
        if each.runs
    ]  # fmt: skip
    noise = noise_of(contenders) if comparison.loss_panel else None
    return Race(racers, loss_format_of(contenders, words), noise is not None)


def _wrong(contender: Contender, table: Timetable) -> NDArray[np.int64]:
    """How many points a run has on the wrong side in each frame."""
    axis = table.axis if table.is_interpolated else None
    return wrong_counts(contender.runs[0], contender.clocks[0], table.times, axis)
