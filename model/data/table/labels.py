"""Classes from what a column says of each row: words, or numbers."""

import math
from collections.abc import Sequence
from decimal import Decimal, DecimalException

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.columns import shortened
from fitreel.model.errors import BadInput
from fitreel.model.limits import MOST_CLASSES

LONGEST = 255
"""Characters of a class's name."""


def classes_of(labels: Sequence[str], name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The class of each row, shape (N,), and the classes' names.

    Words are numbered in their order, numbers by their value, however many digits they have; 1 and
    1.0 are the same class.

    Args:
        labels: what stands in each row, not empty.
        name: what the column is called, as it is said.

    Raises:
        BadInput: there is one class only, or there are more than a record holds; a label can't be
            read, or is too long to be told from another.
    """
    different = sorted({*labels})
    for label in different:
        if not label.isprintable():
            raise BadInput(f"{name} has a class {shortened(label)}, which can't be read")
    if (
        len(different) > 100 * MOST_CLASSES
    ):  # numbers may be written in several ways, not in so many
        raise _too_many(len(different), name)
    numbers = [_number(label) for label in different]
    values: Sequence[str | Decimal] = different
    if None not in numbers:
        values = [number for number in numbers if number is not None]
    spelling = dict(zip(reversed(values), reversed(different), strict=True))
    order: Sequence[str | Decimal] = sorted(spelling)
    if len(order) < 2:
        raise BadInput(f"{name} is {shortened(different[0])} in every row; two classes are needed")
    if len(order) > MOST_CLASSES:
        raise _too_many(len(order), name)
    names = tuple(_text(value, spelling[value])[:LONGEST] for value in order)
    same = next((text for text in names if names.count(text) > 1), None)
    if same is not None:
        raise BadInput(
            f"{name} has classes whose first {LONGEST} characters are the same, as"
            f" {shortened(same)}; shorten them"
        )
    number_of = dict(zip(different, map(order.index, values), strict=True))
    return np.array([number_of[label] for label in labels], np.int64), names


def gaps_in(classes: Sequence[str]) -> str | None:
    """What is to be said of classes that are whole numbers with gaps between them; else None."""
    numbers = [_number(name) for name in classes]
    whole = [int(number) for number in numbers if number is not None and number == int(number)]
    if (
        not whole
        or len(whole) < len(classes)
        or whole == list(range(whole[0], whole[0] + len(whole)))
    ):
        return None
    shown = ", ".join(classes[:8]) + (", …" if len(classes) > 8 else "")
    return f"the classes are numbers with gaps, {shown}: {len(classes)} classes all the same"


def _number(label: str) -> Decimal | None:
    try:
        value = Decimal(label)
    except DecimalException:
        return None
    # 1_2 is a word, though Python reads it as 12.
    return value if "_" not in label and math.isfinite(float(value)) else None


def _text(value: str | Decimal, spelling: str) -> str:
    """A class's name: a number in few digits, or as it stands there where these don't say it."""
    if isinstance(value, str):
        return value
    short = f"{float(value):.15g}"
    return short if Decimal(short) == value else spelling


def _too_many(count: int, name: str) -> BadInput:
    return BadInput(
        f"{name} has {count:,} different values; there may be {MOST_CLASSES} classes at most"
        " (numbers that are measured are data.outputs)"
    )
