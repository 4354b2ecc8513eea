"""What a loop learns from, and where its predictions are looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.grid_places import MOST_PLACES, pixel_places
from fitreel.model.limits import MOST_INPUTS, MOST_OUTPUTS
from fitreel.model.record.header import Column
from fitreel.recording.arrays import as_array, finite_table
from fitreel.recording.labels import ROUNDING, Classes, classes_of, whole_numbers, words_in
from fitreel.recording.places import PredictionPlaces, places_of

MOST_NUMBERS = 100_000_000
"""Of a prediction."""
COLOURS = 3


@dataclass(frozen=True)
class RecordedPoints:
    """N points of D inputs and K outputs or classes, and M places where predictions are."""

    x: NDArray[np.float64]
    """Shape (N, D)."""
    y: NDArray[np.float64]
    """Shape (N, K); of classes as it was given, where that was numbers."""
    looked_at: PredictionPlaces
    truth: NDArray[np.float64] | None
    """Shape (M, K)."""
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    classes: Classes | None = None
    """Where y says of each point which one it is of."""
    numbers_as_classes: Classes | None = None
    """What y may as well be: whole numbers, of which the first prediction says what they are."""
    is_picture: bool = False
    """Whether y was given as a picture: bytes are colours then."""

    @property
    def at(self) -> NDArray[np.float64]:
        """Where predictions are recorded, shape (M, D)."""
        return self.looked_at.at

    @property
    def grid_shape(self) -> tuple[int, ...]:
        """Rows and columns of the places, where these are a grid over two inputs."""
        return self.looked_at.grid_shape

    @property
    def class_names(self) -> tuple[str, ...]:
        """Empty where y is numbers."""
        return () if self.classes is None else self.classes.names

    @property
    def targets(self) -> NDArray[Any]:
        """What is recorded of y: (N, K), or of classes their numbers, int64, shape (N,)."""
        return self.y if self.classes is None else self.classes.numbers

    @property
    def shape(self) -> tuple[int, int]:
        """(M, K): what a prediction is."""
        return len(self.at), len(self.class_names) or len(self.outputs)

    @property
    def prediction_shape(self) -> tuple[int, ...]:
        """(M,), or (M, K) of several outputs or classes: what is recorded."""
        return self.shape if self.shape[1] > 1 else self.shape[:1]

    @property
    def places(self) -> NDArray[np.float32]:
        """Where predictions are expected, as a network sees it: float32, shape (M, D), a copy."""
        return self.looked_at.of_program.astype(np.float32)

    def at_points(self) -> "RecordedPoints":
        """The same with predictions at the points."""
        return replace(self, looked_at=PredictionPlaces(self.x))

    def as_classes(self) -> "RecordedPoints":
        """The same of which whole numbers are classes."""
        return replace(self, classes=self.numbers_as_classes, numbers_as_classes=None)

    def read(self, value: Any) -> NDArray[Any]:
        """A prediction as an array: of classes words, too.

        Raises:
            TypeError: it isn't numbers.
            ValueError: it is ragged, or a picture's whole numbers are no bytes.
        """
        words = None if self.classes is None else words_in(value)
        if words is not None:
            return words
        array = as_array(value, "prediction")
        return _colours(array, "prediction") if self.is_picture else array

    def as_predicted(self, prediction: NDArray[Any]) -> "RecordedPoints":
        """The same as the first prediction has it.

        Whole numbers are classes where it has a column for each; and of a grid that nobody asked
        for, predictions may be at the points.
        """
        points = self
        names = () if self.numbers_as_classes is None else self.numbers_as_classes.names
        if prediction.ndim > 1 and prediction.shape[-1] == len(names) > len(self.outputs):
            points = self.as_classes()
        at_points = points.at_points()
        is_there = not points._takes(prediction) and at_points._takes(prediction)
        return at_points if self.looked_at.is_default and is_there else points

    def tensors(self) -> dict[str, NDArray[Any]]:
        """As a record has them."""
        if not self.inputs:
            return {}
        tensors: dict[str, NDArray[Any]] = {"x": self.x, "y": self.targets}
        if not np.array_equal(self.at, self.x):
            tensors["grid"] = self.at
        return tensors if self.truth is None else {**tensors, "truth": self.truth}

    def prediction(self, value: Any) -> NDArray[np.float32]:
        """A prediction, copied: shape (M,), or (M, K) of several outputs; of classes probabilities.

        Raises:
            TypeError: it isn't numbers.
            ValueError: it has another shape, or of classes isn't one; or there are no points.
        """
        if not self.inputs:
            raise ValueError(
                "prediction: this record is one of numbers only; give the points, "
                "Recorder(path, x, y), or no prediction"
            )
        array = self.read(value)
        if not self._takes(array):
            advice = ""
            if self.numbers_as_classes is not None and array.ndim > 1:
                advice = "; where y numbers classes, say Recorder(…, classes=True)"
            raise ValueError(
                f"prediction has shape {array.shape}; expected {self.prediction_shape}, "
                f"a row for each of rec.at{advice}"
            )
        with np.errstate(all="ignore"):  # what float32 can't hold is infinite
            return np.array(self._ordered(array), np.float32).reshape(self.prediction_shape)

    def _takes(self, array: NDArray[Any]) -> bool:
        """Whether an array has a row for each place: (M, K), or (R, C, K) of a grid."""
        rows, columns = self.shape
        shapes = [(rows, columns), (*self.grid_shape, columns)]
        if self.classes is not None:  # what is predicted, or how likely the second of two is
            shapes += [(rows,), self.grid_shape or (rows,)]
        return _without_ones(array.shape) in map(_without_ones, shapes)

    def _ordered(self, array: NDArray[Any]) -> NDArray[Any]:
        """Shape (M, K), in the places' own order."""
        rows, columns = self.shape
        values = array
        if self.classes is not None:
            is_one = array.size == rows
            if is_one and columns > 2 and array.dtype.kind == "f":
                raise ValueError(
                    f"prediction has shape {array.shape}; expected {self.prediction_shape}: how "
                    f"likely each of the {columns} classes is"
                )
            values = self.classes.probabilities(array, rows)
        table = values.reshape(rows, columns)
        order = self.looked_at.order
        return table if order is None else table[order]


_NONE: NDArray[np.float64] = np.empty((0, 0))
NOTHING = RecordedPoints(_NONE, _NONE, PredictionPlaces(_NONE), truth=None, inputs=(), outputs=())
"""Of a record of numbers only."""


def points_of(
    x: Any,
    y: Any,
    at: Any = None,
    truth: Any = None,
    classes: bool | Sequence[Any] | None = None,
    *,
    logits: bool = False,
) -> RecordedPoints:
    """The points as they are given: shapes (N,) or (N, D), and (N,) or (N, K).

    Args:
        x: inputs in the data's own units, not what a network sees of them; of a picture None.
        y: outputs, as x; classes, as `classes_of` takes them; or a picture, (H, W, 3).
        at: where predictions are looked at, as `places_of` takes it.
        truth: what is to be learned, without noise: (M,) or (M, K), or a function of `at`.
        classes: their names; True: y says classes.
        logits: what is predicted of classes, not yet probabilities.

    Raises:
        TypeError: something isn't numbers.
        ValueError: shapes that don't fit, values that aren't finite.
    """
    if x is None and y is None:
        for value, what in ((at, "at"), (truth, "truth"), (classes, "classes")):
            if value is not None:
                raise ValueError(f"{what} is given, but not x and y: Recorder(path, x, y)")
        return NOTHING
    picture = _picture(y) if x is None and y is not None else None
    if picture is not None:
        x, y = pixel_places(*picture.shape[:2]), picture.reshape(-1, picture.shape[2])
    for value, what in ((x, "x"), (y, "y")):
        if value is None:
            raise ValueError(f"{what} is missing: give both x and y, or neither")
    labels = classes_of(y, True if logits and classes is None else classes, logits=logits)
    inputs, outputs = _tables(x, y if labels is None else labels.numbers)
    points = RecordedPoints(
        inputs,
        outputs,
        places_of(inputs, at, is_picture=picture is not None or outputs.shape[1] == COLOURS),
        None,
        _columns(x, "x", inputs.shape[1]),
        _columns(y, "y", outputs.shape[1]),
        labels,
        None if classes is False or labels is not None else whole_numbers(y),
        is_picture=picture is not None,
    )
    if len(points.at) * points.shape[1] > MOST_NUMBERS:
        raise ValueError(f"a prediction would be {points.shape}; give a smaller at")
    return points if truth is None else replace(points, truth=_truth(truth, points))


def _tables(x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shapes (N, D) and (N, K); of one input or output a row will do."""
    inputs, outputs = finite_table(x, "x"), finite_table(y, "y")
    if inputs.shape[0] == 1 and inputs.size == outputs.size > 1:
        inputs = inputs.T
    if outputs.shape[0] == 1 and outputs.size == len(inputs):
        outputs = outputs.T
    if len(inputs) != len(outputs):
        raise ValueError(f"x has {len(inputs)} points, y {len(outputs)}; they must be as many")
    if inputs.shape[1] > MOST_INPUTS or outputs.shape[1] > MOST_OUTPUTS:
        raise ValueError(
            f"x has {inputs.shape[1]} columns and y {outputs.shape[1]}; a record has at most "
            f"{MOST_INPUTS} inputs and {MOST_OUTPUTS} outputs"
        )
    return inputs, outputs


def _picture(y: Any) -> NDArray[np.float64] | None:
    """A picture's colours from 0 to 1, shape (H, W, 3) or (H, W, 1); None where y is none."""
    array = as_array(y, "y")
    if array.ndim == 2 and array.dtype == np.uint8:
        array = array[..., None]
    if array.ndim != 3:
        return None
    height, width, channels = array.shape
    if channels not in (1, COLOURS):
        what = "alpha, which isn't recorded" if channels == COLOURS + 1 else "no colours"
        raise ValueError(f"y has shape {array.shape}: {what}; give (H, W, {COLOURS})")
    if max(height, width) > MOST_PLACES:
        raise ValueError(
            f"y is a picture of {width} x {height}; at most {MOST_PLACES} x {MOST_PLACES} fit"
        )
    colours = _colours(array, "y")
    low, high = colours.min(initial=0), colours.max(initial=0)
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise ValueError(
            f"y is a picture whose colours go from {low:.3g} to {high:.3g}; give uint8, or 0 to 1"
        )
    return colours


def _colours(array: NDArray[Any], what: str) -> NDArray[np.float64]:
    """Bytes as colours from 0 to 1; other numbers as they are."""
    if array.dtype.kind not in "iu":
        return array.astype(np.float64)
    if array.dtype not in (np.uint8, np.uint16):
        raise ValueError(
            f"{what} is a picture of {array.dtype}; give uint8, or colours from 0 to 1"
        )
    return array.astype(np.float64) / np.iinfo(array.dtype).max


def _columns(value: Any, letter: str, count: int) -> tuple[Column, ...]:
    """Their names: a table's own, else x, or x1, x2, …."""
    names = [str(name)[:255] for name in getattr(value, "columns", ())]
    if len(names) != count:
        names = [letter] if count == 1 else [f"{letter}{n}" for n in range(1, count + 1)]
    return tuple(map(Column, names))


def _truth(truth: Any, points: RecordedPoints) -> NDArray[np.float64]:
    value: Any = truth
    if callable(truth):
        function: Callable[[Any], Any] = truth
        places = points.looked_at.of_program
        value = function(places[:, 0] if places.shape[1] == 1 else places)
    array = points.read(value)
    if not points._takes(array):
        raise ValueError(f"truth has shape {array.shape}; expected {points.shape}, as rec.at has")
    return np.array(points._ordered(array), np.float64)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
