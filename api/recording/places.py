"""Where predictions are looked at: the points, a grid of ours, or what a program says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.grid_places import MOST_PLACES, grid_places
from fitreel.recording.arrays import as_array, finite_table

EVEN = 0.02
"""How far the steps of a grid may be from each other, as a part: what float32 makes of them."""


@dataclass(frozen=True)
class PredictionPlaces:
    """M places of D inputs."""

    at: NDArray[np.float64]
    """Shape (M, D); of a grid row after row."""
    grid_shape: tuple[int, ...] = ()
    """Rows and columns, where they are a grid over two inputs."""
    order: NDArray[np.int64] | None = None
    """Which of the program's places each of `at` is; None: they are in its order."""
    is_default: bool = False
    """Whether nobody said where, so that predictions may as well be at the points."""

    @property
    def of_program(self) -> NDArray[np.float64]:
        """Shape (M, D): in the program's own order."""
        if self.order is None:
            return self.at
        places = np.empty_like(self.at)
        places[self.order] = self.at
        return places


def places_of(x: NDArray[np.float64], at: Any, *, is_picture: bool) -> PredictionPlaces:
    """The places, for points x of shape (N, D).

    Args:
        x: the points' inputs.
        at: (M, D), (M,) of one input; of two (R, C, 2), or a pair (2, R, C) as `np.meshgrid` gives;
            a number: a grid of so many along its longer side; None: of two inputs a grid, else x.
        is_picture: whether y may be one: points that are a grid are then looked at as they are.

    Raises:
        TypeError, ValueError: it is nothing of that.
    """
    inputs = x.shape[1]
    if at is None:
        picture = _as_grid(x) if is_picture and inputs == 2 else None
        if inputs != 2:
            return PredictionPlaces(x)
        return picture or PredictionPlaces(*grid_places(x), is_default=True)
    if isinstance(at, int | np.integer) and not isinstance(at, bool):
        return _of_size(x, int(at))
    array = as_array(at, "at")
    if array.ndim == 3 and inputs == 2:
        pair = array if array.shape[0] == 2 and array.shape[-1] != 2 else np.moveaxis(array, -1, 0)
        array = pair.reshape(len(pair), -1).T
    places = finite_table(array, "at")
    if inputs == 1 and len(places) == 1:
        places = places.T
    if places.shape[1] != inputs:
        raise ValueError(f"at has {places.shape[1]} columns, x {inputs}; they must be as many")
    return (_as_grid(places) if inputs == 2 else None) or PredictionPlaces(places)


def _of_size(x: NDArray[np.float64], count: int) -> PredictionPlaces:
    inputs = x.shape[1]
    if inputs > 2:
        raise ValueError(f"at = {count}: a grid is for one input or two, and x has {inputs}")
    most = MOST_PLACES if inputs == 2 else 1_000_000
    if not 2 <= count <= most:
        raise ValueError(f"at = {count}: a grid over {inputs} inputs has 2 to {most:,} places")
    if inputs == 1:
        return PredictionPlaces(np.linspace(x.min(), x.max(), count)[:, None])
    return PredictionPlaces(*grid_places(x, count))


def _as_grid(places: NDArray[np.float64]) -> PredictionPlaces | None:
    """Places (M, 2) as a grid of even steps, in whatever order they come; None: they are none."""
    first, second = np.unique(places[:, 0]), np.unique(places[:, 1])
    if len(first) * len(second) != len(places) or min(len(first), len(second)) < 2:
        return None
    for values in (first, second):
        steps = np.diff(values)
        if steps.max() > (1 + EVEN) * steps.mean() or steps.min() < (1 - EVEN) * steps.mean():
            return None
    shape = len(second), len(first)
    if _is_in_rows(places, first, second[::-1]):  # as pixels are
        return PredictionPlaces(places, shape)
    order = np.lexsort((places[:, 0], places[:, 1]))
    if not _is_in_rows(places[order], first, second):  # one twice, another missing
        return None
    is_in_order = bool((np.diff(order) > 0).all())
    return PredictionPlaces(places[order], shape, None if is_in_order else order)


def _is_in_rows(
    places: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64]
) -> bool:
    table = places.reshape(len(second), len(first), 2)
    return bool((table[..., 0] == first).all() and (table[..., 1] == second[:, None]).all())
