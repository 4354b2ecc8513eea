"""The ways in which the first lines of a text can be read: each delimiter is tried."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fitreel.model.data.table.bad_cell import bad_row, column_text
from fitreel.model.data.table.columns import (
    ChosenColumns,
    Columns,
    choose_columns,
    how_to_say,
)
from fitreel.model.data.table.layout import (
    DECIMAL_COMMAS,
    DELIMITERS,
    Head,
    Layout,
    delimiter_text,
    lay_out,
    may_have_decimal_commas,
)
from fitreel.model.data.table.names_line import NamesOrNumbers, refuse_names_that_are_numbers
from fitreel.model.data.table.number_column import NumberColumn, conventions, is_number
from fitreel.model.data.table.number_convention import (
    Ambiguous,
    BadCell,
    NamedColumn,
    NumberRules,
    conventions_of,
    refuse_what_is_no_number,
)
from fitreel.model.errors import BadInput
from fitreel.model.settings import DataSettings

# Of a logger's time and two channels the one isn't meant to be learned from the other; and what
# has other delimiters in it is cut wrong.
_OTHER_DELIMITER = re.compile(r"[\t;|]|\d +[-+.\d]")
_TIME = re.compile(r"\d\s?[:/,;|-]\s?\d")


@dataclass(frozen=True)
class Candidate:
    """One way to read a table, that its first lines allow."""

    layout: Layout
    chosen: ChosenColumns
    empty: tuple[int, ...]
    """Columns that held nothing when the only two of numbers were chosen, and must go on so."""
    cells: list[list[str]]
    """Of the chosen columns, in the first lines."""
    sample: list[list[float | None]] | None
    """What those of numbers say; None where it takes more of them."""

    def is_same(self, other: "Candidate") -> bool:
        """Whether the first lines say the same when they are read so."""
        return other.cells == self.cells or (
            other.sample is not None and other.sample == self.sample
        )


@dataclass(frozen=True)
class Rejected:
    """A delimiter that the first lines don't allow."""

    delimiter: str
    stage: float
    """How far it came: cut, columns, numbers; less where a cell shows that it is cut wrong."""
    width: float
    """How many cells it makes."""
    error: BadInput
    is_table: bool
    """Whether it cuts them into numbers all the same: two aren't chosen yet, or the first row may
    be one of names."""


class Unreadable(BadInput):
    """No delimiter will do; `best` is the one that came furthest."""

    def __init__(self, best: Rejected) -> None:
        super().__init__(str(best.error))
        self.best = best


def choose_candidate(head: Head, settings: DataSettings, delimiter: str | None) -> Candidate:
    """The one way to read the first lines.

    Args:
        head: the first lines.
        settings: what the job says.
        delimiter: what the job or the file says; None: each is tried.

    Raises:
        Unreadable: there is none.
        BadInput: there are two, and they don't say the same.
    """
    outcomes = [_try(head, settings, sign) for sign in ([delimiter] if delimiter else DELIMITERS)]
    candidates = [each for each in outcomes if isinstance(each, Candidate)]
    rejected = [each for each in outcomes if isinstance(each, Rejected)]
    if not candidates:
        raise Unreadable(max(rejected, key=lambda each: (each.stage, each.width)))
    first = candidates[0]
    others = [each.layout.delimiter for each in candidates if not each.is_same(first)]
    others += [each.delimiter for each in rejected if each.is_table]
    if others:
        two = " or ".join(map(delimiter_text, (first.layout.delimiter, others[0])))
        raise BadInput(f"it can be read in two ways, with data.delimiter = {two}; say which")
    return first


def _try(head: Head, settings: DataSettings, delimiter: str) -> Candidate | Rejected:
    stage, is_table = 0.0, False
    try:
        layout, body = lay_out(head, delimiter)
        stage = 1
        is_table = _are_numbers(body)
        chosen = _chosen(layout, body, settings)
        stage, is_table = 2, False
        cells = [[row[place].strip() for row in body] for place in chosen.all]
        columns = named_columns(layout, chosen.numbers, cells, settings)
        try:
            refuse_what_is_no_number(columns)
        except BadCell as error:
            if any(_OTHER_DELIMITER.search(column[error.row]) for column in cells):
                stage = 0.5
            raise bad_row(error, layout, columns) from None
        if not layout.is_named:
            refuse_names_that_are_numbers(body, chosen.numbers, layout.first)
    except BadInput as error:
        is_table = is_table or isinstance(error, NamesOrNumbers)
        return Rejected(delimiter, stage, _width(head, delimiter), error, is_table)
    empty = [n for n, _ in enumerate(layout.names) if not any(row[n] for row in body)]
    return Candidate(
        layout, chosen, tuple(empty) if chosen.by_numbers else (), cells, _sample(columns)
    )


def _chosen(layout: Layout, body: Sequence[Sequence[str]], settings: DataSettings) -> ChosenColumns:
    """The columns that are meant."""

    def numbers() -> list[int]:
        places = range(1 if layout.has_labels else 0, len(layout.names))
        filled = [n for n in places if any(row[n].strip() for row in body)]
        if settings.label is None and (not layout.is_named or len(filled) == 2):
            return filled
        places_of_numbers = [n for n in filled if any(is_number(row[n]) for row in body)]
        for place in filled:
            if place not in places_of_numbers and any(_TIME.search(row[place]) for row in body):
                raise BadInput(
                    f"{column_text(layout.names[place], place)} holds times, or several numbers;"
                    f" {how_to_say(columns)}"
                )
        return places_of_numbers

    columns = Columns(layout.names, layout.is_named)
    try:
        return choose_columns(columns, settings, numbers)
    except BadInput as error:
        if layout.is_named or not may_have_decimal_commas(layout, body):
            raise
        raise BadInput(f"{error}{DECIMAL_COMMAS}") from None


def named_columns(
    layout: Layout,
    places: Sequence[int],
    cells: Sequence[Sequence[str]],
    settings: DataSettings,
) -> list[NamedColumn]:
    """The columns of numbers with these cells, to be read as the job says."""
    rules = NumberRules(settings.decimal, settings.thousands, layout.delimiter)
    return [
        NamedColumn(column_text(layout.names[place], place), NumberColumn(texts), rules)
        for place, texts in zip(places, cells, strict=False)
    ]


def _sample(columns: Sequence[NamedColumn]) -> list[list[float | None]] | None:
    try:
        chosen = conventions_of(columns)
    except Ambiguous:
        return None
    values = [
        each.column.values(convention) for each, convention in zip(columns, chosen, strict=True)
    ]
    return [[None if value != value else value for value in each.tolist()] for each in values]


def _are_numbers(body: Sequence[Sequence[str]]) -> bool:
    """Whether all cells are numbers, or missing ones."""
    cells = NumberColumn([cell for row in body for cell in row])
    return any(cells.first_bad(each) is None for each in conventions(None, None))


def _width(head: Head, delimiter: str) -> float:
    """How many cells the widest of the first lines has; blanks, which texts have, count half."""
    if delimiter == " ":
        return max(len(line.split()) for line in head.lines) / 2
    return 1.0 + max(line.count(delimiter) for line in head.lines)
