"""Train a job into its run folder, or find that it is there already."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.read_lock import reading
from fitreel.jobs.runtime.report import Report, seconds
from fitreel.jobs.train.locked_run import (
    Environment,
    LockedRun,
    check_place,
    other_conditions,
    task_of,
)
from fitreel.jobs.train.train_batch import build_together, train_together
from fitreel.model.errors import BadInput, Busy, CannotWrite, FitreelError, Stopped
from fitreel.model.record.reader import HEADER, Record
from fitreel.model.record.writer import RecordWriter, forget_states
from fitreel.model.system.files import cannot_write, leftovers, sweep
from fitreel.model.system.private_folders import choose_torch_cache
from fitreel.render.text.numbers import DEMO, write_number

if TYPE_CHECKING:
    from fitreel.model.training.loop import Training


@dataclass(frozen=True)
class RunStore:
    """Where runs are kept."""

    runs: Path
    folder: Path | None = None
    """This folder instead of the run's own place under `runs`."""

    def of(self, prepared: ResolvedJob) -> Path:
        """The folder of a job's run: one that holds its record under another name, or its own."""
        if self.folder is not None:
            return self.folder
        own = self.runs / prepared.folder_name
        if own.exists():
            return own
        if not self.runs.is_dir():
            return own
        others = sorted(self.runs.glob(f"*-{prepared.fingerprint[:12]}/{HEADER}"))
        return others[0].parent if others else own

    def whole(self, prepared: ResolvedJob) -> Record | None:
        """The job's record if it is whole; one that can't be read is not."""
        try:
            run = _existing(self.of(prepared), prepared)
        except BadInput:
            return None
        return None if run is None or run.ending is None else run

    def is_trained(self, prepared: ResolvedJob) -> bool:
        """Whether the job's record is whole."""
        return self.whole(prepared) is not None


def record(
    prepared: ResolvedJob,
    place: RunStore,
    report: Report,
    *,
    force: bool = False,
    wait: Patience | None = None,
) -> Record:
    """The job's whole record, as `recorded`; another process may make it anew at any time.

    Raises:
        FitreelError: as `recorded`.
    """
    with recorded(prepared, place, report, force=force, wait=wait) as run:
        return run


@contextmanager
def recorded(
    prepared: ResolvedJob,
    place: RunStore,
    report: Report,
    *,
    force: bool = False,
    wait: Patience | None = None,
) -> Iterator[Record]:
    """The job's whole record: found, finished or made; inside the block nobody makes it anew.

    Args:
        prepared: the job.
        place: where runs are kept.
        report: where progress and results are told.
        force: make it anew.
        wait: for another process that makes it, or that draws from what is made anew; None: not
            at all.

    Raises:
        BadInput: what stands there is damaged or another job's, or torch can't do what is asked.
        Unavailable: the device is not here.
        CannotWrite: the system refuses.
        Busy: another process is making it or draws from it, and isn't waited for, or not any more.
        Stopped: a signal came; what is trained is on disk.
    """
    path = place.of(prepared)
    if not force:
        with reading(path):
            run = _existing(path, prepared)
            if run is not None and run.ending is not None:
                report.say(f"{path}: already trained ({len(run)} snapshots)")
                _warn_of_divergence(run, report)
                _sweep_if_free(run)
                yield run
                return
    with ExitStack() as held:
        with claimed(prepared, place, force=force, wait=wait) as claim:
            if claim.run is not None and claim.is_trained:  # by another process, since we looked
                run = claim.run
                report.say(f"{path}: already trained ({len(run)} snapshots)")
            else:
                run = _train(claim, report)
            # Before the run's lock goes, or another process could come between.
            held.enter_context(reading(path))
        _warn_of_divergence(run, report)
        yield run


def record_together(
    prepared: Sequence[ResolvedJob],
    place: RunStore,
    report: Report,
    *,
    force: bool = False,
    wait: Patience | None = None,
) -> dict[int, FitreelError]:
    """Many jobs' whole records, trained at once; those that failed by their place.

    Raises:
        BadInput: they can't be trained at once.
        Unavailable: the device is not here.
        Stopped: a signal came; what is trained is on disk.
    """
    claims: dict[int, LockedRun] = {}
    failures: dict[int, FitreelError] = {}
    with ExitStack() as locks:
        # All who lock several do it in this order, so that no two ever wait for each other.
        for number in sorted(range(len(prepared)), key=lambda n: place.of(prepared[n])):
            signals.raise_if_cancelled()
            try:
                claim = locks.enter_context(
                    claimed(prepared[number], place, force=force, wait=wait)
                )
            except Stopped:
                raise
            except FitreelError as error:
                failures[number] = error
                continue
            if not claim.is_trained:
                claims[number] = claim
        if claims:
            failed = train_together(list(claims.values()), report)
            numbers = list(claims)
            failures |= {numbers[k]: error for k, error in failed.items()}
        for number, claim in claims.items():
            if number not in failures:
                _warn_of_divergence(Record(claim.path), report)
    return failures


@contextmanager
def claimed(
    prepared: ResolvedJob, place: RunStore, *, force: bool, wait: Patience | None
) -> Iterator[LockedRun]:
    """Hold the lock of the job's run inside the block; what a killed process left is swept.

    What is to go goes when the new record begins: nothing is lost to a job that can't be trained.

    Args:
        prepared: the job.
        place: where runs are kept.
        force: what is recorded is to go.
        wait: for another process that makes it; None: not at all.

    Raises:
        BadInput: what stands there is damaged or another job's.
        CannotWrite: the system refuses.
        Busy: another process is making it, and isn't waited for, or not any more.
        Stopped: a signal came while waiting.
    """
    path = place.of(prepared)
    own = place.folder is None
    check_place(path, own=own)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path.parent, error) from error
    with locked(path, "run", wait=wait):
        check_place(path, own=own)  # it may have been a long wait
        run = None if force else _existing(path, prepared)
        if run is not None:
            sweep(path)
        yield LockedRun(prepared, path, run, wait)


def _existing(path: Path, prepared: ResolvedJob) -> Record | None:
    if not (path / HEADER).exists():
        return None
    run = Record(path)
    if run.header.fingerprint != prepared.fingerprint:
        raise BadInput(f"{path}: holds the run of another job; choose another folder or --force")
    return run


def _sweep_if_free(run: Record) -> None:
    """Remove what a process left that was killed just after it had written the last chunk."""
    stale = [*leftovers(run.path), *run.path.glob("state-*")]
    if stale:
        with suppress(Busy, CannotWrite, OSError), locked(run.path, "run"):
            sweep(run.path)
            forget_states(run.path, keep=None)


def check(prepared: ResolvedJob, report: Report) -> None:
    """Find out, by making the job's network, whether it can be trained.

    Raises:
        BadInput: torch can't do what is asked.
        Unavailable: the device is not here.
    """
    if prepared.is_batched:
        build_together([prepared], report)
    else:
        _build(prepared, report)


def _build(prepared: ResolvedJob, report: Report) -> "Training":
    # torch takes over a second to import, and as long again for what its optimizers need: only
    # here, where something is trained, and none of it looks at the stop flag.
    choose_torch_cache()
    with signals.ending_at_once(report.error):
        from fitreel.model.training.loop import Training

        try:
            return Training(task_of(prepared))
        except FitreelError as error:
            raise type(error)(f"{prepared.loaded.source.label}: {error}") from error


def _train(claim: LockedRun, report: Report) -> Record:
    started = time.monotonic()
    if claim.prepared.is_batched:
        for error in train_together([claim], report).values():
            raise error
    else:
        _train_alone(claim, report)
    run = Record(claim.path)
    report.say(
        f"{claim.path}: {len(run)} snapshots, {_how_it_ended(run)}, in "
        f"{seconds(time.monotonic() - started)}"
    )
    return run


def _train_alone(claim: LockedRun, report: Report) -> None:
    job = claim.prepared.loaded.job
    training = _build(claim.prepared, report)
    from fitreel.model.training.devices import environment

    here = environment(training.device)
    run = claim.begun(str(training.network), training.layout, training.points(), here)
    report.say(run.header.network)
    report.say(f"{run.header.parameters:,} parameters")
    report.say(f"{claim.path}: training on {training.device} ({training.device_reason})")
    recorder = RecordWriter(run, here)
    if run.chunks:
        _resume(training, run, here, report)
    _epochs(training, recorder, report, job.train.epochs, job.name)


def _resume(training: "Training", run: Record, here: Environment, report: Report) -> None:
    from fitreel.model.training.checkpoint import load_checkpoint, tensors_of

    arrays, tree = run.state()
    load_checkpoint(training, tensors_of(arrays), tree)
    report.say(f"{run.path}: going on from epoch {training.epoch}")
    line = other_conditions(run, here)
    if line is not None:
        report.warn(f"{run.path}: {line}")


def _epochs(
    training: "Training", recorder: RecordWriter, report: Report, epochs: int, name: str
) -> None:
    from fitreel.model.training.checkpoint import arrays_of, save_checkpoint

    def write() -> None:
        tensors, tree = save_checkpoint(training)
        recorder.write(arrays_of(tensors), tree)

    with report.progress(f"training {name}", epochs, "epochs") as update:
        for snapshot in training.epochs():
            if snapshot is not None:
                recorder.add(snapshot)
                update(snapshot.epoch + 1, f"loss {write_number(snapshot.loss, DEMO)}")
            if training.ending is None:
                if signals.cancelled():
                    write()
                    signals.raise_if_cancelled()
                elif recorder.due:
                    write()
        update(training.epoch, "")
    assert training.ending is not None
    recorder.finish(training.ending, training.epoch)


def _how_it_ended(run: Record) -> str:
    if run.ending == "delta":
        return f"delta reached at epoch {run.ending_epoch}"
    if run.ending == "diverged":
        return f"diverged at epoch {run.ending_epoch}"
    return f"{run.ending_epoch} epochs"


def _warn_of_divergence(run: Record, report: Report) -> None:
    if run.ending == "diverged":
        report.warn(
            f"{run.path}: diverged at epoch {run.ending_epoch}: the loss is no longer finite"
        )
