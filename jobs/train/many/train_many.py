"""Train many configurations: one after the other, or several at once in processes of their own.

What is trained in one go, by one process, is a batch, if only of one configuration.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.sweep import Configuration
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.read_lock import reading
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.many.failures import Failures, SomeFailed
from fitreel.jobs.train.many.recruit import recruited
from fitreel.jobs.train.many.train_at_once import train_at_once
from fitreel.jobs.train.many.train_in_turn import train_in_turn
from fitreel.jobs.train.partition import partition
from fitreel.jobs.train.run_store import RunStore, divergence_of, facts_of, how_it_ended
from fitreel.model.errors import BadInput, Busy
from fitreel.model.record.reader import Record
from fitreel.model.system.extras import check_installed
from fitreel.model.system.files import cannot_write
from fitreel.model.system.private_folders import choose_torch_cache
from fitreel.model.system.processes import allow_open_files

SPARE_FILES = 256
"""How many files may be open beside the records."""


@contextmanager
def open_all_trained(
    configurations: Sequence[Configuration], options: Options, report: Report
) -> Iterator[tuple[dict[int, Record], Failures]]:
    """The whole records of all that can be trained, by their places; and why others can't.

    Inside the block nobody makes one of them anew.

    Raises:
        BadInput: they are too many to be held open.
        SomeFailed: another process is training some: they are on their way.
        FitreelError: as `train_all`.
    """
    store = RunStore.of(options)
    choose_torch_cache()  # for all workers, however they end
    if not allow_open_files(len(configurations) + SPARE_FILES):
        raise BadInput(
            f"{len(configurations)} records can't be held open at once here (ulimit -n); fitreel "
            "train makes them, and render draws some of them"
        )
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
                for number, record in records.items():
                    _say_ending(configurations[number], record, report)
                yield records, failures
                return
            # Another process has begun to make one anew since: it is waited for like any other.
            read_locks.close()
            options = replace(options, force=False)


def say_endings(
    configurations: Sequence[Configuration],
    options: Options,
    report: Report,
    failures: Failures,
) -> dict[str, Record]:
    """Say which of them diverged, and which reached delta, whoever has trained them and when.

    Returns:
        Those that diverged, by their labels; of thousands the others aren't held.
    """
    store, diverged = RunStore.of(options), {}
    for number, configuration in enumerate(configurations):
        record = None if number in failures else store.whole(configuration.resolved_job)
        if record is not None:
            _say_ending(configuration, record, report)
            if divergence_of(record):
                diverged[configuration.label] = record
    return diverged


def _say_ending(configuration: Configuration, record: Record, report: Report) -> None:
    label, line = configuration.label, f"{configuration.label}: {how_it_ended(record)}"
    trained = float(record.seconds[-1]) if len(record) else None
    facts = facts_of(record) | {"configuration": label, "seconds": trained}
    if divergence := divergence_of(record):
        report.warn(f"{label}: {divergence}", event="diverged", **facts)
    elif record.ending == "delta":
        report.say(line, event="trained", **facts)
    else:
        report.note(line, event="trained", **facts)


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
    if options.cluster is None:
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
    failures: Failures = {}
    with recruited(len(untrained), options, report) as workers:
        if workers is not None:
            batches = partition(configurations, untrained, workers.count)
            failures, rest = train_at_once(configurations, batches, workers, options, report)
            untrained = [number for batch in rest for number in batch]
            trouble = workers.trouble
    if untrained and workers is not None:
        # A machine that can't start processes is slower, not broken.
        report.say(f"training one after the other: cannot start a process: {trouble}")
    batches = partition(configurations, untrained, 1)
    return failures | train_in_turn(configurations, batches, options, report)
