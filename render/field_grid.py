"""The grid over two inputs at which predictions are, and what they are between its places."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record

Values = NDArray[np.float32]
LEAST_PROBABILITY = np.float32(1e-20)


class FieldGrid:
    """The places of a record's predictions, rows from below.

    Args:
        run: the record.
        around: leave out what lies further out than the points of these records, but for a part of
            a cell; none: nothing is left out.

    Raises:
        BadInput: they aren't those of a grid.
    """

    def __init__(self, run: Record, *, around: Sequence[Record] = ()) -> None:
        shape = run.header.grid_shape
        places = np.asarray(run.prediction_x, np.float64)
        if len(shape) != 2 or min(shape) < 2 or places.shape != (shape[0] * shape[1], 2):
            raise BadInput(f"{run.path}: its predictions are at no grid over two inputs")
        self._whole = (shape[0], shape[1])
        grid = places.reshape(*shape, 2)
        self.x, self.y = grid[0, :, 0], grid[:, 0, 1]
        """Shape (columns,) and (rows,), increasing."""
        self._is_downwards = bool(self.y[0] > self.y[-1])
        if self._is_downwards:
            self.y = self.y[::-1]
        if not (np.all(np.diff(self.x) > 0) and np.all(np.diff(self.y) > 0)):
            raise BadInput(f"{run.path}: its predictions are at no grid over two inputs")
        self._rows, self._columns = slice(None), slice(None)
        if around:
            points = [each.x for each in around]
            points += [each.validation[0] for each in around if each.validation is not None]
            x, y = np.concatenate(points).astype(np.float64).T
            self._rows, self._columns = _around(self.y, y), _around(self.x, x)
        self.x, self.y = self.x[self._columns], self.y[self._rows]
        self.shape: tuple[int, int] = (len(self.y), len(self.x))
        """Rows and columns."""

    @property
    def aspect(self) -> float:
        """Width by height, in the inputs' units."""
        return float((self.x[-1] - self.x[0]) / (self.y[-1] - self.y[0]))

    @cached_property
    def mesh(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """x and y of each place, shape (rows, columns)."""
        x, y = np.meshgrid(self.x, self.y)
        return x, y

    def field(self, prediction: NDArray[Any]) -> Values:
        """A prediction in rows from below, shape (rows, columns), or (rows, columns, K)."""
        values = np.asarray(prediction, np.float32)
        values = values.reshape(*self._whole, *values.shape[1:])
        upwards = values[::-1] if self._is_downwards else values
        return upwards[self._rows, self._columns]


class PointValues:
    """What a field is at points, shape (N, 2): bilinear between places, as it is drawn."""

    def __init__(self, grid: FieldGrid, points: NDArray[np.floating[Any]]) -> None:
        columns, across = _cells(grid.x, points[:, 0])
        rows, up = _cells(grid.y, points[:, 1])
        self._corners = [(rows + b, columns + a) for b in (0, 1) for a in (0, 1)]
        self._shares = [
            ((up if b else 1 - up) * (across if a else 1 - across)).astype(np.float32)
            for b in (0, 1)
            for a in (0, 1)
        ]

    def of(self, field: Values) -> Values:
        """Shape (N,), or (N, K)."""
        total = np.zeros((len(self._shares[0]), *field.shape[2:]), np.float32)
        for corner, share in zip(self._corners, self._shares, strict=True):
            total += share.reshape(-1, *[1] * (field.ndim - 2)) * field[corner]
        return total

    def wrong(self, field: Values, classes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Shape (N,): which points lie in another class' region; `field` as `log_field` has it."""
        return np.asarray(self.of(field).argmax(axis=1) != classes)


def log_field(field: Values) -> Values:
    """The logarithms of probabilities: what lies between two places is nearest to a line there.

    Where a network is certain, probabilities between two places are a step.
    """
    with np.errstate(invalid="ignore"):
        return np.log(np.maximum(field, LEAST_PROBABILITY))


def _around(places: NDArray[np.float64], values: NDArray[np.float64]) -> slice:
    """The fewest places between which all values lie, two at least."""
    if not values.size:
        return slice(None)
    first = max(int(np.searchsorted(places, values.min(), side="right")) - 1, 0)
    last = int(np.searchsorted(places, values.max(), side="left"))
    return slice(min(first, len(places) - 2), max(last, first + 1) + 1)


def _cells(places: NDArray[np.float64], values: NDArray[Any]) -> tuple[NDArray[np.int64], Any]:
    """In which cell each value lies, and how far into it; outside: at the edge."""
    cells = np.clip(np.searchsorted(places, values, side="right") - 1, 0, len(places) - 2)
    parts = (values - places[cells]) / (places[cells + 1] - places[cells])
    return cells, np.clip(parts, 0.0, 1.0)
