"""How a text is cut into a table: its delimiter, the line of names, how many columns."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from fitreel.model.data.table.columns import clean_name
from fitreel.model.data.table.lines import BadRow, cells_of
from fitreel.model.data.table.names_line import (
    are_names,
    begins_with_index,
    lacks_name_of_labels,
    names_in,
)
from fitreel.model.data.table.number_column import is_number
from fitreel.model.data.table.spreadsheet_cells import unguarded
from fitreel.model.errors import BadInput

DELIMITERS = ("\t", ";", ",", "|", " ")
DELIMITER_NAMES = {"\t": "\\t"}
"""How a job writes one, where not as it is."""


DECIMAL_COMMAS = (
    "; if there are decimal commas between commas, save the table with another delimiter"
)


@dataclass(frozen=True)
class Head:
    """The first lines of a table."""

    lines: Sequence[str]
    is_whole: bool
    """Whether there are no more."""
    comment: str | None
    """The last comment before them."""
    names: frozenset[str] = frozenset()
    """Canonical names of columns that are asked for."""


@dataclass(frozen=True)
class Layout:
    """One way to cut a text."""

    delimiter: str
    names: tuple[str, ...]
    """"" where a column has none."""
    is_named: bool
    first: int
    """Which row is the first one of cells: 0, or 1 after the names; more after empty rows."""
    has_labels: bool
    """Whether the first column is an index or names of rows, which have no name themselves."""
    most_cells: int | None
    """In a row, if only empty ones; None: any number."""

    def fitted(self, row: list[str], number: int) -> list[str]:
        """The row with as many cells as there are columns; empty ones may lack or be too many.

        Raises:
            BadRow: it has others.
        """
        width = len(self.names)
        if not any(row):
            return [""] * width
        surplus, lacking = row[width:], self.names[len(row) :]
        too_many = self.most_cells is not None and len(row) > self.most_cells
        if too_many or any(surplus) or (lacking and (any(lacking) or not self.is_named)):
            cells = "one cell" if len(row) == 1 else f"{len(row)} cells"
            raise BadRow(number, f"{cells}, where the table has {width}{self._advice(row)}")
        return row[:width] + [""] * len(lacking)

    def _advice(self, row: list[str]) -> str:
        width = len(self.names)
        if self.delimiter == "," and len(row) > width > 1 and is_number(row[-1]):
            return DECIMAL_COMMAS
        if len(row) == width + 1 > 2:
            return "; each column needs a name, the rows' too; lines above the names are taken out"
        if self.delimiter == " " and 1 < len(row) < width:
            return "; a name with blanks stands in quotes, and of missing cells none is left out"
        if 1 < len(row) < width:
            return "; a missing cell stays as an empty one, a line of something else is taken out"
        return '; lines above or below the table are taken out, or begin with "#"'


def lay_out(head: Head, delimiter: str) -> tuple[Layout, list[list[str]]]:
    """How the delimiter cuts the first lines, and the cells below the names.

    Raises:
        BadRow: rows of several lengths, or quotes in disorder.
        BadInput: nothing but empty cells, or no more than names.
    """
    rows = _rows(head, delimiter)
    start = next((n for n, row in enumerate(rows) if any(row)), None)
    if start is None:
        raise BadInput("there is nothing but empty cells")
    first = [clean_name(unguarded(cell)) for cell in rows[start]]
    is_named = are_names(first, head.names)
    body = rows[start + is_named :]
    names, lacks_name = first, False
    if is_named:
        while not names[-1]:  # delimiters at the ends of lines: there is no column
            names.pop()
        if body and lacks_name_of_labels(names, body, head.lines[start + 1], delimiter):
            names, lacks_name = ["", *names], True
    else:
        while not names[-1] and all(not any(row[len(names) - 1 :]) for row in body):
            names.pop()
        names = names_in(head.comment, delimiter, len(names)) or [""] * len(names)
    # A comma at the end that the names don't have is rather one between decimals.
    most_cells = len(rows[start]) + lacks_name if is_named and delimiter == "," else None
    layout = Layout(
        delimiter,
        tuple(names),
        is_named or any(names),
        start + is_named,
        lacks_name or begins_with_index(names, body),
        most_cells,
    )
    if len(names) < 2 and all(len(row) < 2 for row in body):
        raise BadInput(
            "one column; an input and an output are needed, and between them a comma, a semicolon,"
            " a tab, | or blanks"
        )
    if not any(map(any, body)):
        raise BadInput("there are no points below the names")
    return layout, [layout.fitted(row, layout.first + n) for n, row in enumerate(body)]


def may_have_decimal_commas(layout: Layout, body: Sequence[Sequence[str]]) -> bool:
    """Whether commas may be decimal ones, as in -1,5,0,25."""
    return (
        layout.delimiter == ","
        and len(layout.names) % 2 == 0
        and all(cell.isdecimal() for row in body if any(row) for cell in row[1::2])
    )


def _rows(head: Head, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(cells_of(head.lines, delimiter))
    except csv.Error as error:
        # A quoted cell may go on below the head.
        if head.is_whole or "unexpected end" not in str(error) or len(rows) < 2:
            raise BadRow(len(rows), quotes_in_disorder(error)) from None
    return rows


def quotes_in_disorder(error: csv.Error) -> str:
    """What is said of an error of the csv module."""
    if "unexpected end" in str(error) or "field larger" in str(error):
        return "a quote that is opened here is never closed"
    return f"its quotes can't be read: {error}"


def delimiter_text(delimiter: str) -> str:
    """As a job file writes it, in quotes."""
    return f'"{DELIMITER_NAMES.get(delimiter, delimiter)}"'
