"""Which columns of a table are the input and the output: by name, else the only two of numbers."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fitreel.model.errors import BadInput
from fitreel.model.suggestions import nearest

MOST_NAMES_SAID = 8

ColumnNames = tuple[str | int, ...]
"""As a job says them: names, or places from 1."""


@dataclass(frozen=True)
class Columns:
    """The columns that there are to choose from."""

    names: Sequence[str | None]
    """None or "" where one has no name."""
    is_named: bool
    """Whether there are names at all."""
    what: str = "column"
    """What one of them is called."""


def shortened(text: str) -> str:
    """In quotes, at most 30 characters, all of which can be seen."""
    short = text if len(text) <= 30 else f"{text[:29]}…"
    return f"'{short}'" if short.isprintable() else ascii(short)


def clean_name(cell: str) -> str:
    """A name on one line, with plain blanks between its words and nothing that can't be seen."""
    words = " ".join(cell.split())
    return "".join(c for c in words if c.isprintable() or unicodedata.category(c) != "Cf")


def canonical(name: str) -> str:
    """Equal for names that differ in case, in blanks at the ends or in how accents are coded."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def choose_columns(
    columns: Columns,
    inputs: ColumnNames | None,
    outputs: ColumnNames | None,
    numbers: Callable[[], Sequence[int]],
) -> tuple[tuple[int, int], bool]:
    """The places, from 0, of input and output, and whether only the numbers in them say so.

    Args:
        columns: those that there are.
        inputs: what the job says; None: x, or the numbers.
        outputs: what the job says; None: y, or the numbers.
        numbers: gives the places of the columns that hold numbers.

    Raises:
        BadInput: no such column, or several; the line says how to choose.
    """
    chosen = [
        _place(columns, "inputs", inputs) if inputs else _default(columns, "x"),
        _place(columns, "outputs", outputs) if outputs else _default(columns, "y"),
    ]
    by_numbers = None in chosen
    if by_numbers:
        rest = [place for place in numbers() if place not in chosen]
        if len(rest) != chosen.count(None):
            raise BadInput(_which(columns, [None if n in rest else n for n in chosen], rest))
        chosen = [rest.pop(0) if place is None else place for place in chosen]
    first, second = chosen
    assert first is not None and second is not None
    if first == second:
        raise BadInput(f"data.inputs and data.outputs are the same {columns.what}; name two")
    return (first, second), by_numbers


def _default(columns: Columns, name: str) -> int | None:
    places = [n for n, each in enumerate(columns.names) if canonical(each or "") == name]
    if len(places) > 1:
        raise BadInput(f"two {columns.what}s are named {name}; {how_to_say(columns)}")
    return places[0] if places else None


def _place(columns: Columns, key: str, names: ColumnNames) -> int:
    (name,) = names
    if isinstance(name, int):
        if name > len(columns.names):
            raise BadInput(f"data.{key} = [{name}]: there are {len(columns.names)} {columns.what}s")
        return name - 1
    for same in (str, canonical):
        places = [n for n, each in enumerate(columns.names) if same(each or "") == same(name)]
        if len(places) == 1:
            return places[0]
        if places:
            raise BadInput(
                f"data.{key}: {len(places)} {columns.what}s are named {shortened(name)};"
                f" say its place, as {key} = [{places[0] + 1}]"
            )
    if not columns.is_named:
        raise BadInput(
            f"data.{key}: no {columns.what} is named {shortened(name)}, none has a name; say its"
            f" place, as {key} = [1]"
        )
    hint = nearest(name, [each for each in columns.names if each]) or f"; {_listed(columns)}"
    raise BadInput(f"data.{key}: no {columns.what} is named {shortened(name)}{hint}")


def _which(columns: Columns, chosen: Sequence[int | None], numbers: Sequence[int]) -> str:
    """What is said where neither names nor numbers decide."""
    count, what = len(columns.names), columns.what
    if count < 2:
        advice = ", as numpy.savez(…, x=…, y=…) writes" if what == "array" else ""
        return f"{'one' if count else 'no'} {what}; an input and an output are needed{advice}"
    if len(numbers) < chosen.count(None):
        name = "x" if chosen[0] is None else "y"
        return (
            f"no {what} is named {name}, and the numbers don't say which is meant;"
            f" {how_to_say(columns)}"
        )
    if not columns.is_named:
        return f"{count} {what}s without names; {how_to_say(columns)}, or name them in a first line"
    return f"{len(numbers)} {what}s of numbers, and none is named x and y; {how_to_say(columns)}"


def how_to_say(columns: Columns) -> str:
    """The keys that choose, and what there is to choose from."""
    if not columns.is_named:
        return "say which are meant, as data.inputs = [1] and data.outputs = [2]"
    return f"say which are meant, by data.inputs and data.outputs; {_listed(columns)}"


def _listed(columns: Columns) -> str:
    names = [shortened(name) if name else "one without" for name in columns.names]
    more = ", …" if len(names) > MOST_NAMES_SAID else ""
    return f"the {columns.what}s are {', '.join(names[:MOST_NAMES_SAID]) or 'none'}{more}"
