"""What a comparison tells apart, each with a colour of its own: a run, or the runs of a group."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.timing.loss_path import losses_at
from fitreel.render.timing.running_median import is_noisy, running_median

BAND = (5.0, 95.0)
"""Percentiles of a group: lower and upper edge of its band."""


@dataclass(frozen=True)
class Contender:
    """A configuration: what has one colour everywhere."""

    label: str
    numbers: tuple[int, ...]
    """Of its entries; those without a run, too."""
    members: tuple[Entry, ...]
    """These entries."""
    runs: tuple[Record, ...]
    """Its records that have a snapshot."""
    clocks: tuple[NDArray[np.float64], ...]
    """Of these, shape (S,): when each snapshot is."""
    axis: EpochAxis

    @property
    def is_group(self) -> bool:
        """Whether it has a median and a band."""
        return len(self.runs) > 1

    @property
    def curves(self) -> tuple[Record, ...]:
        """Its records that have a curve to draw."""
        return tuple(run for run in self.runs if run.header.is_curve)

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """The clock at each of its losses, shape (S,): a group has those of all its runs."""
        if len(self.clocks) == 1:
            return self.clocks[0]
        return np.unique(np.concatenate(self.clocks)) if self.clocks else np.empty(0)

    @cached_property
    def _rows(self) -> NDArray[np.float64]:
        """The losses of each run at `times`, shape (runs, S); a run that has ended stands."""
        rows = [
            np.asarray(run.losses, np.float64)
            if not self.is_group
            else losses_at(self.axis, clock, run.losses, self.times)
            for run, clock in zip(self.runs, self.clocks, strict=True)
        ]
        return np.array(rows).reshape(len(rows), -1)

    @cached_property
    def own_losses(self) -> NDArray[np.float64]:
        """The losses as they are recorded, of a group the median; shape (S,)."""
        if not self.runs:
            return np.empty(0)
        return np.asarray(self._rows[0] if not self.is_group else np.median(self._rows, axis=0))

    @cached_property
    def loss_band(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Where most losses of a group lie, lower and upper edge; None of a single run."""
        if not self.is_group:
            return None
        low, high = np.percentile(self._rows, BAND, axis=0)
        return low, high

    @cached_property
    def is_noisy(self) -> bool:
        """Whether its loss is shown as a running median."""
        if self.is_group or self.has_diverged:
            return False
        return len(self.times) > 1 and is_noisy(self.own_losses)

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """What is shown of its loss: a noisy run's running median, else its own; shape (S,)."""
        if not self.is_noisy:
            return self.own_losses
        return running_median(self.axis, self.times, self.own_losses)

    def losses_at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is shown of its loss at each of `times`."""
        if not len(self.times):
            return np.full(len(times), np.nan)
        values = losses_at(self.axis, self.times, self.losses, times)
        # What diverged did so at its last snapshot.
        values = np.where(times >= self.times[-1], self.losses[-1], values)
        return np.where(times < self._said_from, np.nan, values)

    def loss_now(self, state: ComparisonState) -> float | None:
        """The loss that a frame shows; None before there is one."""
        if not self.runs or state.time < self._said_from:
            return None
        if self.is_noisy:
            return float(self.losses_at(np.array([state.time]))[0])
        snapshots = (state.snapshots[number] for number in self.numbers)
        losses = [each.loss for each in snapshots if each is not None]
        if len(losses) < 2:
            return losses[0] if losses else None
        with np.errstate(invalid="ignore"):
            return float(np.median(losses))

    @property
    def final_loss(self) -> float:
        """That of its last snapshot, a noisy run's median; infinite without one, or diverged."""
        if not len(self.times) or self.has_diverged or not math.isfinite(self.losses[-1]):
            return math.inf
        return float(self.losses[-1])

    @property
    def has_diverged(self) -> bool:
        """Whether all its runs did."""
        return bool(self.runs) and all(run.ending == "diverged" for run in self.runs)

    def has_ended(self, state: ComparisonState) -> bool:
        """Whether none of its runs goes on after this frame."""
        return bool(self.runs) and state.time >= float(self.times[-1])

    @cached_property
    def _said_from(self) -> float:
        """The time from which on it has a loss."""
        firsts = [
            float(clock[np.searchsorted(run.epochs, epoch)])
            for run, clock in zip(self.runs, self.clocks, strict=True)
            if (epoch := losses_from(run)) < math.inf
        ]
        return min(firsts, default=math.inf)


def contenders_of(comparison: ComparisonPicture, table: Timetable) -> list[Contender]:
    """The configurations of a comparison in the job's order: its entries, or its groups."""
    groups: dict[str, list[int]] = {}
    for number, entry in enumerate(comparison.entries):
        groups.setdefault(entry.group or f"\0{number}", []).append(number)
    return [_contender(comparison, table, numbers) for numbers in groups.values()]


def _contender(
    comparison: ComparisonPicture, table: Timetable, numbers: Sequence[int]
) -> Contender:
    members = [comparison.entries[number] for number in numbers]
    there = [
        (entry.run, table.clocks[number])
        for number, entry in zip(numbers, members, strict=True)
        if entry.run is not None and len(entry.run)
    ]
    return Contender(
        label=members[0].group or members[0].label,
        numbers=tuple(numbers),
        members=tuple(members),
        runs=tuple(run for run, _ in there),
        clocks=tuple(clock for _, clock in there),
        axis=table.axis,
    )


def places_of(contenders: Sequence[Contender]) -> list[int | None]:
    """Who comes first at the end, from 1 by the loss that is shown; None for who has none."""
    finals = [each.final_loss for each in contenders]
    return [
        None if math.isinf(final) else 1 + sum(other < final for other in finals)
        for final in finals
    ]
