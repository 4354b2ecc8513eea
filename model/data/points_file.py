"""Points from a file, as its maker meant them: inputs and outputs, or a refusal.

Nothing in a file makes us take more memory than `MOST_POINTS` points and a line of text need.
"""

import hashlib
import json
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.data_shape import DataShape
from fitreel.model.data.picture_file import CHANNELS, PICTURE_ENDINGS, read_picture
from fitreel.model.data.precision import as_float32
from fitreel.model.data.table.bad_cell import column_text
from fitreel.model.data.table.columns import MOST_NAMES_SAID, shortened
from fitreel.model.data.table.labels import classes_of
from fitreel.model.data.table.layout import delimiter_text
from fitreel.model.data.table.npz_file import read_npz
from fitreel.model.data.table.text_table import TextTable
from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_POINTS, OF_FILES, DataSettings

Numbers = NDArray[np.float64]

MAX_BYTES = 100_000_000
MAX_NAME = 255
"""Characters of a column's name that are kept."""

TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".dat", ".asc", ".prn")
ENDINGS = (*TEXT_ENDINGS, *PICTURE_ENDINGS, ".npz")
_ADVICE = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".numbers"), "save it as CSV"),
    **dict.fromkeys((".npy", ".mat"), "save it with numpy.savez, as x=…, y=…"),
    **dict.fromkeys((".gif", ".webp", ".bmp", ".tif", ".tiff"), "save a picture as PNG"),
    **dict.fromkeys((".gz", ".zip", ".bz2", ".xz", ".zst"), "unpack it"),
}


_LEAVE_OUT = 'data.missing = "drop" to leave such rows out'


@dataclass(frozen=True)
class Points:
    """The points of a file, in the file's own order, which is the one that training sees."""

    x: Numbers
    """Finite, shape (N,), or (N, D) of D inputs; 1 ≤ N ≤ `MOST_POINTS`."""
    y: NDArray[Any]
    """Finite, shape (N,), or (N, K) of K outputs; or the number of each point's class, int64."""
    inputs: tuple[str, ...]
    """What the columns are called; x, or x1, x2, …, where the file doesn't say."""
    outputs: tuple[str, ...]
    """Likewise; of classes the column that says which."""
    classes: tuple[str, ...] = ()
    """Their names; empty where y is numbers."""
    picture: tuple[int, int] | None = None
    """Rows and columns of the picture that the points are the pixels of."""
    delimiter: str | None = None
    """What stands between the cells of a text."""
    decimal: str | None = None
    """The decimal sign of a text; None where no number has one."""
    left_out: int = 0
    """Rows without a number."""

    @property
    def shape(self) -> DataShape:
        """How many inputs and outputs there are."""
        return DataShape(len(self.inputs), len(self.outputs), len(self.classes))

    @property
    def columns(self) -> list[tuple[str, Numbers]]:
        """Name and values of each column of numbers, inputs first."""
        sides = [(self.inputs, self.x)] + [(self.outputs, self.y)] * (not self.classes)
        return [
            (name, values)
            for names, side in sides
            for name, values in zip(names, side.reshape(len(side), -1).T, strict=True)
        ]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the numbers, 64 hexadecimal digits."""
        values = np.stack([column for _, column in self.columns]).astype("<f8")
        digest = hashlib.sha256(values.tobytes())
        if not self.shape.is_curve:
            kind = [list(self.x.shape), list(self.y.shape), self.classes, self.picture]
            digest.update(json.dumps(kind).encode())
        if self.classes:
            digest.update(self.y.astype("<i8").tobytes())
        return digest.hexdigest()

    def facts(self, file: str) -> dict[str, Any]:
        """What was read, for people: names, numbers and texts, as JSON has them."""
        facts: dict[str, Any] = {"file": file}
        if self.shape.is_curve:
            facts |= {"input": self.inputs[0], "output": self.outputs[0]}
        else:
            facts |= {"inputs": list(self.inputs), "outputs": list(self.outputs)}
        if self.classes:
            counts = np.bincount(self.y, minlength=len(self.classes)).tolist()
            facts["classes"] = dict(zip(self.classes, counts, strict=True))
        if self.picture is not None:
            facts["pixels"] = [self.picture[1], self.picture[0]]
        if self.delimiter is not None:
            facts["delimiter"] = self.delimiter
        if self.decimal is not None:
            facts["decimal"] = self.decimal
        facts |= {"rows": len(self.x), "rows_left_out": self.left_out}
        ranges = [[float(values.min()), float(values.max())] for _, values in self.columns]
        if self.shape.is_curve:
            return facts | {"input_range": ranges[0], "output_range": ranges[1]}
        names = [name for name, _ in self.columns]
        return facts | {"ranges": dict(zip(names, ranges, strict=True))}

    def summary(self) -> str:
        """What was read, in a line."""
        if self.picture is not None:
            height, width = self.picture
            return f"a picture of {width} x {height} pixels: from place to colour"
        columns = self.columns
        parts = [
            f"{shortened(name)} from {values.min():.10g} to {values.max():.10g}"
            for name, values in columns[:MOST_NAMES_SAID]
        ]
        if len(columns) > len(parts):
            parts.append(f"and {len(columns) - len(parts)} columns more")
        if self.classes:
            names = ", ".join(map(shortened, self.classes[:MOST_NAMES_SAID]))
            more = ", …" if len(self.classes) > MOST_NAMES_SAID else ""
            parts.append(
                f"{shortened(self.outputs[0])} of {len(self.classes)} classes ({names}{more})"
            )
        if self.delimiter is not None:
            parts.append(f"delimiter {delimiter_text(self.delimiter)}")
        if self.decimal is not None:
            parts.append(f'decimal "{self.decimal}"')
        left_out = f", {self.left_out:,} left out" if self.left_out else ""
        return f"{len(self.x):,} rows{left_out}: {', '.join(parts)}"


def read_points(path: Path, settings: DataSettings) -> Points:
    """The points in `path`: arrays of an `.npz`, pixels of a picture, else columns of a text.

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
        if ending in PICTURE_ENDINGS:
            return _read_picture(path, settings)
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
    _refuse_keys(settings, ("delimiter", "decimal", "thousands", "encoding"), "texts")
    with path.open("rb") as file:
        table = read_npz(file, settings)
    names = [f"array {shortened(name)}" for name in (*table.inputs, *table.outputs)]
    return _points(
        _Columns(table.values, table.labels, names, f"array {shortened(table.label)}"),
        (table.inputs, table.outputs or (table.label,)),
        settings,
        lambda row: f"index {row}",
    )


def _read_text(path: Path, settings: DataSettings) -> Points:
    with path.open("rb") as file:
        if file.read(4) in (b"PK\3\4", b"\xd0\xcf\x11\xe0"):
            raise BadInput("this is a spreadsheet, or an archive; save it as CSV")
    text = TextTable(path, settings)
    table = text.read()
    chosen = table.chosen
    names = list(map(column_text, table.names, chosen.all))
    if not "".join(table.names).isprintable():
        raise BadInput(f"{' or '.join(names)} has a name that can't be read")
    count = len(chosen.inputs)
    own = table.names[:count], table.names[count:]
    points = _points(
        _Columns(table.values, table.labels, names, names[-1]), own, settings, text.where(table)
    )
    return replace(points, delimiter=table.delimiter, decimal=table.decimal)


def _read_picture(path: Path, settings: DataSettings) -> Points:
    keys = [key for key in OF_FILES if key != "missing"]
    _refuse_keys(settings, keys, "tables")
    x, y, size = read_picture(path)
    return Points(x, y, ("x", "y"), CHANNELS, picture=size)


def _refuse_keys(settings: DataSettings, keys: Sequence[str], kind: str) -> None:
    said = [key for key in keys if settings.given(key)]
    if said:
        raise BadInput(f"data.{said[0]} is for {kind}; leave it out")


@dataclass(frozen=True)
class _Columns:
    """What stands in a file's columns."""

    values: tuple[Numbers, ...]
    """Of inputs and outputs, shape (N,) each."""
    labels: list[str] | None
    names: Sequence[str]
    """Of the values' columns, as they are said; more may follow."""
    label: str
    """What the column of labels is called, as it is said."""


def _points(
    columns: _Columns,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    settings: DataSettings,
    where: Callable[[int], str],
) -> Points:
    """The rows that are numbers in all columns, and have a class where there are such.

    Raises:
        BadInput: that says `where` one is not finite, or too large to train with; too many columns.
    """
    values, labels = columns.values, columns.labels
    inputs, outputs = (_filled(side, letter) for side, letter in zip(names, "xy", strict=True))
    DataShape(len(inputs), len(outputs)).check()
    missing = np.isnan(values[0])
    for column in values[1:]:
        missing |= np.isnan(column)
    if labels is not None:
        missing |= np.array([not label for label in labels])
    if settings.missing != "drop":
        missing[:] = False
        if labels is not None and "" in labels:
            raise BadInput(
                f"{where(labels.index(''))}: {columns.label} is empty; a class is needed, or"
                f" {_LEAVE_OUT}"
            )
    if missing.all():
        columns_said = "both columns" if len(values) == 2 and labels is None else "all columns"
        raise BadInput(f"no row has a number in {columns_said}")
    for name, column in zip(columns.names, values, strict=False):
        _check_finite(name, column, missing, where)
    kept = ~missing
    count = len(inputs)
    x, y = (_side([column[kept] for column in side]) for side in (values[:count], values[count:]))
    if labels is None:
        return Points(x, y, inputs, outputs, left_out=int(missing.sum()))
    rows = [label for label, is_missing in zip(labels, missing.tolist(), strict=True)
            if not is_missing]  # fmt: skip
    numbers, classes = classes_of(rows, columns.label)
    return Points(x, numbers, inputs, outputs, classes, left_out=int(missing.sum()))


def _check_finite(
    name: str, column: Numbers, missing: NDArray[np.bool_], where: Callable[[int], str]
) -> None:
    bad = np.flatnonzero(~np.isfinite(as_float32(column)) & ~missing)
    if bad.size:
        value = column[bad[0]]
        problem = "is too large for a 32-bit float" if np.isfinite(value) else "is not finite"
        if np.isnan(value):
            problem += f"; a number is needed, or {_LEAVE_OUT}"
        raise BadInput(f"{where(int(bad[0]))}: {name} is {value}, which {problem}")


def _side(columns: Sequence[Numbers]) -> Numbers:
    """Shape (N,) of one column, (N, columns) of more; of none (0,)."""
    if len(columns) == 1:
        return columns[0]
    return np.stack(columns, axis=1) if columns else np.empty(0)


def _filled(names: tuple[str, ...], letter: str) -> tuple[str, ...]:
    """Names, a letter and a number where there is none."""
    others = [letter] if len(names) == 1 else [f"{letter}{n}" for n in range(1, len(names) + 1)]
    return tuple(name[:MAX_NAME] or other for name, other in zip(names, others, strict=True))
