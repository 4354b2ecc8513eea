"""Arrays in an NPZ file: each read no further than its header promises, and that has a limit."""

import io
import struct
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.columns import Columns, choose_columns, shortened
from fitreel.model.errors import BadInput
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


@dataclass(frozen=True)
class NpzColumns:
    """The two arrays of an NPZ file that are meant, as numbers."""

    names: tuple[str, str]
    values: tuple[NDArray[np.float64], NDArray[np.float64]]
    """Shape (N,) each, N ≥ 1, as they stand in the file."""


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
                return [n for n, each in enumerate(members) if _is_column(archive, each)]

            columns = Columns(names, is_named=True, what="array")
            places, _ = choose_columns(columns, settings.inputs, settings.outputs, numbers)
            x, y = (_read_member(archive, members[n], shortened(names[n])) for n in places)
    except _BROKEN_ZIP as error:
        raise BadInput(f"this is not a whole NPZ file: {error}") from None
    said = tuple(names[n] for n in places)
    if len(x) != len(y):
        raise BadInput(
            f"array {shortened(said[0])} has {len(x):,} values and array {shortened(said[1])}"
            f" {len(y):,}; as many are needed"
        )
    if not len(x):
        raise BadInput("there are no points in it")
    return NpzColumns((said[0], said[1]), (x, y))


def _is_column(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(member) as file:
            _read_header(file, member.filename)
    except BadInput:
        return False
    return True


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str
) -> NDArray[np.float64]:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The other decompressors of zipfile give all they have, however little is asked for.
        raise BadInput(f"array {name} is compressed in a way that numpy doesn't write")
    with archive.open(member) as file:
        shape, dtype = _read_header(file, name)
        count = shape[0]
        data = file.read(count * dtype.itemsize)
        if len(data) != count * dtype.itemsize or file.read(1):
            raise BadInput(f"array {name} is not as long as its header says")
    with np.errstate(all="ignore"):
        return np.frombuffer(data, dtype).astype(np.float64)


def _read_header(member: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    try:
        version = np.lib.format.read_magic(member)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, _, dtype = read(member)
    except Exception:  # numpy's reader lets through whatever Python's parser and tokenizer raise
        raise BadInput(f"array {name} has no header that can be read") from None
    if dtype.kind not in "fiu":
        raise BadInput(f"array {name} holds {dtype}; real numbers are needed")
    if len(shape) not in (1, 2) or shape[1:] not in ((), (1,)) or shape[0] < 0:
        raise BadInput(f"array {name} has shape {shape}; (N,) or (N, 1) is needed")
    if shape[0] > MOST_POINTS:
        raise BadInput(f"array {name} has {shape[0]:,} values; at most {MOST_POINTS:,} are read")
    return shape, dtype
