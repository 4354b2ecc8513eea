"""The record that a loop writes, under the run's lock; made with its first snapshot."""

import logging
import os
import platform
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fitreel.jobs.runtime.locks import lock_of, locked
from fitreel.jobs.runtime.read_lock import without_readers
from fitreel.jobs.train.run_place import check_run_place, discard_record
from fitreel.model.errors import BadInput, Busy, CannotWrite
from fitreel.model.record.chunk import Ending
from fitreel.model.record.reader import HEADER, Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.model.system.files import cannot_write, sweep
from fitreel.recording.points import RecordedPoints
from fitreel.recording.ranks import is_distributed

if TYPE_CHECKING:
    from fitreel.recording.live_display import LiveDisplay

_NAMED = ("numpy", "torch", "jax", "tensorflow", "keras", "sklearn")
"""Libraries whose versions are recorded where the program has imported them."""


@dataclass
class RunLog:
    """A record of `points` in the folder `path`."""

    path: Path
    """Where it really lies."""
    points: RecordedPoints
    name: str
    info: dict[str, Any]
    resume: bool = False
    overwrite: bool = False
    seconds_before: float = 0.0
    """What a program before this one has recorded, up to where this one goes on."""
    began: bool = False
    """Whether a snapshot is recorded by this one."""
    shown: "LiveDisplay | None" = None
    """Draws what is added, in a notebook."""
    _writer: RecordWriter | None = None
    _held: ExitStack = field(default_factory=ExitStack)
    _process: int = field(default_factory=os.getpid)

    @property
    def is_there(self) -> bool:
        """Whether anything is recorded, by this one or one before it."""
        return (self.path / HEADER).exists()

    def check_place(self) -> int | None:
        """Make sure that the record can be made, or gone on with; nothing is touched.

        Returns:
            The last epoch of what is gone on with; None where nothing is.

        Raises:
            FileExistsError: something is there that is to stay.
            BadInput: what is to be gone on with is damaged, or was recorded by a job.
            Busy: another process records there.
            ValueError: it is a record of other points.
        """
        try:
            check_run_place(self.path, own=False)
        except BadInput as error:
            raise FileExistsError(str(error)) from None
        if self.is_there and (self.resume or self.overwrite):
            self._check_free()
        run = self._record()
        return None if run is None else int(run.epochs[-1])

    def _check_free(self) -> None:
        """Say early that somebody records there; of several ranks one does, and all come here."""
        if is_distributed() or not lock_of(self.path).exists():
            return
        with self._locked():
            pass

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with ExitStack() as held:
            try:
                held.enter_context(locked(self.path, "run"))
            except Busy:
                raise Busy(f"{self.path}: another process records there; give another") from None
            yield

    def add(self, snapshot: Snapshot) -> None:
        """Record a snapshot; it is on disk when this returns.

        Raises:
            Busy: another process records or draws there.
            CannotWrite: the system refuses.
            FileExistsError, BadInput, ValueError: as `check_place`.
        """
        writer = self._writer or self._open(snapshot)
        self._writer = writer
        try:
            writer.add(replace(snapshot, seconds=snapshot.seconds + self.seconds_before))
            if writer.due:
                writer.write()
        except CannotWrite:
            if not self.began:  # it may be tried again
                self._writer = None
                self._held.close()
            raise
        self.began = True
        self._drawn(lambda display: display.show(snapshot))

    def _drawn(self, work: "Callable[[LiveDisplay], None]") -> None:
        """Have it drawn; what goes wrong there ends the drawing, and nothing else."""
        if self.shown is None:
            return
        try:
            work(self.shown)
        except Exception as error:
            self.shown = None
            logging.getLogger("fitreel").warning("%s: drawn no more: %s", self.path, error)

    def flush(self) -> None:
        """Have all in files that stay as they are."""
        if self._writer is not None and self._writer.has_waiting:
            self._writer.write()

    def finish(self, ending: Ending, epoch: int | None) -> None:
        """Say how the training ended, and let go of the record."""
        if self._writer is not None:
            self._writer.finish(ending, epoch)
        self._drawn(lambda display: display.finish())
        self.release()

    def release(self) -> None:
        """Let go of the record; in a child of the process that holds it, do nothing."""
        if os.getpid() != self._process:
            return
        writer, held = self._writer, self._held
        self._writer, self._held = None, ExitStack()
        try:
            if writer is not None and writer.has_waiting:
                writer.write()
        finally:
            if writer is not None:
                writer.close()
            held.close()

    def _open(self, first: Snapshot) -> RecordWriter:
        with ExitStack() as held:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise cannot_write(self.path.parent, error) from error
            held.enter_context(self._locked())
            writer = self._writer_after(first)
            self._held = held.pop_all()
        return writer

    def _writer_after(self, first: Snapshot) -> RecordWriter:
        """The writer of a new record, or of one that is gone on with from `first` on."""
        run = self._record()
        environment = _environment()
        if run is None:
            with ExitStack() as alone:
                try:
                    alone.enter_context(without_readers(self.path, wait=None))
                except Busy:
                    raise Busy(
                        f"{self.path}: another process draws from the record that is to go; log "
                        "again when it has ended"
                    ) from None
                discard_record(self.path)
                header = replace(
                    new_header(self.name, secrets.token_hex(32), {}, environment=environment),
                    recorder="program",
                    inputs=self.points.inputs,
                    outputs=self.points.outputs,
                    classes=self.points.class_names,
                    grid_shape=self.points.grid_shape,
                    info=self.info,
                )
                run = begin(self.path, header, self.points.tensors())
            return RecordWriter(run, environment)
        sweep(self.path)
        before = np.searchsorted(run.epochs, first.epoch)
        self.seconds_before = float(run.seconds[before - 1]) if before else 0.0
        goes_back = run.ending is not None or before < len(run)
        return RecordWriter(run, environment, first.epoch if goes_back else None)

    def _record(self) -> Record | None:
        """What is there and is gone on with; None where nothing is, or what is there goes."""
        if self.overwrite or not self.is_there:
            return None
        if not self.resume:
            if _is_empty(self.path):
                return None
            raise FileExistsError(
                f"{self.path}: there is a record already; resume=True goes on with it, "
                "overwrite=True replaces it"
            )
        run = Record(self.path)
        if run.header.recorder == "job":
            raise BadInput(
                f"{self.path}: a job of fitreel's was trained there, which a loop can't go on with"
            )
        if not len(run):
            return None
        self._check_points(run)
        return run

    def _check_points(self, run: Record) -> None:
        mine, other = self.points, run.header
        if (len(mine.inputs), len(mine.outputs)) != (len(other.inputs), len(other.outputs)):
            raise ValueError(
                f"{self.path}: was recorded with {len(other.inputs)} inputs and "
                f"{len(other.outputs)} outputs, not {len(mine.inputs)} and {len(mine.outputs)}"
            )
        if mine.looked_at.is_default and not other.grid_shape:
            mine = mine.at_points()
        numbers = mine.numbers_as_classes
        if other.classes and numbers is not None and numbers.names == other.classes:
            mine = mine.as_classes()
        if mine.class_names != other.classes:
            raise ValueError(
                f"{self.path}: was recorded with {_named(other.classes)}, not with "
                f"{_named(mine.class_names)}"
            )
        self.points = mine
        pairs = (
            ("x", mine.x, run.x), ("y", mine.targets, run.y), ("at", mine.at, run.prediction_x)
        )  # fmt: skip
        for what, here, there in pairs:
            if not np.array_equal(_flat(here), _flat(there)):
                raise ValueError(
                    f"{self.path}: was recorded with another {what}; overwrite=True begins anew"
                )


def _is_empty(path: Path) -> bool:
    """Whether a program began to record there, and was killed before its first snapshot."""
    try:
        run = Record(path)
    except BadInput:
        return False
    return run.header.recorder == "program" and not len(run)


def _named(classes: tuple[str, ...]) -> str:
    shown = ", ".join(classes[:5]) + (", …" if len(classes) > 5 else "")
    return f"the classes {shown}" if classes else "numbers"


def _flat(values: NDArray[Any]) -> NDArray[Any]:
    return values.reshape(-1)


def _environment() -> dict[str, str | int]:
    versions = {
        name: str(sys.modules[name].__version__)
        for name in _NAMED
        if hasattr(sys.modules.get(name), "__version__")
    }
    return {"python": platform.python_version(), "system": platform.platform(), **versions}
