"""What may be said of compared runs of classes: who has the fewest points on the wrong side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.captions.classes.class_yardsticks import ClassYardsticks, class_yardsticks
from fitreel.render.captions.classes.wrong_counts import Counts
from fitreel.render.text.translations import Translation

ALONE, WHOLE, NONE = 0.5, 1.0, 1.2
"""Worth of sentences of one half, of two, and of those that are about all."""


class Said(NamedTuple):
    """A sentence, and in which frames it is true; they are worth the same."""

    text: str
    is_true: NDArray[np.bool_]
    worth: float


def of_all(key: str, count: int) -> str:
    """The key of a sentence about all of so many runs: two are both, or neither."""
    return f"{key}_two" if count == 2 else key


@dataclass(frozen=True)
class ClassRace:
    """Runs of classes, of as many points each."""

    names: Sequence[str]
    """As they are written in the picture."""
    runs: Sequence[Record]
    counts: Counts
    """Shape (R, F): how many points each has on the wrong side."""
    is_lost: NDArray[np.bool_]
    """Shape (R, F): where one has diverged."""
    words: Translation

    @property
    def total(self) -> int:
        """How many points there are."""
        return len(self.runs[0].y)

    @cached_property
    def sticks(self) -> ClassYardsticks | None:
        """What wrong points are measured against; None where runs have different points."""
        if len({run.points_digest for run in self.runs}) != 1:
            return None
        first = self.runs[0]
        return class_yardsticks(first.x, np.asarray(first.y, np.int64), len(first.header.classes))

    @cached_property
    def leaders(self) -> NDArray[np.int64]:
        """Shape (F,): who alone has the fewest; -1 where nobody has."""
        counts = np.where(self.is_lost, self.total + 1, self.counts)
        lowest = counts.min(axis=0)
        is_one = ((counts == lowest).sum(axis=0) == 1) & (lowest <= self.total)
        return np.where(is_one, counts.argmin(axis=0), -1)

    def start(self, count: str) -> str:
        """The first sentence, of `count` runs in words."""
        if self.sticks is None or not (self.counts[:, 0] >= self.sticks.guess).all():
            return self.words.text("caption_runs", count=count)
        shape = self.words.text("caption_class_start_guess")
        return self.words.text("caption_runs_shape", count=count, shape=shape)

    def end(self, count_in_words: Sequence[str]) -> str:
        """The last one; of n runs the n-th of `count_in_words` is how many they are."""
        there = ~self.is_lost[:, -1]
        last = self.counts[:, -1]
        fewest = int(last[there].min())
        winner = int(self.leaders[-1])
        if len(self.names) == 1:  # all runs are one group: there is nobody to win against
            if fewest > 1:
                return self.words.text("caption_class_end", wrong=fewest, total=self.total)
            key = "caption_class_end_one" if fewest else "caption_class_end_none"
            return self.words.text(key, total=self.total)
        if winner >= 0:
            key = "caption_end_fewest" if fewest else "caption_end_right"
            words: dict[str, str | int] = {"leader": self.names[winner], "total": self.total}
            return self.words.text(key, **words, **({"wrong": fewest} if fewest else {}))
        best = int((there & (last == fewest)).sum())
        are_all = best == len(last)
        if not fewest and are_all:
            return self.words.text(of_all("caption_end_all_right", best), total=self.total)
        key = of_all("caption_end_equal", best) if are_all else "caption_end_equal"
        return self.words.text(key, count=count_in_words[best], wrong=fewest, total=self.total)

    def phases(self, count_in_words: Sequence[str]) -> Iterator[Said]:
        """What may be said between start and end."""
        for leader, name in enumerate(self.names):
            leads = self.leaders == leader
            if leads.any():
                yield Said(self.words.text("caption_fewest", leader=name), leads, ALONE)
                yield from self._with_the_others(leader, leads, count_in_words)
        if len(self.names) == 2:
            yield from self._of_two()
        for key, most in self._yardsticks():
            none = ((self.counts >= most) | self.is_lost).all(axis=0)
            text = self.words.text(of_all(f"caption_none_{key}", len(self.names)))
            yield Said(text, np.asarray(none), NONE)

    def _yardsticks(self) -> Iterator[tuple[str, int]]:
        """What something simple has wrong."""
        if self.sticks is not None:
            yield "guess", self.sticks.guess
            if self.sticks.cut is not None:
                yield "cut", self.sticks.cut

    def _with_the_others(
        self, leader: int, leads: NDArray[np.bool_], count_in_words: Sequence[str]
    ) -> Iterator[Said]:
        """Who leads, and who of the others has diverged or is no better than something simple."""
        groups = [("lost", self.is_lost)]
        for key, most in self._yardsticks():
            groups.append((f"no_{key}", (self.counts >= most) & ~self.is_lost))
        name = self.names[leader]
        for key, group in groups:
            some = group.sum(axis=0) * leads * ~group[leader]
            for count in np.unique(some[some > 1]).tolist():
                text = self.words.text(
                    f"caption_fewest_many_{key}", leader=name, count=count_in_words[count]
                )
                yield Said(text, some == count, WHOLE)
            for other in np.flatnonzero((group & (some == 1)).any(axis=1)).tolist():
                text = self.words.text(
                    f"caption_fewest_one_{key}", leader=name, other=self.names[other]
                )
                yield Said(text, group[other] & (some == 1), WHOLE)

    def _of_two(self) -> Iterator[Said]:
        """The counts of two runs, for as long as they stay."""
        frame = 0
        for pair, group in groupby(zip(*self.counts.tolist(), self.leaders.tolist(), strict=True)):
            length = len(list(group))
            *counts, leader = pair
            is_true = np.zeros(self.counts.shape[1], np.bool_)
            is_true[frame : frame + length] = True
            frame += length
            if leader < 0 or self.is_lost[:, is_true].any():
                continue
            text = self.words.text(
                "caption_fewest_two", leader=self.names[leader], wrong=counts[leader],
                total=self.total, other=self.names[1 - leader], more=counts[1 - leader],
            )  # fmt: skip
            yield Said(text, is_true, 0.5 * (ALONE + WHOLE))
