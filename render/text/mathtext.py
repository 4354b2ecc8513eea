"""Mathematics in a text: checked before it is drawn, with the place of what is wrong."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser

from fitreel.model.errors import BadInput
from fitreel.render.text.characters import describe_signs, is_plain_script
from fitreel.render.text.fonts import math_pieces, words_of_math

_AT = re.compile(r"\(at char (\d+)\)")
_REASON = re.compile(r"\n\w+(?:Exception|Error): (.*?)\s*\(at char", re.DOTALL)
_LACKING = re.compile(r"\[U\+([0-9a-fA-F]+)\]")
_LONGEST_REASON, _LONGEST_PART = 60, 60

# What its parser of formulas raises on strange input.
_FAILURES = (
    ValueError, RuntimeError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError,
)  # fmt: skip


@in_force()
def check_mathtext(text: str, where: str = "") -> None:
    r"""Refuse mathematics that can't be read or drawn, and $ that have no partner.

    Args:
        text: one line or more, with mathematics between $; \$ is a dollar.
        where: the key that the text is from, to begin the message with.

    Raises:
        BadInput: the message gives the line (where there are several), the column from 1 on, the
            part and the reason.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        trouble = _trouble(line)
        if trouble is not None:
            column, why = trouble
            line_words = f"line {number}, " if len(lines) > 1 else ""
            raise BadInput(f"{where + ': ' if where else ''}{line_words}column {column}: {why}")


def _trouble(line: str) -> tuple[int, str] | None:
    """The column and the reason of what is wrong with a line first."""
    dollars = [match.start() for match in re.finditer(r"(?<!\\)\$", line)]
    if len(dollars) % 2:
        return dollars[-1] + 1, r"a $ has no partner; write \$ for a dollar sign"
    pieces = math_pieces(line)
    if pieces and not is_plain_script(words_of_math(line)):
        return 1, (
            f"{words_of_math(line).strip()!r}: words of this script can't stand on one line with "
            "mathematics; put them on lines of their own"
        )
    for start, formula in zip(dollars[::2], pieces[1::2], strict=True):
        trouble = _trouble_of(formula)
        if trouble is not None:
            place, why = trouble
            part = formula if len(formula) <= _LONGEST_PART else f"{formula[:_LONGEST_PART]}…"
            return start + 2 + place, f"the mathematics ${part}$ {why}"
    return None


def _trouble_of(formula: str) -> tuple[int, str] | None:
    """Where in a formula, from 0 on, it is wrong, and why."""
    if not formula.strip():
        return 0, "is empty"
    parser: Any = MathTextParser("agg")  # a new one has forgotten what it has said before
    with _lacking_glyphs() as lacking:
        try:
            parser.parse(f"${formula}$", 72, FontProperties(math_fontfamily="custom"))
        except _FAILURES as error:
            message = str(error)
            at, reason = _AT.search(message), _REASON.search(message)
            words = reason[1] if reason else ""
            if not words or len(words) > _LONGEST_REASON:
                words = "something is missing or not known here"
            return int(at[1]) if at else 0, f"can't be read: {words[0].lower()}{words[1:]}"
    if lacking:
        places = [formula.find(sign) for sign in lacking if sign in formula]
        return min(places, default=0), (
            f"has {describe_signs(lacking)}, which the fonts for mathematics lack; "
            "write it outside of the $"
        )
    return None


@contextmanager
def _lacking_glyphs() -> Iterator[set[str]]:
    """The characters that matplotlib puts a dummy for; it only logs them."""
    lacking: set[str] = set()

    def catch(record: logging.LogRecord) -> bool:
        lacking.update(chr(int(match[1], 16)) for match in _LACKING.finditer(record.getMessage()))
        return False

    logger = logging.getLogger("matplotlib.mathtext")
    level, disabled = logger.level, logger.disabled
    logger.setLevel(logging.WARNING)
    logger.disabled = False
    logger.addFilter(catch)
    try:
        yield lacking
    finally:
        logger.removeFilter(catch)
        logger.setLevel(level)
        logger.disabled = disabled
