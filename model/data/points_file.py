"""Points from a file: CSV or TSV as people's programs write them, and NPZ, into x and y.

A file is read a line at a time and a compressed array only as far as its header promises, so that
nothing in a file can make us take more memory than `MAX_POINTS` points need.
"""

import csv
import hashlib
import io
import itertools
import stat
import struct
import warnings
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput

MAX_POINTS = 1_000_000
MAX_BYTES = 100_000_000
MAX_LINE = 100_000
"""Characters; a longer line is not a table's."""

ENDINGS = (".csv", ".tsv", ".txt", ".dat", ".npz")


@dataclass(frozen=True)
class Points:
    """The points of a file, in the file's own order, which is the one that training sees."""

    x: NDArray[np.float32]
    """Shape (N,), finite; 1 ≤ N ≤ `MAX_POINTS`."""
    y: NDArray[np.float32]
    """Shape (N,), finite."""
    digest: str
    """SHA-256 of the file's bytes, 64 hexadecimal digits."""

    @property
    def order(self) -> NDArray[np.intp]:
        """Shape (N,): `x[order]` rises, for drawing a line; equal ones keep their order."""
        return np.argsort(self.x, kind="stable")


def read_points(path: Path) -> Points:
    """The points in `path`: `.npz` with arrays x and y, anything else in `ENDINGS` is text.

    Text has two or more columns, divided by tabs, semicolons, commas or blanks, and maybe a header;
    with one, the columns named x and y are taken, in any case, otherwise the first two. With tabs
    and semicolons a decimal comma is read too. `#` begins a comment, empty lines are skipped.

    Raises BadInput naming the file, the line and the value where it can't be read so, where a
    value is not finite as a float32, and where it is larger than `MAX_POINTS` or `MAX_BYTES`.
    """
    if path.suffix.lower() not in ENDINGS:
        raise BadInput(f"{path}: points are read from {', '.join(ENDINGS)} files")
    with _open(path) as file:
        read = _read_npz if path.suffix.lower() == ".npz" else _read_text
        try:
            digest = _digest(file)
            file.seek(0)
            x, y = read(file)
        except BadInput as error:
            raise BadInput(f"{path}: {error}") from None
        except OSError as error:
            raise BadInput(f"{path}: can't be read: {error.strerror or error}") from None
    return Points(x, y, digest)


def digest(path: Path) -> str:
    """SHA-256 of the bytes of `path`, 64 hexadecimal digits; BadInput if it can't be read."""
    with _open(path) as file:
        return _digest(file)


def _digest(file: io.BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> io.BufferedReader:
    try:
        status = path.stat()
        # Before opening: a named pipe would wait for its writer for ever.
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a file"
            raise BadInput(f"{path}: this is {kind}; a file with columns x and y is needed")
        if status.st_size > MAX_BYTES:
            raise BadInput(
                f"{path}: {status.st_size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB and"
                f" {MAX_POINTS:,} points are read"
            )
        return path.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: can't be read: {reason}") from None


def _finite(
    values: NDArray[np.generic], name: str, where: Callable[[int], str]
) -> NDArray[np.float32]:
    """`values` as float32; BadInput that says `where` the first is that isn't finite as one."""
    with np.errstate(all="ignore"):
        single = values.astype(np.float32)
    bad = np.flatnonzero(~np.isfinite(single))
    if bad.size:
        value = values[bad[0]]
        problem = "is too large for a 32-bit float" if np.isfinite(value) else "is not finite"
        raise BadInput(f"{where(int(bad[0]))}: {name} is {value}, which {problem}")
    return single


# --- Text -------------------------------------------------------------------------------------


def _read_text(file: io.BufferedReader) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if b"\0" in file.read(8192):
        raise BadInput("this is not a text file in UTF-8; save the table as CSV (UTF-8)")
    file.seek(0)
    # Bytes that are no UTF-8 may stand in comments and in the names of other columns.
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape") as text:
        return _read_table(text)


def _read_table(text: IO[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    lines = _content(text)
    first = next(lines, None)
    if first is None:
        raise BadInput("the file is empty; columns x and y are needed")
    number, line = first
    delimiter = next((sign for sign in "\t;," if sign in line), None)
    decimal_comma = delimiter in ("\t", ";")
    fields = _split(line, delimiter, number)
    width, x_at, y_at = len(fields), 0, 1
    if any(_is_number(field, decimal_comma) for field in fields):
        lines = itertools.chain([first], lines)
        if width < 2:
            raise BadInput(f"line {number} has one column; x and y are needed")
    else:
        x_at, y_at = (_column(name, fields, number) for name in "xy")

    x, y, line_numbers = array("d"), array("d"), array("L")
    for number, line in lines:
        if decimal_comma and "," in line:
            line = line.replace(",", ".")
        fields = _split(line, delimiter, number) if '"' in line else line.split(delimiter)
        if len(fields) != width:
            raise BadInput(
                f"line {number} doesn't have as many columns as line {first[0]}: {len(fields)},"
                f" not {width}"
            )
        try:
            x.append(float(fields[x_at]))
            y.append(float(fields[y_at]))
        except ValueError:
            _refuse_fields(number, x=fields[x_at], y=fields[y_at])
        if "_" in fields[x_at] or "_" in fields[y_at]:  # Python's own 1_000 is nobody's data
            _refuse_fields(number, x=fields[x_at], y=fields[y_at])
        line_numbers.append(number)
        if len(x) > MAX_POINTS:
            raise BadInput(f"line {number}: more than {MAX_POINTS:,} points; thin them out")
    if not x:
        raise BadInput("there are no points below the header")

    def where(index: int) -> str:
        return f"line {line_numbers[index]}"

    return _finite(np.array(x), "x", where), _finite(np.array(y), "y", where)


def _content(text: IO[str]) -> Iterator[tuple[int, str]]:
    """Every line that holds something, with its number from 1."""
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise BadInput(f"line {number} is longer than {MAX_LINE:,} characters")
        if "#" in line:
            line = line.partition("#")[0]
        if not line.isspace() and line:
            yield number, line.rstrip("\n")


def _split(line: str, delimiter: str | None, number: int) -> list[str]:
    """The fields of a line, without the quotes around them."""
    if delimiter is None:
        return [field.strip('"') for field in line.split()]
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise BadInput(f"line {number} can't be read: {error}") from None


def _is_number(field: str, decimal_comma: bool) -> bool:
    try:
        float(field.replace(",", ".") if decimal_comma else field)
    except ValueError:
        return False
    return True


def _column(name: str, header: Sequence[str], number: int) -> int:
    matches = [i for i, field in enumerate(header) if field.strip().lower() == name]
    if len(matches) == 1:
        return matches[0]
    names = ", ".join(_quoted(field.strip()) for field in header[:8])
    more = ", …" if len(header) > 8 else ""
    problem = f"no column is named {name}" if not matches else f"two columns are named {name}"
    raise BadInput(f"line {number}: {problem}; the columns are {names}{more}")


def _refuse_fields(number: int, **fields: str) -> None:
    for name, field in fields.items():
        field = field.strip()
        if not field:
            raise BadInput(f"line {number}: {name} is empty; a number is needed")
        if not _is_number(field, decimal_comma=False) or "_" in field:
            raise BadInput(f"line {number}: {name} is {_quoted(field)}, which is not a number")


def _quoted(field: str) -> str:
    short = field if len(field) <= 30 else f"{field[:29]}…"
    return f"'{short}'" if short.isprintable() else ascii(short)


# --- NPZ --------------------------------------------------------------------------------------

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


def _read_npz(file: io.BufferedReader) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    try:
        with zipfile.ZipFile(file) as archive:
            x, y = (_read_member(archive, name) for name in "xy")
    except _BROKEN_ZIP as error:
        raise BadInput(f"this is not a whole NPZ file: {error}") from None
    if len(x) != len(y):
        raise BadInput(f"x has {len(x):,} values and y has {len(y):,}; one y for every x is needed")
    if not len(x):
        raise BadInput("there are no points in it")
    return x, y


def _read_member(archive: zipfile.ZipFile, name: str) -> NDArray[np.float32]:
    """One array, read no further than its header promises, and that no further than the limit."""
    matches = [info for info in archive.infolist() if info.filename.lower() == f"{name}.npy"]
    if len(matches) != 1:
        arrays = [_quoted(info.filename.removesuffix(".npy")) for info in archive.infolist()[:8]]
        raise BadInput(f"one array named {name} is needed; there are {', '.join(arrays) or 'none'}")
    if matches[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The other decompressors of zipfile give all they have, however little is asked for.
        raise BadInput(f"array {name} is compressed in a way that numpy doesn't write")
    with archive.open(matches[0]) as member:
        shape, dtype = _read_header(member, name)
        count = shape[0]
        data = member.read(count * dtype.itemsize)
        if len(data) != count * dtype.itemsize or member.read(1):
            raise BadInput(f"array {name} is not as long as its header says")
    return _finite(np.frombuffer(data, dtype), name, lambda index: f"array {name} at {index}")


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
    if shape[0] > MAX_POINTS:
        raise BadInput(f"array {name} has {shape[0]:,} values; at most {MAX_POINTS:,} are read")
    return shape, dtype
