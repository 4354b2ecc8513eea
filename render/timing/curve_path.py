"""A curve between its snapshots: monotone cubics on the film's axis (PCHIP), and their means.

Everything goes forward: of the snapshots four are held at a time, however many there are.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_LEAST_WIDTH = 1e-9
"""In parts of the axis: the mean over less is the curve itself."""


class CurvePath:
    """The curve at any place between knots; each of its values goes its own monotone way."""

    @np.errstate(all="ignore")
    def __init__(self, places: Values, curves: Iterable[NDArray[np.floating[Any]]]) -> None:
        """Begin at the first knot.

        Args:
            places: shape (K,), K ≥ 1, increasing: of the knots, on the film's axis.
            curves: K arrays of one shape, taken as they are needed.
        """
        self._places, self._curves = places, iter(curves)
        self._steps = np.diff(places)
        self._held: deque[Values] = deque(maxlen=4)
        self._taken = self._segment = 0
        self._slopes = (np.empty(0), np.empty(0))
        self._take()
        if len(places) > 1:
            self._slopes = self._slope(0), self._slope(1)

    @np.errstate(all="ignore")
    def at(self, place: float) -> Values:
        """The curve at a place, which lies in no segment before that of the last call."""
        self._advance(place)
        if len(self._places) == 1:
            return self._knot(0)
        t, step = self._way(place)
        return self._blended(
            2 * t**3 - 3 * t**2 + 1,
            3 * t**2 - 2 * t**3,
            step * (t**3 - 2 * t**2 + t),
            step * (t**3 - t**2),
        )

    @np.errstate(all="ignore")
    def mean(self, start: float, end: float) -> Values:
        """The mean of the curve from place to place, as `at`; it goes on from the last segment."""
        start, end = (float(np.clip(each, self._places[0], self._places[-1]))
                      for each in (start, end))  # fmt: skip
        if end - start < _LEAST_WIDTH:
            return self.at(start)
        self._advance(start)
        total, place = np.zeros_like(self._knot(self._segment)), start
        while place < end:
            stop = min(end, float(self._places[self._segment + 1]))
            total += self._integral(place, stop)
            place = stop
            self._advance(stop)
        return np.asarray(total / (end - start))

    def _integral(self, start: float, end: float) -> Values:
        """That of the curve, within the segment."""
        (t, step), (u, _) = self._way(start), self._way(end)
        return step * self._blended(
            (u**4 - t**4) / 2 - (u**3 - t**3) + (u - t),
            (u**3 - t**3) - (u**4 - t**4) / 2,
            step * ((u**4 - t**4) / 4 - 2 * (u**3 - t**3) / 3 + (u**2 - t**2) / 2),
            step * ((u**4 - t**4) / 4 - (u**3 - t**3) / 3),
        )

    def _blended(self, before: float, after: float, leaving: float, arriving: float) -> Values:
        """The ends of the segment and the slopes there, each as often as it is said."""
        number = self._segment
        return np.asarray(
            before * self._knot(number)
            + after * self._knot(number + 1)
            + leaving * self._slopes[0]
            + arriving * self._slopes[1]
        )

    def _way(self, place: float) -> tuple[float, float]:
        """How much of the segment lies before a place, from 0 to 1, and how long all of it is."""
        start, end = self._places[self._segment : self._segment + 2]
        step = float(end - start)
        return min(max((place - float(start)) / step, 0.0), 1.0), step

    def _advance(self, place: float) -> None:
        """Go on to the segment that holds a place, or begins there."""
        while self._segment + 2 < len(self._places) and place >= self._places[self._segment + 1]:
            self._segment += 1
            self._take()
            self._slopes = self._slopes[1], self._slope(self._segment + 1)

    def _take(self) -> None:
        """Have the knots that the segment needs: its two, and one on either side."""
        while self._taken < min(self._segment + 3, len(self._places)):
            self._held.append(np.asarray(next(self._curves), np.float64))
            self._taken += 1

    def _knot(self, number: int) -> Values:
        return self._held[number - (self._taken - len(self._held))]

    def _secant(self, number: int) -> Values:
        secant = (self._knot(number + 1) - self._knot(number)) / self._steps[number]
        return np.where(np.isfinite(secant), secant, 0.0)

    def _slope(self, number: int) -> Values:
        """At a knot; 0 where the curve turns, and never so much that it would overshoot."""
        last = len(self._places) - 1
        if last == 1:
            return self._secant(0)
        steps = self._steps
        if number in (0, last):
            near, far = (0, 1) if number == 0 else (last - 1, last - 2)
            return _end_slope(steps[near], steps[far], self._secant(near), self._secant(far))
        before, after = self._secant(number - 1), self._secant(number)
        one, other = steps[number - 1 : number + 1]
        first, second = 2 * other + one, other + 2 * one
        slope = (first + second) / (first / before + second / after)
        return np.where((before * after > 0) & np.isfinite(slope), slope, 0.0)


def _end_slope(step: float, beyond: float, near: Values, far: Values) -> Values:
    """The slope at an end, from the parabola through three knots, but no overshoot."""
    slope = ((2 * step + beyond) * near - step * far) / (step + beyond)
    slope = np.where(np.sign(slope) != np.sign(near), 0.0, slope)
    is_steep = (np.sign(near) != np.sign(far)) & (np.abs(slope) > 3 * np.abs(near))
    return np.where(is_steep, 3 * near, slope)


def windowed_curves(path: CurvePath, edges: Values, windows: Values) -> Iterator[Values]:
    """The mean of a curve in each window, as cells of the axis have it.

    Args:
        path: the curve, at its start.
        edges: shape (E,), increasing: the ends of cells, in each of which the mean is taken once.
        windows: shape (W, 2), both columns not decreasing, within the edges: from place to place.
            A window without width has the mean of its cell.
    """
    cells: deque[tuple[float, float, Values]] = deque()
    number = 0
    for start, end in windows:
        while number + 1 < len(edges) and (edges[number] < end or not cells):
            left, right = float(edges[number]), float(edges[number + 1])
            cells.append((left, right, path.mean(left, right)))
            number += 1
        while len(cells) > 1 and cells[0][1] <= start:
            cells.popleft()
        shares = [max(min(right, end) - max(left, start), 0.0) for left, right, _ in cells]
        if not cells or sum(shares) <= 0:
            yield cells[0][2] if cells else path.at(float(start))
            continue
        total = sum(share * mean for share, (_, _, mean) in zip(shares, cells, strict=True))
        yield np.asarray(total / sum(shares))
