"""The line of names of a table: whether there is one, and whether it leaves out the rows' names."""

import re
from collections.abc import Sequence

from fitreel.model.data.table.columns import canonical, clean_name
from fitreel.model.data.table.lines import BadRow
from fitreel.model.data.table.number_column import is_missing, is_number

_LAST_OF_A_GROUP = re.compile(r"\d{3}(?:[.,]\d+)?")


class NamesOrNumbers(BadRow):
    """A first row that may be a line of names, or one of numbers."""


def are_names(cells: Sequence[str], names: frozenset[str]) -> bool:
    """Whether the first row's cells are names; `names` are those that are asked for, canonical."""
    if any(canonical(cell) in names for cell in cells if cell):
        return True
    return not any(map(is_number, cells)) and not all(map(is_missing, cells))


def lacks_name_of_labels(
    names: Sequence[str], body: Sequence[Sequence[str]], line: str, delimiter: str
) -> bool:
    """Whether each row begins with a name, as R writes, for which there is none in the first line.

    R's quotes show it, since its numbers have none; without them, that the rows are counted.

    Args:
        names: of the columns.
        body: the cells below them.
        line: the first row of `body` as it stands in the file.
        delimiter: what stands between cells.
    """
    if len(names) < 2 or len(body[0]) != len(names) + 1 or not body[0][-1]:
        return False
    line = line.strip()
    if line.startswith('"') and not line.endswith('"'):
        return True
    rows = [row for row in body if any(row)]
    if delimiter == "," or not _are_counted(rows) or {*map(len, rows)} != {len(names) + 1}:
        return False  # between commas it may be a decimal one
    # 1 000, 2 000, 3 000 are counted, too.
    columns = [column for column in zip(*rows, strict=True)][1:]
    return not any(all(map(_LAST_OF_A_GROUP.fullmatch, column)) for column in columns)


def begins_with_index(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first column counts the rows and has no name beside two: pandas' index."""
    return (
        names[0] in ("", "Unnamed: 0")
        and sum(map(bool, names[1:])) > 1
        and _are_counted([*filter(any, body)])
    )


def _are_counted(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first cells are 0, 1, 2 … or 1, 2, 3 …"""
    first = [row[0] for row in rows]
    starts = (0, 1)
    return len(first) > 1 and any(
        first == [str(n) for n in range(start, start + len(first))] for start in starts
    )


def refuse_names_that_are_numbers(
    rows: Sequence[Sequence[str]], places: Sequence[int], row: int
) -> None:
    """Raise NamesOrNumbers for numbers that may be names: years above values, or pandas' 0, 1.

    Args:
        rows: the cells of the table, all of one length, the first row's among them.
        places: of the columns that are meant.
        row: which one the first is.
    """
    first, below = rows[0], [cells for cells in rows[1:] if any(cells)]
    numbers = [first[place] for place in places]
    if not below or not all(map(is_number, numbers)) or not _may_be_names(first, below, numbers):
        return
    raise NamesOrNumbers(
        row,
        f"{' and '.join(numbers)} may be names, or numbers; say names by data.inputs and"
        " data.outputs, or write a line of names above them",
    )


def _may_be_names(
    first: Sequence[str], below: Sequence[Sequence[str]], numbers: Sequence[str]
) -> bool:
    cells = [cell for row in below for cell in row]
    if [*map(str, range(len(first)))] == [*first] and not any(map(str.isdigit, cells)):
        return True
    if len(first) > 2 and not first[0] and all(row[0] for row in below):
        return True
    # A cell with digits may be a time, or what a sample is called; one that comes again is none.
    texts = [
        place
        for place, cell in enumerate(first)
        if not is_number(cell)
        and not is_missing(cell)
        and not re.search(r"\d", cell)
        and all(row[place] != cell for row in below)
    ]
    if any(all(is_number(row[place]) for row in below) for place in texts):
        return True
    return bool(texts) and all(map(str.isdecimal, numbers)) and numbers[0] != numbers[1]


def names_in(comment: str | None, delimiter: str, width: int) -> list[str] | None:
    """The words of a comment, where there are as many as columns and none is a number."""
    for sign in (delimiter, "\t", ";", ",", "|", None):
        words = [clean_name(word).strip('"') for word in (comment or "").split(sign)]
        if len(words) == width and any(words) and not any(map(is_number, words)):
            return words
    return None
