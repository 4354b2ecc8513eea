"""What stands at the foot of a comparison: who leads, and who waits."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import NO_CAPTION, Caption
from fitreel.render.captions.caption_track import CaptionTrack, Stretch
from fitreel.render.captions.classes.class_race import ClassRace, of_all
from fitreel.render.captions.phases.stretches import best_stretches
from fitreel.render.captions.phases.yardsticks import Yardsticks, loss_name_of, yardsticks_of
from fitreel.render.captions.reading import letters, reading_seconds, shortest_frames
from fitreel.render.captions.run_sentences import (
    capitalized,
    change_clause,
    end_key,
    shape_of,
)
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation

START_SECONDS, END_SECONDS = (1.5, 3.0), (2.5, 4.0)
"""The shortest and the longest that a film stands still at its start and at its end."""
BEFORE_END = 0.5
"""Seconds in which one looks, before one reads the last sentence."""
LONGEST = 80
"""Letters of a sentence with names in it; of a longer one its second half goes."""
SAME_START = 0.01
"""In parts of the data's range: how far first predictions are apart that are one."""
_ENDS, _STILL, _ALONE, _WEAKER, _MUST = 3.0, 0.1, 0.5, 0.8, 1e6


@dataclass(frozen=True)
class Racer:
    """What has one colour and one loss in a comparison: a run, or the runs of a group."""

    name: str
    """As it is written in the picture."""
    losses: NDArray[np.float64]
    """Shape (F,): what is shown of its loss in each frame, of a noisy run the median; nan where
    there is none yet, infinite or nan for good where it diverged."""
    runs: Sequence[Record]
    """Its records that have a snapshot."""
    wrong: NDArray[np.int64] | None = None
    """Shape (F,): of classes, how many points are on the wrong side."""


@dataclass(frozen=True)
class _Claim:
    text: str
    is_true: NDArray[np.bool_]
    worth: NDArray[np.float64]
    is_warning: bool = False
    must_stand: bool = False


@dataclass(frozen=True)
class Race:
    """All that can be said of a comparison."""

    racers: Sequence[Racer]
    """Those with a run; in the job's order."""
    form: LossFormat
    tells_noise: bool = False
    """Whether the noise is in the picture, so that it can be spoken of."""

    @property
    def words(self) -> Translation:
        """In the film's language."""
        return self.form.words

    @cached_property
    def runs(self) -> list[Record]:
        """All records."""
        return [run for racer in self.racers for run in racer.runs]

    @cached_property
    def is_comparable(self) -> bool:
        """Whether all losses are of one kind, and of values that are scaled alike."""
        kinds = {
            (
                run.header.recorder,
                str(loss_name_of(run)),
                run.loss_is_scaled,
                tuple(column.scale for column in run.header.outputs) if run.loss_is_scaled else (),
            )
            for run in self.runs
        }
        return len(kinds) == 1

    @cached_property
    def sticks(self) -> Yardsticks | None:
        """What all losses are measured against; None where the runs have different data.

        Nor are there any of several outputs, which no line could be as good as.
        """
        if any(run.header.predicted_columns != 1 for run in self.runs):
            return None
        if not self.is_comparable or len({run.points_digest for run in self.runs}) != 1:
            return None
        return yardsticks_of(self.runs[0])

    @property
    def lines(self) -> Yardsticks | None:
        """The same where a flat or a straight line may be spoken of: of curves."""
        return self.sticks if all(run.header.is_curve for run in self.runs) else None

    @cached_property
    def classes(self) -> ClassRace | None:
        """The same by points on the wrong side; None where these can't be compared."""
        counts = [racer.wrong for racer in self.racers if racer.wrong is not None]
        if len(counts) < max(2, len(self.racers)) or len({len(run.y) for run in self.runs}) != 1:
            return None
        names = [racer.name for racer in self.racers]
        return ClassRace(names, self.runs, np.stack(counts), self.has_diverged, self.words)

    @cached_property
    def shown(self) -> NDArray[np.float64]:
        """Shape (R, F): the losses that are read; nan where there is none, or none any more."""
        rows = [self.form.all_shown(racer.losses) for racer in self.racers]
        values = np.array(rows, np.float64).reshape(len(rows), -1)
        return np.where(np.isfinite(values), values, np.nan)

    @cached_property
    def exact(self) -> NDArray[np.float64]:
        """Shape (R, F): the same losses, not rounded."""
        return np.array([racer.losses for racer in self.racers], np.float64)

    @cached_property
    def has_diverged(self) -> NDArray[np.bool_]:
        """Shape (R, F): where a racer all of whose runs diverged has no loss any more."""
        rows = []
        for racer in self.racers:
            gone = ~np.isfinite(racer.losses)
            is_lost = bool(racer.runs) and all(run.ending == "diverged" for run in racer.runs)
            rows.append(np.logical_and.accumulate(gone[::-1])[::-1] & is_lost)
        return np.array(rows, np.bool_).reshape(self.shown.shape)

    @cached_property
    def leaders(self) -> NDArray[np.int64]:
        """Shape (F,): who has the lowest loss of all, as it is read; -1 where nobody has alone."""
        values = np.where(np.isnan(self.shown), np.inf, self.shown)
        lowest = values.min(axis=0)
        alone = ((values == lowest).sum(axis=0) == 1) & np.isfinite(lowest)
        return np.where(alone, values.argmin(axis=0), -1)

    @cached_property
    def start(self) -> str:
        """The first sentence: how many there are, and from where they start."""
        count = count_in_words(len(self.racers), self.words)
        if self.classes is not None:
            return capitalized(self.classes.start(count))
        groups = {len(racer.runs) for racer in self.racers}
        if groups != {1}:
            if len(groups) > 1:
                return ""
            key = "caption_runs_groups"
            return capitalized(self.words.text(key, count=count, runs=groups.pop()))
        shape = self._one_start()
        if not shape:
            return capitalized(self.words.text("caption_runs", count=count))
        shape = self.words.text(f"caption_shape_{shape}")
        return capitalized(self.words.text("caption_runs_same", count=count, shape=shape))

    def _one_start(self) -> str:
        """The shape of the one curve from which all start; "" where there isn't one."""
        if not all(run.header.is_curve and run.has_predictions[0] for run in self.runs):
            return ""
        first = self.runs[0]
        curves = [next(shown_snapshots(run, [0])).prediction for run in self.runs]
        if any(curve.shape != curves[0].shape for curve in curves):
            return ""
        close = SAME_START * float(np.ptp(first.y))
        with np.errstate(all="ignore"):  # infinite ones are near to nothing
            is_one = all(np.abs(curve - curves[0]).max() <= close for curve in curves)
        if not is_one:
            return ""
        return shape_of(first.prediction_x, curves[0], first.y)

    @property
    def counts(self) -> list[str]:
        """How many racers some are, in words; of one there is no such word."""
        return [count_in_words(count, self.words) for count in range(len(self.racers) + 1)]

    def of_all(self, key: str, **values: str) -> str:
        """A sentence about all of them: two are both, or neither."""
        return self.words.text(of_all(key, len(self.racers)), **values)

    @cached_property
    def end(self) -> Caption:
        """The last sentence: who wins, and by what."""
        words, form = self.words, self.form
        if self.has_diverged.size and self.has_diverged[:, -1].all():
            return Caption(self.of_all("caption_all_diverged"), is_warning=True)
        if self.classes is not None:
            text = self.classes.end(self.counts)
            # A name stays as its job wrote it.
            return Caption(text if self.classes.leaders[-1] >= 0 else capitalized(text))
        if not self.is_comparable or not self.shown.size or np.isnan(self.shown[:, -1]).all():
            return NO_CAPTION
        winner = int(self.leaders[-1])
        if winner < 0:
            count = int((self.shown[:, -1] == np.nanmin(self.shown[:, -1])).sum())
            if count == len(self.racers):
                return Caption(capitalized(self.of_all("caption_draw", count=self.counts[count])))
            text = words.text("caption_draw", count=count_in_words(count, words))
            return Caption(capitalized(text))
        leader, losses = self.racers[winner].name, self.racers[winner].losses
        change, is_alone = change_clause(losses, form), len(self.racers) == 1  # all in one group
        if not change:
            return NO_CAPTION if is_alone else Caption(words.text("caption_wins", leader=leader))
        key = end_key(float(losses[-1]), self.sticks if self.tells_noise else None)
        if is_alone:
            return Caption(capitalized(words.text(key, change=change)))
        whole = words.text(key.replace("_end", "_wins_by", 1), leader=leader, change=change)
        return Caption(whole)


def comparison_captions(race: Race, times: NDArray[np.float64], fps: Fraction) -> CaptionTrack:
    """The sentences of a comparison, each true of every frame under it, by the numbers there.

    Args:
        race: what is compared.
        times: shape (F,), not decreasing: the clock in each frame.
        fps: frames a second.
    """
    claims = list(_claims(race, times, float(fps)))
    if not claims:
        return CaptionTrack([], fps)
    shortest = [
        1 if claim.must_stand else shortest_frames(claim.text, float(fps)) for claim in claims
    ]
    chosen = best_stretches(
        np.stack([claim.is_true for claim in claims]),
        np.stack([claim.worth for claim in claims]),
        shortest,
        float(fps),
    )
    stretches: list[Stretch] = []
    end = 0
    for start, stop, number in chosen:
        if end < start:
            stretches.append(Stretch(end, start, NO_CAPTION))
        claim = claims[number]
        stretches.append(Stretch(start, stop, Caption(claim.text, is_warning=claim.is_warning)))
        end = stop
    return CaptionTrack(stretches, fps)


def comparison_hold_seconds(race: Race) -> tuple[float, float]:
    """How long a comparison stands still at its start and at its end, to be read.

    Of the racers the first and the last loss are enough.
    """

    def within(seconds: float, ends: tuple[float, float]) -> float:
        return min(max(seconds, ends[0]), ends[1])

    start, end = reading_seconds(race.start), reading_seconds(race.end.text) + BEFORE_END
    return within(start, START_SECONDS), within(end, END_SECONDS)


def count_in_words(count: int, words: Translation) -> str:
    """Two, three, …; what is too many for that in digits."""
    written = words.text("caption_counts").split()
    return written[count - 2] if 2 <= count < len(written) + 2 else words.integer(count)


def _claims(race: Race, times: NDArray[np.float64], fps: float) -> Iterator[_Claim]:
    """All that may be said, and where it is true."""
    frames = np.arange(len(times))
    at_first, at_last = times == times[0], times == times[-1]
    if race.start:
        read = min(max(reading_seconds(race.start), START_SECONDS[0]), START_SECONDS[1])
        worth = np.where(frames < math.ceil(read * fps), _ENDS, _STILL)
        yield _Claim(race.start, at_first, worth)
    if race.end.text and len(np.unique(times)) > 1:
        # It is about the end, so that nobody wins before it.
        must = race.end.is_warning
        worth = np.full(len(times), _MUST if must else _ENDS)
        yield _Claim(race.end.text, at_last, worth, must, must)
    if race.classes is not None:
        for text, is_true, each in race.classes.phases(race.counts):
            if letters(text) <= LONGEST:
                yield _Claim(text, is_true, np.full(len(times), each))
        return
    if not race.is_comparable or len(race.racers) < 2:
        return
    for leader, racer in enumerate(race.racers):
        leads = race.leaders == leader
        if leads.any():
            text = race.words.text("caption_leads", leader=racer.name)
            yield _Claim(text, leads, np.full(len(times), _ALONE))
            yield from _with_the_others(race, racer.name, leads)
    if race.lines is not None:
        yield from _all_behind(race, race.lines)


def _all_behind(race: Race, sticks: Yardsticks) -> Iterator[_Claim]:
    """That none is better than something simple."""
    shape = "straight" if sticks.line_counts else "flat"
    with np.errstate(invalid="ignore"):
        none = (race.exact > sticks.simple).all(axis=0)
        hardly = (race.exact > 0.9 * sticks.simple).all(axis=0)
    for mask, key, worth in ((none, "none", 1.2), (hardly, "all_hardly", 1.1)):
        mask = np.asarray(mask)
        text = race.of_all(f"caption_{key}_{shape}")
        yield _Claim(text, mask, np.full(len(mask), worth))


def _with_the_others(race: Race, leader: str, leads: NDArray[np.bool_]) -> Iterator[_Claim]:
    """Who leads, and of the others who has diverged, or is no better than something simple."""
    lost = race.has_diverged
    masks = [("diverged", lost, lost, 1.0)]
    if race.lines is not None:
        shape = "straight" if race.lines.line_counts else "flat"
        simple = race.lines.simple
        with np.errstate(invalid="ignore"):
            behind = (race.exact > 0.9 * simple) & ~lost
            far = (race.exact > simple) & ~lost
        masks.append((f"no_{shape}", behind, far, 1.0))
        masks.append((f"hardly_{shape}", behind, behind, _WEAKER))
    for kind, group, fitting, worth in masks:
        counts = group.sum(axis=0)
        # Nobody of the group may be only half as the sentence says.
        whole = leads & (counts > 0) & ((group & ~fitting).sum(axis=0) == 0)
        for other, racer in enumerate(race.racers):
            mask = whole & (counts == 1) & group[other]
            yield from _claim(race, f"one_{kind}", mask, worth, leader=leader, other=racer.name)
        for count in np.unique(counts[whole & (counts > 1)]).tolist():
            mask = whole & (counts == count)
            written = count_in_words(count, race.words)
            yield from _claim(race, f"many_{kind}", mask, worth, leader=leader, count=written)


def _claim(
    race: Race, kind: str, mask: NDArray[np.bool_], worth: float, **values: str
) -> Iterator[_Claim]:
    """One sentence with two halves, where it is true anywhere and not too long."""
    if mask.any():
        text = race.words.text(f"caption_leads_{kind}", **values)
        if letters(text) <= LONGEST:
            yield _Claim(text, mask, np.full(len(mask), worth))
