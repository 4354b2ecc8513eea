"""Writing a run folder: chunk after chunk, so that kill -9 loses a second of work at most.

Of a program's record it loses nothing: what isn't a chunk yet is in a journal.
"""

import json
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from fitreel.model.record.chunk import (
    LARGE_SNAPSHOT,
    ChunkFormat,
    ChunkMetadata,
    Ending,
    Tensors,
    metric_names,
)
from fitreel.model.record.header import COMPRESSED_FORMAT, FORMAT, Header, header_digest
from fitreel.model.record.journal import Journal, JournalWriter
from fitreel.model.record.reader import HEADER, NAMES, Record, digest_of
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.system.files import cannot_write, sync_folder, write_whole
from fitreel.model.version import own_version

SECONDS_A_CHUNK = 1.0
SECONDS_A_JOURNAL = 10.0
"""As a chunk of a program's record, whose loop waits for the disk while one is written."""
BYTES_A_CHUNK = 64_000_000
BYTES_A_SNAPSHOT = 500
"""What one takes beside its arrays; a fast loop may log numbers only."""


def begin(path: Path, header: Header, points: Tensors) -> Record:
    """Make a run folder that holds the points and the header, and no snapshot yet.

    Points of a record that was there before go once these are there.

    Args:
        path: the folder; made where it isn't.
        header: all that it says; the digest of its points is filled in.
        points: x (N, D), y (N, K) or, of classes, int64 (N,); where there are any, grid (M, D) and
            truth (M, K), validation_x and validation_y of the points kept aside, as x and y, and
            frequencies (count, D) of Fourier features. All but these float32, or all float64, in
            the data's own units. Of one column shape (N,) will do. Empty for a record of numbers
            only.

    Raises:
        CannotWrite: the system refuses.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    content = save({key: _as_columns(values) for key, values in points.items()})
    digest = digest_of(content)
    points_file = path / f"points-{digest}.safetensors"
    write_whole(points_file, content)
    for other in path.glob("points-*"):
        if NAMES.fullmatch(other.name) and other != points_file:
            other.unlink(missing_ok=True)
    places = points.get("grid", points.get("x", ()))
    is_large = len(places) * header.predicted_columns >= LARGE_SNAPSHOT
    version_of_format = COMPRESSED_FORMAT if is_large else FORMAT
    values = asdict(replace(header, format=version_of_format, points=digest))
    values["digest"] = header_digest(values)
    write_whole(path / HEADER, (json.dumps(values, indent=1) + "\n").encode())
    return Record(path)


def _as_columns(values: NDArray[Any]) -> NDArray[Any]:
    """Shape (n, 1) for (n,), as safetensors takes it; numbers of classes stay (n,)."""
    is_column = values.ndim == 1 and values.dtype.kind == "f"
    return np.ascontiguousarray(values[:, None] if is_column else values)


def new_header(
    name: str,
    fingerprint: str,
    job: dict[str, Any],
    *,
    network: str = "",
    layout: dict[str, tuple[int, ...]] | None = None,
    environment: dict[str, str | int] | None = None,
) -> Header:
    """What run.json says of a training; of points with more columns, `replace` the rest.

    Args:
        name: the job's.
        fingerprint: what decides the numbers, as 64 hexadecimal digits.
        job: the job as it was asked for.
        network: as torch prints it.
        layout: name and shape of each parameter.
        environment: what else decides the last bits.
    """
    layout = layout or {}
    return Header(
        format=FORMAT,
        fitreel=own_version(),
        name=name,
        fingerprint=fingerprint,
        job=job,
        network=network,
        parameters=int(sum(np.prod(shape, dtype=int) for shape in layout.values())),
        layout=[(key, list(shape)) for key, shape in layout.items()],
        environment=environment or {},
        points="",
    )


class Rhythm:
    """When it is time to write: when some seconds of work, or much memory, have come together.

    Where writing itself takes long, it is done less often, so that it never takes more than a tenth
    of the time.
    """

    def __init__(self, seconds: float = SECONDS_A_CHUNK) -> None:
        self._seconds = seconds
        self._written_at = time.monotonic()
        self._took = 0.0

    def due(self, bytes_waiting: int) -> bool:
        """Whether it is time, with so much in memory."""
        waited = time.monotonic() - self._written_at
        return waited >= max(self._seconds, 10 * self._took) or bytes_waiting >= BYTES_A_CHUNK

    def wrote(self, started: float) -> None:
        """All is written that had come together; it began at `started`, of `time.monotonic`."""
        self._written_at = time.monotonic()
        self._took = self._written_at - started


@dataclass
class _NextChunk:
    """What has come together for the chunk that is written next."""

    number: int
    previous: str
    """The digest of the file before it."""
    replaces_from: int | None = None
    snapshots: list[Snapshot] = field(default_factory=list)
    bytes: int = 0

    def metadata(self, environment: dict[str, str | int]) -> ChunkMetadata:
        """What it says, as far as it is sure before the last of its snapshots."""
        return ChunkMetadata(self.previous, environment, replaces_from=self.replaces_from)


class RecordWriter:
    """Appends snapshots to a run. Only for who holds the run's lock.

    With `replaces_from`, the snapshots of that epoch and later ones are replaced by what is
    written, with how the training had ended: so a training goes on. In a record of the first format
    that can't be.
    """

    def __init__(
        self, run: Record, environment: dict[str, str | int], replaces_from: int | None = None
    ) -> None:
        self.path = run.path
        self.environment = environment
        chunks = run.chunks[:-1] if run.journal else run.chunks
        previous = chunks[-1].digest if chunks else digest_of((run.path / HEADER).read_bytes())
        self._next = _NextChunk(len(chunks), previous, replaces_from)
        self._header = run.header
        self._format = ChunkFormat(run.header, len(run.prediction_x), run.truth is not None)
        self._journal: JournalWriter | None = None
        self._is_journaled = run.header.recorder == "program"
        self._rhythm = Rhythm(SECONDS_A_JOURNAL if self._is_journaled else SECONDS_A_CHUNK)
        self._is_writing = False
        if run.journal:
            self._settle(run.journal, run.chunks[-1].path)
            self._next = replace(self._next, replaces_from=replaces_from)

    def _settle(self, journal: Journal, file: Path) -> None:
        """Write as a chunk what a killed program has left in the file of its journal."""
        replaces_from = journal.metadata.replaces_from
        self._next = replace(self._next, replaces_from=replaces_from, snapshots=journal.snapshots)
        self.write()
        file.unlink(missing_ok=True)

    @property
    def takes_closing(self) -> bool:
        """Whether the record's format has a closing snapshot, and keeps its last state."""
        return self._header.format > 1

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; it is on disk after the next `write`, of a program's record at once.

        Raises:
            CannotWrite: the system refuses.
        """
        following = self._next
        following.snapshots.append(snapshot)
        following.bytes += BYTES_A_SNAPSHOT + snapshot.prediction.nbytes
        following.bytes += 0 if snapshot.weights is None else snapshot.weights.nbytes
        if self._is_journaled:
            if self._journal is None:
                self._journal = JournalWriter(
                    self.path, following.number, following.metadata(self.environment)
                )
            self._journal.append(snapshot)

    @property
    def bytes_waiting(self) -> int:
        """In memory, until the next `write`."""
        return self._next.bytes

    @property
    def has_waiting(self) -> bool:
        """Whether anything isn't in a chunk yet."""
        return bool(self._next.snapshots)

    @property
    def due(self) -> bool:
        """Whether it is time to write."""
        return self._rhythm.due(self.bytes_waiting)

    def write(self, state: Tensors | None = None, tree: str = "") -> None:
        """Write what has come together, and the state to go on from, which a job's record needs.

        Raises:
            CannotWrite: the system refuses.
        """
        self._write(None, None, state, tree)

    def finish(
        self, ending: Ending, epoch: int | None, state: Tensors | None = None, tree: str = ""
    ) -> None:
        """Write the last snapshots and how training ended.

        Args:
            ending: how.
            epoch: the epoch that reached delta or diverged; the number of epochs if complete.
            state: with `tree`, to go on from should more epochs be asked for.
            tree: how the state hangs together.

        Raises:
            CannotWrite: the system refuses.
        """
        self._write(ending, epoch, state if self.takes_closing else None, tree)

    def _write(
        self, ending: Ending | None, epoch: int | None, state: Tensors | None, tree: str
    ) -> None:
        started = time.monotonic()
        number, snapshots = self._next.number, self._next.snapshots
        if self._is_writing:  # Ctrl-C in somebody's loop: the chunk may be there, or not
            for file in self.path.glob(f"snapshots-{number:05d}-*"):
                file.unlink(missing_ok=True)
        self._is_writing = True
        if state is not None:
            # One that was killed between a state and its chunk left a state of this number.
            forget_states(self.path, keep=number - 1)
            self._write_file("state", state, {"tree": tree})
        names = metric_names(snapshots)
        metadata = replace(
            self._next.metadata(self.environment),
            ending=ending,
            ending_epoch=epoch,
            has_closing=bool(snapshots and snapshots[-1].is_closing),
            metrics=names,
        )
        tensors = self._format.stored(self._format.stacked(snapshots, names))
        digest = self._write_file("snapshots", tensors, metadata.dump())
        self.close()
        if self._is_journaled:
            for file in self.path.glob(f"journal-{number:05d}-*"):
                file.unlink(missing_ok=True)
        else:
            forget_states(self.path, keep=None if state is None else number)
        self._next = _NextChunk(number + 1, digest)
        self._is_writing = False
        self._rhythm.wrote(started)

    def close(self) -> None:
        """Let go of the open file; what isn't in a chunk yet is in it, and stays."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    def _write_file(self, kind: str, tensors: Tensors, metadata: dict[str, str]) -> str:
        content = save(tensors, metadata)
        digest = digest_of(content)
        write_whole(self.path / f"{kind}-{self._next.number:05d}-{digest}.safetensors", content)
        return digest


def forget_states(path: Path, keep: int | None) -> None:
    """Remove every state in the run folder but the one of chunk `keep`; only under its lock."""
    for file in path.iterdir():
        match = NAMES.fullmatch(file.name)
        if match and match[1] == "state" and (keep is None or int(match[2]) != keep):
            file.unlink(missing_ok=True)
