"""How the runs of a comparison did: rows for the ranking card and for tables. No matplotlib."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.comparison_picture import Entry
from fitreel.render.text.run_status import ending_of, failure_of


@dataclass(frozen=True)
class Row:
    """One run; None stands for what it doesn't have."""

    rank: int | None
    """From 1; only of runs that didn't fail, diverge or end without a finite loss."""
    label: str
    final_loss: float | None
    """The training loss of the last snapshot, the closing one: a float32's value, in its shortest
    spelling; None where it isn't finite."""
    epochs_to_delta: int | None
    """The first epoch whose loss was at or under δ, where the job has one."""
    seconds: float | None
    """Of training, up to the last snapshot."""
    parameters: int | None
    ended: str
    """Such as "done", "δ reached at 130", "diverged at 12", "failed: …"."""


def ranking(entries: Sequence[Entry]) -> list[Row]:
    """All entries, the lowest final loss first; then those that diverged, then those that failed.

    Equal losses share a rank.
    """
    ordered = sorted(enumerate(entries), key=lambda pair: (*_standing(pair[1]), pair[0]))
    rows: list[Row] = []
    for place, (_, entry) in enumerate(ordered, 1):
        group, loss = _standing(entry)
        rank = None if group else place
        if rows and rank is not None and _standing(ordered[place - 2][1]) == (group, loss):
            rank = rows[-1].rank
        rows.append(_row(entry, rank))
    return rows


def _standing(entry: Entry) -> tuple[int, float]:
    """0 and the loss; 1 for runs whose loss says nothing, 2 where there is no run."""
    run = entry.run
    if run is None:
        return 2, 0.0
    if not len(run) or run.ending == "diverged" or not math.isfinite(run.losses[-1]):
        return 1, 0.0
    return 0, float(run.losses[-1])


def _row(entry: Entry, rank: int | None) -> Row:
    run = entry.run
    if run is None:
        return Row(rank, entry.label, None, None, None, None, failure_of(entry))
    return Row(
        rank=rank,
        label=entry.label,
        final_loss=_final_loss(run),
        epochs_to_delta=run.ending_epoch if run.ending == "delta" else None,
        seconds=_seconds(run),
        parameters=run.header.parameters if run.header.recorder == "job" else None,
        ended=ending_of(run),
    )


def _final_loss(run: Record) -> float | None:
    if not len(run) or not np.isfinite(run.losses[-1]):
        return None
    return float(str(run.losses[-1]))


def _seconds(run: Record) -> float | None:
    if not len(run) or not np.isfinite(run.seconds[-1]):
        return None
    return round(float(run.seconds[-1]), 3)
