"""A run folder: what training leaves, and all that a renderer needs. Torch-free.

    run.json                                what it is: job, network, environment
    points-DIGEST.safetensors               x, y, grid, truth
    snapshots-00000-DIGEST.safetensors      epochs, losses, seconds, predictions, weights
    snapshots-00001-DIGEST.safetensors      …
    state-00001-DIGEST.safetensors          to go on from; of a program's record there is none
    journal-00002-DIGEST.bin                what a program has logged since, not yet a chunk

DIGEST is the first half of the SHA-256 of the file's bytes, so no flipped bit goes unseen; of the
journal, which grows, that of the chunk before it. Each
chunk of snapshots names the one before it, the first names run.json, and run.json the points: a
missing, swapped or foreign file breaks the chain. The last digest stands for the whole run. A chunk
that is written when a training goes on may say that it replaces snapshots of those before it.
"""

import copy
import hashlib
import json
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from fitreel.model.errors import BadInput
from fitreel.model.limits import LARGEST_NUMBER
from fitreel.model.record.chunk import (
    LARGE,
    LARGEST_CHUNK,
    SMALL,
    Chunk,
    ChunkFormat,
    ChunkMetadata,
    Damaged,
    Ending,
    Rows,
    Tensors,
    chunk_of,
    metric_names,
)
from fitreel.model.record.header import COMPRESSED_FORMAT, Header, header_digest
from fitreel.model.record.journal import Journal, read_journal
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.tensor_file import LARGEST_HEADER

HEADER = "run.json"
LISTINGS = 5
"""So often at most a folder is listed that changes while it is read."""
NAMES = re.compile(
    r"(points|snapshots|state|journal)(?:-(\d{5,9}))?-([0-9a-f]{32})\.(?:safetensors|bin)"
)


def digest_of(content: bytes) -> str:
    """What names a file of these bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


class Record:
    """A run folder, opened to be read; everything in it is checked against its digests.

    It is what was there when it was opened: another process may be adding to it. With `until`, its
    digest at that time, it is opened as it was then.

    Raises:
        BadInput: there is no run, or it is of a newer format.
        Damaged: a file is missing, foreign or not as it was written; the line names it.
    """

    def __init__(self, path: Path, until: str | None = None) -> None:
        self.path = path
        self._until = until
        self._loss_factor = 1.0
        self._names: list[str] = []
        # A folder is not listed at one instant: while somebody writes, a file that came may be
        # missing beside one that has gone since.
        for left in reversed(range(LISTINGS)):
            try:
                self._open()
                break
            except BadInput:
                if not left or self._listed() == self._names:
                    raise

    def _open(self) -> None:
        """List the folder, and read all but predictions and weights."""
        text = self._read(HEADER, LARGEST_HEADER)
        self.header = self._parse_header(text)
        self._names = self._listed()
        self._files = self._by_number(self._names)
        points = self._tensors(self._named("points", None, self.header.points))[0]
        inputs, outputs = len(self.header.inputs), len(self.header.outputs)
        predicted = self.header.predicted_columns
        self.x = self._points(points, "x", inputs)
        """In the data's own units, shape (N,), or (N, D) of D inputs; float64, or as the network
        sees it, float32. Empty in a record of numbers only."""
        rows = len(self.x)
        self.y = self._points(points, "y", 0 if self.header.classes else outputs, rows)
        """The same of outputs, or int64, shape (N,): the number of each point's class."""
        self.grid = self._points(points, "grid", inputs) if "grid" in points else None
        """Shape (M,) or (M, D), or None where predictions are at x."""
        places = len(self.prediction_x)
        truth = "truth" in points
        self.truth = self._points(points, "truth", predicted, places) if truth else None
        """Shape (M,) or (M, K): the noiseless function where the predictions are, or None."""
        self.validation = self._validation(points, inputs, outputs)
        """x and y of the points that were kept aside, as `x` and `y`; None where none were."""
        frequencies = points.get("frequencies")
        self.frequencies = None if frequencies is None else np.asarray(frequencies, np.float32)
        """Of Fourier features, shape (count, D); None where the network has none."""
        self._format = ChunkFormat(self.header, places, truth)
        self.chunks: list[Chunk] = []
        self.leftovers: list[Path] = []
        """Chunks that came without the state to go on from them: no part of the record."""
        self.journal: Journal | None = None
        """What isn't a chunk yet; it counts as the last one."""
        try:
            for chunk in self._chunks(digest_of(text)):
                self.chunks.append(chunk)
        except Damaged as error:
            epochs = self._joined("epochs", np.int64)  # not kept: it may be opened once more
            if not len(epochs):
                raise
            raise Damaged(
                f"{error}\nwhole before it: {len(epochs)} snapshots, up to epoch {epochs[-1]}"
            ) from None

    @property
    def prediction_x(self) -> NDArray[Any]:
        """Where the predictions are, shape (M,), or (M, D) of D inputs."""
        return self.x if self.grid is None else self.grid

    @property
    def prediction_dtype(self) -> type[np.float32] | type[np.float64]:
        """Of the snapshots' predictions: float64 where outputs are scaled."""
        scaled = not self.header.classes and any(c.is_scaled for c in self.header.outputs)
        return np.float64 if scaled else np.float32

    @property
    def ending(self) -> Ending | None:
        """How training ended, or None while it hasn't."""
        return self.chunks[-1].metadata.ending if self.chunks else None

    @property
    def ending_epoch(self) -> int | None:
        """The epoch that reached delta or diverged; of a complete run, how many it had."""
        return self.chunks[-1].metadata.ending_epoch if self.chunks else None

    @property
    def closing(self) -> int | None:
        """The number of the closing snapshot, always the last one; None where there is none."""
        return len(self) - 1 if self.chunks and self.chunks[-1].metadata.has_closing else None

    @property
    def environment(self) -> dict[str, str | int]:
        """What else decided the last bits, when the last chunk was written."""
        return self.chunks[-1].metadata.environment if self.chunks else self.header.environment

    @property
    def digest(self) -> str:
        """Stands for everything in the run; a run made again has another one.

        With a journal it says also for which chunk that stands, and how many snapshots are in it.
        """
        if not self.chunks:
            raise BadInput(f"{self.path}: no snapshot is recorded yet")
        return self.chunks[-1].digest

    @cached_property
    def points_digest(self) -> str:
        """Stands for the points, the grid and the truth, in whatever format they are kept."""
        digest = hashlib.sha256()
        for values in (self.x, self.y, self.grid, self.truth):
            if values is not None:
                digest.update(f"{values.shape}".encode() + values.astype(np.float64).tobytes())
        return digest.hexdigest()

    @cached_property
    def epochs(self) -> NDArray[np.int64]:
        """Shape (F,), increasing."""
        return self._joined("epochs", np.int64)

    @cached_property
    def losses(self) -> NDArray[np.floating[Any]]:
        """Shape (F,): the training loss of each snapshot; of a program's record float64.

        It is the network's, of scaled values where these are scaled; see `in_own_units`.
        """
        losses = self._joined("losses", self._format.loss_dtype)
        return losses if self._loss_factor == 1 else losses.astype(np.float64) * self._loss_factor

    @property
    def loss_is_scaled(self) -> bool:
        """Whether the losses are of scaled values, as the network sees them."""
        return self._loss_factor == 1 and self.prediction_dtype is np.float64

    @property
    def own_loss_factor(self) -> float | None:
        """What the network's loss is multiplied with to be that of values in their own units.

        None where no factor does it, as with the huber loss; 1 where nothing is scaled.
        """
        scales = {column.scale for column in self.header.outputs}
        if scales <= {1.0}:
            return 1.0
        power = {"mse": 2, "rmse": 1, "mae": 1}.get(
            self.header.job.get("train", {}).get("loss", "mse")
        )
        return None if power is None or len(scales) > 1 else scales.pop() ** power

    def in_own_units(self) -> "Record":
        """The same record, its training losses in the data's own units, float64.

        Only where there is an `own_loss_factor`.
        """
        factor = self.own_loss_factor
        assert factor is not None
        record = copy.copy(self)
        vars(record).pop("losses", None)
        record._loss_factor = factor
        return record

    @cached_property
    def metrics(self) -> dict[str, NDArray[np.float64]]:
        """Shape (F,) each: further numbers by name, nan where a snapshot has none."""
        names = dict.fromkeys(name for chunk in self.chunks for name in chunk.metrics)
        return {
            name: np.concatenate(
                [chunk.metrics.get(name, np.full(len(chunk), np.nan)) for chunk in self.chunks]
            )
            for name in names
        }

    @cached_property
    def has_predictions(self) -> NDArray[np.bool_]:
        """Shape (F,): whether each snapshot has a prediction."""
        some = bool(self._format.width)
        parts = [
            np.full(len(chunk), some) if chunk.predicted is None else chunk.predicted != 0
            for chunk in self.chunks
        ]
        return np.concatenate([np.empty(0, np.bool_), *parts])

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
        self,
        indices: Iterable[int] | None = None,
        *,
        weights: bool = False,
        as_recorded: bool = False,
    ) -> Iterator[Snapshot]:
        """The snapshots at `indices` (default: all), one chunk in memory at a time.

        Args:
            indices: their numbers.
            weights: with the network's weights, where they are recorded.
            as_recorded: as a `RecordWriter` takes them, with predictions as the network says them.

        Raises:
            Damaged: a file has changed since the run was opened.
        """
        starts = np.cumsum([0] + [len(chunk) for chunk in self.chunks])
        at: int | None = None
        prediction_rows: Rows | None = None
        weight_rows: Rows | None = None
        for index in range(len(self)) if indices is None else indices:
            number = int(np.searchsorted(starts, index, side="right")) - 1
            if number != at:
                prediction_rows = weight_rows = None  # let go of, before others come
                prediction_rows, weight_rows = self._rows(self.chunks[number], weights=weights)
                at = number
            chunk, row = self.chunks[number], index - int(starts[number])
            try:
                snapshot = self._snapshot(chunk, row, index, prediction_rows, weight_rows)
            except ValueError as error:
                raise Damaged(f"{chunk.path}: damaged: a snapshot can't be read: {error}") from None
            yield snapshot if as_recorded else self._in_columns(snapshot)

    def _rows(self, chunk: Chunk, *, weights: bool) -> tuple[Rows | None, Rows | None]:
        """Predictions of a chunk, and where they are recorded and asked for, weights."""
        if self.journal and chunk is self.chunks[-1]:
            tensors = self._format.stacked(self.journal.snapshots, tuple(chunk.metrics))
        else:
            tensors = self._chunk_tensors(chunk.path, LARGE if weights else LARGE[:1])[0]
        try:
            return self._format.rows(tensors, LARGE[0]), self._format.rows(tensors, LARGE[1])
        except ValueError as error:
            raise Damaged(f"{chunk.path}: damaged: snapshots can't be read: {error}") from None

    def _snapshot(
        self, chunk: Chunk, row: int, index: int, prediction: Rows | None, weights: Rows | None
    ) -> Snapshot:
        assert prediction is not None  # the chunk was held against its format
        # Copies, or a snapshot that is kept would keep all of its chunk.
        return Snapshot(
            epoch=int(chunk.epochs[row]),
            loss=float(chunk.losses[row]) * self._loss_factor,
            seconds=float(chunk.seconds[row]),
            prediction=prediction[row].copy(),
            weights=None if weights is None else weights[row].copy(),
            truth_loss=None if chunk.truth_losses is None else float(chunk.truth_losses[row]),
            metrics={name: float(values[row]) for name, values in chunk.metrics.items()},
            has_prediction=bool(self.has_predictions[index]),
            is_closing=index == self.closing,
        )

    def _in_columns(self, snapshot: Snapshot) -> Snapshot:
        """Its prediction in the data's own units, of several outputs shape (M, K)."""
        columns = self.header.predicted_columns
        if columns == 1 and self.prediction_dtype is np.float32:
            return snapshot
        prediction = self._unscaled(snapshot.prediction)
        return replace(
            snapshot, prediction=prediction.reshape(-1, columns) if columns > 1 else prediction
        )

    def _unscaled(self, prediction: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
        """A prediction, shape (M * K,), in the file's units: float64 where outputs are scaled."""
        if self.prediction_dtype is np.float32:
            return prediction
        outputs = self.header.outputs
        columns = prediction.reshape(-1, len(outputs)).T
        parts = [column.unscaled(each) for column, each in zip(outputs, columns, strict=True)]
        return np.stack(parts, axis=1).reshape(-1)

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
        """The state to go on from: that of the last chunk; None where there is none."""
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
            if isinstance(version, int) and version > COMPRESSED_FORMAT:
                raise BadInput(
                    f"{where}: written by a newer fitreel (format {version}; this one reads up "
                    f"to {COMPRESSED_FORMAT}): update fitreel"
                )
            digest = content.pop("digest")
            if digest != header_digest(content):
                raise Damaged(f"{where}: damaged: its content doesn't match its digest")
            return Header.of(content)
        except BadInput:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Damaged(f"{where}: damaged: not the header of a run") from None

    def _listed(self) -> list[str]:
        """The names of the files that are a run's, in order; none where there is no folder."""
        try:
            return sorted(path.name for path in self.path.iterdir() if NAMES.fullmatch(path.name))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise BadInput(f"{self.path}: cannot be read: {error.strerror}") from error

    def _by_number(self, names: Sequence[str]) -> dict[tuple[str, int | None], Path]:
        """Files by kind and number; of several states the names are kept apart by number."""
        files: dict[tuple[str, int | None], Path] = {}
        for path in [self.path / name for name in names]:
            match = NAMES.fullmatch(path.name)
            assert match is not None
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

    def _points(
        self, tensors: Tensors, name: str, columns: int, rows: int | None = None
    ) -> NDArray[Any]:
        """An array of the points: shape (n,), or (n, columns); of no columns, numbers of classes.

        Raises:
            Damaged: it is another one.
        """
        if not self.header.inputs:
            return np.empty(0, np.float64)
        values = tensors.get(name)
        dtypes: tuple[Any, ...] = (np.float32, np.float64) if columns else (np.int64,)
        dimensions = 2 if columns and self.header.format > 1 else 1
        if (
            values is None
            or values.ndim != dimensions
            or values.dtype not in dtypes
            or not len(values)
            or (dimensions == 2 and values.shape[1] != columns)
        ):
            kinds = " or ".join(np.dtype(dtype).name for dtype in dtypes)
            raise Damaged(f"{self.path}: damaged: the points' {name} is not a {kinds} array")
        if rows is not None and len(values) != rows:
            raise Damaged(f"{self.path}: damaged: {len(values)} values of {name}, not {rows}")
        self._check_values(values, name, is_classes=not columns)
        return values[:, 0] if dimensions == 2 and columns == 1 else values

    def _check_values(self, values: NDArray[Any], name: str, *, is_classes: bool) -> None:
        """Hold points against what no writer lets through, as pictures rely on it."""
        most = len(self.header.classes) - 1 if is_classes else LARGEST_NUMBER
        least = 0 if is_classes else -most
        wide = values.astype(np.float64, copy=False)  # in float32 the bound would be infinite
        if not ((wide >= least) & (wide <= most)).all():
            kind = "the number of no class" if is_classes else "too large, or no number"
            raise Damaged(f"{self.path}: damaged: a value of the points' {name} is {kind}")

    def _validation(
        self, tensors: Tensors, inputs: int, outputs: int
    ) -> tuple[NDArray[Any], NDArray[Any]] | None:
        if "validation_x" not in tensors:
            return None
        x = self._points(tensors, "validation_x", inputs)
        columns = 0 if self.header.classes else outputs
        return x, self._points(tensors, "validation_y", columns, len(x))

    def _chunks(self, previous: str) -> Iterator[Chunk]:
        """Every chunk from the first on, each held against the one before."""
        last_epoch, ending = -1, None
        for number, (path, tensors, metadata, digest) in enumerate(self._parts()):
            if metadata.previous != previous:
                raise Damaged(f"{path}: damaged: it doesn't follow the file before it")
            if metadata.replaces_from is not None:
                self._replace_from(metadata.replaces_from)
                last_epoch, ending = min(last_epoch, metadata.replaces_from - 1), None
            epochs = tensors["epoch"]
            if ending is not None or (np.diff(epochs, prepend=last_epoch) <= 0).any():
                raise Damaged(f"{path}: damaged: its epochs don't follow those before")
            previous, ending = digest, metadata.ending
            last_epoch = int(epochs[-1]) if len(epochs) else last_epoch
            yield chunk_of(path, number, digest, metadata, tensors)
            if digest == self._until:
                return
        # A chunk gets its name only after its state has, and the state leaves after the next chunk.
        count = len(self.chunks)
        is_ours = self.header.recorder == "job"
        if count and is_ours and ending is None and ("state", count - 1) not in self._files:
            raise Damaged(f"{self.path}: damaged: the last snapshots or the state are missing")

    def _without_state(self, count: int) -> list[Path]:
        """Of `count` chunks of a training the last ones, if their state hasn't come yet.

        Many travel together from another machine, with the last one's state only; whoever is killed
        while they are written leaves some of them, and the state of the last one before them.
        """
        states = [n for kind, n in self._files if kind == "state" and n is not None and n < count]
        if self.header.recorder != "job" or not states or max(states) == count - 1:
            return self.leftovers
        if self._chunk_tensors(self._named("snapshots", count - 1), SMALL)[1].ending is None:
            numbers = range(max(states) + 1, count)
            self.leftovers = [self._named("snapshots", number) for number in numbers]
        return self.leftovers

    def _parts(self) -> Iterator[tuple[Path, Tensors, ChunkMetadata, str]]:
        """What is small in each file of snapshots, and last in the journal."""
        count = 1 + max((n or 0 for kind, n in self._files if kind == "snapshots"), default=-1)
        count -= len(self._without_state(count))
        last, most = _tail_of(self._until)
        for number in range(count):
            path = self._named("snapshots", number)
            tensors, metadata, digest = self._chunk_tensors(path, SMALL)
            if number == last and most is not None:  # a journal then
                tensors = {name: values[:most] for name, values in tensors.items()}
                metadata = replace(metadata, ending=None, ending_epoch=None, has_closing=False)
                yield path, tensors, metadata, self._until or ""
                return
            yield path, tensors, metadata, digest
        path = self._files.get(("journal", count), self.path)
        if path == self.path or self.header.recorder == "job":
            return
        content = self._read(path.name, LARGEST_CHUNK)
        self.journal = journal = read_journal(content, path, self._format, most)
        if journal is not None:
            names = metric_names(journal.snapshots)
            tensors = self._format.stacked(journal.snapshots, names)
            digest = f"{journal.digest}-{count}-{len(journal.snapshots)}"
            yield path, tensors, replace(journal.metadata, metrics=names), digest

    def _replace_from(self, epoch: int) -> None:
        """Forget the snapshots of `epoch` and later ones, and how the training had ended."""
        for number, chunk in enumerate(self.chunks):
            metadata = replace(chunk.metadata, ending=None, ending_epoch=None, has_closing=False)
            self.chunks[number] = replace(chunk.until(epoch), metadata=metadata)

    def _chunk_tensors(
        self, path: Path, names: Iterable[str]
    ) -> tuple[Tensors, ChunkMetadata, str]:
        with self._opened(path.name, LARGEST_CHUNK) as (file, size):
            return self._format.read(file, size, path, {*names})


def _tail_of(digest: str | None) -> tuple[int, int | None]:
    """Of a record that ended with a journal: for which chunk it stood, and its snapshots."""
    match = re.fullmatch(r"[0-9a-f]{32}-(\d{1,9})-(\d{1,18})", digest or "")
    return (int(match[1]), int(match[2])) if match else (-1, None)
