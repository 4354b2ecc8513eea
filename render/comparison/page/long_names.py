"""Names that are too long for their place: two lines, and what is cut keeps what differs."""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import NamedTuple

ELLIPSIS = "…"
Measure = Callable[[str, float], float]
"""How wide a text is at a font size, in pixels."""


class Fitted(NamedTuple):
    """Names as they stand."""

    size: float
    """Of the letters of all, in pixels."""
    lines: list[list[str]]
    """Of each name one, or two."""

    @property
    def are_two(self) -> bool:
        """Whether some have two lines."""
        return any(len(each) > 1 for each in self.lines)


def fitted(
    names: Sequence[str],
    rooms: Sequence[float],
    first_room: float | None,
    sizes: tuple[float, float, float],
    measure: Measure,
) -> Fitted:
    """Names that fit: smaller, then in two lines, then cut; all of one size.

    Args:
        names: at least one.
        rooms: how wide each may be, in pixels.
        first_room: how wide the first of two lines may be; None: as wide as the last.
        sizes: the largest font size, the smallest of one line, and that of two lines.
        measure: how wide a text is.
    """
    size, least, small = sizes

    def fits(size: float) -> bool:
        return all(measure(n, size) <= room for n, room in zip(names, rooms, strict=True))

    while not fits(size) and size > least:
        size = max(0.97 * size, least)
    if fits(size):
        return Fitted(size, [[name] for name in names])
    places = [(first_room or room, max(room, 0.0)) for room in rooms]
    return Fitted(small, in_lines(names, places, lambda text: measure(text, small)))


def in_lines(
    names: Sequence[str],
    rooms: Sequence[tuple[float, float]],
    measure: Callable[[str], float],
) -> list[list[str]]:
    """Each name in one line or two that fit; of one that doesn't, what all share is cut first.

    `rooms` are those of the first and of the last line; a name in one line stands in the last.
    """
    result = []
    for name, shorter, room in zip(names, without_shared(names), rooms, strict=True):
        lines = two_lines(name, room, measure)
        if _excess(lines, room, measure) > 0:
            lines = two_lines(shorter, room, measure)
            last = len(lines) - 1
            lines = [
                cut(line, room[1 if number == last else 0], measure)
                for number, line in enumerate(lines)
            ]
            if lines[-1] == ELLIPSIS and room[0] > room[1]:  # which would say nothing
                lines = [cut(shorter, room[0], measure), ""]
        result.append(lines)
    return result


def two_lines(name: str, rooms: tuple[float, float], measure: Callable[[str], float]) -> list[str]:
    """The name in one line where it fits, else in two: alone in the first, or broken evenly."""
    if measure(name) <= rooms[1]:
        return [name]
    if rooms[0] > rooms[1] and measure(name) <= rooms[0]:
        return [name, ""]
    words = _words(name)
    breaks = [[" ".join(words[:place]), " ".join(words[place:])] for place in range(1, len(words))]
    alone = [[name, ""]] if rooms[0] > rooms[1] else [[name]]
    return min([*breaks, *alone], key=lambda lines: _excess(lines, rooms, measure))


def _excess(
    lines: Sequence[str], rooms: tuple[float, float], measure: Callable[[str], float]
) -> float:
    """By how much the line that fits least is too wide; negative where all fit."""
    own = rooms[-len(lines) :]
    return max(measure(line) - room for line, room in zip(lines, own, strict=True))


def without_shared(names: Sequence[str]) -> list[str]:
    """The names less the words that all begin with, and all end with; … stands for them."""
    if len(names) < 2:
        return list(names)
    rows = [_words(name) for name in names]
    first = _shared(rows)
    rest = [row[first:] for row in rows]
    last = _shared([row[::-1] for row in rest])
    if not any(row[: len(row) - last] for row in rest):
        return list(names)
    return [
        " ".join([ELLIPSIS] * (first > 0) + row[: len(row) - last] + [ELLIPSIS] * (last > 0))
        for row in rest
    ]


def _words(name: str) -> list[str]:
    """The words of a name; mathematics between $ is one word with what it touches."""
    words: list[str] = []
    for part in name.split(" "):
        if words and words[-1].replace(r"\$", "").count("$") % 2:
            words[-1] += f" {part}"
        else:
            words.append(part)
    return words


def _shared(rows: Sequence[Sequence[str]]) -> int:
    """With how many words all begin."""
    columns = zip(*rows, strict=False)
    return sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, columns))


def cut(name: str, width: float, measure: Callable[[str], float]) -> str:
    """As much of the start and the end of a name as fits, with … between."""
    if measure(name) <= width or "$" in name:  # mathematics can't be cut
        return name
    for count in range(len(name) - 1, 0, -1):
        start, end = name[: (count + 1) // 2].rstrip(), name[len(name) - count // 2 :].lstrip()
        shorter = start + ELLIPSIS + end
        if measure(shorter) <= width:
            return shorter
    return ELLIPSIS
