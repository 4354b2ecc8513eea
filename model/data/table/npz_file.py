"""Arrays in an NPZ file: each read no further than its header promises, and that has a limit."""

import io
import math
import struct
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.columns import Columns, choose_columns, clean_name, shortened
from fitreel.model.errors import BadInput
from fitreel.model.limits import MOST_INPUTS
from fitreel.model.settings import MOST_POINTS, DataSettings

# What zipfile raises on bytes that are no archive; RuntimeError is an encrypted one.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)

_NUMBERS = "fiu"
_LABELS = "fiubUS"
_LONGEST_LABEL = 4096
"""Bytes of one value."""


@dataclass(frozen=True)
class NpzColumns:
    """The arrays of an NPZ file that are meant, column by column."""

    inputs: tuple[str, ...]
    """Their names; those of an array X of several columns are X1, X2, …."""
    outputs: tuple[str, ...]
    values: tuple[NDArray[np.float64], ...]
    """Of inputs and outputs, shape (N,) each, N ≥ 1, as they stand in the file."""
    labels: list[str] | None = None
    """Of each row the class; "" where there is none."""
    label: str = ""


def read_npz(file: io.BufferedReader, settings: DataSettings) -> NpzColumns:
    """The arrays that `settings` names; else x and y, or the only two of numbers.

    Raises:
        BadInput: there are no such arrays, or they can't be read.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = [each for each in archive.infolist() if each.filename.endswith(".npy")]
            names = [each.filename.removesuffix(".npy") for each in members]

            def numbers() -> list[int]:
                return [n for n, each in enumerate(members) if _is_numbers(archive, each)]

            columns = Columns(names, is_named=True, what="array")
            chosen = choose_columns(columns, settings, numbers)
            inputs, outputs = (
                [_Array(names[n], _read_numbers(archive, members[n], names[n])) for n in places]
                for places in (chosen.inputs, chosen.outputs)
            )
            labels = None
            if chosen.label is not None:
                labels = _read_labels(archive, members[chosen.label], names[chosen.label])
    except _BROKEN_ZIP as error:
        raise BadInput(f"this is not a whole NPZ file: {error}") from None
    lengths = [(array.name, len(array.values)) for array in (*inputs, *outputs)]
    if labels is not None and chosen.label is not None:
        lengths.append((names[chosen.label], len(labels)))
    (first, count), *others = lengths
    for other, rows in others:
        if rows != count:
            raise BadInput(
                f"array {shortened(first)} has {count:,} values and array {shortened(other)}"
                f" {rows:,}; as many are needed"
            )
    if not count:
        raise BadInput("there are no points in it")
    return NpzColumns(
        tuple(name for array in inputs for name in array.names),
        tuple(name for array in outputs for name in array.names),
        tuple(column for array in (*inputs, *outputs) for column in array.values.T),
        labels,
        "" if chosen.label is None else names[chosen.label],
    )


@dataclass(frozen=True)
class _Array:
    name: str
    values: NDArray[np.float64]
    """Shape (N, columns)."""

    @property
    def names(self) -> list[str]:
        count = self.values.shape[1]
        return [self.name] if count == 1 else [f"{self.name}{n}" for n in range(1, count + 1)]


def _is_numbers(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(member) as file:
            _read_header(file, member.filename, _NUMBERS)
    except BadInput:
        return False
    return True


def _read_numbers(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str
) -> NDArray[np.float64]:
    """Shape (N, columns)."""
    values = _read_member(archive, member, shortened(name), _NUMBERS)
    with np.errstate(all="ignore"):
        return values.astype(np.float64).reshape(len(values), math.prod(values.shape[1:]))


def _read_labels(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> list[str]:
    values = _read_member(archive, member, shortened(name), _LABELS)
    if values.ndim == 2 and values.shape[1] != 1:
        raise BadInput(f"array {shortened(name)} has shape {values.shape}; labels are (N,)")
    texts = values.reshape(-1)
    if values.dtype.kind == "S":
        return [clean_name(text.decode("utf-8", "surrogateescape")) for text in texts.tolist()]
    labels = [clean_name(str(text)) for text in texts.tolist()]
    return ["" if values.dtype.kind == "f" and label == "nan" else label for label in labels]


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, kinds: str
) -> NDArray[Any]:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The other decompressors of zipfile give all they have, however little is asked for.
        raise BadInput(f"array {name} is compressed in a way that numpy doesn't write")
    with archive.open(member) as file:
        shape, dtype, by_columns = _read_header(file, name, kinds)
        size = math.prod(shape) * dtype.itemsize
        data = file.read(size)
        if len(data) != size or file.read(1):
            raise BadInput(f"array {name} is not as long as its header says")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if by_columns else "C")


def _read_header(
    member: IO[bytes], name: str, kinds: str
) -> tuple[tuple[int, ...], np.dtype[np.generic], bool]:
    """Shape, kind of numbers, and whether they stand column after column."""
    try:
        version = np.lib.format.read_magic(member)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, by_columns, dtype = read(member)
    except Exception:  # numpy's reader lets through whatever Python's parser and tokenizer raise
        raise BadInput(f"array {name} has no header that can be read") from None
    if dtype.kind not in kinds or dtype.itemsize > _LONGEST_LABEL:
        what = "real numbers" if kinds == _NUMBERS else "whole numbers or words"
        raise BadInput(f"array {name} holds {dtype}; {what} are needed")
    if len(shape) not in (1, 2) or not all(side >= 0 for side in shape) or 0 in shape[1:]:
        raise BadInput(f"array {name} has shape {shape}; (N,) or (N, columns) is needed")
    if shape[0] > MOST_POINTS:
        raise BadInput(f"array {name} has {shape[0]:,} values; at most {MOST_POINTS:,} are read")
    if len(shape) == 2 and shape[1] > MOST_INPUTS:
        raise BadInput(
            f"array {name} has shape {shape}; there may be {MOST_INPUTS} columns at most"
        )
    return shape, dtype, by_columns
