"""Train a job into its run folder, or find that it is there already."""

import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs import stopping
from fitreel.jobs.locks import locked
from fitreel.jobs.prepare import Prepared
from fitreel.jobs.report import Report, seconds
from fitreel.jobs.spec import spelled
from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.files import cannot_write, sweep
from fitreel.model.record import HEADER, NAMES, Run
from fitreel.model.recorder import Recorder, begin

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
            return run
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path.parent, error) from error
    with locked(path, "run", wait=wait):
        if force:
            _discard(path)
        _refuse_foreign(path)
        run = _existing(path, prepared)
        if run is None or run.ending is None:
            run = _train(prepared, path, run, report)
        else:  # by another process, since we looked
            report.say(f"{path}: already trained ({len(run)} snapshots)")
    _warn_of_divergence(run, report)
    return run


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


def build(prepared: Prepared, report: Report) -> "Training":
    """The job's network, ready to be trained: what only torch can check is checked.

    Raises:
        BadInput: torch can't do what is asked.
        Unavailable: the device is not here.
    """
    job = prepared.loaded.job
    # torch takes over a second to import, and as long again for what its optimizers need: only
    # here, where something is trained, and none of it looks at the stop flag.
    with stopping.at_once(report.error):
        from fitreel.model.train import Task, Training

        task = Task(
            seed=job.seed,
            data=job.data,
            network=job.network,
            train=job.train,
            formula=prepared.formula,
            points=prepared.points,
            module_file=prepared.module_file,
        )
        try:
            return Training(task)
        except FitreelError as error:
            raise type(error)(f"{prepared.loaded.source.label}: {error}") from error


def _train(prepared: Prepared, path: Path, run: Run | None, report: Report) -> Run:
    started = time.monotonic()
    job = prepared.loaded.job
    training = build(prepared, report)
    from fitreel.model.devices import environment

    here = environment(training.device)
    if run is None:
        run = begin(
            path,
            version=version("fitreel"),
            name=job.name,
            fingerprint=prepared.fingerprint,
            job=spelled(job),
            network=str(training.network),
            layout=training.layout,
            environment=here,
            points=training.points(),
        )
    report.say(run.header.network)
    report.say(f"{run.header.parameters:,} parameters")
    report.say(f"{path}: training on {training.device} ({training.device_reason})")
    recorder = Recorder(run, here)
    if run.chunks:
        _resume(training, run, here, report)
    _epochs(training, recorder, report, job.train.epochs, job.name)
    run = Run(path)
    report.say(
        f"{path}: {len(run)} snapshots, {_how_it_ended(run)}, in "
        f"{seconds(time.monotonic() - started)}"
    )
    return run


def _resume(training: "Training", run: Run, here: dict[str, str | int], report: Report) -> None:
    from fitreel.model.state import load_state, tensors_of

    arrays, tree = run.state()
    load_state(training, tensors_of(arrays), tree)
    report.say(f"{run.path}: going on from epoch {training.epoch}")
    before = run.chunks[-1].environment
    changed = [
        f"{key} was {before.get(key)}, is {here[key]}"
        for key in here
        if before.get(key) != here[key]
    ]
    if changed:
        report.warn(
            f"{run.path}: trained so far under other conditions ({'; '.join(changed)}): "
            "the last bits may differ from an uninterrupted run's"
        )


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
                update(snapshot.epoch + 1, f"loss {snapshot.loss:.4f}")
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
