"""One file of snapshots: what is small in it, and the check of everything that it holds."""

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.compressed_rows import CompressedRows, compress_rows
from fitreel.model.record.header import Header
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.tensor_file import read_tensors

LARGEST_CHUNK = 2_000_000_000
MOST_METRICS = 1000
LARGE_SNAPSHOT = 2048
"""So many numbers of a prediction, or more, are compressed; smaller ones are few megabytes."""

SMALL = ("epoch", "loss", "seconds", "truth_loss", "metrics", "predicted")
"""What a chunk has of each snapshot in a few numbers."""
LARGE = ("prediction", "weights")
"""What it has many numbers of; in one that is compressed frames, and beside them their ends."""
ANY_LENGTH = -1

Ending = Literal["complete", "delta", "diverged", "interrupted"]
Tensors = dict[str, NDArray[Any]]


class Rows(Protocol):
    """Numbers of each snapshot of a chunk."""

    def __getitem__(self, number: int) -> NDArray[Any]:
        """Those of one."""


class Damaged(BadInput):
    """A file of a run folder isn't what was written."""


@dataclass(frozen=True)
class ChunkMetadata:
    """What a chunk says beside its arrays."""

    previous: str
    """The digest of the chunk before it; of the first one, of run.json."""
    environment: dict[str, str | int]
    ending: Ending | None = None
    ending_epoch: int | None = None
    has_closing: bool = False
    """Whether its last snapshot is what the training came to."""
    replaces_from: int | None = None
    """Snapshots of this epoch and later ones, in the chunks before it, are replaced by its own."""
    metrics: tuple[str, ...] = ()
    """Their names, in the order of the columns."""

    def dump(self) -> dict[str, str]:
        """As texts, which is all that the file's metadata can be; `parse` reads them."""
        texts = {
            "previous": self.previous,
            "environment": json.dumps(self.environment),
            "ending": self.ending or "",
            "ending_epoch": "" if self.ending_epoch is None else str(self.ending_epoch),
        }
        if self.has_closing:
            texts["closing"] = "yes"
        if self.replaces_from is not None:
            texts["replaces_from"] = str(self.replaces_from)
        if self.metrics:
            texts["metrics"] = json.dumps(self.metrics)
        return texts

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> "ChunkMetadata":
        """What `dump` gave.

        Raises:
            ValueError: it isn't that.
        """
        environment = json.loads(texts.get("environment", "{}"))
        metrics = json.loads(texts.get("metrics", "[]"))
        if not isinstance(environment, dict) or not isinstance(metrics, list):
            raise ValueError("no table, or no list")
        if len(metrics) > MOST_METRICS or not all(isinstance(name, str) for name in metrics):
            raise ValueError("no names")
        if len(set(metrics)) < len(metrics):
            raise ValueError("a name twice")
        ending = texts.get("ending") or None
        if ending is not None and ending not in get_args(Ending):
            raise ValueError(f"it ends with {ending!r}")
        epoch, replaces_from = texts.get("ending_epoch"), texts.get("replaces_from")
        return cls(
            previous=texts.get("previous", ""),
            environment=environment,
            ending=ending,  # type: ignore[arg-type]
            ending_epoch=int(epoch) if epoch else None,
            has_closing=bool(texts.get("closing")),
            replaces_from=int(replaces_from) if replaces_from else None,
            metrics=tuple(metrics),
        )


@dataclass(frozen=True)
class Chunk:
    """One file of snapshots, checked: its place in the run and what is small in it.

    Of R snapshots, those that no later chunk replaces.
    """

    path: Path
    number: int
    digest: str
    metadata: ChunkMetadata
    epochs: NDArray[np.int64]
    """Shape (R,), as all others."""
    losses: NDArray[np.floating[Any]]
    seconds: NDArray[np.float64]
    truth_losses: NDArray[np.float32] | None
    metrics: dict[str, NDArray[np.float64]]
    predicted: NDArray[np.int64] | None
    """0 where a snapshot has no prediction; None where all have one."""

    def __len__(self) -> int:
        """Number of snapshots."""
        return len(self.epochs)

    def until(self, epoch: int) -> "Chunk":
        """The same without snapshots of `epoch` and later ones."""
        count = int(np.searchsorted(self.epochs, epoch))
        if count == len(self):
            return self

        def cut(values: Any) -> Any:
            return None if values is None else values[:count]

        return replace(
            self,
            epochs=cut(self.epochs),
            losses=cut(self.losses),
            seconds=cut(self.seconds),
            truth_losses=cut(self.truth_losses),
            metrics={name: cut(values) for name, values in self.metrics.items()},
            predicted=cut(self.predicted),
            metadata=replace(self.metadata, has_closing=False),
        )


@dataclass(frozen=True)
class ChunkFormat:
    """What every chunk of a run has to hold, from its header and points."""

    header: Header
    places: int
    """Where predictions are, M."""
    has_truth: bool

    @property
    def width(self) -> int:
        """How many numbers a prediction is, M times K."""
        return self.places * self.header.predicted_columns

    @property
    def loss_dtype(self) -> type[np.float32] | type[np.float64]:
        """As torch has it, or as a program says it."""
        return np.float32 if self.header.recorder == "job" else np.float64

    def arrays(self, rows: int, metrics: int = 0) -> dict[str, tuple[Any, tuple[int, ...]]]:
        """Dtype and shape of each array of `rows` snapshots; those that may be missing, too."""
        return {
            "epoch": (np.int64, (rows,)),
            "loss": (self.loss_dtype, (rows,)),
            "seconds": (np.float64, (rows,)),
            "prediction": (np.float32, (rows, self.width)),
            "truth_loss": (np.float32, (rows,)),
            "weights": (np.float32, (rows, self.header.parameters)),
            "metrics": (np.float64, (rows, metrics)),
            "predicted": (np.int64, (rows,)),
        }

    def stored_arrays(self, rows: int, metrics: int) -> dict[str, tuple[Any, tuple[int, ...]]]:
        """The same as a file has them."""
        arrays = self.arrays(rows, metrics)
        if self.header.is_compressed:
            arrays |= {name: (np.uint8, (ANY_LENGTH,)) for name in LARGE}
            arrays |= {ends_of(name): (np.int64, (rows,)) for name in LARGE}
        return arrays

    def stored(self, tensors: Tensors) -> Tensors:
        """The arrays of `stacked` as a file has them."""
        if not self.header.is_compressed:
            return tensors
        stored = dict(tensors)
        for name in LARGE:
            if name in stored:
                stored[name], stored[ends_of(name)] = compress_rows(stored[name])
        return stored

    def rows(self, tensors: Tensors, name: str) -> Rows | None:
        """One of `LARGE`, of the arrays that `read` or `stacked` gave; None where it isn't there.

        Raises:
            ValueError: it can't be read, here or when a row is.
        """
        values = tensors.get(name)
        if values is None or values.dtype != np.uint8:
            return values
        width = self.width if name == "prediction" else self.header.parameters
        return CompressedRows(values, tensors[ends_of(name)], width)

    def stacked(self, snapshots: Sequence[Snapshot], metrics: Collection[str]) -> Tensors:
        """The numbers of these snapshots, and these of their metrics, as arrays of rows."""
        columns: dict[str, list[Any]] = {
            "epoch": [snapshot.epoch for snapshot in snapshots],
            "loss": [snapshot.loss for snapshot in snapshots],
            "seconds": [snapshot.seconds for snapshot in snapshots],
            "prediction": [snapshot.prediction for snapshot in snapshots],
        }
        if self.has_truth:
            columns["truth_loss"] = [snapshot.truth_loss for snapshot in snapshots]
        if all(snapshot.weights is not None for snapshot in snapshots):
            columns["weights"] = [snapshot.weights for snapshot in snapshots]
        if metrics:
            columns["metrics"] = [
                [snapshot.metrics.get(name, math.nan) for name in metrics] for snapshot in snapshots
            ]
        if not all(snapshot.has_prediction for snapshot in snapshots):
            columns["predicted"] = [int(snapshot.has_prediction) for snapshot in snapshots]
        arrays = self.arrays(len(snapshots), len(metrics))
        return {
            name: np.array(values, arrays[name][0]).reshape(arrays[name][1])
            for name, values in columns.items()
        }

    def read(
        self, file: BinaryIO, size: int, path: Path, names: Collection[str]
    ) -> tuple[Tensors, ChunkMetadata, str]:
        """Those of the arrays `names` that a chunk has; all that it has are checked.

        Returns:
            The arrays, what the chunk says beside them, and the digest of its bytes.

        Raises:
            Damaged: it isn't a chunk of this run; the line names `path`.
        """
        content = read_tensors(file, size, {*names, *map(ends_of, names)})
        if content.digest not in path.name:
            raise Damaged(f"{path}: damaged: its bytes don't match its digest")
        if not content.is_read:
            raise Damaged(f"{path}: damaged: not a safetensors file")
        try:
            metadata = ChunkMetadata.parse(content.metadata)
        except (ValueError, RecursionError) as error:
            why = f": {error}" if "it ends" in str(error) else ""
            raise Damaged(f"{path}: damaged: its metadata can't be read{why}") from None
        entries = content.entries
        rows = entries["epoch"].shape[0] if "epoch" in entries and entries["epoch"].shape else -1
        vital = {"epoch", "loss", "seconds", "prediction"}
        vital |= ({"truth_loss"} if self.has_truth else set()) | (
            {"metrics"} if metadata.metrics else set()
        )
        vital |= {ends_of(name) for name in entries.keys() & {*LARGE} if self.header.is_compressed}
        for name, (dtype, shape) in self.stored_arrays(rows, len(metadata.metrics)).items():
            entry = entries.get(name)
            if entry is None and name not in vital:
                continue
            if entry is None or entry.dtype != dtype or not _fits(entry.shape, shape):
                raise Damaged(
                    f"{path}: damaged: {name} should be {np.dtype(dtype).name} of shape {shape}"
                    + ("" if entry is None else f", not {entry.dtype} of {entry.shape}")
                )
        return content.arrays, metadata, content.digest


def ends_of(name: str) -> str:
    """The array of where the frames of another end."""
    return f"{name}_ends"


def _fits(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return len(shape) == len(expected) and all(
        length in (ANY_LENGTH, own) for own, length in zip(shape, expected, strict=True)
    )


def metric_names(snapshots: Iterable[Snapshot]) -> tuple[str, ...]:
    """The names of all their metrics, in the order in which they come."""
    return tuple(dict.fromkeys(name for snapshot in snapshots for name in snapshot.metrics))


def chunk_of(
    path: Path, number: int, digest: str, metadata: ChunkMetadata, tensors: Tensors
) -> Chunk:
    """What is small in a chunk, from its arrays `SMALL`."""
    columns = tensors["metrics"].T if metadata.metrics else ()
    return Chunk(
        path=path,
        number=number,
        digest=digest,
        metadata=metadata,
        epochs=tensors["epoch"],
        losses=tensors["loss"],
        seconds=tensors["seconds"],
        truth_losses=tensors.get("truth_loss"),
        metrics=dict(zip(metadata.metrics, columns, strict=True)),
        predicted=tensors.get("predicted"),
    )
