"""What wrong points are measured against: the commonest class, and the best straight cut."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

CUT_COUNTS = 0.8
"""A straight cut is worth speaking of only where it has fewer wrong than so much of a guess."""
MOST_PAIRS = 20_000
"""So many directions are tried of all that pairs of points give; else evenly spaced ones."""
EVEN_DIRECTIONS = 720
MOST_POINTS = 20_000
"""Of more, nothing is said of a cut."""
STEPS = 2000
RATE = 2.0
Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClassYardsticks:
    """Numbers of wrong points."""

    total: int
    guess: int
    """G: where every point is said to be of the commonest class."""
    cut: int | None
    """C: of the best linear classifier; None where it is no better than a guess by much."""


def class_yardsticks(x: NDArray[Any], classes: NDArray[np.int64], count: int) -> ClassYardsticks:
    """The yardsticks of points.

    Args:
        x: shape (N,) or (N, D), finite.
        classes: shape (N,), each from 0 to `count` - 1.
        count: how many classes there are.
    """
    sizes = np.bincount(classes, minlength=count)
    guess = len(classes) - int(sizes.max())
    cut: int | None = None
    if 0 < len(classes) <= MOST_POINTS and guess:
        places = np.asarray(x, np.float64).reshape(len(x), -1)
        deviation = places.std(axis=0)
        places = (places - places.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
        is_plane = count == 2 and places.shape[1] == 2
        cut = _of_two(places, classes) if is_plane else _of_many(places, classes, count)
        cut = cut if cut < CUT_COUNTS * guess else None
    return ClassYardsticks(len(classes), guess, cut)


def _of_two(x: Array, classes: NDArray[np.int64]) -> int:
    """The fewest wrong points that a straight line leaves, over many directions of it."""
    number = len(x)
    if number * (number - 1) // 2 <= MOST_PAIRS:
        first, second = np.array(list(combinations(range(number), 2))).T
        steps = x[second] - x[first]
        # Just beside the line through two points, to both sides.
        angles = np.arctan2(steps[:, 1], steps[:, 0]) + np.pi / 2
        angles = np.concatenate([angles - 1e-6, angles + 1e-6])
    else:
        angles = np.linspace(0, np.pi, EVEN_DIRECTIONS, endpoint=False)
    signs = np.where(classes == 1, 1, -1)
    best = number
    for block in np.array_split(angles, max(1, len(angles) * number // 2_000_000)):
        along = np.cos(block)[:, None] * x[:, 0] + np.sin(block)[:, None] * x[:, 1]
        order = np.argsort(along, axis=1)
        # Of those before the cut as many are of the second class as not: the rest the other way.
        sums = np.cumsum(signs[order], axis=1)
        seconds = int((signs > 0).sum())
        low, high = int(sums.min()), int(sums.max())
        best = min(best, seconds - high, number - seconds + low, seconds, number - seconds)
    return max(best, 0)


def _of_many(x: Array, classes: NDArray[np.int64], count: int) -> int:
    """The wrong points of the linear classifier of the least cross entropy."""
    columns = np.column_stack([x, np.ones(len(x))])
    weights = np.zeros((columns.shape[1], count))
    aims = np.eye(count)[classes]
    for _ in range(STEPS):
        scores = columns @ weights
        scores -= scores.max(axis=1, keepdims=True)
        parts = np.exp(scores)
        parts /= parts.sum(axis=1, keepdims=True)
        weights -= RATE * columns.T @ (parts - aims) / len(x)
    return int(((columns @ weights).argmax(axis=1) != classes).sum())
