"""A text broken into lines that fit, as large as they can be."""

import re
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

from fitreel.render.captions.line_breaks import pieces_of

STEP = 0.97
"""From one font size to the next smaller one that is tried."""
_MOST_PIECES = 40
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
    if measure(line, size) <= width:
        return [line]
    pieces = _pieces(line)
    for count in range(2, min(most, len(pieces)) + 1):
        best: tuple[float, list[str]] | None = None
        for cuts in combinations(range(1, len(pieces)), count - 1):
            ends = (0, *cuts, len(pieces))
            rows = ["".join(pieces[a:b]).strip(" ") for a, b in pairwise(ends)]
            longest = max(measure(row, size) for row in rows)
            if longest <= width and (best is None or longest < best[0]):
                best = longest, rows
        if best is not None:
            return best[1]
    return None


def _pieces(line: str) -> Sequence[str]:
    """A line cut where it may break: not in a formula; of very many pieces, several are one."""
    formulas = _FORMULA.findall(line)
    marks = iter(range(0xE000, 0xF8FF))
    hidden = _FORMULA.sub(lambda match: chr(next(marks)), line)
    pieces = pieces_of(hidden)
    for number, formula in enumerate(formulas):
        pieces = [piece.replace(chr(0xE000 + number), formula) for piece in pieces]
    step = -(-len(pieces) // _MOST_PIECES)
    return ["".join(pieces[at : at + step]) for at in range(0, len(pieces), step)]
