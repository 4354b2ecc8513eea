"""Training many configurations beside each other, by workers that are there."""

from collections.abc import Sequence

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.sweep import Configuration
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.many.failures import Failures, name_of, refuse
from fitreel.jobs.train.partition import Batch
from fitreel.jobs.train.run_store import RunStore, how_it_ended
from fitreel.jobs.train.worker_messages import encode
from fitreel.jobs.train.workers import TrainRequest, Workers
from fitreel.model.record.reader import Record

CHECKS = 8
"""Configurations that a worker is asked to check at once: each takes milliseconds."""


def train_at_once(
    configurations: Sequence[Configuration],
    batches: Sequence[Batch],
    workers: Workers,
    options: Options,
    report: Report,
) -> tuple[Failures, list[Batch]]:
    """Train them; what fails doesn't stop the others.

    Returns:
        The failures, and the batches that are left where there are no workers any more.

    Raises:
        BadInput: some are no valid jobs; nothing is trained.
        Stopped: a signal came.
        Unavailable: a cluster is gone.
    """
    numbers = [number for batch in batches for number in batch]
    names = [name_of(configurations, batch) for batch in batches]
    epochs = max(configurations[n].resolved_job.loaded.job.train.epochs for n in numbers)
    store = RunStore.of(options)

    def requests(batches: Sequence[Batch], *, only_check: bool) -> list[TrainRequest]:
        return [
            TrainRequest(
                batch,
                [encode(configurations[n]) for n in batch],
                [configurations[n].resolved_job for n in batch],
                only_check,
            )
            for batch in batches
        ]

    starts = range(0, len(numbers), CHECKS)
    parts = [tuple(numbers[start : start + CHECKS]) for start in starts]
    # What isn't checked here, or took its worker with it, says so when it is trained.
    refusals, left = workers.work(requests(parts, only_check=True), lambda *_: None)
    refuse(configurations, refusals)
    if left:
        return {}, list(batches)
    report.say(f"training {len(numbers)} configurations, {workers.count} at once")
    with report.many(names, [len(batch) for batch in batches], epochs) as update:

        def progress(which: int, done: int | None, word: str, failed: int) -> None:
            early = ""
            if done is None and len(batches[which]) == 1:
                only = configurations[batches[which][0]]
                early = _early_ending(store.whole(only.resolved_job))
            update(which, done, early or word, failed)
            if done is None and not early:  # what ended early is said of all, at the end
                report.say(f"{names[which]}: {word}")

        return workers.work(requests(batches, only_check=False), progress)


def _early_ending(record: Record | None) -> str:
    """How a record ended that reached delta or diverged; "" of others."""
    return "" if record is None or record.ending == "complete" else how_it_ended(record)
