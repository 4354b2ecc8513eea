"""What stands at the foot of one run's film, frame by frame."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import NO_CAPTION, Caption
from fitreel.render.captions.caption_track import CaptionTrack, Stretch
from fitreel.render.captions.classes.class_story import (
    ClassStory,
    still_sentence,
    tell_classes,
)
from fitreel.render.captions.phases.claims import Claim, LossCourse, phase_claims
from fitreel.render.captions.phases.lower_bounds import (
    bounds,
    quotients,
    round_below,
    written_factor,
)
from fitreel.render.captions.phases.stretches import best_stretches
from fitreel.render.captions.reading import reading_seconds, shortest_frames
from fitreel.render.captions.run_sentences import lower_ratio
from fitreel.render.captions.run_story import RunStory
from fitreel.render.captions.set_captions import set_captions
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.translations import Translation
from fitreel.render.timing.loss_path import losses_at
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.running_median import running_median
from fitreel.render.timing.timeline import Timeline, make_timeline
from fitreel.render.view import view_of

START_SECONDS, END_SECONDS = (1.5, 3.0), (2.5, 4.0)
"""The shortest and the longest that a film stands still at its start and at its end."""
BEFORE_END = 0.5
"""Seconds in which one looks, before one reads the last sentence."""

_ENDS = 3.0
"""Worth of the start and of the end where they are seen, against what else could be said there."""
_STILL = 0.1
_MUST = 1e6


def run_captions(
    run: Record, picture: PictureSettings, timeline: Timeline, words: Translation
) -> CaptionTrack:
    """The captions of a film of `run`: the job's own, or sentences by phase.

    Every sentence is true of each frame that it stands under, beside the loss that is read there.

    Args:
        run: the record, of one snapshot at least.
        picture: how it looks, and what the job says of captions.
        timeline: which snapshot is on screen in each frame.
        words: in the film's language.
    """
    story = RunStory(run, picture, words)
    if not tells_phases(picture):
        return set_captions(picture, timeline, run.epochs, story.end if story.must_end else None)
    if shows_regions(run, picture):
        return _of_classes(story, ClassStory(run, words), timeline)
    course = _course(story, timeline)
    claims = [*_ends(story, course, timeline)]
    if story.sticks is not None and len(story.losses) > 1:
        shortest = shortest_frames("", float(timeline.fps))
        claims += phase_claims(course, story.sticks, story.tells_noise, shortest)
    if run.ending == "diverged":
        claims.append(_growing(course))
    return CaptionTrack(
        _stretches(story, course, claims, timeline),
        timeline.fps,
        lambda index: _of_snapshot(story, index),
    )


def snapshot_captions(
    run: Record, picture: PictureSettings, timeline: Timeline, words: Translation
) -> Callable[[int], Caption]:
    """Gives the caption of each snapshot, where all of them are looked at, one after another.

    Args: as of `run_captions`.
    """
    if not tells_phases(picture) or shows_regions(run, picture):
        return run_captions(run, picture, timeline, words).of_snapshot
    captions = _of_all_snapshots(RunStory(run, picture, words))
    return lambda index: captions[min(index, len(captions) - 1)]


def run_hold_seconds(
    run: Record, picture: PictureSettings, words: Translation
) -> tuple[float, float]:
    """How long a film of `run` stands still at its start and at its end, to be read.

    Where the network first looks for the right height, and that takes less than a sentence, the
    start is longer by what is missing.
    """
    story = RunStory(run, picture, words)
    tells = tells_phases(picture) and len(run) > 0
    if tells and shows_regions(run, picture):
        of_classes = ClassStory(run, words)
        end = story.end.text if story.must_end else of_classes.end
        return (
            _within(reading_seconds(of_classes.start), START_SECONDS),
            _within(reading_seconds(end) + BEFORE_END, END_SECONDS),
        )
    start, end = (story.start, story.end.text) if tells else ("", "")
    seconds = _within(reading_seconds(start), START_SECONDS)
    if tells and story.sticks is not None:
        seconds += _missing_of_height(story)
    return seconds, _within(reading_seconds(end) + BEFORE_END, END_SECONDS)


def tells_phases(picture: PictureSettings) -> bool:
    """Whether sentences by phase are told of one run.

    Not where the job has captions of its own, or wants none; and not in the demo's theme.
    """
    return picture.captions == "auto" and picture.caption is None and picture.theme != "demo"


def _of_classes(story: RunStory, classes: ClassStory, timeline: Timeline) -> CaptionTrack:
    """The captions of a film of regions, which count points on the wrong side."""
    last = story.end if story.must_end else Caption(classes.end)
    ending = last.text if story.must_end else None
    stretches: list[Stretch] = []
    for told in tell_classes(classes, timeline, ending, shortest_frames):
        before = stretches[-1].stop if stretches else 0
        if before < told.start:
            stretches.append(Stretch(before, told.start, NO_CAPTION))
        caption = last if told.is_end else Caption(told.text)
        stretches.append(Stretch(told.start, told.stop, caption))

    def of_snapshot(index: int) -> Caption:
        if index >= len(story.run) - 1 and (index > 0 or story.must_end):
            return last
        return Caption(classes.start if index == 0 else still_sentence(classes, index))

    return CaptionTrack(stretches, timeline.fps, of_snapshot)


def shows_regions(run: Record, picture: PictureSettings) -> bool:
    """Whether wrong points are seen, so that they are what is told of."""
    return view_of(run, picture.view) in ("regions", "confusion")


def _within(seconds: float, ends: tuple[float, float]) -> float:
    return min(max(seconds, ends[0]), ends[1])


def _missing_of_height(story: RunStory) -> float:
    """Seconds that the search for the right height lacks in motion to be told."""
    count = len(story.losses)
    pacing = Pacing(pace="path", interpolate=True)
    timeline = make_timeline(story.run.epochs[:count], story.losses, pacing)
    course = _course(story, timeline)
    assert story.sticks is not None
    shortest = shortest_frames(_text(story, "height"), pacing.fps)
    for claim in phase_claims(course, story.sticks, story.tells_noise, shortest):
        if claim.key == "height" and claim.is_true[0] and claim.worth[0] >= 1:
            in_motion = int(np.argmin(np.append(claim.is_true & (claim.worth >= 1), False))) - 1
            return max(shortest - in_motion, 0) / pacing.fps
    return 0.0


def _course(story: RunStory, timeline: Timeline) -> LossCourse:
    """The loss in each frame, and its running median."""
    epochs, losses = story.run.epochs[: len(story.losses)], story.losses
    between = losses_at(timeline.axis, epochs, losses, timeline.times)
    shown = np.where(timeline.blend == 0, losses[timeline.indices], between)
    medians = running_median(timeline.axis, epochs, losses)
    # The first frames are the untrained network's, whatever comes after them.
    medians[0] = losses[0] if math.isfinite(losses[0]) else medians[0]
    return LossCourse(shown, losses_at(timeline.axis, epochs, medians, timeline.times))


def _ends(story: RunStory, course: LossCourse, timeline: Timeline) -> list[Claim]:
    """The start and the end: seen where the film stands still, told longer where that is true."""
    at_first = (timeline.indices == 0) & (timeline.blend == 0)
    last = len(story.losses) - 1
    at_last = (timeline.indices == last) & (timeline.blend == 0)
    claims = []
    if story.start:
        read = math.ceil(_within(reading_seconds(story.start), START_SECONDS) * timeline.fps)
        first_frames = np.arange(len(timeline)) < read
        claims.append(Claim("start", at_first, np.where(first_frames, _ENDS, _STILL)))
    if story.end.text and (last > 0 or story.must_end):
        ratio = lower_ratio(story.losses, story.format)
        holds = at_last.copy()
        # A typical error has digits of its own.
        if not story.must_end and math.isfinite(ratio) and story.constant != "mean":
            # As far back as the loss that is read is the one at the end.
            end = story.format.write(float(story.losses[-1]))
            same = [story.format.write(float(loss)) == end for loss in course.shown[::-1]]
            holds[len(same) - int(np.argmin([*same, False])) :] = True
        worth = _MUST if story.must_end else _ENDS
        claims.append(Claim("end", holds, np.where(at_last, worth, 0.0)))
    return claims


def _growing(course: LossCourse) -> Claim:
    """The loss of a training that diverges, from where it stays above its start."""
    with np.errstate(invalid="ignore"):
        above = ~(course.shown <= course.first)
    holds = np.logical_and.accumulate(above[::-1])[::-1]
    return Claim("grows", holds, np.full(len(above), 2.0))


def _stretches(
    story: RunStory, course: LossCourse, claims: Sequence[Claim], timeline: Timeline
) -> list[Stretch]:
    """What is said when: as `best_stretches` chooses, each with its words."""
    fps = float(timeline.fps)
    texts = [_text(story, claim.key) for claim in claims]
    shortest = [shortest_frames(text, fps) for text in texts]
    if story.must_end:
        shortest = [
            1 if claim.key == "end" else frames
            for claim, frames in zip(claims, shortest, strict=True)
        ]
    if not claims:
        return []
    is_true = np.stack([claim.is_true for claim in claims])
    worth = np.stack([claim.worth for claim in claims])
    stretches: list[Stretch] = []
    for start, stop, number in best_stretches(is_true, worth, shortest, fps):
        claim = claims[number]
        is_warning = claim.key == "grows" or (claim.key == "end" and story.end.is_warning)
        if stretches and stretches[-1].stop < start:
            stretches.append(Stretch(stretches[-1].stop, start, NO_CAPTION))
        elif not stretches and start:
            stretches.append(Stretch(0, start, NO_CAPTION))
        if claim.has_factor:
            stretches += _with_factors(story, course, claim.key, start, stop, fps)
        else:
            stretches.append(Stretch(start, stop, Caption(texts[number], is_warning=is_warning)))
    return stretches


def _with_factors(
    story: RunStory, course: LossCourse, key: str, start: int, stop: int, fps: float
) -> list[Stretch]:
    """One sentence that goes on with how many times lower the loss is, where that can be read."""
    steps = [0] * (stop - start)
    second = max(round(fps), 1)
    longest = _text(story, key, 50)
    if stop - start >= shortest_frames(longest, fps) and course.first > 0:
        values = quotients(course.first, course.shown[start:stop], story.format)
        steps = bounds(values.tolist(), second)
    changes = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(steps)]
    return [
        Stretch(start + begin, start + end, Caption(_text(story, key, steps[begin])), phase=key)
        for begin, end in pairwise(changes)
    ]


def _text(story: RunStory, key: str, factor: int = 0) -> str:
    """The words of a claim."""
    if key in ("start", "end"):
        return story.start if key == "start" else story.end.text
    if story.constant != "flat":
        key = key.replace("_flat", f"_{story.constant}")
        if key == "height" and story.constant != "level":
            key = f"height_{story.constant}"
    if factor:
        return story.words.text(f"caption_{key}_times", factor=written_factor(factor, story.words))
    return story.words.text(f"caption_{key}")


def _of_snapshot(story: RunStory, index: int) -> Caption:
    """The caption of a still: of the start, of the end, or the one that fits its loss best."""
    if index >= len(story.losses) - 1 and (index > 0 or story.must_end):
        return story.end
    if index == 0:
        return Caption(story.start)
    if story.sticks is None:
        return NO_CAPTION
    course = LossCourse(story.losses[[0, index]], story.losses[[0, index]])
    claims = phase_claims(course, story.sticks, story.tells_noise, 1)
    best = max((c for c in claims if c.is_true[1]), key=lambda c: float(c.worth[1]), default=None)
    if best is None or best.worth[1] <= 0:
        return NO_CAPTION
    factor = 0
    if best.has_factor and course.first > 0:
        factor = round_below(float(quotients(course.first, course.shown[1:], story.format)[0]))
    return Caption(_text(story, best.key, factor))


def _of_all_snapshots(story: RunStory) -> list[Caption]:
    """The caption that fits each loss best, of all that came before it."""
    count = len(story.losses)
    captions = [NO_CAPTION] * count
    if story.sticks is not None:
        course = LossCourse(story.losses, story.losses)
        claims = phase_claims(course, story.sticks, story.tells_noise, 1)
        worth = np.stack([np.where(claim.is_true, claim.worth, 0.0) for claim in claims])
        times = quotients(course.first, course.shown, story.format)
        for index in np.flatnonzero(worth.max(0) > 0).tolist():
            claim = claims[int(worth[:, index].argmax())]
            has_factor = claim.has_factor and course.first > 0
            factor = round_below(float(times[index])) if has_factor else 0
            captions[index] = Caption(_text(story, claim.key, factor))
    captions[0] = Caption(story.start)
    if count > 1 or story.must_end:
        captions[-1] = story.end
    return captions
