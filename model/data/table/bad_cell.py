"""What is said of a cell that is no number: its line, its column and the way out."""

import re
from collections.abc import Sequence

from fitreel.model.data.table.columns import shortened
from fitreel.model.data.table.layout import Layout
from fitreel.model.data.table.lines import BadRow
from fitreel.model.data.table.number_column import is_number
from fitreel.model.data.table.number_convention import Ambiguous, BadCell, NamedColumn


def column_text(name: str, place: int) -> str:
    """What is said of a column: its name, or its place, which is from 0 here and from 1 there."""
    return f"column {shortened(name) if name else place + 1}"


def bad_row(error: BadCell, layout: Layout, columns: Sequence[NamedColumn]) -> BadRow:
    """The cell's row in the table; where it is the first one, it may be one of units."""
    advice = "" if isinstance(error, Ambiguous) else _advice(error, layout, columns)
    return BadRow(layout.first + error.row, f"{error}{advice}")


def _advice(error: BadCell, layout: Layout, columns: Sequence[NamedColumn]) -> str:
    """The way out of a cell that is no number."""
    if error.row > 0:
        return "; write a plain number, or take the line out"
    cells = [each.column.cells[0] for each in columns]
    are_words = [not is_number(cell) and re.search(r"\d", cell) is None for cell in cells]
    if not layout.is_named and any(are_words):
        return "; if these are names, say which are meant, by data.inputs and data.outputs"
    if layout.is_named and all(are_words):
        return "; lines above the names, and one of units below them, are taken out"
    if layout.is_named and not any(map(is_number, cells)):
        return "; lines above the names are taken out, and numbers are written plainly"
    return (
        "; write plain numbers, or say other columns by data.inputs and data.outputs, or classes"
        " by data.label"
    )
