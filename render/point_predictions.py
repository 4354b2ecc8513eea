"""What a network says at the points: those that it never saw, where there are any."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.field_grid import FieldGrid, PointValues, log_field
from fitreel.render.network.recorded_network import Network
from fitreel.render.shown_snapshots import shown_snapshots

LOOKED_AT = 60
"""So many snapshots, evenly spaced, decide limits."""


class PointPredictions:
    """Predictions at points, from snapshots whose predictions are there or on a grid.

    On a grid they are taken between its places, in straight lines.
    """

    def __init__(self, run: Record) -> None:
        self._run = run
        self._columns = run.header.predicted_columns
        self.y = np.asarray(run.y, np.float64).reshape(len(run.y), -1)
        """Shape (N, K), or of classes (N, 1)."""
        self._corners, self._shares = _on_grid(run, _rows(run.x))
        self.needs_weights = False

    def of(self, snapshot: Snapshot) -> NDArray[np.float64]:
        """What a snapshot says at the points, shape (N, K), of K outputs or classes."""
        return self.at_points(snapshot.prediction)

    def at_points(self, prediction: NDArray[np.floating]) -> NDArray[np.float64]:
        """The same of a snapshot's prediction."""
        values = np.asarray(prediction, np.float64).reshape(-1, self._columns)
        if self._corners is None:
            return values
        with np.errstate(all="ignore"):
            return np.asarray((values[self._corners] * self._shares[:, :, None]).sum(1))

    def samples(self) -> Iterator[Snapshot]:
        """As the function of that name."""
        return samples(self._run)


def samples(run: Record, *, weights: bool = False) -> Iterator[Snapshot]:
    """Snapshots of all the film, the first and the last among them."""
    if len(run):
        # What a divergence ended on would flatten all that came before.
        count = run.closing if run.ending == "diverged" and run.closing else len(run)
        indices = np.unique(np.linspace(0, count - 1, LOOKED_AT).round().astype(int)).tolist()
        yield from shown_snapshots(run, indices, weights=weights)


class AsidePredictions:
    """What a network of numbers says at the points that were kept aside: on the way between places
    of a grid, else by the weights that are recorded.
    """

    def __init__(self, run: Record, points: tuple[NDArray[np.floating], NDArray[np.floating]]):
        self._x = _rows(points[0])
        self.y = _rows(points[1])
        """Shape (N, K)."""
        self._corners, self._shares = _on_grid(run, self._x)
        self._network = Network(run.header) if self._corners is None else None

    @classmethod
    def of_run(cls, run: Record) -> "AsidePredictions | None":
        """Those of a record; None where no points were kept aside, or where that isn't known."""
        if run.validation is None or run.header.classes:
            return None
        if run.grid is None and next(run.snapshots([0], weights=True)).weights is None:
            return None
        try:
            return cls(run, run.validation)
        except BadInput:  # a network of a structure that isn't known
            return None

    @property
    def needs_weights(self) -> bool:
        """Whether a snapshot's weights are asked for."""
        return self._network is not None

    def of(self, snapshot: Snapshot) -> NDArray[np.float64]:
        """What a snapshot says there, shape (N, K)."""
        if self._network is not None:
            assert snapshot.weights is not None
            return np.asarray(self._network.prediction(snapshot.weights, self._x), np.float64)
        values = np.asarray(snapshot.prediction, np.float64).reshape(-1, self.y.shape[1])
        with np.errstate(all="ignore"):
            return np.asarray((values[self._corners] * self._shares[:, :, None]).sum(1))


def judged_predictions(run: Record) -> "PointPredictions | AsidePredictions":
    """By what a network of numbers is judged: points that it never saw, else those that it learns
    from, where there are none or what it says there isn't known.
    """
    return AsidePredictions.of_run(run) or PointPredictions(run)


class PointClasses:
    """Which class the points are taken for; over two inputs as regions are drawn."""

    def __init__(self, run: Record) -> None:
        self.true = np.asarray(run.y, np.int64)
        """Shape (N,): the number of each point's own class."""
        self._grid = self._values = None
        if run.grid is not None and len(run.header.inputs) == 2:
            self._grid = FieldGrid(run)
            self._values = PointValues(self._grid, run.x)
        else:
            self._predictions = PointPredictions(run)

    def of(self, prediction: NDArray[np.floating]) -> NDArray[np.int64]:
        """Shape (N,): the most probable classes, of a snapshot's probabilities."""
        if self._grid is not None and self._values is not None:
            values = self._values.of(log_field(self._grid.field(prediction)))
        else:
            values = np.asarray(self._predictions.at_points(prediction), np.float32)
        return np.asarray(np.nan_to_num(values, nan=-np.inf).argmax(axis=1), np.int64)


def typical_error(residuals: NDArray[np.floating]) -> float:
    """The root of the mean squared residual."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(residuals))))


def _rows(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(values, np.float64).reshape(len(values), -1)


def _on_grid(
    run: Record, x: NDArray[np.float64]
) -> tuple[NDArray[np.int64] | None, NDArray[np.float64]]:
    """For each point the grid's places round it, shape (N, C), and how much each counts."""
    if run.grid is None:
        return None, np.empty((0, 0))
    grid = np.asarray(run.grid, np.float64).reshape(len(run.grid), -1)
    if x.shape[1] == 1:
        order = np.argsort(grid[:, 0], kind="stable")
        low, share = _between(grid[order, 0], x[:, 0])
        return np.stack([order[low], order[low + 1]], 1), np.stack([1 - share, share], 1)
    rows, columns = run.header.grid_shape
    table = grid.reshape(rows, columns, 2)
    across, down = table[0, :, 0], table[:, 0, 1]
    turned = down[0] > down[-1]
    i, p = _between(across, x[:, 0])
    j, q = _between(down[::-1] if turned else down, x[:, 1])
    row, following = (rows - 1 - j, rows - 2 - j) if turned else (j, j + 1)
    corners = np.stack([row * columns + i, row * columns + i + 1,
                        following * columns + i, following * columns + i + 1], 1)  # fmt: skip
    shares = np.stack([(1 - q) * (1 - p), (1 - q) * p, q * (1 - p), q * p], 1)
    return corners, shares


def _between(
    places: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The place at or below each value, and how far it is on the way to the next, 0 to 1."""
    low = np.clip(np.searchsorted(places, values, side="right") - 1, 0, len(places) - 2)
    apart = places[low + 1] - places[low]
    share = np.where(apart > 0, (values - places[low]) / np.where(apart > 0, apart, 1), 0.0)
    return low.astype(np.int64), np.clip(share, 0, 1)
