"""More epochs go on from the end of a record of the same training with fewer, bit for bit."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.read_lock import reading
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput
from fitreel.model.record.chunk import Tensors
from fitreel.model.record.reader import HEADER, Record
from fitreel.model.record.tensor_file import LARGEST_HEADER
from fitreel.model.record.writer import BYTES_A_CHUNK, RecordWriter
from fitreel.model.settings import TrainSettings
from fitreel.model.system.listing import Listing

Checkpoint = tuple[Tensors, str]
"""What a training needs to go on, and how it hangs together."""


def record_of_fewer_epochs(resolved_job: ResolvedJob, runs: Path) -> Record | None:
    """A complete record in the folder `runs` that differs from the job only in fewer epochs.

    Of several the one with most; None where there is none.
    """
    folders = _trainings.of(runs)
    most = resolved_job.loaded.job.train.epochs
    for epochs in sorted((each for each in folders if each < most), reverse=True):
        name = folders[epochs].get(resolved_job.fingerprint_after(epochs))
        record = None if name is None else _complete(runs / name)
        if record is not None:
            return record
    return None


def _read_trainings(runs: Path) -> dict[int, dict[str, str]]:
    """Names of the run folders in `runs`, by the epochs and the fingerprint that each one says."""
    names: dict[int, dict[str, str]] = {}
    for header in sorted(runs.glob(f"*/{HEADER}")):
        with suppress(OSError):  # another process has removed it since
            training = _training_of(header, header.stat().st_mtime_ns)
            if training is not None:
                fingerprint, epochs = training
                names.setdefault(epochs, {})[fingerprint] = header.parent.name
    return names


_trainings = Listing(_read_trainings)


@lru_cache(maxsize=100_000)
def _training_of(header: Path, _mtime_ns: int) -> tuple[str, int] | None:
    """Fingerprint and epochs of the job that a run.json says; None where it says none."""
    try:
        with header.open("rb") as file:
            content = json.loads(file.read(LARGEST_HEADER))
        epochs = content["job"].get("train", {}).get("epochs", TrainSettings().epochs)
        is_job = content.get("recorder", "job") == "job"
        fingerprint = content["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    fits = is_job and isinstance(epochs, int) and isinstance(fingerprint, str)
    return (fingerprint, epochs) if fits else None


def _complete(folder: Path) -> Record | None:
    try:
        record = Record(folder)
    except BadInput:
        return None
    return record if record.ending == "complete" else None


def go_on(
    shorter: Record,
    writer: RecordWriter,
    train: TrainSettings,
    save: Callable[[], Checkpoint],
    load: Callable[[Checkpoint], None],
    report: Report,
) -> bool:
    """Begin a record with the snapshots of a shorter one, and its training at that one's end.

    Args:
        shorter: differs from the job only in fewer epochs.
        writer: of the job's record, which has no snapshots yet.
        train: the job's settings.
        save: the training's state.
        load: puts the training where a state was saved.
        report: is told where it can't be.

    Returns:
        Whether it could be; else nothing is changed.

    Raises:
        BadInput: the state at the end of `shorter` is none of this training.
        CannotWrite: the system refuses.
        Stopped: a signal came.
    """
    kept = _snapshots_of(shorter, train)
    with reading(shorter.path):
        try:
            checkpoint = _checkpoint_of(shorter, train, kept)
        except BadInput as error:
            reason = str(error).splitlines()[0]
            report.say(f"{writer.path}: from epoch 0, not from {shorter.path}: {reason}")
            return False
        for snapshot in shorter.snapshots(kept, weights=True, as_recorded=True):
            signals.raise_if_cancelled()
            writer.add(snapshot)
            if writer.bytes_waiting >= BYTES_A_CHUNK:
                # Who is killed before all are there begins at epoch 0 again.
                writer.write(*save())
    with saying_what_to_do(shorter.path):
        load(checkpoint)
    writer.write(*checkpoint)
    report.say(f"{writer.path}: going on from {shorter.path}, at epoch {shorter.ending_epoch}")
    return True


@contextmanager
def saying_what_to_do(path: Path) -> Iterator[None]:
    """A block in which a record's state is loaded.

    Raises:
        BadInput: it can't be; the line names the record.
    """
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{path}: {error}; --force trains from epoch 0") from error


def _snapshots_of(shorter: Record, train: TrainSettings) -> list[int]:
    """The numbers of those that the longer training keeps, too; never the closing one."""
    due = _due(train)
    epochs = shorter.epochs.tolist()
    return [n for n, epoch in enumerate(epochs) if epoch in due and n != shorter.closing]


def _due(train: TrainSettings) -> Collection[int]:
    from fitreel.model.training.snapshot_schedule import kept_epochs

    return kept_epochs(train)


def _checkpoint_of(shorter: Record, train: TrainSettings, kept: list[int]) -> Checkpoint:
    """The state at the end; all that is to be taken over is read, and so held against its digests.

    Raises:
        BadInput: a training that ran through would have other numbers or snapshots, or it is
            damaged.
    """
    from fitreel.model.training.schedulers import depends_on_epochs

    if depends_on_epochs(train):
        raise BadInput("train.scheduler: its rates depend on how many epochs there are in all")
    assert shorter.ending_epoch is not None
    if len(kept) < sum(epoch < shorter.ending_epoch for epoch in _due(train)):
        raise BadInput("it hasn't the snapshots of a training with more epochs")
    if shorter.state_file is None:
        raise BadInput("no state to go on from was recorded")
    for _ in shorter.snapshots(kept, weights=True):
        signals.raise_if_cancelled()
    return shorter.state()
