"""Which epoch a still shows: the one that is asked for, or by `--nearest` the one beside it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.errors import BadInput


def epoch_of(
    epochs: NDArray[np.int64], at: int, where: str, *, takes_nearest: bool, advice: str = ""
) -> int:
    """The epoch that a still shows.

    Args:
        epochs: those that have snapshots, increasing, at least one.
        at: the one that is asked for.
        where: what the error begins with.
        takes_nearest: whether another one will do.
        advice: stands at the error's end.

    Raises:
        BadInput: it has no snapshot; the line names the nearest that has.
    """
    nearest = int(epochs[np.argmin(np.abs(epochs.astype(np.float64) - at))])
    if nearest != at and not takes_nearest:
        raise BadInput(
            f"{where}: epoch {at} has no snapshot; the nearest is epoch {nearest}, "
            f"which --nearest takes{advice}"
        )
    return nearest


def check_epoch(resolved_jobs: Sequence[ResolvedJob], label: str, options: Options) -> None:
    """Refuse, before anything is trained, the still of an epoch that no training will have.

    Raises:
        BadInput: the line names the nearest epoch that has a snapshot.
        Unavailable: torch is not here.
    """
    if options.at is None or options.takes_nearest:
        return
    store = RunStore.of(options)
    trainings = [each.train for each in resolved_jobs]
    # What is trained tells by itself. δ may end a training anywhere, and its end has a snapshot.
    if any(each.delta is not None for each in trainings) or any(
        not options.force and store.whole(each) is not None for each in resolved_jobs
    ):
        return
    from fitreel.model.training.snapshot_schedule import snapshot_epochs

    ends = np.array([each.epochs for each in trainings])
    epochs = np.unique(np.concatenate([ends, *map(snapshot_epochs, trainings)]))
    epoch_of(epochs, options.at, f"{label}: --at", takes_nearest=False)
