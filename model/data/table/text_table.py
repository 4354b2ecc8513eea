"""A table in a text: cut, its columns chosen, its numbers read; two ways to do so are refused."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.bad_cell import bad_row, column_text
from fitreel.model.data.table.candidates import (
    Candidate,
    Unreadable,
    choose_candidate,
    named_columns,
)
from fitreel.model.data.table.columns import ChosenColumns, canonical, clean_name, shortened
from fitreel.model.data.table.layout import Head, Layout, quotes_in_disorder
from fitreel.model.data.table.lines import BadRow, TableText, cells_of, head_of
from fitreel.model.data.table.number_column import Convention, is_missing
from fitreel.model.data.table.number_convention import BadCell, NamedColumn, conventions_of
from fitreel.model.data.table.spreadsheet_cells import unguarded
from fitreel.model.errors import BadInput
from fitreel.model.settings import MOST_POINTS, DataSettings

_CELLS_AT_ONCE = 1_000
"""So few that the rows are gone before Python looks for garbage among them."""


@dataclass(frozen=True)
class TextColumns:
    """The columns of a text that are meant, as numbers."""

    names: tuple[str, ...]
    """Of all of them, the label's last; "" where one has none."""
    chosen: ChosenColumns
    first: int
    """Which row is the first of the values."""
    values: tuple[NDArray[np.float64], ...]
    """Of inputs and outputs, shape (N,) each, N ≥ 1, NaN where nothing stands; as many as the table
    has rows."""
    labels: list[str] | None
    """Of each row; "" where nothing stands."""
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
        """The columns.

        Raises:
            BadInput: it can't be read, or in two ways; the line names line, column and key.
        """
        lines = self._text.lines()
        texts, has_more = head_of(lines)
        if not texts:
            raise BadInput("the file is empty; an input and an output are needed")
        settings = self._settings
        label = () if settings.label is None else (settings.label,)
        said = (*(settings.inputs or "x"), *(settings.outputs or "y"), *label)
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
        layout, chosen = candidate.layout, candidate.chosen
        cells = self._cells(candidate)
        columns = named_columns(layout, chosen.numbers, cells, self._settings)
        try:
            ways = conventions_of(columns)
        except BadCell as error:
            raise bad_row(error, layout, columns) from None
        if layout.delimiter == "," and self._settings.delimiter is None:
            _refuse_rests_of_numbers(layout, columns)
        if self._settings.missing != "drop":
            _refuse_missing(layout, columns, ways)
        labels = None
        if chosen.label is not None:
            labels = ["" if is_missing(cell) else clean_name(unguarded(cell)) for cell in cells[-1]]
            if self._settings.missing != "drop" and "" in labels:
                name = column_text(layout.names[chosen.label], chosen.label)
                raise BadRow(
                    layout.first + labels.index(""),
                    f'{name} is empty; a class is needed, or data.missing = "drop" to leave such'
                    " rows out",
                )
        pairs = list(zip(columns, ways, strict=True))
        decimals = [way.decimal for each, way in pairs if not each.is_neutral]
        return TextColumns(
            tuple(layout.names[place] for place in chosen.all),
            chosen,
            layout.first,
            tuple(each.column.values(way) for each, way in pairs),
            labels,
            layout.delimiter,
            decimals[0] if decimals else None,
        )

    def _cells(self, candidate: Candidate) -> list[list[str]]:
        """The cells of the chosen columns, less empty rows at the end."""
        layout, width = candidate.layout, len(candidate.layout.names)
        getters = [itemgetter(place) for place in candidate.chosen.all]
        columns: list[list[str]] = [[] for _ in getters]
        empty = 0
        for rows in self._rows(layout):
            number = layout.first + len(columns[0]) + empty
            if {*map(len, rows)} != {width}:
                rows = [layout.fitted(row, number + n) for n, row in enumerate(rows)]
            for place in candidate.empty:
                _refuse_filled(rows, place, number)
            filled = next((n for n in range(len(rows), 0, -1) if any(rows[n - 1])), 0)
            if filled:
                for column, cell in zip(columns, getters, strict=True):
                    column += [""] * empty
                    column += map(cell, rows[:filled])
                empty = 0
            empty += len(rows) - filled
            if len(columns[0]) > MOST_POINTS:
                raise BadRow(
                    layout.first + MOST_POINTS, f"more than {MOST_POINTS:,} points; thin them out"
                )
        return columns

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
