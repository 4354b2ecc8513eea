"""The losses whose kind is known, on arrays: their values, best constants and best lines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_STEPS = 2000
"""Of the search for a best line; it ends long before, where nothing changes any more."""
_CLOSE = 1e-12


@dataclass(frozen=True)
class LossKind:
    """One loss: the mean over the points of a function of the error, or the root of that mean."""

    mean: Callable[[Array], Array]
    """Of each error."""
    weight: Callable[[Array], Array] | None
    """How much each error pulls, relative to its size; None where it pulls by its sign alone."""
    is_root: bool = False
    is_square: bool = False
    """Whether it is the mean square, whose best line needs no search."""

    def of(self, errors: Array) -> float:
        """The loss of these errors, of any shape."""
        value = float(np.mean(self.mean(errors)))
        return value**0.5 if self.is_root else value

    def best_constant(self, y: Array) -> float:
        """The loss of the best constant; of y of shape (N, K) that of the best K constants."""
        columns = y.reshape(len(y), -1).T
        return self.of(np.concatenate([self._errors_of_constant(each) for each in columns]))

    def _errors_of_constant(self, y: Array) -> Array:
        if self.weight is None:
            return np.asarray(y - np.median(y))
        return _least(y, np.ones((len(y), 1)), self.weight)

    def best_line(self, x: Array, y: Array) -> float:
        """The loss of the best straight line."""
        columns = np.stack([np.ones(len(x)), x], axis=1)
        if self.weight is not None:
            return self.of(_least(y, columns, self.weight))
        return self.of(_least_absolute(x, y))


def loss_kind(name: str, arguments: Mapping[str, Any]) -> LossKind | None:
    """The loss that a job calls `name`; None where it isn't known here."""
    match name:
        case "mse" | "rmse":
            return LossKind(np.square, np.ones_like, is_root=name == "rmse", is_square=True)
        case "mae":
            return LossKind(np.abs, None)
        case "huber":
            return _huber(float(arguments.get("delta", 1.0)), per_delta=False)
        case "smooth_l1":
            beta = float(arguments.get("beta", 1.0))
            return _huber(beta, per_delta=True) if beta else LossKind(np.abs, None)
        case "log_cosh":
            return LossKind(_log_cosh, _log_cosh_weight)
    return None


def _huber(delta: float, *, per_delta: bool) -> LossKind:
    """Half the square up to `delta`, beyond it straight; smooth_l1 is the same over `delta`."""
    unit = delta if per_delta else 1.0

    def mean(errors: Array) -> Array:
        sizes = np.abs(errors)
        return np.where(sizes < delta, 0.5 * sizes**2, delta * (sizes - 0.5 * delta)) / unit

    return LossKind(mean, lambda errors: delta / np.maximum(np.abs(errors), delta))


def _log_cosh(errors: Array) -> Array:
    sizes = np.abs(errors)
    return np.asarray(sizes + np.log1p(np.exp(-2.0 * sizes)) - np.log(2.0))


def _log_cosh_weight(errors: Array) -> Array:
    sizes = np.abs(errors)
    return np.divide(np.tanh(sizes), sizes, out=np.ones_like(sizes), where=sizes > 0)


def _least(y: Array, columns: Array, weight: Callable[[Array], Array]) -> Array:
    """The errors of the best combination of `columns`, shape (N, 1 or 2), by reweighting.

    Every step makes the loss smaller (Huber), since no weight grows with its error; the loss is
    convex, so that what it comes to is the best.
    """
    errors = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    for _ in range(MOST_STEPS):
        root = np.sqrt(weight(errors))
        best = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
        before, errors = errors, y - columns @ best
        if np.abs(errors - before).max() <= _CLOSE * max(float(np.abs(errors).max()), 1e-300):
            break
    return np.asarray(errors)


def _least_absolute(x: Array, y: Array) -> Array:
    """The errors of the line with the least mean absolute error.

    For a given slope the best line goes through the median of what is left; what that leaves is
    convex in the slope, which is that of some pair of points.
    """

    def errors_of(slope: float) -> Array:
        left = y - slope * x
        return np.asarray(left - np.median(left))

    steps = np.diff(np.sort(x))
    high = float(np.ptp(y) / steps[steps > 0].min())
    low = -high
    golden = (5**0.5 - 1) / 2
    while high - low > _CLOSE * max(abs(low), abs(high), 1e-300):
        one, other = high - golden * (high - low), low + golden * (high - low)
        if not low < one < other < high:
            break
        if np.abs(errors_of(one)).sum() <= np.abs(errors_of(other)).sum():
            high = other
        else:
            low = one
    return errors_of((low + high) / 2)
