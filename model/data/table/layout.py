"""How a text is cut into a table: its delimiter, the line of names, how many columns."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from fitreel.model.data.table.columns import canonical, clean_name
from fitreel.model.data.table.lines import cells_of
from fitreel.model.data.table.number_column import is_missing, is_number
from fitreel.model.errors import BadInput

DELIMITERS = ("\t", ";", ",", "|", " ")
DELIMITER_NAMES = {"\t": "\\t"}
"""How a job writes one, where not as it is."""


DECIMAL_COMMAS = (
    "; if there are decimal commas between commas, save the table with another delimiter"
)


class BadRow(BadInput):
    """A row that can't be used; `row` counts from the first one, names included."""

    def __init__(self, row: int, problem: str) -> None:
        super().__init__(problem)
        self.row = row


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
    """Whether the first column is R's names of rows, which have no name themselves."""
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
        if self.delimiter == "," and len(row) > width and is_number(row[-1]):
            return DECIMAL_COMMAS
        if len(row) == width + 1 > 2:
            return "; every column needs a name, also that of the rows' names"
        if self.delimiter == " " and 1 < len(row) < width:
            return "; a name with blanks stands in quotes, and of missing cells none is left out"
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
    first = [clean_name(cell) for cell in rows[start]]
    is_named = _are_names(first, head.names)
    body = rows[start + is_named :]
    names, has_labels = first, False
    if is_named:
        while not names[-1]:  # delimiters at the ends of lines: there is no column
            names.pop()
        if body and _has_labels(names, body[0], head.lines[start + 1]):
            names, has_labels = ["", *names], True
    else:
        while not names[-1] and all(not any(row[len(names) - 1 :]) for row in body):
            names.pop()
        _refuse_names_that_are_numbers(first, body, start)
        names = _names_in(head.comment, delimiter, len(names)) or [""] * len(names)
    # A comma at the end that the names don't have is rather one between decimals.
    most_cells = len(rows[start]) + has_labels if is_named and delimiter == "," else None
    layout = Layout(
        delimiter,
        tuple(names),
        is_named or any(names),
        start + is_named,
        has_labels,
        most_cells,
    )
    if len(names) < 2 and all(len(row) < 2 for row in body):
        raise BadInput(
            "one column; an input and an output are needed, and data.delimiter says what is between"
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


def _are_names(cells: Sequence[str], names: frozenset[str]) -> bool:
    if any(canonical(cell) in names for cell in cells if cell):
        return True
    return not any(map(is_number, cells)) and not all(map(is_missing, cells))


def _has_labels(names: list[str], row: list[str], line: str) -> bool:
    """Whether R wrote it: names of rows, in quotes as its numbers aren't, and no name for them."""
    quoted = line.lstrip().startswith('"') and not line.rstrip().endswith('"')
    return quoted and len(names) > 1 and len(row) == len(names) + 1 and bool(row[-1])


def _refuse_names_that_are_numbers(
    first: Sequence[str], body: Sequence[Sequence[str]], row: int
) -> None:
    """Raise BadRow where pandas may have numbered the columns: 0,1 above what all has points."""
    below = [cell for cells in body[1:] for cell in cells]
    if [*map(str, range(len(first)))] == first and below and not any(map(str.isdigit, below)):
        raise BadRow(
            row,
            f"{' and '.join(first[:2])} may be the columns' numbers, or numbers; take the line out,"
            f" or write {'.0 and '.join(first[:2])}.0",
        )


def _names_in(comment: str | None, delimiter: str, width: int) -> list[str] | None:
    """The words of a comment, where there are as many as columns and none is a number."""
    for sign in (delimiter, "\t", ";", ",", "|", None):
        words = [clean_name(word).strip('"') for word in (comment or "").split(sign)]
        if len(words) == width and any(words) and not any(map(is_number, words)):
            return words
    return None


def delimiter_text(delimiter: str) -> str:
    """As a job file writes it, in quotes."""
    return f'"{DELIMITER_NAMES.get(delimiter, delimiter)}"'
