"""How long a sentence takes to be read."""

import math
import unicodedata

LETTERS_A_SECOND = 20.0
"""What subtitles for adults are set for; a film's sentence has at least two thirds of that time."""
HURRIED = 30.0
"""Letters a second, at the most."""
WIDE = LETTERS_A_SECOND / 9
"""A Chinese or Japanese character in letters: the guides for subtitles have 9 Chinese a second."""
SHORTEST = 1.5
"""Seconds that a sentence stands at least, however short it is."""


def letters(text: str) -> float:
    """The length of a text, in Latin letters that take as long to read."""
    return sum(WIDE if unicodedata.east_asian_width(sign) in "WF" else 1.0 for sign in text)


def reading_seconds(text: str) -> float:
    """How long it takes to read in peace."""
    return letters(text) / LETTERS_A_SECOND


def shortest_frames(text: str, fps: float) -> int:
    """The fewest frames that a sentence stands for."""
    return math.ceil(max(SHORTEST, letters(text) / HURRIED) * fps - 1e-9)
