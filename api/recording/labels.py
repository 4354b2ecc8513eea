"""Classes that a program says: which one each point is of, and what is predicted of them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.columns import clean_name
from fitreel.model.limits import MOST_CLASSES
from fitreel.recording.arrays import as_array, describe

LONGEST_NAME = 255
ROUNDING = 0.01
"""How far probabilities of a low precision may be from one together, or outside of 0 to 1."""


@dataclass(frozen=True)
class Classes:
    """Which class each of N points is of."""

    numbers: NDArray[np.int64]
    """Shape (N,)."""
    names: tuple[str, ...]
    logits: bool = False
    """Whether predictions are what softmax makes probabilities of; of one column the sigmoid."""

    def probabilities(self, values: NDArray[Any], rows: int) -> NDArray[np.float64]:
        """Of M rows and the classes, shape (M, K), from what is predicted.

        Args:
            values: probabilities or logits of each class, M times K numbers; of two classes M of
                the second will do; or the predicted classes, M words, or whole numbers as an array
                of integers.
            rows: M.

        Raises:
            ValueError: they are neither.
        """
        if values.dtype.kind in "OU" or (values.dtype.kind in "biu" and values.size == rows):
            table = np.eye(len(self.names))[_numbered(values.reshape(-1), self.names, "prediction")]
            return np.asarray(table, np.float64)
        table = values.reshape(rows, -1).astype(np.float64)
        with np.errstate(all="ignore"):
            if self.logits:
                return _softmax(table if table.shape[1] > 1 else np.hstack([-table, table]) / 2)
            if table.shape[1] == 1:
                table = np.hstack([1 - table, table])
            sums = table.sum(1)
            wrong = (abs(sums - 1) > ROUNDING) | (table < -ROUNDING).any(1)
        if wrong.any():
            row = int(wrong.argmax())
            shown = ", ".join(f"{value:.3g}" for value in table[row, :4])
            raise ValueError(
                f"prediction: row {row} is {shown}{', …' if table.shape[1] > 4 else ''}, which are "
                "no probabilities, 0 to 1 and together 1; of logits say Recorder(…, logits=True)"
            )
        return table


def _softmax(table: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(table - table.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), np.float64)


def words_in(value: Any) -> NDArray[Any] | None:
    """Text labels as an array of str; None where it isn't text."""
    array = None
    with suppress(Exception):  # whatever a library says of an array that is elsewhere
        array = np.asarray(value)
    if array is None or array.dtype.kind not in "OUT" or not array.size:
        return None
    words = array.astype(object)
    return words if all(isinstance(word, str) for word in words.flat) else None


def classes_of(
    y: Any, classes: bool | Sequence[Any] | None, *, logits: bool = False
) -> Classes | None:
    """The classes of y, where it says some; None where it is numbers.

    Args:
        y: words; whole numbers; or one column for each class, 1 in that of a row's own.
        classes: their names, in the order of the predictions' columns; True: words in their order,
            numbers by value; None: of words as True.
        logits: what predictions are.

    Raises:
        TypeError: it is one word only.
        ValueError: labels and classes don't fit, or there is one class only.
    """
    words = words_in(y)
    if classes is None or classes is False:
        if words is None or classes is False:
            return None
        if len({*words.flat}) < 2:
            raise TypeError(
                f"y is {words.flat[0]!r} at every point; two classes, or it must be numbers"
            )
        classes = True
    labels = as_array(y, "y") if words is None else words
    if labels.ndim == 2 and 1 in labels.shape:
        labels = labels.reshape(-1)
    names = None if isinstance(classes, bool) else tuple(map(_name, classes))
    if labels.ndim == 2 and words is None:
        labels = _of_columns(labels)
    if labels.ndim != 1 or not labels.size:
        raise ValueError(f"y has shape {labels.shape}; of classes it must be (n,): one for each x")
    return Classes(*_named(labels, names), logits)


def whole_numbers(y: Any) -> Classes | None:
    """What the classes are if integers number them, and not something that is counted."""
    with suppress(TypeError, ValueError):
        labels = as_array(y, "y")
        if labels.dtype.kind in "biu" and labels.size == max(labels.shape, default=0):
            return Classes(*_named(labels.reshape(-1), None))
    return None


def _of_columns(table: NDArray[Any]) -> NDArray[np.int64]:
    """Shape (N,), of (N, K) that are 1 in one column of each row, and else 0."""
    if not (((table == 0) | (table == 1)).all() and (table.sum(1) == 1).all()):
        raise ValueError(
            f"y has shape {table.shape}, and isn't 1 in one column of each row and else 0; give "
            "classes as (n,), or leave out classes"
        )
    return np.asarray(table.argmax(1), np.int64)


def _named(
    labels: NDArray[Any], names: tuple[str, ...] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if names is None:
        different = np.unique(_whole(labels, "y"))
        if len(different) > MOST_CLASSES:
            raise ValueError(
                f"y has {len(different)} different values; there may be {MOST_CLASSES} classes"
            )
        names = tuple(map(_name, different))
    if not 2 <= len(names) <= MOST_CLASSES or len({*names}) < len(names):
        shown = ", ".join(name[:40] for name in names[:8])
        raise ValueError(f"classes: {shown}; 2 to {MOST_CLASSES} different ones are needed")
    return _numbered(labels, names, "y"), names


def _numbered(labels: NDArray[Any], names: tuple[str, ...], what: str) -> NDArray[np.int64]:
    """The number of each label's class, shape (N,): by its name, or else it is that number."""
    values = _whole(labels, what)
    different, inverse = np.unique(values, return_inverse=True)
    texts = [_name(value) for value in different]
    if all(text in names for text in texts):
        return np.array([names.index(text) for text in texts], np.int64)[inverse.reshape(-1)]
    if values.dtype.kind == "i" and different[0] >= 0 and different[-1] < len(names):
        return values
    other = next(text for text in texts if text not in names)
    raise ValueError(
        f"{what} has {other[:40]!r}, which is none of the classes {', '.join(names[:8])}"
        f"{', …' if len(names) > 8 else ''}"
    )


def _whole(labels: NDArray[Any], what: str) -> NDArray[Any]:
    """Words as they are, numbers as int64."""
    if labels.dtype.kind in "OUT":
        return labels.astype(str)
    if labels.dtype.kind == "f" and not (np.floor(labels) == labels).all():
        raise ValueError(f"{what}: {describe(labels)} of numbers that aren't whole, no classes")
    return labels.astype(np.int64)


def _name(label: Any) -> str:
    if isinstance(label, float | np.floating) and float(label).is_integer():
        label = int(label)
    name = clean_name(str(label))
    if not name or not name.isprintable():
        raise ValueError(f"classes: {str(label)[:40]!a} can't be read; give it another name")
    return name[:LONGEST_NAME]
