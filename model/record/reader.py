"""A run folder: what training leaves, and all that a renderer needs. Torch-free.

    run.json                                what it is: job, network, environment
    points-DIGEST.safetensors               x, y, grid, truth
    snapshots-00000-DIGEST.safetensors      epochs, losses, seconds, predictions, weights
    snapshots-00001-DIGEST.safetensors      …
    state-00001-DIGEST.safetensors          to go on from, while the run isn't finished

DIGEST is the first half of the SHA-256 of the file's bytes, so no flipped bit goes unseen. Each
chunk of snapshots names the one before it, the first names run.json, and run.json the points: a
missing, swapped or foreign file breaks the chain. The last digest stands for the whole run.
"""

import hashlib
import json
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from fitreel.model.errors import BadInput
from fitreel.model.record.header import Header, header_digest
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.tensor_file import LARGEST_HEADER, read_tensors

FORMAT = 1
HEADER = "run.json"
LARGEST_CHUNK = 2_000_000_000
NAMES = re.compile(r"(points|snapshots|state)(?:-(\d{5,9}))?-([0-9a-f]{32})\.safetensors")

SMALL = ("epoch", "loss", "seconds", "truth_loss")
"""What a chunk has of each snapshot in one number."""

Ending = Literal["complete", "delta", "diverged"]
Tensors = dict[str, NDArray[Any]]


class Damaged(BadInput):
    """A file of a run folder isn't what was written."""


@dataclass(frozen=True)
class Chunk:
    """One file of snapshots, checked: its place in the run and what is small in it."""

    path: Path
    number: int
    digest: str
    epochs: NDArray[np.int64]
    losses: NDArray[np.float32]
    seconds: NDArray[np.float64]
    truth_losses: NDArray[np.float32] | None
    ending: Ending | None
    ending_epoch: int | None
    environment: dict[str, str | int]


def digest_of(content: bytes) -> str:
    """What names a file of these bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


class Record:
    """A run folder, opened to be read; everything in it is checked against its digests.

    Raises:
        BadInput: there is no run, or it is of a newer format.
        Damaged: a file is missing, foreign or not as it was written; the line names it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        text = self._read(HEADER, LARGEST_HEADER)
        self.header = self._parse_header(text)
        self._files = self._list()
        points = self._tensors(self._named("points", None, self.header.points))[0]
        self.x = self._column(points, "x")
        """float32, shape (N,)."""
        self.y = self._column(points, "y", len(self.x))
        """float32, shape (N,)."""
        self.grid = self._column(points, "grid") if "grid" in points else None
        """float32, shape (M,), or None where predictions are at x."""
        places = len(self.prediction_x)
        self.truth = self._column(points, "truth", places) if "truth" in points else None
        """float32, shape (M,): the noiseless function where the predictions are, or None."""
        self.chunks: list[Chunk] = []
        try:
            for chunk in self._chunks(digest_of(text)):
                self.chunks.append(chunk)
        except Damaged as error:
            if not len(self):
                raise
            raise Damaged(
                f"{error}\nwhole before it: {len(self)} snapshots, up to epoch {self.epochs[-1]}"
            ) from None

    @property
    def prediction_x(self) -> NDArray[np.float32]:
        """Where the predictions are, shape (M,)."""
        return self.x if self.grid is None else self.grid

    @property
    def ending(self) -> Ending | None:
        """How training ended, or None while it hasn't."""
        return self.chunks[-1].ending if self.chunks else None

    @property
    def ending_epoch(self) -> int | None:
        """The epoch that reached delta or diverged; of a complete run, how many it had."""
        return self.chunks[-1].ending_epoch if self.chunks else None

    @property
    def digest(self) -> str:
        """Stands for everything in the run; a run made again has another one."""
        if not self.chunks:
            raise BadInput(f"{self.path}: no snapshot is recorded yet")
        return self.chunks[-1].digest

    @cached_property
    def epochs(self) -> NDArray[np.int64]:
        """Shape (F,), increasing."""
        return self._joined("epochs", np.int64)

    @cached_property
    def losses(self) -> NDArray[np.float32]:
        """Shape (F,): the training loss of each snapshot."""
        return self._joined("losses", np.float32)

    @cached_property
    def seconds(self) -> NDArray[np.float64]:
        """Shape (F,): seconds of training up to each snapshot."""
        return self._joined("seconds", np.float64)

    @cached_property
    def truth_losses(self) -> NDArray[np.float32] | None:
        """Shape (F,): loss against the noiseless function, or None where there is none."""
        if self.truth is None:
            return None
        return self._joined("truth_losses", np.float32)

    def _joined(self, name: str, dtype: Any) -> NDArray[Any]:
        parts = [getattr(chunk, name) for chunk in self.chunks]
        return np.concatenate([np.empty(0, dtype), *parts])

    def __len__(self) -> int:
        """Number of snapshots."""
        return len(self.epochs)

    def snapshots(
        self, indices: Iterable[int] | None = None, *, weights: bool = False
    ) -> Iterator[Snapshot]:
        """The snapshots at `indices` (default: all), one chunk in memory at a time.

        Raises:
            Damaged: a file has changed since the run was opened.
        """
        starts = np.cumsum([0] + [len(chunk.epochs) for chunk in self.chunks])
        at: int | None = None
        tensors: Tensors = {}
        for index in range(len(self)) if indices is None else indices:
            number = int(np.searchsorted(starts, index, side="right")) - 1
            if number != at:
                at, tensors = number, {}
                names = {*SMALL, "prediction"} | ({"weights"} if weights else set())
                path = self.chunks[number].path
                tensors = self._chunk_tensors(path, len(self.prediction_x), names)[0]
            row = index - int(starts[number])
            truth_loss = float(tensors["truth_loss"][row]) if "truth_loss" in tensors else None
            yield Snapshot(
                epoch=int(tensors["epoch"][row]),
                loss=float(tensors["loss"][row]),
                seconds=float(tensors["seconds"][row]),
                # Copies, or a snapshot that is kept would keep all of its chunk.
                prediction=tensors["prediction"][row].copy(),
                weights=tensors["weights"][row].copy() if "weights" in tensors else None,
                truth_loss=truth_loss,
            )

    def index_of(self, epoch: int) -> int:
        """The snapshot of `epoch`.

        Raises:
            BadInput: that epoch has none; the line names the nearest that has.
        """
        if not len(self):
            raise BadInput(f"{self.path}: no snapshot is recorded yet")
        nearest = int(np.argmin(np.abs(self.epochs - epoch)))
        if self.epochs[nearest] != epoch:
            raise BadInput(
                f"{self.path}: epoch {epoch} has no snapshot; the nearest is "
                f"epoch {self.epochs[nearest]}"
            )
        return nearest

    @property
    def state_file(self) -> Path | None:
        """The state to go on from: that of the last chunk; None where the run has ended."""
        return self._files.get(("state", len(self.chunks) - 1))

    def state(self) -> tuple[Tensors, str]:
        """Tensors and the text that says how they hang together.

        Raises:
            Damaged: it isn't as it was written.
        """
        assert self.state_file is not None
        tensors, metadata = self._tensors(self.state_file)
        return tensors, metadata.get("tree", "")

    def _read(self, name: str, largest: int) -> bytes:
        with self._opened(name, largest) as (file, size):
            return file.read(size)  # takes the memory that it is told at once

    @contextmanager
    def _opened(self, name: str, largest: int) -> Iterator[tuple[BinaryIO, int]]:
        """A file of the run, and how many bytes it has."""
        path = self.path / name
        try:
            status = path.lstat()
            # Not even opened: a pipe would wait for somebody to write into it.
            if not stat.S_ISREG(status.st_mode):
                kind = "a link" if stat.S_ISLNK(status.st_mode) else "not a file"
                raise Damaged(f"{path}: is {kind}; a run folder holds plain files only")
            if status.st_size > largest:
                raise Damaged(f"{path}: larger than {largest} bytes, which no run has")
            with path.open("rb") as file:
                yield file, status.st_size
        except FileNotFoundError:
            if not self.path.exists():
                raise BadInput(f"{self.path}: there is no such run folder") from None
            raise BadInput(f"{self.path}: not a run folder: {name} is missing") from None
        except NotADirectoryError:
            raise BadInput(f"{self.path}: is not a folder; a run is a folder") from None
        except OSError as error:
            raise BadInput(f"{path}: cannot be read: {error.strerror}") from error

    def _parse_header(self, text: bytes) -> Header:
        where = self.path / HEADER
        try:
            content = json.loads(text)
            version = content["format"]
            if isinstance(version, int) and version > FORMAT:
                raise BadInput(
                    f"{where}: written by a newer fitreel (format {version}; this one reads up "
                    f"to {FORMAT}): update fitreel"
                )
            digest = content.pop("digest")
            if digest != header_digest(content):
                raise Damaged(f"{where}: damaged: its content doesn't match its digest")
            return Header.of(content)
        except BadInput:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Damaged(f"{where}: damaged: not the header of a run") from None

    def _list(self) -> dict[tuple[str, int | None], Path]:
        """Files by kind and number; of several states the names are kept apart by number."""
        files: dict[tuple[str, int | None], Path] = {}
        for path in sorted(self.path.iterdir()):
            match = NAMES.fullmatch(path.name)
            if match is None:
                continue
            key = match[1], None if match[2] is None else int(match[2])
            if key in files:
                raise Damaged(f"{path}: damaged: there are two files of this number")
            files[key] = path
        return files

    def _named(self, kind: str, number: int | None, digest: str | None = None) -> Path:
        path = self._files.get((kind, number))
        label = kind if number is None else f"{kind}-{number:05d}"
        if path is None:
            raise Damaged(f"{self.path}: damaged: {label}-….safetensors is missing")
        if digest is not None and digest not in path.name:
            raise Damaged(f"{path}: damaged: belongs to another run")
        return path

    def _tensors(self, path: Path) -> tuple[Tensors, dict[str, str]]:
        """The arrays and metadata of a file whose bytes match its name."""
        content = self._read(path.name, LARGEST_CHUNK)
        match = NAMES.fullmatch(path.name)
        if match is None or digest_of(content) != match[3]:
            raise Damaged(f"{path}: damaged: its bytes don't match its digest")
        try:
            length = int.from_bytes(content[:8], "little")
            if length > LARGEST_HEADER:
                raise ValueError("a header of ours is small")
            metadata = json.loads(content[8 : 8 + length]).get("__metadata__", {})
            return load(content), metadata
        except (SafetensorError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Damaged(f"{path}: damaged: not a safetensors file") from None

    def _column(self, tensors: Tensors, name: str, length: int | None = None) -> NDArray[Any]:
        values = tensors.get(name)
        if values is None or values.ndim != 1 or values.dtype != np.float32 or not len(values):
            raise Damaged(f"{self.path}: damaged: the points' {name} is not a float32 array")
        if length is not None and len(values) != length:
            raise Damaged(f"{self.path}: damaged: {len(values)} values of {name}, not {length}")
        return values

    def _chunks(self, previous: str) -> Iterator[Chunk]:
        """Every chunk from the first on, each held against the one before."""
        numbers = [number or 0 for kind, number in self._files if kind == "snapshots"]
        count = 1 + max(numbers, default=-1)
        last_epoch, ending = -1, None
        for number in range(count):
            path = self._named("snapshots", number)
            tensors, metadata = self._chunk_tensors(path, len(self.prediction_x), SMALL)
            if metadata.get("previous") != previous:
                raise Damaged(f"{path}: damaged: it doesn't follow the file before it")
            epochs = tensors["epoch"]
            if ending is not None or (np.diff(epochs, prepend=last_epoch) <= 0).any():
                raise Damaged(f"{path}: damaged: its epochs don't follow those before")
            chunk = self._chunk(path, number, tensors, metadata)
            previous, ending = chunk.digest, chunk.ending
            last_epoch = int(epochs[-1]) if len(epochs) else last_epoch
            yield chunk
        # A chunk gets its name only after its state has, and the state leaves after the next chunk.
        if count and ending is None and ("state", count - 1) not in self._files:
            raise Damaged(f"{self.path}: damaged: the last snapshots or the state are missing")

    def _chunk(self, path: Path, number: int, tensors: Tensors, metadata: dict[str, str]) -> Chunk:
        ending = metadata.get("ending") or None
        epoch = metadata.get("ending_epoch") or None
        try:
            environment = json.loads(metadata.get("environment", "{}"))
            ending_epoch = None if epoch is None else int(epoch)
            if not isinstance(environment, dict):
                raise ValueError("no table")
        except (ValueError, RecursionError):
            raise Damaged(f"{path}: damaged: its metadata can't be read") from None
        if ending not in (None, "complete", "delta", "diverged"):
            raise Damaged(f"{path}: damaged: it ends with {ending!r}")
        match = NAMES.fullmatch(path.name)
        assert match is not None
        return Chunk(
            path=path,
            number=number,
            digest=match[3],
            epochs=tensors["epoch"],
            losses=tensors["loss"],
            seconds=tensors["seconds"],
            truth_losses=tensors.get("truth_loss"),
            ending=ending,  # type: ignore[arg-type]
            ending_epoch=ending_epoch,
            environment=environment,
        )

    def _chunk_tensors(
        self, path: Path, width: int, names: Collection[str]
    ) -> tuple[Tensors, dict[str, str]]:
        """Those of `names` that a chunk has; all that it has are checked for dtype and shape."""
        with self._opened(path.name, LARGEST_CHUNK) as (file, size):
            content = read_tensors(file, size, names)
        match = NAMES.fullmatch(path.name)
        if match is None or content.digest != match[3]:
            raise Damaged(f"{path}: damaged: its bytes don't match its digest")
        if not content.is_read:
            raise Damaged(f"{path}: damaged: not a safetensors file")
        entries = content.entries
        rows = entries["epoch"].shape[0] if "epoch" in entries and entries["epoch"].shape else -1
        expected: dict[str, tuple[Any, tuple[int, ...]]] = {
            "epoch": (np.int64, (rows,)),
            "loss": (np.float32, (rows,)),
            "seconds": (np.float64, (rows,)),
            "prediction": (np.float32, (rows, width)),
        }
        if self.truth is not None:
            expected["truth_loss"] = (np.float32, (rows,))
        if "weights" in entries:
            expected["weights"] = (np.float32, (rows, self.header.parameters))
        for name, (dtype, shape) in expected.items():
            entry = entries.get(name)
            if entry is None or entry.dtype != dtype or entry.shape != shape:
                raise Damaged(
                    f"{path}: damaged: {name} should be {np.dtype(dtype).name} of shape {shape}"
                    + ("" if entry is None else f", not {entry.dtype} of {entry.shape}")
                )
        return content.arrays, content.metadata
