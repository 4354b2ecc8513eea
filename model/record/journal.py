"""What a program has logged since the last chunk, in a file that grows by one write a snapshot.

A user's loop may log twice and then compute for an hour, and we start no thread in its process. So
each snapshot is on disk before `add` returns, and of a killed process nothing is missing. The next
chunk takes the journal's place. Unlike a chunk it may end in the middle of an entry: there the
process was killed, or is just writing.

An entry: the lengths of its text and of its numbers, a checksum of these two, the first half of the
SHA-256 of what follows, the text (JSON) and the numbers (the prediction, float32; nothing where
there is none). The first one says what the chunk would say of itself.
"""

import hashlib
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from fitreel.model.record.chunk import MOST_METRICS, ChunkFormat, ChunkMetadata, Damaged
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.tensor_file import LARGEST_HEADER
from fitreel.model.system.files import cannot_write

_LENGTHS = struct.Struct("<QQ")
_START = struct.Struct("<16sI16s")
"""The lengths, their checksum, and the digest."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class JournalWriter:
    """Appends snapshots to the journal that stands for chunk `number`; only under the run's lock.

    Raises:
        CannotWrite: the system refuses, here or in `append`.
    """

    def __init__(self, folder: Path, number: int, metadata: ChunkMetadata) -> None:
        self._path = folder / f"journal-{number:05d}-{metadata.previous}.bin"
        try:
            self._file = os.open(self._path, _FLAGS, 0o666)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self._write(json.dumps(metadata.dump()).encode(), b"")

    def append(self, snapshot: Snapshot) -> None:
        """Write a snapshot, which has no weights."""
        values = {
            "epoch": snapshot.epoch,
            "loss": snapshot.loss,
            "seconds": snapshot.seconds,
            "metrics": snapshot.metrics,
        }
        prediction = snapshot.prediction.tobytes() if snapshot.has_prediction else b""
        self._write(json.dumps(values).encode(), prediction)

    def _write(self, text: bytes, numbers: bytes) -> None:
        digest = hashlib.sha256(text + numbers).digest()[:16]
        lengths = _LENGTHS.pack(len(text), len(numbers))
        left = _START.pack(lengths, crc32(lengths), digest) + text + numbers
        try:
            while left:  # a disk that is nearly full takes a part
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def close(self) -> None:
        """Let go of the file, which stays."""
        os.close(self._file)


@dataclass(frozen=True)
class Journal:
    """What was whole of a journal when it was read."""

    metadata: ChunkMetadata
    """Less the metrics, whose names are the snapshots'."""
    snapshots: list[Snapshot]
    digest: str
    """Of its whole entries, as a chunk's."""


def read_journal(
    content: bytes, path: Path, chunk_format: ChunkFormat, most: int | None = None
) -> Journal | None:
    """The whole entries of a journal's bytes, of `most` snapshots; None where there is not one.

    Raises:
        Damaged: an entry isn't what was written; the line names `path`.
    """
    entries = list(islice(_entries(content, path), None if most is None else most + 1))
    if len(entries) < 2:
        return None
    try:
        metadata = ChunkMetadata.parse(json.loads(entries[0][0]))
        snapshots = [_snapshot(*entry, chunk_format) for entry in entries[1:]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise Damaged(f"{path}: damaged: an entry can't be read") from None
    length = sum(_START.size + len(text) + len(numbers) for text, numbers in entries)
    return Journal(metadata, snapshots, hashlib.sha256(content[:length]).hexdigest()[:32])


def _entries(content: bytes, path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Text and numbers of each whole entry."""
    start = 0
    while start + _START.size <= len(content):
        lengths, checksum, digest = _START.unpack_from(content, start)
        length, size = _LENGTHS.unpack(lengths)
        middle = start + _START.size + length
        end = middle + size
        are_lengths = crc32(lengths) == checksum
        if are_lengths and end > len(content):
            return
        body = content[start + _START.size : end] if are_lengths else b""
        is_whole = are_lengths and hashlib.sha256(body).digest()[:16] == digest
        if not is_whole or length > LARGEST_HEADER:
            # After a power cut the last bytes may be none that were written.
            if (are_lengths and end == len(content)) or not content[start:].strip(b"\0"):
                return
            raise Damaged(f"{path}: damaged: its bytes don't match their digests")
        yield body[:length], body[length:]
        start = end


def _snapshot(text: bytes, numbers: bytes, chunk_format: ChunkFormat) -> Snapshot:
    values = json.loads(text)
    metrics: dict[str, Any] = values["metrics"]
    if type(values["epoch"]) is not int or len(metrics) > MOST_METRICS:
        raise ValueError("no epoch, or more metrics than there can be")
    nothing = np.full(chunk_format.width, np.nan, np.float32)
    prediction = np.frombuffer(numbers, "<f4") if numbers else nothing
    if prediction.shape != nothing.shape:
        raise ValueError("a prediction of another length")
    return Snapshot(
        epoch=values["epoch"],
        loss=float(values["loss"]),
        seconds=float(values["seconds"]),
        prediction=prediction,
        metrics={name: float(value) for name, value in metrics.items()},
        has_prediction=bool(numbers),
    )
