"""Names that are too long for their place: two lines, and what is cut keeps what differs."""

from collections.abc import Callable, Sequence
from itertools import takewhile

ELLIPSIS = "…"
Measure = Callable[[str], float]
"""How wide a text is, in pixels."""


def in_lines(names: Sequence[str], width: float, measure: Measure) -> list[list[str]]:
    """Each name in one line or two of at most `width`; what they share is cut first."""
    lines = [two_lines(name, width, measure) for name in names]
    if all(measure(line) <= width for name in lines for line in name):
        return lines
    lines = [two_lines(name, width, measure) for name in without_shared(names)]
    return [[cut(line, width, measure) for line in name] for name in lines]


def in_one_line(names: Sequence[str], width: float, measure: Measure) -> list[str]:
    """Each name in a line of at most `width`; what they share is cut first."""
    if all(measure(name) <= width for name in names):
        return list(names)
    return [
        name if measure(name) <= width else cut(shorter, width, measure)
        for name, shorter in zip(names, without_shared(names), strict=True)
    ]


def two_lines(name: str, width: float, measure: Measure) -> list[str]:
    """The name in one line where it fits, else broken where its halves are most alike."""
    if measure(name) <= width:
        return [name]
    words = name.split(" ")
    breaks = [[" ".join(words[:place]), " ".join(words[place:])] for place in range(1, len(words))]
    return min(breaks, key=lambda pair: max(map(measure, pair)), default=[name])


def without_shared(names: Sequence[str]) -> list[str]:
    """The names less the words that all begin with, and all end with; … stands for them."""
    if len(names) < 2:
        return list(names)
    rows = [name.split(" ") for name in names]
    first = _shared(rows)
    rest = [row[first:] for row in rows]
    last = _shared([row[::-1] for row in rest])
    if not any(row[: len(row) - last] for row in rest):
        return list(names)
    return [
        " ".join([ELLIPSIS] * (first > 0) + row[: len(row) - last] + [ELLIPSIS] * (last > 0))
        for row in rest
    ]


def _shared(rows: Sequence[Sequence[str]]) -> int:
    """With how many words all begin."""
    columns = zip(*rows, strict=False)
    return sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, columns))


def cut(name: str, width: float, measure: Measure) -> str:
    """As much of the start and the end of a name as fits, with … between."""
    if measure(name) <= width:
        return name
    for count in range(len(name) - 1, 0, -1):
        start, end = name[: (count + 1) // 2].rstrip(), name[len(name) - count // 2 :].lstrip()
        shorter = start + ELLIPSIS + end
        if measure(shorter) <= width:
            return shorter
    return ELLIPSIS
