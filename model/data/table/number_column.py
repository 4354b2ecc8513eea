"""A column of cells as numbers: every writing that people and programs use, and no guess.

A convention says which sign is the decimal one and which may stand between groups of three digits.
A column has as many readings as there are conventions in which all of its cells are numbers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

# What stands for a sign of ASCII in typeset text and in other scripts; marks of direction, of byte
# order within a text and of where lines may break are nothing.
_SIGNS = str.maketrans(
    dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-")
    | dict.fromkeys("\uff0b", "+")
    | dict.fromkeys("\uff0e\u066b", ".")
    | dict.fromkeys("\uff0c", ",")
    # Arabic's sign between groups is never a decimal one.
    | dict.fromkeys("\u2019\uff07\u066c", "'")
    | dict.fromkeys("\t\v\f\xa0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\uff25\uff45", "e")
    | dict.fromkeys("\u200b\u200e\u200f\u2060\u061c\ufeff", None)
)

_EITHER = " '"
"""Signs that stand between groups whatever the decimal sign is."""

# What programs write where there is no number.
_MISSING = re.compile(
    r" *(?:|[-.?*—…]+|\\n|n/?a|n\.a\.|<na>|nat|null|\(null\)|none|nil|missing|err:\d+"
    r"|#\S{1,20}(?: ?[!?])?"
    r"|[-+]?nan(?:\(\w*\))?|[-+]?1\.#(?:ind|qnan|snan)\d*) *",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Convention:
    """How numbers are written."""

    decimal: str
    """"." or ","."""
    groups: str
    """The signs that may stand between groups of three digits; one kind within a number."""

    @cached_property
    def cells(self) -> re.Pattern[str]:
        """Matches as many lines from a place on as are numbers."""
        return _cells(self.decimal, self.groups)

    @property
    def other_sign(self) -> str:
        """Of "." and "," the one that isn't the decimal sign."""
        return "," if self.decimal == "." else "."


@cache
def _cells(decimal: str, groups: str) -> re.Pattern[str]:
    ends = [rf"{kind} *+\n" for kind in _kinds(decimal, groups)]
    # No group captures anything: within possessive repeats that is a bug of Python 3.11's re.
    return re.compile(rf"(?: *+[-+]?+(?:{'|'.join(ends)}))*+")


def _kinds(decimal: str, groups: str) -> list[str]:
    """Patterns of numbers without sign: in groups, one sign each, and plain."""
    point = re.escape(decimal)
    fraction = rf"(?:{point}\d++)?+"
    kinds = [rf"[^\D0]\d{{0,2}}+(?:{re.escape(sign)}\d{{3}})++{fraction}" for sign in groups]
    if "," in groups:  # as in India: 12,34,567
        kinds.append(rf"[^\D0]\d?+(?:,\d\d(?=,))++,\d{{3}}{fraction}")
    plain = r"\d++(?:\.\d*+)?+" if decimal == "." else rf"\d++{fraction}"
    return [*kinds, rf"(?:{plain}|{point}\d++)(?:[eEdD][-+]?+\d++)?+"]


_ANY = re.compile(
    rf"[ \t]*[-+]?(?:{'|'.join(_kinds('.', _EITHER + ',') + _kinds(',', _EITHER + '.'))})[ \t]*"
)


def conventions(decimal: str | None, thousands: str | None) -> list[Convention]:
    """Those that a job allows, the plainest first.

    Args:
        decimal: the decimal sign; None: "." and ",".
        thousands: the sign between groups, "" for none; None: any.
    """
    if thousands is not None:
        signs = [sign for sign in ".," if sign != thousands and decimal in (None, sign)]
        return [Convention(sign, thousands) for sign in signs]
    plain = [Convention(sign, _EITHER) for sign in ".," if decimal in (None, sign)]
    return plain + [Convention(each.decimal, _EITHER + each.other_sign) for each in plain]


class NumberColumn:
    """The cells of one column, and what they are in each convention.

    Args:
        cells: their text, shape (N,), N ≥ 1.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = cells
        text = "\n".join(cells)
        if text.count("\n") != len(cells) - 1:  # a cell of several lines is no number
            text = "\n".join(cell.replace("\n", "\\") for cell in cells)
        if not text.isascii() or any(blank in text for blank in "\t\v\f"):
            text = text.translate(_SIGNS)
        self._text = text + "\n"
        self._scans: dict[Convention, tuple[int | None, list[int]]] = {}

    def _scan(self, convention: Convention) -> tuple[int | None, list[int]]:
        """The first row that holds neither a number nor nothing; the rows that hold nothing."""
        if convention not in self._scans:
            self._scans[convention] = self._scan_anew(convention.cells)
        return self._scans[convention]

    def _scan_anew(self, cells: re.Pattern[str]) -> tuple[int | None, list[int]]:
        text, place, row = self._text, 0, 0
        missing: list[int] = []
        while place < len(text):
            match = cells.match(text, place)
            assert match is not None  # no line at all is a match, too
            row += text.count("\n", place, match.end())
            place = match.end()
            if place < len(text):
                end = text.index("\n", place)
                if not _MISSING.fullmatch(text, place, end):
                    return row, missing
                missing.append(row)
                place, row = end + 1, row + 1
        return None, missing

    def first_bad(self, convention: Convention) -> int | None:
        """The first row whose cell is no number and isn't missing; None where there is none."""
        return self._scan(convention)[0]

    def missing(self, convention: Convention) -> list[int]:
        """The rows before the first bad one that hold nothing, or what programs write for it."""
        return self._scan(convention)[1]

    @property
    def has_no_sign(self) -> bool:
        """Whether no cell has a point or a comma, so that whole numbers are all there is."""
        return "." not in self._text and "," not in self._text

    @property
    def has_points_only(self) -> bool:
        """Whether each cell has a point, as where all have as many decimals."""
        return self._text.count(".") == len(self.cells)

    def first_like(self, pattern: str) -> int | None:
        """The first row whose cell begins as the regular expression says; None without one."""
        match = re.search(rf"^ *(?:{pattern})", self._text, re.MULTILINE)
        return None if match is None else self._text.count("\n", 0, match.start())

    def shows_groups(self, sign: str) -> bool:
        """Whether a cell has `sign`, "." or ",", in a place where it can't be the decimal one."""
        return re.search(rf"\d{re.escape(sign)}\d\d\d?[.,]\d", self._text) is not None

    def plain(self, row: int) -> str:
        """A row's cell in signs of ASCII, where there are such."""
        return self._text.split("\n", row + 1)[row].strip()

    def first_with(self, sign: str) -> int | None:
        """The first row whose cell has `sign`; None where there is none."""
        place = self._text.find(sign)
        return None if place < 0 else self._text.count("\n", 0, place)

    def values(self, convention: Convention) -> NDArray[np.float64]:
        """The numbers, shape (N,), NaN where one is missing; all cells are either."""
        text = self._text
        for sign in convention.groups + " ":
            text = text.replace(sign, "")
        if convention.decimal == ",":
            text = text.replace(",", ".")
        text = text.replace("D", "e").replace("d", "e")
        missing = self.missing(convention)
        if text.isascii() and not missing:
            return np.fromstring(text, dtype=np.float64, sep="\n")  # all are numbers: in one go
        words = text.split("\n")
        words.pop()
        for row in missing:
            words[row] = "nan"
        return np.array(list(map(float, words)), dtype=np.float64)


def is_number(cell: str) -> bool:
    """Whether a cell is a number in any convention."""
    return _ANY.fullmatch(cell if cell.isascii() else cell.translate(_SIGNS)) is not None


def is_missing(cell: str) -> bool:
    """Whether a cell is empty, or holds what programs write where there is no number."""
    return _MISSING.fullmatch(cell.translate(_SIGNS)) is not None
