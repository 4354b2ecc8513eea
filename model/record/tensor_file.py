"""Chosen arrays of a safetensors file, read in one pass that takes the digest of all its bytes.

safetensors' own reader takes the whole file, and its arrays beside it. Of a chunk of snapshots a
film needs the predictions, a tenth of it, and two processes read it at the same time.
"""

import hashlib
import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 18
LARGEST_HEADER = 4_000_000
DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}
"""Those that snapshots have; arrays of others are as good as not there."""


@dataclass(frozen=True)
class TensorEntry:
    """What the file's header says of one array."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    """Its first byte, counted from the end of the header."""


@dataclass(frozen=True)
class TensorFile:
    """What was read."""

    digest: str
    """The first half of the SHA-256 of the file, in hexadecimal."""
    is_read: bool
    """Whether it is of this format; else there is nothing but the digest."""
    metadata: dict[str, str]
    entries: dict[str, TensorEntry]
    """All arrays of the file."""
    arrays: dict[str, NDArray[Any]]
    """Those that were asked for."""


def read_tensors(file: BinaryIO, size: int, names: Collection[str]) -> TensorFile:
    """Read the arrays `names`, so far as they are there, of a file of `size` bytes."""
    digest = hashlib.sha256()

    def take(count: int) -> bytes:
        content = file.read(min(count, size - file.tell()))
        digest.update(content)
        return content

    metadata: dict[str, str] = {}
    entries: dict[str, TensorEntry] = {}
    arrays: dict[str, NDArray[Any]] = {}
    try:
        length = int.from_bytes(take(8), "little")
        if length > LARGEST_HEADER:
            raise ValueError("a header of ours is small")
        header = json.loads(take(length))
        metadata = _metadata(header.pop("__metadata__", {}))
        entries = _entries(header, size - file.tell())
        chosen = {name: entry for name, entry in entries.items() if name in names}
        arrays = {name: np.empty(entry.shape, entry.dtype) for name, entry in chosen.items()}
        is_read = True
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        is_read = False
    targets = [(entries[name].start, array.reshape(-1).view(np.uint8))
               for name, array in arrays.items()]  # fmt: skip
    at = 0
    while content := take(BLOCK):
        block = np.frombuffer(content, np.uint8)
        for start, target in targets:
            first, last = max(start, at), min(start + len(target), at + len(block))
            if first < last:
                target[first - start : last - start] = block[first - at : last - at]
        at += len(block)
    return TensorFile(digest.hexdigest()[:32], is_read, metadata, entries, arrays)


def _metadata(values: dict[str, str]) -> dict[str, str]:
    if not all(type(value) is str for value in values.values()):
        raise ValueError("metadata are texts")
    return values


def _entries(header: dict[str, Any], size: int) -> dict[str, TensorEntry]:
    entries = {}
    for name, values in header.items():
        dtype: np.dtype[Any] | None = DTYPES.get(values["dtype"])
        shape, (start, end) = values["shape"], values["data_offsets"]
        if dtype is None:
            continue
        if any(type(number) is not int or number < 0 for number in (start, end, *shape)):
            raise ValueError(f"{name} has no shape")
        if end > size or end - start != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"{name} doesn't fit")
        entries[name] = TensorEntry(dtype, tuple(shape), start)
    return entries
