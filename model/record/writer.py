"""Writing a run folder: chunk after chunk, so that kill -9 loses a second of work at most."""

import json
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from fitreel.model.record.header import Header, header_digest
from fitreel.model.record.reader import (
    FORMAT,
    HEADER,
    NAMES,
    Ending,
    Record,
    Tensors,
    digest_of,
)
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.system.files import cannot_write, sync_folder, write_whole

SECONDS_A_CHUNK = 1.0
BYTES_A_CHUNK = 64_000_000


def begin(
    path: Path,
    *,
    name: str,
    fingerprint: str,
    job: dict[str, Any],
    network: str,
    layout: dict[str, tuple[int, ...]],
    environment: dict[str, str | int],
    points: Tensors,
) -> Record:
    """Make a run folder that holds the points and the header, and no snapshot yet.

    Points of a record that was there before go once these are there.

    Args:
        path: the folder; made where it isn't.
        name: the job's.
        fingerprint: what decides the numbers, as 64 hexadecimal digits.
        job: the job as it was asked for.
        network: as torch prints it.
        layout: name and shape of each parameter.
        environment: what else decides the last bits.
        points: x, y and, where there are any, grid and truth: float32, one dimension.

    Raises:
        CannotWrite: the system refuses.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    content = save({key: np.ascontiguousarray(values) for key, values in points.items()})
    digest = digest_of(content)
    points_file = path / f"points-{digest}.safetensors"
    write_whole(points_file, content)
    for other in path.glob("points-*"):
        if NAMES.fullmatch(other.name) and other != points_file:
            other.unlink(missing_ok=True)
    header = asdict(
        Header(
            format=FORMAT,
            fitreel=version("fitreel"),
            name=name,
            fingerprint=fingerprint,
            job=job,
            network=network,
            parameters=int(sum(np.prod(shape, dtype=int) for shape in layout.values())),
            layout=[(key, list(shape)) for key, shape in layout.items()],
            environment=environment,
            points=digest,
        )
    )
    header["digest"] = header_digest(header)
    write_whole(path / HEADER, (json.dumps(header, indent=1) + "\n").encode())
    return Record(path)


class Rhythm:
    """When it is time to write: when a second of work, or much memory, has come together.

    Where writing itself takes long, it is done less often, so that it never takes more than a tenth
    of the time.
    """

    def __init__(self) -> None:
        self._written_at = time.monotonic()
        self._took = 0.0

    def due(self, bytes_waiting: int) -> bool:
        """Whether it is time, with so much in memory."""
        waited = time.monotonic() - self._written_at
        return waited >= max(SECONDS_A_CHUNK, 10 * self._took) or bytes_waiting >= BYTES_A_CHUNK

    def wrote(self, started: float) -> None:
        """All is written that had come together; it began at `started`, of `time.monotonic`."""
        self._written_at = time.monotonic()
        self._took = self._written_at - started


class RecordWriter:
    """Appends snapshots to a run. Only for who holds the run's lock."""

    def __init__(self, run: Record, environment: dict[str, str | int]) -> None:
        self.path = run.path
        self.environment = environment
        self._number = len(run.chunks)
        self._previous = (
            run.chunks[-1].digest if run.chunks else digest_of((run.path / HEADER).read_bytes())
        )
        self._width = len(run.prediction_x)
        self._parameters = run.header.parameters
        self._has_truth = run.truth is not None
        self._snapshots: list[Snapshot] = []
        self.bytes_waiting = 0
        """In memory, until the next `write`."""
        self._rhythm = Rhythm()

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; it is on disk after the next `write`."""
        self._snapshots.append(snapshot)
        self.bytes_waiting += snapshot.prediction.nbytes
        self.bytes_waiting += 0 if snapshot.weights is None else snapshot.weights.nbytes

    @property
    def due(self) -> bool:
        """Whether it is time to write."""
        return self._rhythm.due(self.bytes_waiting)

    def write(self, tensors: Tensors, tree: str) -> None:
        """Write what has come together, and the state to go on from.

        Raises:
            CannotWrite: the system refuses.
        """
        self._write(None, None, tensors, tree)

    def finish(self, ending: Ending, epoch: int) -> None:
        """Write the last snapshots and how training ended; the state is no longer needed.

        Args:
            ending: how.
            epoch: the epoch that reached delta or diverged; the number of epochs if complete.

        Raises:
            CannotWrite: the system refuses.
        """
        self._write(ending, epoch, None, "")

    def _write(
        self, ending: Ending | None, epoch: int | None, state: Tensors | None, tree: str
    ) -> None:
        started = time.monotonic()
        if state is not None:
            # One that was killed between a state and its chunk left a state of this number.
            forget_states(self.path, keep=self._number - 1)
            self._write_file("state", state, {"tree": tree})
        metadata = {
            "previous": self._previous,
            "environment": json.dumps(self.environment),
            "ending": ending or "",
            "ending_epoch": "" if epoch is None else str(epoch),
        }
        self._previous = self._write_file("snapshots", self._stacked(), metadata)
        forget_states(self.path, keep=None if ending else self._number)
        self._number += 1
        self._snapshots, self.bytes_waiting = [], 0
        self._rhythm.wrote(started)

    def _write_file(self, kind: str, tensors: Tensors, metadata: dict[str, str]) -> str:
        content = save(tensors, metadata)
        digest = digest_of(content)
        write_whole(self.path / f"{kind}-{self._number:05d}-{digest}.safetensors", content)
        return digest

    def _stacked(self) -> Tensors:
        """The waiting snapshots as one array a kind."""
        snapshots = self._snapshots

        def column(name: str, dtype: Any) -> NDArray[Any]:
            return np.array([getattr(snapshot, name) for snapshot in snapshots], dtype)

        tensors: Tensors = {
            "epoch": column("epoch", np.int64),
            "loss": column("loss", np.float32),
            "seconds": column("seconds", np.float64),
            "prediction": column("prediction", np.float32).reshape(len(snapshots), self._width),
        }
        if self._has_truth:
            tensors["truth_loss"] = column("truth_loss", np.float32)
        if all(snapshot.weights is not None for snapshot in snapshots):
            shape = (len(snapshots), self._parameters)
            tensors["weights"] = column("weights", np.float32).reshape(shape)
        return tensors


def forget_states(path: Path, keep: int | None) -> None:
    """Remove every state in the run folder but the one of chunk `keep`; only under its lock."""
    for file in path.iterdir():
        match = NAMES.fullmatch(file.name)
        if match and match[1] == "state" and (keep is None or int(match[2]) != keep):
            file.unlink(missing_ok=True)
