"""Train a job into its run folder, or find that it is there already."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs import stopping
from fitreel.jobs.claims import Claim, Environment, other_conditions, task_of
from fitreel.jobs.locks import locked
from fitreel.jobs.prepare import Prepared
from fitreel.jobs.report import Report, seconds
from fitreel.jobs.together import build_together, train_together
from fitreel.model.errors import BadInput, Busy, CannotWrite, FitreelError, Stopped
from fitreel.model.files import cannot_write, leftovers, sweep
from fitreel.model.record import HEADER, NAMES, Run
from fitreel.model.recorder import Recorder, forget_states
from fitreel.render.numbers import DEMO, write_number

if TYPE_CHECKING:
    from fitreel.model.train import Training


@dataclass(frozen=True)
class Place:
    """Where runs are kept."""

    runs: Path
    folder: Path | None = None
    """This folder instead of the run's own place under `runs`."""

    def of(self, prepared: Prepared) -> Path:
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

    def is_trained(self, prepared: Prepared) -> bool:
        """Whether the job's record is whole; one that can't be read is not."""
        try:
            run = _existing(self.of(prepared), prepared)
        except BadInput:
            return False
        return run is not None and run.ending is not None


def record(
    prepared: Prepared, place: Place, report: Report, *, force: bool = False, wait: bool = False
) -> Run:
    """The job's whole record: found, finished or made; `wait` for another process that makes it.

    Raises:
        BadInput: what stands there is damaged or another job's, or torch can't do what is asked.
        Unavailable: the device is not here.
        CannotWrite: the system refuses.
        Busy: another process is making it, and `wait` isn't asked for.
        Stopped: a signal came; what is trained is on disk.
    """
    path = place.of(prepared)
    if not force:
        run = _existing(path, prepared)
        if run is not None and run.ending is not None:
            report.say(f"{path}: already trained ({len(run)} snapshots)")
            _warn_of_divergence(run, report)
            _sweep_if_free(run)
            return run
    with claimed(prepared, place, force=force, wait=wait) as claim:
        if claim.run is not None and claim.is_trained:  # by another process, since we looked
            run = claim.run
            report.say(f"{path}: already trained ({len(run)} snapshots)")
        else:
            run = _train(claim, report)
    _warn_of_divergence(run, report)
    return run


def record_together(
    prepared: Sequence[Prepared],
    place: Place,
    report: Report,
    *,
    force: bool = False,
    wait: bool = False,
) -> dict[int, FitreelError]:
    """Many jobs' whole records, trained at once; those that failed by their place.

    Raises:
        BadInput: they can't be trained at once.
        Unavailable: the device is not here.
        Stopped: a signal came; what is trained is on disk.
    """
    claims: dict[int, Claim] = {}
    failures: dict[int, FitreelError] = {}
    with ExitStack() as locks:
        # All who lock several do it in this order, so that no two ever wait for each other.
        for number in sorted(range(len(prepared)), key=lambda n: place.of(prepared[n])):
            stopping.check()
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
                _warn_of_divergence(Run(claim.path), report)
    return failures


@contextmanager
def claimed(prepared: Prepared, place: Place, *, force: bool, wait: bool) -> Iterator[Claim]:
    """Hold the lock of the job's run inside the block; what a killed process left is swept.

    Args:
        prepared: the job.
        place: where runs are kept.
        force: remove what is recorded.
        wait: for another process that makes it.

    Raises:
        BadInput: what stands there is damaged or another job's.
        CannotWrite: the system refuses.
        Busy: another process is making it, and `wait` isn't asked for.
        Stopped: a signal came while waiting.
    """
    path = place.of(prepared)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path.parent, error) from error
    with locked(path, "run", wait=wait):
        if force:
            _discard(path)
        _refuse_foreign(path)
        run = _existing(path, prepared)
        if run is None:
            _discard(path)  # without its header, what --force was killed over is of no use
        yield Claim(prepared, path, run)


def _existing(path: Path, prepared: Prepared) -> Run | None:
    if not (path / HEADER).exists():
        return None
    run = Run(path)
    if run.header.fingerprint != prepared.fingerprint:
        raise BadInput(f"{path}: holds the run of another job; choose another folder or --force")
    return run


def _refuse_foreign(path: Path) -> None:
    """A folder that holds something else is not a place for a run."""
    if not path.exists():
        return
    if not path.is_dir():
        raise BadInput(f"{path}: is not a folder; a run is a folder")
    sweep(path)
    if (path / HEADER).exists():
        return
    foreign = [entry.name for entry in path.iterdir() if not NAMES.fullmatch(entry.name)]
    if foreign:
        raise BadInput(f"{path}: holds no run but {foreign[0]!r}; choose another folder")


def _sweep_if_free(run: Run) -> None:
    """Remove what a process left that was killed just after it had written the last chunk."""
    stale = [*leftovers(run.path), *run.path.glob("state-*")]
    if stale:
        with suppress(Busy, CannotWrite, OSError), locked(run.path, "run"):
            sweep(run.path)
            forget_states(run.path, keep=None)


def _discard(path: Path) -> None:
    """Remove a run's own files, the header first, so that no part of it looks whole."""
    if not path.is_dir():
        return
    sweep(path)
    files = [entry for entry in path.iterdir() if NAMES.fullmatch(entry.name)]
    try:
        for file in (path / HEADER, *files):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(file, error) from error


def check(prepared: Prepared, report: Report) -> None:
    """Find out, by making the job's network, whether it can be trained.

    Raises:
        BadInput: torch can't do what is asked.
        Unavailable: the device is not here.
    """
    if prepared.is_batched:
        build_together([prepared], report)
    else:
        _build(prepared, report)


def _build(prepared: Prepared, report: Report) -> "Training":
    # torch takes over a second to import, and as long again for what its optimizers need: only
    # here, where something is trained, and none of it looks at the stop flag.
    with stopping.at_once(report.error):
        from fitreel.model.train import Training

        try:
            return Training(task_of(prepared))
        except FitreelError as error:
            raise type(error)(f"{prepared.loaded.source.label}: {error}") from error


def _train(claim: Claim, report: Report) -> Run:
    started = time.monotonic()
    if claim.prepared.is_batched:
        for error in train_together([claim], report).values():
            raise error
    else:
        _train_alone(claim, report)
    run = Run(claim.path)
    report.say(
        f"{claim.path}: {len(run)} snapshots, {_how_it_ended(run)}, in "
        f"{seconds(time.monotonic() - started)}"
    )
    return run


def _train_alone(claim: Claim, report: Report) -> None:
    job = claim.prepared.loaded.job
    training = _build(claim.prepared, report)
    from fitreel.model.devices import environment

    here = environment(training.device)
    run = claim.begun(str(training.network), training.layout, training.points(), here)
    report.say(run.header.network)
    report.say(f"{run.header.parameters:,} parameters")
    report.say(f"{claim.path}: training on {training.device} ({training.device_reason})")
    recorder = Recorder(run, here)
    if run.chunks:
        _resume(training, run, here, report)
    _epochs(training, recorder, report, job.train.epochs, job.name)


def _resume(training: "Training", run: Run, here: Environment, report: Report) -> None:
    from fitreel.model.state import load_state, tensors_of

    arrays, tree = run.state()
    load_state(training, tensors_of(arrays), tree)
    report.say(f"{run.path}: going on from epoch {training.epoch}")
    line = other_conditions(run, here)
    if line is not None:
        report.warn(f"{run.path}: {line}")


def _epochs(
    training: "Training", recorder: Recorder, report: Report, epochs: int, name: str
) -> None:
    from fitreel.model.state import arrays_of, save_state

    def write() -> None:
        tensors, tree = save_state(training)
        recorder.write(arrays_of(tensors), tree)

    with report.progress(f"training {name}", epochs, "epochs") as update:
        for snapshot in training.epochs():
            if snapshot is not None:
                recorder.add(snapshot)
                update(snapshot.epoch + 1, f"loss {write_number(snapshot.loss, DEMO)}")
            if training.ending is None:
                if stopping.asked():
                    write()
                    stopping.check()
                elif recorder.due:
                    write()
        update(training.epoch, "")
    assert training.ending is not None
    recorder.finish(training.ending, training.epoch)


def _how_it_ended(run: Run) -> str:
    if run.ending == "delta":
        return f"delta reached at epoch {run.ending_epoch}"
    if run.ending == "diverged":
        return f"diverged at epoch {run.ending_epoch}"
    return f"{run.ending_epoch} epochs"


def _warn_of_divergence(run: Run, report: Report) -> None:
    if run.ending == "diverged":
        report.warn(
            f"{run.path}: diverged at epoch {run.ending_epoch}: the loss is no longer finite"
        )
