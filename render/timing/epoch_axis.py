"""The axis of epochs that a film's pace has: linear, or logarithmic from the first snapshots on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.timing.frame_counts import frame_counts
from fitreel.render.timing.pace import log_scale, longest_share
from fitreel.render.timing.pace_settings import Pacing

_LEAST_APART = 0.1
"""Ticks are at least so far apart, in parts of the axis."""
_FEWEST_TICKS, _MOST_STEPS = 4, 5


@dataclass(frozen=True)
class EpochAxis:
    """Places from 0 to 1 of epochs, or of seconds where a comparison runs by the clock."""

    last: float
    """The last epoch, or second; above `first`."""
    scale: float | None = None
    """k in log(1 + (epoch - first) / k); None: linear."""
    first: float = 0.0
    """The epoch at place 0: 0 but for a run that begins far from it."""

    def places(self, epochs: ArrayLike) -> NDArray[np.float64]:
        """Where epochs lie: 0 at `first`, 1 at `last`; any shape. Those before `first` are at 0."""
        passed = np.maximum(np.asarray(epochs, np.float64) - self.first, 0.0)
        whole = self.last - self.first
        if self.scale is None:
            return np.asarray(passed / whole, np.float64)
        return np.asarray(np.log1p(passed / self.scale) / np.log1p(whole / self.scale), np.float64)

    def epochs(self, places: ArrayLike) -> NDArray[np.float64]:
        """The epochs at places, the inverse of `places`; any shape."""
        at = np.asarray(places, np.float64)
        whole = self.last - self.first
        if self.scale is None:
            passed = at * whole
        else:
            passed = self.scale * np.expm1(at * np.log1p(whole / self.scale))
        # The ends are exact, whatever rounding does.
        return np.where(at == 1, self.last, self.first + passed)

    def ticks(self) -> list[float]:
        """Where the axis has numbers, from `first` on: 0, 10, 100, 1000; or evenly spaced ones."""
        if self.scale is None:
            return _even_ticks(self.first, self.last)
        decades = self._apart([(1.0,)])
        return decades if len(decades) >= _FEWEST_TICKS else self._apart([(1.0,), (2.0, 5.0)])

    def _apart(self, families: Sequence[Sequence[float]]) -> list[float]:
        """The first tick and multiples of powers of ten, none too near to one before it."""
        assert self.scale is not None
        whole = self.last - self.first
        decades = range(math.floor(math.log10(self.scale)), math.ceil(math.log10(whole)) + 1)
        ticks = [self.first]
        for family in families:
            for passed in (factor * 10.0**decade for decade in decades for factor in family):
                tick = self.first + passed
                if tick <= self.last and self._is_apart(tick, ticks):
                    ticks.append(tick)
        return sorted(ticks)

    def _is_apart(self, tick: float, ticks: Sequence[float]) -> bool:
        gaps = np.abs(self.places(np.array(ticks)) - self.places(tick))
        return bool((gaps >= _LEAST_APART).all())


def _even_ticks(first: float, last: float) -> list[float]:
    step = 10.0 ** math.floor(math.log10((last - first) / _MOST_STEPS))
    factor = next(each for each in (1, 2, 5, 10) if (last - first) / (step * each) <= _MOST_STEPS)
    step *= factor
    start = math.ceil(first / step)
    return [number * step for number in range(start, math.floor(last / step + 1e-9) + 1)]


def epoch_axis(epochs: Sequence[NDArray[np.generic]], pacing: Pacing) -> EpochAxis:
    """The axis of a film: linear where its pace is even, else log(1 + epoch / k).

    k is the first interval of the run whose first one is the shortest. The pace "log" has the same
    axis: there k is as much larger as keeps its snapshots from standing still.

    Args:
        epochs: of each run, shape (S,), not decreasing; or seconds.
        pacing: how the film goes through them.
    """
    own = [np.asarray(each, np.float64) for each in epochs if len(each)]
    times = np.unique(np.concatenate([*own, np.empty(0)]))
    if not len(times):
        return EpochAxis(1.0)
    intervals = [np.diff(np.unique(each)) for each in own]
    interval = min((float(gaps[0]) for gaps in intervals if len(gaps)), default=1.0)
    # What begins at epoch 1, or at the end of a first interval, begins at 0 all the same.
    first = float(times[0]) if times[0] < 0 or times[0] > interval else 0.0
    last = float(times[-1])
    if last <= first:
        return EpochAxis(first + 1.0, None, first)
    if pacing.pace == "even":
        return EpochAxis(last, None, first)
    scale = interval
    if pacing.pace == "log":
        _, moving, _ = frame_counts(pacing, len(times))
        longest = longest_share(moving, len(times), float(pacing.exact_fps))
        scale = log_scale(times - first, longest) or interval
    return EpochAxis(last, scale, first)
