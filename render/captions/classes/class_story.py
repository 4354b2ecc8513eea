"""What stands at the foot of a film of classes: sentences that count points on the wrong side."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.captions.classes.class_yardsticks import ClassYardsticks, class_yardsticks
from fitreel.render.captions.classes.wrong_counts import Counts, wrong_counts
from fitreel.render.captions.phases.stretches import best_stretches
from fitreel.render.point_predictions import PointClasses
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.text.translations import Translation
from fitreel.render.timing.timeline import Timeline

Said = tuple[str, NDArray[np.bool_], NDArray[np.float64]]
"""A sentence, in which frames it is true, and its worth there."""

_END = 1
"""The number of the last sentence among all that may be said."""
_LETTERS_A_SECOND = 20
_ENDS, _STILL, _MUST = 3.0, 0.1, 1e6
_ELSEWHERE, _WEAK = 0.5, 0.3
"""Worth of what is true but isn't what one would say first, and of what says little."""


@dataclass(frozen=True)
class ClassStory:
    """All that can be said of a run of classes."""

    run: Record
    words: Translation

    @cached_property
    def sticks(self) -> ClassYardsticks:
        """What wrong points are measured against."""
        classes = np.asarray(self.run.y, np.int64)
        return class_yardsticks(self.run.x, classes, len(self.run.header.classes))

    def wrong_at(self, index: int) -> int:
        """How many points are wrong in a snapshot."""
        return self.wrong_in(next(shown_snapshots(self.run, [index])).prediction)

    def counts(self, timeline: Timeline) -> Counts:
        """Shape (F,): how many are wrong in each frame of a film."""
        axis = timeline.axis if timeline.blend.any() else None
        return wrong_counts(self.run, self.run.epochs.astype(np.float64), timeline.times, axis)

    @cached_property
    def _points(self) -> PointClasses:
        return PointClasses(self.run)

    def wrong_in(self, prediction: NDArray[np.floating]) -> int:
        """How many points are wrong, of the probabilities of a snapshot."""
        return int((self._points.of(prediction) != self._points.true).sum())

    @cached_property
    def start(self) -> str:
        """The first sentence."""
        wrong = self.wrong_at(0)
        is_untrained = self.run.epochs[0] == 0 and self.run.header.recorder == "job"
        key = "caption_untrained" if is_untrained else "caption_begins"
        if wrong >= self.sticks.guess:
            shape = self.words.text("caption_class_start_guess")
        else:
            shape = self._counted("caption_class_start_count", wrong)
        return self.words.text(key, shape=shape)

    @cached_property
    def end(self) -> str:
        """The last one."""
        wrong = self.wrong_at(len(self.run) - 1)
        if not wrong:
            return self.words.text("caption_class_end_none", total=self.sticks.total)
        if wrong == 1:
            return self.words.text("caption_class_end_one", total=self.sticks.total)
        return self._counted("caption_class_end", wrong)

    def count_sentence(self, wrong: int) -> str:
        """How many are wrong."""
        if wrong < 2:
            return self.words.text("caption_class_better")
        return self._counted("caption_class_count", wrong)

    def _counted(self, key: str, wrong: int) -> str:
        return self.words.text(key, wrong=wrong, total=self.sticks.total)

    def phases(self, wrong: Counts) -> Iterator[Said]:
        """What may be said between start and end where so many are wrong, shape (F,)."""
        guess, cut = self.sticks.guess, self.sticks.cut
        many = "" if len(self.run.header.classes) == 2 else "_many"

        def said(key: str, is_true: NDArray[np.bool_], is_first: NDArray[np.bool_]) -> Said:
            return self.words.text(key), is_true, np.where(is_first, 1.0, _ELSEWHERE)

        yield said("caption_class_guess", wrong >= guess, wrong >= guess)
        hardly = (wrong > 0.9 * guess) & (wrong < guess)
        yield said("caption_class_guess_hardly", hardly, hardly)
        if cut is None:
            yield self.words.text("caption_class_better"), wrong < guess, np.full(len(wrong), _WEAK)
            return
        between = (wrong >= cut) & (wrong < guess)
        yield said(f"caption_class_not_cut{many}", between, between & (wrong <= 0.9 * guess))
        hardly = (wrong > 0.9 * cut) & (wrong < cut)
        yield said(f"caption_class_cut_hardly{many}", hardly, hardly)
        yield said(f"caption_class_cut{many}", wrong < cut, wrong <= 0.9 * cut)


class Told(NamedTuple):
    """A sentence that stands from a frame on to before another."""

    start: int
    stop: int
    text: str
    is_end: bool


def tell_classes(
    story: ClassStory,
    timeline: Timeline,
    ending: str | None,
    shortest: Callable[[str, float], int],
) -> list[Told]:
    """What is said when in a film of classes; each is true of every frame that it stands under.

    Args:
        story: of the run.
        timeline: which snapshot is on screen in each frame.
        ending: what must be said at the end, as of a training that diverged; None: how many are
            wrong.
        shortest: for how many frames a text stands at least, at so many a second.
    """
    fps = float(timeline.fps)
    wrong = story.counts(timeline)
    last = story.end if ending is None else ending
    said = list(_ends(story, timeline, wrong, last, ending is not None))
    said += story.phases(wrong)
    if story.sticks.cut is None:
        said += _still_counts(story, wrong, lambda text: shortest(text, fps))
    fewest = [shortest(text, fps) for text, _, _ in said]
    if ending is not None:
        fewest[_END] = 1
    choices = best_stretches(
        np.stack([is_true for _, is_true, _ in said]),
        np.stack([worth for _, _, worth in said]), fewest, fps,
    )  # fmt: skip
    return [Told(start, stop, said[n][0], n == _END) for start, stop, n in choices]


def _ends(
    story: ClassStory, timeline: Timeline, wrong: Counts, last: str, must: bool
) -> Iterator[Said]:
    """The start, and the end as far back as it is true."""
    times, fps = timeline.times, float(timeline.fps)
    at_first, at_last = times <= times[0], times >= times[-1]
    read = np.arange(len(timeline)) < math.ceil(fps * len(story.start) / _LETTERS_A_SECOND)
    yield story.start, at_first, np.where(read, _ENDS, _STILL)
    holds = at_last.copy()
    if not must:
        holds |= np.logical_and.accumulate((wrong == wrong[-1])[::-1])[::-1]
    yield last, holds, np.where(at_last, _MUST if must else _ENDS, 0.0)


def _still_counts(
    story: ClassStory, wrong: Counts, shortest: Callable[[str], int]
) -> Iterator[Said]:
    """How many are wrong, where that stays for as long as it takes to read."""
    frame = 0
    for count, group in groupby(wrong.tolist()):
        length = len(list(group))
        text = story.count_sentence(count)
        if count < story.sticks.guess and length >= shortest(text):
            is_true = np.zeros(len(wrong), np.bool_)
            is_true[frame : frame + length] = True
            yield text, is_true, np.ones(len(wrong))
        frame += length


def still_sentence(story: ClassStory, index: int) -> str:
    """What a still of a snapshot says that is neither the first nor the last."""
    wrong = story.wrong_at(index)
    if story.sticks.cut is None and wrong <= 0.9 * story.sticks.guess:
        return story.count_sentence(wrong)
    phases = [each for each in story.phases(np.array([wrong])) if each[1][0]]
    return max(phases, key=lambda each: float(each[2][0]))[0] if phases else ""
