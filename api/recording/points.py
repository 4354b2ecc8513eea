"""What a loop learns from, and where its predictions are looked at."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.grid_places import grid_places
from fitreel.model.limits import MOST_INPUTS, MOST_OUTPUTS
from fitreel.model.record.header import Column
from fitreel.recording.arrays import as_array

MOST_NUMBERS = 100_000_000
"""Of a prediction."""


@dataclass(frozen=True)
class RecordedPoints:
    """N points of D inputs and K outputs, and M places where predictions are expected."""

    x: NDArray[np.float64]
    """Shape (N, D)."""
    y: NDArray[np.float64]
    """Shape (N, K)."""
    at: NDArray[np.float64]
    """Shape (M, D)."""
    truth: NDArray[np.float64] | None
    """Shape (M, K)."""
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    grid_shape: tuple[int, ...] = ()
    """Where `at` is a grid of ours."""

    @property
    def shape(self) -> tuple[int, int]:
        """(M, K): what a prediction is."""
        return len(self.at), len(self.outputs)

    @property
    def prediction_shape(self) -> tuple[int, ...]:
        """(M,), or (M, K) of several outputs: what is recorded."""
        return self.shape if len(self.outputs) > 1 else self.shape[:1]

    @property
    def places(self) -> NDArray[np.float32]:
        """Where predictions are expected, as a network sees it: float32, shape (M, D), a copy."""
        return self.at.astype(np.float32)

    def at_points(self) -> "RecordedPoints":
        """The same with predictions at the points."""
        return replace(self, at=self.x, grid_shape=())

    def as_predicted(self, prediction: NDArray[Any]) -> "RecordedPoints":
        """The same, of two inputs with predictions at the points where the first one is there."""
        is_there = len(self.x) in prediction.shape and len(self.at) not in prediction.shape
        return self.at_points() if self.grid_shape and is_there else self

    def tensors(self) -> dict[str, NDArray[Any]]:
        """As a record has them."""
        if not self.inputs:
            return {}
        tensors = {"x": self.x, "y": self.y}
        if not np.array_equal(self.at, self.x):
            tensors["grid"] = self.at
        return tensors if self.truth is None else {**tensors, "truth": self.truth}

    def prediction(self, value: Any) -> NDArray[np.float32]:
        """A prediction, copied: shape (M,), or (M, K) of several outputs.

        Raises:
            TypeError: it isn't numbers.
            ValueError: it has another shape; or there are no points.
        """
        if not self.inputs:
            raise ValueError(
                "prediction: this record is one of numbers only; give the points, "
                "Recorder(path, x, y), or no prediction"
            )
        array = as_array(value, "prediction")
        if _without_ones(array.shape) != _without_ones(self.shape):
            raise ValueError(
                f"prediction has shape {array.shape}; expected {self.prediction_shape}, "
                "a row for each of rec.at"
            )
        with np.errstate(all="ignore"):  # what float32 can't hold is infinite
            return np.array(array, np.float32).reshape(self.prediction_shape)


_NONE: NDArray[np.float64] = np.empty((0, 0))
NOTHING = RecordedPoints(_NONE, _NONE, _NONE, truth=None, inputs=(), outputs=())
"""Of a record of numbers only."""


def points_of(x: Any, y: Any, at: Any = None, truth: Any = None) -> RecordedPoints:
    """The points as they are given: shapes (N,) or (N, D), and (N,) or (N, K).

    Args:
        x: inputs in the data's own units, not what a network sees of them.
        y: outputs, as x.
        at: where predictions are looked at: (M,) or (M, D); None: at x, of two inputs a grid.
        truth: what is to be learned, without noise: (M,) or (M, K), or a function of `at`.

    Raises:
        TypeError: something isn't numbers.
        ValueError: shapes that don't fit, values that aren't finite.
    """
    if x is None and y is None:
        for value, what in ((at, "at"), (truth, "truth")):
            if value is not None:
                raise ValueError(f"{what} is given, but not x and y: Recorder(path, x, y)")
        return NOTHING
    for value, what in ((x, "x"), (y, "y")):
        if value is None:
            raise ValueError(f"{what} is missing: give both x and y, or neither")
    inputs, outputs = (_values(value, what) for value, what in ((x, "x"), (y, "y")))
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
    places, grid_shape = _places(inputs, at)
    points = RecordedPoints(
        inputs,
        outputs,
        places,
        None,
        _columns(x, "x", inputs.shape[1]),
        _columns(y, "y", outputs.shape[1]),
        grid_shape,
    )
    if len(places) * outputs.shape[1] > MOST_NUMBERS:
        raise ValueError(f"a prediction would be {points.shape}; give a smaller at")
    return points if truth is None else replace(points, truth=_truth(truth, points))


def _values(value: Any, what: str) -> NDArray[np.float64]:
    """Shape (n, columns), of n at least one; a copy."""
    array = np.array(as_array(value, what), np.float64)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or not array.size:
        raise ValueError(f"{what} has shape {np.shape(array)}; it must be (n,) or (n, columns)")
    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise ValueError(f"{what} has {count} values that aren't finite; leave these points out")
    return array


def _columns(value: Any, letter: str, count: int) -> tuple[Column, ...]:
    """Their names: a table's own, else x, or x1, x2, …."""
    names = [str(name)[:255] for name in getattr(value, "columns", ())]
    if len(names) != count:
        names = [letter] if count == 1 else [f"{letter}{n}" for n in range(1, count + 1)]
    return tuple(map(Column, names))


def _places(x: NDArray[np.float64], at: Any) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Where predictions are looked at, and the shape of the grid, if that is what it is."""
    inputs = x.shape[1]
    if at is None:
        return grid_places(x) if inputs == 2 else (x, ())
    places = _values(at, "at")
    if inputs == 1 and len(places) == 1:
        places = places.T
    if places.shape[1] != inputs:
        raise ValueError(f"at has {places.shape[1]} columns, x {inputs}; they must be as many")
    return places, ()


def _truth(truth: Any, points: RecordedPoints) -> NDArray[np.float64]:
    value: Any = truth
    if callable(truth):
        function: Callable[[Any], Any] = truth
        value = function(points.at[:, 0] if points.at.shape[1] == 1 else points.at)
    array = np.array(as_array(value, "truth"), np.float64)
    if _without_ones(array.shape) != _without_ones(points.shape):
        raise ValueError(f"truth has shape {array.shape}; expected {points.shape}, as rec.at has")
    return array.reshape(points.shape)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
