"""What a film of one run shows of its snapshots: how far it goes, and which prediction stays."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.picture_settings import PictureSettings


def shown_count(run: Record, picture: PictureSettings) -> int:
    """How many of a run's snapshots, from the first on, its film shows, and a still its last.

    All of them; in the demo's own picture, whose frames a plain script gives as well, all but the
    closing one. Where there is no other, as training diverged at once, that one is shown.
    """
    return run.closing if picture.is_demo and run.closing else len(run)


def shown_snapshots(
    run: Record, indices: Sequence[int], *, weights: bool = False
) -> Iterator[Snapshot]:
    """The snapshots at `indices`; one without a prediction has the last that there was by then.

    Raises:
        Damaged: a file has changed since the run was opened.
    """
    snapshots = run.snapshots(indices, weights=weights)
    if run.has_predictions.all():
        yield from snapshots
        return
    own = np.where(run.has_predictions, np.arange(len(run)), -1)
    sources = np.maximum.accumulate(own)
    last, prediction = -1, None
    for index, snapshot in zip(indices, snapshots, strict=True):
        source = int(sources[index])
        if source == index:
            prediction = snapshot.prediction
        elif source != last and source >= 0:
            prediction = next(run.snapshots([source])).prediction
        last = source
        yield snapshot if prediction is None else replace(snapshot, prediction=prediction)


def losses_from(run: Record) -> float:
    """The epoch from which on a loss belongs into its pictures; infinite where none does.

    Of what a program recorded it is the first of which it said one: an untrained network has none.
    """
    if run.header.recorder == "job":
        return 0
    known = np.flatnonzero(~np.isnan(run.losses))
    return int(run.epochs[known[0]]) if len(known) else math.inf


def has_losses(run: Record) -> bool:
    """Whether a loss belongs into its pictures: of a program's record, whether it said any."""
    return losses_from(run) < math.inf
