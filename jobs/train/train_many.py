"""Train many configurations: one after the other, or several at once in processes of their own.

What is trained in one go, by one process, is a batch, if only of one configuration.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.sweep import Configuration
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.read_lock import reading
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import check_trainable, ensure_batch_trained
from fitreel.jobs.train.partition import Batch, partition
from fitreel.jobs.train.run_store import RunStore, divergence_of, how_it_ended
from fitreel.jobs.train.worker_messages import encode_request
from fitreel.jobs.train.worker_pool import Failure, TrainRequest, WorkerPool
from fitreel.model.errors import BadInput, Busy, FitreelError, Stopped, gravest
from fitreel.model.record.reader import Record
from fitreel.model.system.extras import check_installed
from fitreel.model.system.files import cannot_write
from fitreel.model.system.private_folders import choose_torch_cache
from fitreel.model.system.processes import cores

CHECKS = 8
"""Configurations that a worker is asked to check at once: each takes milliseconds."""

Failures = dict[int, Failure]
"""By the place of the configuration."""


class SomeFailed(FitreelError):
    """Configurations that could not be trained."""

    def __init__(self, configurations: Sequence[Configuration], failures: Failures) -> None:
        lines = [f"{configurations[n].label}: {each.reason}" for n, each in failures.items()]
        super().__init__("; ".join(lines))
        self.exit_code = gravest([failure.code for failure in failures.values()])


@contextmanager
def open_all_trained(
    configurations: Sequence[Configuration], options: Options, report: Report
) -> Iterator[tuple[dict[int, Record], Failures]]:
    """The whole records of all that can be trained, by their places; and why others can't.

    Inside the block nobody makes one of them anew.

    Raises:
        SomeFailed: another process is training some: they are on their way.
        FitreelError: as `train_all`.
    """
    store = RunStore.of(options)
    choose_torch_cache()  # for all workers, however they end
    with ExitStack() as read_locks:
        while True:
            failures = train_all(configurations, options, report)
            if any(failure.code == Busy.exit_code for failure in failures.values()):
                raise SomeFailed(configurations, failures)
            records = {}
            for number, configuration in enumerate(configurations):
                if number in failures:
                    continue
                path = store.path_of(configuration.resolved_job)
                read_locks.enter_context(reading(path))
                record = store.whole(configuration.resolved_job)
                if record is None:
                    break
                records[number] = record
            else:
                _say_endings(configurations, records, report)
                yield records, failures
                return
            # Another process has begun to make one anew since: it is waited for like any other.
            read_locks.close()
            options = replace(options, force=False)


def _say_endings(
    configurations: Sequence[Configuration], records: Mapping[int, Record], report: Report
) -> None:
    """Say which of them diverged, and which reached delta, whoever has trained them and when."""
    for number, record in records.items():
        label = configurations[number].label
        if divergence := divergence_of(record):
            report.warn(f"{label}: {divergence}")
        elif record.ending == "delta":
            report.say(f"{label}: {how_it_ended(record)}")


def train_all(
    configurations: Sequence[Configuration], options: Options, report: Report
) -> Failures:
    """Train what isn't trained yet, several at once.

    One failing configuration doesn't stop the others.

    Raises:
        Unavailable: something is to be trained, and torch is not here.
        Busy: another process trains the same, and isn't waited for, or not any more.
        Stopped: a signal came; what is trained is on disk.
    """
    if not _untrained(configurations, options):
        return _train_untrained(configurations, options, report)
    check_installed("torch", "train", "training")  # once, instead of once a configuration
    # Or two that make the same would share it out among them, and each call the rest failures.
    try:
        options.runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(options.runs, error) from error
    with locked(_all_of(configurations, options.runs), "comparison", wait=options.wait):
        return _train_untrained(configurations, options, report)


def _untrained(configurations: Sequence[Configuration], options: Options) -> list[int]:
    store = RunStore.of(options)
    return [
        number
        for number, configuration in enumerate(configurations)
        if options.force or store.whole(configuration.resolved_job) is None
    ]


def _all_of(configurations: Sequence[Configuration], runs: Path) -> Path:
    """What stands for all these configurations' records together; there is no such file."""
    marks = sorted(each.resolved_job.fingerprint for each in configurations)
    return runs / f"comparison-{hashlib.sha256(''.join(marks).encode()).hexdigest()[:12]}"


def _train_untrained(
    configurations: Sequence[Configuration], options: Options, report: Report
) -> Failures:
    count = len(configurations)
    untrained = _untrained(configurations, options)
    if configurations and len(untrained) < count:
        report.say(f"{count - len(untrained)} of {count} configurations already trained")
    workers = min(options.workers or cores(), len(untrained))
    failures: Failures = {}
    if workers > 1:
        pool = WorkerPool(workers, options)
        with signals.before_ending(pool.kill):
            batches = partition(configurations, untrained, workers)
            failures, rest = _at_once(configurations, batches, pool, options, report)
        untrained = [number for batch in rest for number in batch]
        if untrained:
            # A machine that can't start processes is slower, not broken.
            report.say(f"training one after the other: cannot start a process: {pool.trouble}")
    batches = partition(configurations, untrained, 1)
    return failures | _one_after_the_other(configurations, batches, options, report)


def _one_after_the_other(
    configurations: Sequence[Configuration],
    batches: Sequence[Batch],
    options: Options,
    report: Report,
) -> Failures:
    refusals: Failures = {}
    for number in [number for batch in batches for number in batch]:
        try:
            check_trainable(configurations[number].resolved_job, report)
        except Stopped:
            raise
        except FitreelError as error:
            refusals[number] = Failure(error.exit_code, str(error))
    _refuse(configurations, refusals)
    failures: Failures = {}
    for done, batch in enumerate(batches, 1):
        signals.raise_if_cancelled()
        report.say(f"[{done}/{len(batches)}] {_name(configurations, batch)}")
        resolved_jobs = [configurations[number].resolved_job for number in batch]
        try:
            errors = ensure_batch_trained(resolved_jobs, options, report)
        except Stopped:
            raise
        except FitreelError as error:
            errors = dict.fromkeys(range(len(batch)), error)
        for k, why in errors.items():
            failures[batch[k]] = Failure(why.exit_code, str(why))
    return failures


def _name(configurations: Sequence[Configuration], batch: Batch) -> str:
    first = configurations[batch[0]].label
    return first if len(batch) == 1 else f"{first}, and {len(batch) - 1} more at once"


def _refuse(configurations: Sequence[Configuration], refusals: Failures) -> None:
    """Name all configurations that are no valid job, before any of them is trained.

    One that asks for a device which isn't here fails by itself: the others are trained.
    """
    reasons = {
        failure.reason: configurations[number].label
        for number, failure in refusals.items()
        if failure.code == BadInput.exit_code
    }
    if reasons:
        raise BadInput("; ".join(f"{label}: {reason}" for reason, label in reasons.items()))


def _early_ending(record: Record | None) -> str:
    """How a record ended that reached delta or diverged; "" of others."""
    return "" if record is None or record.ending == "complete" else how_it_ended(record)


def _at_once(
    configurations: Sequence[Configuration],
    batches: Sequence[Batch],
    pool: WorkerPool,
    options: Options,
    report: Report,
) -> tuple[Failures, list[Batch]]:
    """The failures, and the batches that are left where there are no workers any more."""
    numbers = [number for batch in batches for number in batch]
    names = [_name(configurations, batch) for batch in batches]
    epochs = max(configurations[n].resolved_job.loaded.job.train.epochs for n in numbers)
    store = RunStore.of(options)

    def requests(batches: Sequence[Batch], *, check: bool) -> list[TrainRequest]:
        return [
            (batch, encode_request([configurations[n] for n in batch], options, check))
            for batch in batches
        ]

    starts = range(0, len(numbers), CHECKS)
    parts = [tuple(numbers[start : start + CHECKS]) for start in starts]
    try:
        # What isn't checked here, or took its worker with it, says so when it is trained.
        refusals, left = pool.work(requests(parts, check=True), lambda *_: None)
        _refuse(configurations, refusals)
        if left:
            return {}, list(batches)
        report.say(f"training {len(numbers)} configurations, {pool.count} at once")
        with report.many(names, epochs, "epochs") as update:

            def progress(which: int, done: int | None, word: str) -> None:
                early = ""
                if done is None and len(batches[which]) == 1:
                    only = configurations[batches[which][0]]
                    early = _early_ending(store.whole(only.resolved_job))
                update(which, epochs if done is None else done, early or word)
                if done is None and not early:  # what ended early is said of all, at the end
                    report.say(f"{names[which]}: {word}")

            return pool.work(requests(batches, check=False), progress)
    except Stopped:
        pool.stop()
        raise
    finally:
        pool.close()
