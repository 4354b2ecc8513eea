"""Which columns of a table are inputs and outputs: by name, else the only two of numbers."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fitreel.model.errors import BadInput
from fitreel.model.settings import DataSettings
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


@dataclass(frozen=True)
class ChosenColumns:
    """The places, from 0, of the columns that are meant."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    """None of classes."""
    label: int | None = None
    """Of the column that says of which class each row is."""
    by_numbers: bool = False
    """Whether only the numbers in them say so."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the inputs and of the outputs that are numbers."""
        return (*self.inputs, *self.outputs)

    @property
    def all(self) -> tuple[int, ...]:
        """Of all that are read, the label's last."""
        return self.numbers if self.label is None else (*self.numbers, self.label)


def choose_columns(
    columns: Columns, settings: DataSettings, numbers: Callable[[], Sequence[int]]
) -> ChosenColumns:
    """The columns that a job means.

    Args:
        columns: those that there are.
        settings: what the job says: inputs and outputs, or inputs and label; None: x and y, or the
            numbers; beside a label all others of numbers.
        numbers: gives the places of the columns that hold numbers.

    Raises:
        BadInput: no such column, or several; the line says how to choose.
    """
    inputs = _places(columns, "inputs", settings.inputs)
    if settings.label is not None:
        label = _place(columns, "label", settings.label)
        rest = () if inputs else tuple(place for place in numbers() if place != label)
        chosen = ChosenColumns(inputs or rest, (), label, by_numbers=not inputs)
        if not chosen.inputs:
            raise BadInput(
                f"no other {columns.what} of numbers beside data.label; an input is needed"
            )
    else:
        sides = [inputs or _default(columns, "x")]
        sides.append(_places(columns, "outputs", settings.outputs) or _default(columns, "y"))
        chosen = _completed(columns, sides, numbers)
    if len({*chosen.all}) < len(chosen.all):
        keys = "data.inputs and " + ("data.outputs" if settings.label is None else "data.label")
        if len(chosen.all) == 2:
            raise BadInput(f"{keys} are the same {columns.what}; name two")
        raise BadInput(f"{keys} name a {columns.what} twice; name each once")
    return chosen


def _completed(
    columns: Columns, sides: Sequence[tuple[int, ...]], numbers: Callable[[], Sequence[int]]
) -> ChosenColumns:
    """Inputs and outputs, what nobody says of them by the only columns of numbers left."""
    taken = {place for side in sides for place in side}
    lacking = sum(not side for side in sides)
    if not lacking:
        return ChosenColumns(sides[0], sides[1])
    rest = [place for place in numbers() if place not in taken]
    if len(rest) != lacking:
        raise BadInput(_which(columns, sides, rest))
    first, second = [side or (rest.pop(0),) for side in sides]
    return ChosenColumns(first, second, by_numbers=True)


def _places(columns: Columns, key: str, names: ColumnNames | None) -> tuple[int, ...]:
    return tuple(_place(columns, key, name) for name in names or ())


def _default(columns: Columns, name: str) -> tuple[int, ...]:
    places = [n for n, each in enumerate(columns.names) if canonical(each or "") == name]
    if len(places) > 1:
        raise BadInput(f"two {columns.what}s are named {name}; {how_to_say(columns)}")
    return tuple(places)


def _place(columns: Columns, key: str, name: str | int) -> int:

    def said(value: object) -> str:
        return f"{key} = {value}" if key == "label" else f"{key} = [{value}]"

    if isinstance(name, int):
        if name > len(columns.names):
            raise BadInput(f"data.{said(name)}: there are {len(columns.names)} {columns.what}s")
        return name - 1
    for same in (str, canonical):
        places = [n for n, each in enumerate(columns.names) if same(each or "") == same(name)]
        if len(places) == 1:
            return places[0]
        if places:
            raise BadInput(
                f"data.{key}: {len(places)} {columns.what}s are named {shortened(name)};"
                f" say its place, as {said(places[0] + 1)}"
            )
    if not columns.is_named:
        raise BadInput(
            f"data.{key}: no {columns.what} is named {shortened(name)}, none has a name; say its"
            f" place, as {said(1)}"
        )
    hint = nearest(name, [each for each in columns.names if each]) or f"; {_listed(columns)}"
    raise BadInput(f"data.{key}: no {columns.what} is named {shortened(name)}{hint}")


def _which(columns: Columns, sides: Sequence[tuple[int, ...]], numbers: Sequence[int]) -> str:
    """What is said where neither names nor numbers decide."""
    count, what = len(columns.names), columns.what
    if count < 2:
        advice = ", as numpy.savez(…, x=…, y=…) writes" if what == "array" else ""
        return f"{'one' if count else 'no'} {what}; an input and an output are needed{advice}"
    if len(numbers) < sum(not side for side in sides):
        name = "y" if sides[0] else "x"
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
