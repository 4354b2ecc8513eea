"""A text broken into lines that fit, as large as they can be."""

import re
from collections.abc import Callable, Sequence

from fitreel.render.captions.line_breaks import pieces_of

STEP = 0.97
"""From one font size to the next smaller one that is tried."""
_FORMULA = re.compile(r"(?<!\\)\$(?:\\.|[^$\\])*\$")

Width = Callable[[str, float], float]
"""The width of a line at a font size, both in pixels."""


def fitted_lines(
    text: str, width: float, sizes: tuple[float, float], lines: int, measure: Width
) -> tuple[list[str], float] | None:
    """The lines of a text and their font size, or None where it fits nowhere.

    It stands in one line if it fits there at the largest size; else in two, about equally long.
    What still doesn't fit shrinks, and only at the smallest size takes further lines. Lines that
    are the text's own stay.

    Args:
        text: with mathematics between $, which stays together.
        width: of a line, in pixels.
        sizes: the largest and the smallest font size.
        lines: at most so many of each of the text's own lines.
        measure: the width of a line.
    """
    own = text.split("\n")
    largest, smallest = sizes
    size = largest
    while True:
        most = min(2, lines) if size > smallest else lines
        broken = [_broken(line, width, size, most, measure) for line in own]
        if all(each is not None for each in broken):
            return [line for each in broken if each is not None for line in each], size
        if size <= smallest:
            return None
        size = max(size * STEP, smallest)


def _broken(line: str, width: float, size: float, most: int, measure: Width) -> list[str] | None:
    """A line in as few of `most` lines as will do, about equally long; None where none will."""
    pieces = _pieces(line)
    widths: dict[str, float] = {}

    def length(row: str) -> float:
        if row not in widths:
            widths[row] = measure(row, size)
        return widths[row]

    rows = _filled(pieces, width, length, most)
    if rows is None or len(rows) == 1:
        return rows
    # The narrowest column in which as many lines do has them about equally long.
    low, high = width / len(rows) / 2, width
    while high - low > size / 4:
        middle = (low + high) / 2
        narrower = _filled(pieces, middle, length, len(rows))
        if narrower is None:
            low = middle
        else:
            rows, high = narrower, middle
    return rows


def _filled(
    pieces: Sequence[str], width: float, length: Callable[[str], float], most: int
) -> list[str] | None:
    """The pieces in rows, each as full as it can be; None where these are more than `most`."""
    rows: list[str] = []
    for piece in pieces:
        longer = rows[-1] + piece if rows else piece
        if rows and length(longer.strip(" ")) <= width:
            rows[-1] = longer
        elif len(rows) < most and length(piece.strip(" ")) <= width:
            rows.append(piece)
        else:
            return None
    return [row.strip(" ") for row in rows]


def _pieces(line: str) -> Sequence[str]:
    """A line cut where it may break, not in a formula."""
    formulas = _FORMULA.findall(line)
    marks = iter(range(0xE000, 0xF8FF))
    pieces = pieces_of(_FORMULA.sub(lambda match: chr(next(marks)), line))
    for number, formula in enumerate(formulas):
        pieces = [piece.replace(chr(0xE000 + number), formula) for piece in pieces]
    return pieces
