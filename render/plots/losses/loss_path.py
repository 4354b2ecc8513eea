"""A loss path as it is drawn: places on its plot, no more of them than pixels can show."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.plots.losses.loss_scale import LossScale
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

COLUMNS = 2.0
"""In so many parts of a pixel's width, of a path its first, last, lowest and highest place stay."""
OFF = 0.1
"""How far, in pixels, a path may pass a place that it leaves out."""
GONE = 2.0
"""How high that stands which is no number any more, in heights of the axis."""


@dataclass(frozen=True)
class LossPath:
    """One run's losses."""

    epochs: NDArray[Any]
    """Shape (S,), ascending; or seconds, where the plot's axis has these."""
    losses: NDArray[np.floating[Any]]
    """Shape (S,); one that is no number leaves no gap, the path goes straight on."""
    colour: str
    raw: NDArray[np.floating[Any]] | None = None
    """Shape (S,): drawn faintly, where `losses` are a noisy run's median."""
    name: str = ""
    """Written where no path goes; "": it has none, or it stands elsewhere."""
    is_diverged: bool = False
    """Whether what follows the last finite loss is no number, as the training diverged."""


def paths_kept_aside(run: Record, colour: str, words: Translation) -> list[LossPath]:
    """The loss of the points that were kept aside, where there are any: one path, or none."""
    if run.validation is None or "val_loss" not in run.metrics:
        return []
    return [LossPath(run.epochs, run.metrics["val_loss"], colour, name=words.text("kept_aside"))]


@dataclass(frozen=True)
class PlacedPath:
    """Where a path goes: both from 0 to 1 within the axes, what has left through the top above."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    exit_x: float
    """Where it leaves through the top for the first time; nan: nowhere."""

    def height_at(self, x: float) -> float:
        """How high the path is there; nan without any place."""
        return float(np.interp(x, self.x, self.y)) if len(self.x) else math.nan


def placed(
    path: LossPath,
    losses: NDArray[np.floating[Any]],
    axis: EpochAxis,
    scale: LossScale,
    size: tuple[float, float],
) -> PlacedPath:
    """Where `losses` of a path go on a plot of `size` (width, height) pixels."""
    width, height = size
    x = np.asarray(axis.places(path.epochs), np.float64)
    y = scale.heights(losses)
    finite = ~np.isnan(y)
    if path.is_diverged and not np.isfinite(losses[-1:]).all():
        first = int(np.flatnonzero(np.isfinite(losses))[-1]) + 1 if finite.any() else 0
        y[first:] = GONE
        finite[first:] = np.arange(len(y) - first) == 0
    x, y = x[finite], y[finite]
    kept = _corners(np.floor(x * width * COLUMNS), y)
    x, y = x[kept], y[kept]
    if not len(x):
        return PlacedPath(x, y, math.nan)
    kept = _without_straight(np.column_stack([x * width, y * height]))
    x, y = x[kept], y[kept]
    return PlacedPath(x, y, _exit(x, y))


def _corners(columns: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which of the places show the path as all of them do: of each column four at most."""
    if len(y) < 3:
        return np.arange(len(y))
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    ends = np.append(starts[1:], len(y)) - 1
    lowest, highest = _extremes(y, starts)
    return np.unique(np.concatenate([starts, ends, lowest, highest]))


def _without_straight(places: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which of the places, shape (M, 2), a line needs to pass all of them within `OFF` pixels.

    Douglas and Peucker's way: what lies farthest from a straight line divides it.
    """
    kept = np.zeros(len(places), bool)
    kept[[0, -1]] = True
    pieces = [(0, len(places) - 1)]
    while pieces:
        first, last = pieces.pop()
        if last - first < 2:
            continue
        (x, y), (along, up) = places[first], places[last] - places[first]
        off = (places[first + 1 : last, 0] - x) * up - (places[first + 1 : last, 1] - y) * along
        farthest = int(np.argmax(np.abs(off)))
        if abs(off[farthest]) > OFF * max(float(np.hypot(along, up)), 1e-9):
            middle = first + 1 + farthest
            kept[middle] = True
            pieces += [(first, middle), (middle, last)]
    return np.flatnonzero(kept)


def _extremes(
    y: NDArray[np.float64], starts: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of each column the first of its lowest and of its highest places."""
    order = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(y))))
    ascending = np.lexsort((y, order))
    ends = np.append(starts[1:], len(y)) - 1
    return ascending[starts], ascending[ends]


def _exit(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    out = np.flatnonzero(y > 1)
    if not len(out):
        return math.nan
    first = int(out[0])
    if first == 0:
        return float(x[0])
    part = (1 - y[first - 1]) / (y[first] - y[first - 1])
    return float(x[first - 1] + part * (x[first] - x[first - 1]))
