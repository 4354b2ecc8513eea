"""Sentences broken into lines and pages of a subtitle, in any script."""

import math
import unicodedata
from collections.abc import Sequence

LINES, WIDTH = 2, 42
"""Of a cue, in letters; a Chinese or Japanese one is as wide as two and a bit, so 20 fit."""
_WIDE = 2.1
_NOT_FIRST = "、。，．：；？！）」』】〉》…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ%°"
_NOT_LAST = "（「『【〈《"


def pages_of(sentences: Sequence[str]) -> list[str]:
    """Sentences in pages of `LINES` lines; a sentence goes on the page before it if it fits."""
    pages: list[list[str]] = []
    for sentence in sentences:
        lines = _wrapped(sentence)
        if pages and len(pages[-1]) + len(lines) <= LINES:
            pages[-1] += lines
        else:
            pages += [lines[at : at + LINES] for at in range(0, len(lines), LINES)]
    return ["\n".join(page) for page in pages]


def _wrapped(sentence: str) -> list[str]:
    """A sentence in as few lines of at most `WIDTH` as will do, of about one length."""
    pieces = pieces_of(sentence)
    fewest = len(_broken(pieces, WIDTH))
    narrowest = math.ceil(_width(sentence) / fewest)
    tried = (_broken(pieces, width) for width in range(min(narrowest, WIDTH), WIDTH + 1))
    return next(lines for lines in tried if len(lines) <= fewest)


def _broken(pieces: Sequence[str], width: float) -> list[str]:
    """The pieces in lines of at most `width`, but that a piece may be wider."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and _width((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip(" ") for line in lines]


def pieces_of(sentence: str) -> list[str]:
    """A sentence cut where a line may end: after spaces, and between East Asian characters."""
    pieces = [""]
    for before, sign in zip(" " + sentence, sentence, strict=False):
        may_break = before == " " or (
            (_is_wide(before) or _is_wide(sign))
            and sign not in _NOT_FIRST
            and before not in _NOT_LAST
            and sign != " "
        )
        # What is wider than a line by itself is cut anywhere.
        if pieces[-1] and (may_break or _width(pieces[-1] + sign) > WIDTH):
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


def _width(text: str) -> float:
    return sum(_WIDE if _is_wide(sign) else 1.0 for sign in text)
