"""A table in a text: cut, its columns chosen, its numbers read; two ways to do so are refused."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.bad_cell import bad_row
from fitreel.model.data.table.candidates import (
    Candidate,
    Unreadable,
    choose_candidate,
    named_columns,
)
from fitreel.model.data.table.columns import canonical, shortened
from fitreel.model.data.table.layout import Head, Layout, quotes_in_disorder
from fitreel.model.data.table.lines import BadRow, TableText, cells_of, head_of
from fitreel.model.data.table.number_column import Convention
from fitreel.model.data.table.number_convention import BadCell, NamedColumn, conventions_of
from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_POINTS, DataSettings

_CELLS_AT_ONCE = 1_000
"""So few that the rows are gone before Python looks for garbage among them."""


@dataclass(frozen=True)
class TextColumns:
    """The two columns of a text, as numbers."""

    names: tuple[str, str]
    """"" where one has none."""
    places: tuple[int, int]
    """Of the columns, from 0."""
    first: int
    """Which row is the first of the values."""
    values: tuple[NDArray[np.float64], NDArray[np.float64]]
    """Shape (N,) each, N ≥ 1, NaN where nothing stands; as many as the table has rows."""
    delimiter: str
    decimal: str | None
    """None where no number has one."""


class TextTable:
    """A file of text that holds a table.

    Args:
        path: the file.
        settings: what the job says of it.
    """

    def __init__(self, path: Path, settings: DataSettings) -> None:
        self._text = TableText(path, settings.encoding)
        self._settings = settings

    def read(self) -> TextColumns:
        """The two columns.

        Raises:
            BadInput: it can't be read, or in two ways; the line names line, column and key.
        """
        lines = self._text.lines()
        texts, has_more = head_of(lines)
        if not texts:
            raise BadInput("the file is empty; an input and an output are needed")
        said = (*(self._settings.inputs or "x"), *(self._settings.outputs or "y"))
        names = frozenset(canonical(name) for name in said if isinstance(name, str))
        head = Head(texts, not has_more, lines.comment, names)
        delimiter = self._settings.delimiter or lines.separator
        try:
            candidate = choose_candidate(head, self._settings, delimiter)
        except Unreadable as unreadable:
            raise self._placed(unreadable.best.error, unreadable.best.delimiter) from None
        try:
            return self._read(candidate)
        except BadInput as error:
            raise self._placed(error, candidate.layout.delimiter) from None

    def where(self, columns: TextColumns) -> Callable[[int], str]:
        """Gives the line of a row of the columns' values, as it is said."""
        return lambda row: f"line {self._line_of(columns.first + row, columns.delimiter)}"

    def _read(self, candidate: Candidate) -> TextColumns:
        layout, places = candidate.layout, candidate.places
        columns = named_columns(layout, places, self._cells(candidate), self._settings)
        try:
            chosen = conventions_of(columns)
        except BadCell as error:
            raise bad_row(error, layout, columns) from None
        if layout.delimiter == "," and self._settings.delimiter is None:
            _refuse_rests_of_numbers(layout, columns)
        if self._settings.missing != "drop":
            _refuse_missing(layout, columns, chosen)
        (x, as_x), (y, as_y) = zip(columns, chosen, strict=True)
        decimals = [way.decimal for each, way in ((x, as_x), (y, as_y)) if not each.is_neutral]
        return TextColumns(
            (layout.names[places[0]], layout.names[places[1]]),
            places,
            layout.first,
            (x.column.values(as_x), y.column.values(as_y)),
            layout.delimiter,
            decimals[0] if decimals else None,
        )

    def _cells(self, candidate: Candidate) -> tuple[list[str], list[str]]:
        """The cells of the two columns, less empty rows at the end."""
        layout, width = candidate.layout, len(candidate.layout.names)
        first, second = (itemgetter(place) for place in candidate.places)
        x: list[str] = []
        y: list[str] = []
        empty = 0
        for rows in self._rows(layout):
            number = layout.first + len(x) + empty
            if {*map(len, rows)} != {width}:
                rows = [layout.fitted(row, number + n) for n, row in enumerate(rows)]
            for place in candidate.empty:
                _refuse_filled(rows, place, number)
            filled = next((n for n in range(len(rows), 0, -1) if any(rows[n - 1])), 0)
            if filled:
                x += [""] * empty
                y += [""] * empty
                x += map(first, rows[:filled])
                y += map(second, rows[:filled])
                empty = 0
            empty += len(rows) - filled
            if len(x) > MOST_POINTS:
                raise BadRow(
                    layout.first + MOST_POINTS, f"more than {MOST_POINTS:,} points; thin them out"
                )
        return x, y

    def _rows(self, layout: Layout) -> Iterator[list[list[str]]]:
        """The rows below the names, some at a time."""
        reader = cells_of(self._text.lines(), layout.delimiter)
        count = 0
        try:
            for _ in islice(reader, layout.first):
                pass
            while rows := list(islice(reader, max(1, _CELLS_AT_ONCE // len(layout.names)))):
                count += len(rows)
                yield rows
        except csv.Error as error:
            raise BadRow(layout.first + count, quotes_in_disorder(error)) from None

    def _placed(self, error: BadInput, delimiter: str) -> BadInput:
        """The error with the line of its row, where it has one."""
        if not isinstance(error, BadRow):
            return error
        return BadInput(f"line {self._line_of(error.row, delimiter)}: {error}")

    def _line_of(self, row: int, delimiter: str) -> int:
        """The line, from 1, where a row ends; of one with quotes in disorder, where it begins."""
        lines = self._text.lines()
        number = 0
        try:
            for _ in islice(cells_of(lines, delimiter), row + 1):
                number = lines.number
        except csv.Error:
            return number + 1
        return number


def _refuse_rests_of_numbers(layout: Layout, columns: Sequence[NamedColumn]) -> None:
    """Raise BadRow for a cell that looks as what follows a decimal comma, as the 05 of 0,05."""
    for each in columns:
        row = each.column.first_like(r"0\d")
        if row is not None:
            raise BadRow(
                layout.first + row,
                f"{each.name} is {shortened(each.column.cells[row].strip())}: if a decimal comma"
                " stands before it, save the table with another delimiter, else say data.delimiter"
                ' = ","',
            )


def _refuse_missing(
    layout: Layout, columns: Sequence[NamedColumn], chosen: Sequence[Convention]
) -> None:
    gaps = [
        (each.column.missing(convention)[0], each)
        for each, convention in zip(columns, chosen, strict=True)
        if each.column.missing(convention)
    ]
    if gaps:
        row, named = min(gaps, key=lambda gap: gap[0])
        cell = named.column.cells[row].strip()
        raise BadRow(
            layout.first + row,
            f"{named.name} is {shortened(cell) if cell else 'empty'}; a number is needed, or"
            ' data.missing = "drop" to leave such rows out',
        )


def _refuse_filled(rows: Sequence[Sequence[str]], place: int, number: int) -> None:
    """Raise BadRow where a column that was empty isn't any more."""
    for n, row in enumerate(rows):
        if row[place]:
            raise BadRow(
                number + n,
                f"column {place + 1} is no longer empty; say which columns are meant, by"
                " data.inputs and data.outputs",
            )
