"""Points from a file, as its maker meant them: an input and an output, or a refusal.

Nothing in a file makes us take more memory than `MOST_POINTS` points and a line of text need.
"""

import hashlib
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.precision import as_float32
from fitreel.model.data.table.bad_cell import column_text
from fitreel.model.data.table.columns import shortened
from fitreel.model.data.table.layout import delimiter_text
from fitreel.model.data.table.npz_file import read_npz
from fitreel.model.data.table.text_table import TextTable
from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_POINTS, DataSettings

Numbers = NDArray[np.float64]

MAX_BYTES = 100_000_000
MAX_NAME = 255
"""Characters of a column's name that are kept."""

TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".dat", ".asc", ".prn")
ENDINGS = (*TEXT_ENDINGS, ".npz")
_ADVICE = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".numbers"), "save it as CSV"),
    **dict.fromkeys((".npy", ".mat"), "save it with numpy.savez, as x=…, y=…"),
    **dict.fromkeys((".gz", ".zip", ".bz2", ".xz", ".zst"), "unpack it"),
}


@dataclass(frozen=True)
class Points:
    """The points of a file, in the file's own order, which is the one that training sees."""

    x: Numbers
    """Shape (N,), finite; 1 ≤ N ≤ `MOST_POINTS`."""
    y: Numbers
    """Shape (N,), finite."""
    names: tuple[str, str]
    """What the columns are called; x and y where the file doesn't say."""
    delimiter: str | None = None
    """What stands between the cells of a text."""
    decimal: str | None = None
    """The decimal sign of a text; None where no number has one."""
    left_out: int = 0
    """Rows without a number."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the numbers, 64 hexadecimal digits."""
        values = np.stack([self.x, self.y]).astype("<f8")
        return hashlib.sha256(values.tobytes()).hexdigest()

    def facts(self, file: str) -> dict[str, Any]:
        """What was read, for people: names, numbers and texts, as JSON has them."""
        facts: dict[str, Any] = {"file": file, "input": self.names[0], "output": self.names[1]}
        if self.delimiter is not None:
            facts["delimiter"] = self.delimiter
        if self.decimal is not None:
            facts["decimal"] = self.decimal
        facts |= {"rows": len(self.x), "rows_left_out": self.left_out}
        for key, values in (("input_range", self.x), ("output_range", self.y)):
            facts[key] = [float(values.min()), float(values.max())]
        return facts

    def summary(self) -> str:
        """What was read, in a line."""
        parts = [
            f"{shortened(name)} from {values.min():.10g} to {values.max():.10g}"
            for name, values in zip(self.names, (self.x, self.y), strict=True)
        ]
        if self.delimiter is not None:
            parts.append(f"delimiter {delimiter_text(self.delimiter)}")
        if self.decimal is not None:
            parts.append(f'decimal "{self.decimal}"')
        left_out = f", {self.left_out:,} left out" if self.left_out else ""
        return f"{len(self.x):,} rows{left_out}: {', '.join(parts)}"


def read_points(path: Path, settings: DataSettings) -> Points:
    """The points in `path`: arrays of an `.npz`, else columns of a text.

    Args:
        path: the file, whose ending is one of `ENDINGS`.
        settings: which columns, and how numbers are written; what isn't said is found.

    Raises:
        BadInput: naming the file, the line and the column where it can't be read, or in two ways,
            where a value is not finite as a float32, and where it is larger than `MOST_POINTS` or
            `MAX_BYTES`.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        advice = f"; {_ADVICE[ending]}" if ending in _ADVICE else ""
        raise BadInput(f"{path}: points are read from {', '.join(ENDINGS)} files{advice}")
    _check_file(path)
    try:
        return _read_arrays(path, settings) if ending == ".npz" else _read_text(path, settings)
    except BadInput as error:
        # Bytes that are no UTF-8, as they are shown.
        advice = "; it isn't UTF-8: say data.encoding" if "\\udc" in str(error) else ""
        raise BadInput(f"{path}: {error}{advice}") from None
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror or error}") from None


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: can't be read: {reason}") from None
    # Before opening: a named pipe would wait for its writer for ever.
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a file"
        raise BadInput(f"{path}: this is {kind}; a file with an input and an output is needed")
    if status.st_size > MAX_BYTES:
        raise BadInput(
            f"{path}: {status.st_size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB and"
            f" {MOST_POINTS:,} points are read"
        )


def _read_arrays(path: Path, settings: DataSettings) -> Points:
    said = [key for key in ("delimiter", "decimal", "thousands", "encoding") if settings.given(key)]
    if said:
        raise BadInput(f"data.{said[0]} is for texts; leave it out")
    with path.open("rb") as file:
        table = read_npz(file, settings)
    names = [f"array {shortened(name)}" for name in table.names]
    x, y, left_out = _finite(table.values, names, settings, lambda row: f"index {row}")
    own = (table.names[0][:MAX_NAME], table.names[1][:MAX_NAME])
    return Points(x, y, own, left_out=left_out)


def _read_text(path: Path, settings: DataSettings) -> Points:
    with path.open("rb") as file:
        if file.read(4) in (b"PK\3\4", b"\xd0\xcf\x11\xe0"):
            raise BadInput("this is a spreadsheet, or an archive; save it as CSV")
    text = TextTable(path, settings)
    table = text.read()
    names = list(map(column_text, table.names, table.places))
    if not "".join(table.names).isprintable():
        raise BadInput(f"{' or '.join(names)} has a name that can't be read")
    x, y, left_out = _finite(table.values, names, settings, text.where(table))
    own = (table.names[0][:MAX_NAME] or "x", table.names[1][:MAX_NAME] or "y")
    return Points(x, y, own, table.delimiter, table.decimal, left_out)


def _finite(
    values: tuple[Numbers, Numbers],
    names: Sequence[str],
    settings: DataSettings,
    where: Callable[[int], str],
) -> tuple[Numbers, Numbers, int]:
    """The rows that are numbers in both columns, and how many are left out.

    Raises:
        BadInput: that says `where` one is not finite, or too large to train with.
    """
    missing = np.isnan(values[0]) | np.isnan(values[1])
    if settings.missing != "drop":
        missing[:] = False
    if missing.all():
        raise BadInput("no row has a number in both columns")
    for name, column in zip(names, values, strict=True):
        bad = np.flatnonzero(~np.isfinite(as_float32(column)) & ~missing)
        if bad.size:
            value = column[bad[0]]
            problem = "is too large for a 32-bit float" if np.isfinite(value) else "is not finite"
            raise BadInput(f"{where(int(bad[0]))}: {name} is {value}, which {problem}")
    kept = ~missing
    return values[0][kept], values[1][kept], int(missing.sum())
