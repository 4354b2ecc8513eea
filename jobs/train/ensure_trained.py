"""Train a job into its run folder, or find that it is there already."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.read_lock import reading
from fitreel.jobs.runtime.report import Report, seconds
from fitreel.jobs.train.locked_run import LockedRun, lock_run
from fitreel.jobs.train.run_store import RunStore, divergence_of, facts_of, how_far, how_it_ended
from fitreel.jobs.train.train_batch import build_batch, train_batch
from fitreel.jobs.train.train_single import build_training, train_single
from fitreel.model.errors import Busy, CannotWrite, FitreelError, Stopped
from fitreel.model.record.reader import Record
from fitreel.model.record.writer import forget_states
from fitreel.model.system.extras import check_installed
from fitreel.model.system.files import leftovers, sweep

if TYPE_CHECKING:
    from fitreel.model.training.loop import Training


def ensure_trained(resolved_job: ResolvedJob, options: Options, report: Report) -> Record:
    """As `open_trained`; another process may make the record anew at any time.

    Raises:
        FitreelError: as `open_trained`.
    """
    with open_trained(resolved_job, options, report) as run:
        return run


@contextmanager
def open_trained(resolved_job: ResolvedJob, options: Options, report: Report) -> Iterator[Record]:
    """The job's whole record: read, finished or made; inside the block nobody makes it anew.

    Raises:
        BadInput: what stands there is damaged or another job's, or torch can't do what is asked.
        Unavailable: the device or torch is not here.
        CannotWrite: the system refuses.
        Busy: another process is making it or draws from it, and isn't waited for, or not any more.
        Stopped: a signal came; what is trained is on disk.
    """
    with _open_trained(resolved_job, options, report) as run:
        if divergence := divergence_of(run):
            report.warn(f"{run.path}: {divergence}", event="diverged", **facts_of(run))
        yield run


@contextmanager
def _open_trained(resolved_job: ResolvedJob, options: Options, report: Report) -> Iterator[Record]:
    store = RunStore.of(options)
    path = store.path_of(resolved_job)
    if not options.force:
        with reading(path):
            run = store.record_of(resolved_job)
            if run is not None and run.ending is not None:
                _say_trained(run, report)
                _sweep_if_free(run)
                yield run
                return
    check_installed("torch", "train", "training")  # before there is a folder
    training = None
    if not path.parent.exists() and not resolved_job.is_batched:
        # What can't be trained leaves no folder; where there is one, whoever trains comes first.
        training = build_training(resolved_job, report)
    with ExitStack() as read_lock:
        with lock_run(resolved_job, options) as locked_run:
            if locked_run.run is not None and locked_run.is_trained:  # since we looked
                run = locked_run.run
                _say_trained(run, report)
            else:
                run = _train(locked_run, report, training)
            # Before the run's lock goes, or another process could come between.
            read_lock.enter_context(reading(path))
        yield run


def ensure_batch_trained(
    resolved_jobs: Sequence[ResolvedJob], options: Options, report: Report
) -> dict[int, FitreelError]:
    """One job's whole record, or many jobs', trained at once; those that failed by their place.

    Which of them diverged is for the caller to say, who has names for them.

    Raises:
        FitreelError: as `ensure_trained`, of one.
        BadInput: they can't be trained at once.
        Unavailable: the device is not here.
        Stopped: a signal came; what is trained is on disk.
    """
    if len(resolved_jobs) == 1:
        with _open_trained(resolved_jobs[0], options, report):
            return {}
    store = RunStore.of(options)
    locked_runs: dict[int, LockedRun] = {}
    failures: dict[int, FitreelError] = {}
    with ExitStack() as locks:
        # All who lock several do it in this order, so that no two ever wait for each other.
        order = sorted(range(len(resolved_jobs)), key=lambda n: store.path_of(resolved_jobs[n]))
        for number in order:
            signals.raise_if_cancelled()
            try:
                locked_run = locks.enter_context(lock_run(resolved_jobs[number], options))
            except Stopped:
                raise
            except FitreelError as error:
                failures[number] = error
                continue
            if not locked_run.is_trained:
                locked_runs[number] = locked_run
        if locked_runs:
            errors = train_batch(list(locked_runs.values()), report)
            numbers = list(locked_runs)
            failures |= {numbers[k]: error for k, error in errors.items()}
    return failures


def check_trainable(resolved_job: ResolvedJob, report: Report) -> None:
    """Find out, by making the job's network, whether it can be trained.

    Raises:
        BadInput: torch can't do what is asked.
        Unavailable: the device is not here.
    """
    if resolved_job.is_batched:
        build_batch([resolved_job], report)
    else:
        build_training(resolved_job, report)


def _train(locked_run: LockedRun, report: Report, training: "Training | None") -> Record:
    started = time.monotonic()
    if locked_run.resolved_job.is_batched:
        for error in train_batch([locked_run], report).values():
            raise error
    else:
        resolved_job = locked_run.resolved_job
        train_single(locked_run, training or build_training(resolved_job, report), report)
    run = Record(locked_run.path)
    took = time.monotonic() - started
    report.say(
        f"{locked_run.path}: {len(run)} snapshots, {how_it_ended(run)}, in {seconds(took)}",
        event="trained",
        seconds=round(took, 3),
        **facts_of(run),
    )
    return run


def _say_trained(run: Record, report: Report) -> None:
    already = f"{run.path}: already trained ({len(run)} snapshots)"
    report.say(already, event="already_trained", **facts_of(run))
    if len(run) and (line := how_far(run)) is not None:
        report.say(f"{run.path}: {line}")


def _sweep_if_free(run: Record) -> None:
    """Remove what a process left that was killed just after it had written the last chunk."""
    stale = [*leftovers(run.path), *(set(run.path.glob("state-*")) - {run.state_file})]
    if stale:
        with suppress(Busy, CannotWrite, OSError), locked(run.path, "run"):
            sweep(run.path)
            forget_states(run.path, keep=len(run.chunks) - 1)
