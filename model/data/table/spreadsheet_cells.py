"""Lines of CSV that are safe to open: no text of somebody else's is a formula in a spreadsheet."""

import re
from collections.abc import Iterable

_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠\t\r\n]")
"""How a text begins that some spreadsheet runs, or that was written for one with a sign before."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SPECIAL = re.compile(r"[,;\"\t\r\n]")
"""What is taken for the end of a cell somewhere."""


def guarded(text: str) -> str:
    """The text of a cell, behind an apostrophe where a spreadsheet would run it; numbers stay."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    if text.startswith("'") and guarded(text[1:]) == text:
        return text[1:]
    return text


def csv_line(cells: Iterable[object]) -> str:
    """A line of CSV without its end: texts are guarded, numbers as they are written, None empty."""
    return ",".join(_cell(cell) for cell in cells)


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    text = guarded(cell) if isinstance(cell, str) else str(cell)
    if _SPECIAL.search(text):
        text = text.replace('"', '""')
        return f'"{text}"'
    return text
