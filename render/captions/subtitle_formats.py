"""Subtitles as SRT and WebVTT."""

import math
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

from fitreel.render.text.translations import Translation, languages, translation_of

ENDINGS = (".srt", ".vtt")

_FIRST = ("said_start", "said_start_many", "said_delta", "said_diverged", "said_end")
_TEXT = r"\n[^\n]+\n(?:[^\n]+\n)?\n"
_SRT = re.compile(rf"(?:\d+\n[\d:]+,\d\d\d --> [\d:]+,\d\d\d{_TEXT})+")
_VTT = re.compile(rf"WEBVTT\n\n(?:[\d:]+\.\d\d\d --> [\d:]+\.\d\d\d{_TEXT})+")

_TAG = re.compile(r"<(?=\s*[^\s\d])")
"""SRT knows no escapes: what some player takes for markup is written with signs alike."""
_PLAIN = str.maketrans({"{": "(", "}": ")", "\\": "∖"})


class Cue(NamedTuple):
    """What is said from one time of the film to another, in seconds."""

    start: Fraction
    end: Fraction
    text: str
    """One line or two."""


def srt(cues: Iterable[Cue]) -> Iterator[str]:
    """The pieces of an .srt file, to be written as UTF-8."""
    for number, cue in enumerate(cues, 1):
        text = _lines(_TAG.sub("‹", cue.text.replace("-->", "→")).translate(_PLAIN))
        yield f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{text}\n\n"


def vtt(cues: Iterable[Cue]) -> Iterator[str]:
    """The pieces of a .vtt file, to be written as UTF-8."""
    yield "WEBVTT\n\n"
    for cue in cues:
        text = _lines(cue.text)
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n{text}\n\n"


def _lines(text: str) -> str:
    """Without empty lines, which would end the cue."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def has_form(content: bytes, words: Translation) -> bool:
    """Whether `content` is laid out as ours is, and begins as ours do in `words` or a language."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    if not (_SRT.fullmatch(text) or _VTT.fullmatch(text)):
        return False
    first = " ".join(text.partition(" --> ")[2].partition("\n")[2].partition("\n\n")[0].split())
    return any(
        _pattern(each.entries[key]).match(first)
        for each in (words, *map(translation_of, languages()))
        for key in _FIRST
    )


def _pattern(sentence: str) -> re.Pattern[str]:
    """A sentence of a language's with anything where values go."""
    pieces = re.split(r"\{\w+\}", " ".join(sentence.split()))
    return re.compile(".+?".join(re.escape(piece) for piece in pieces))


def _stamp(second: Fraction, sign: Literal[",", "."]) -> str:
    thousandths = math.floor(second * 1000 + Fraction(1, 2))
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{sign}{rest % 1000:03}"
