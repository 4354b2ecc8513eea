"""How far from zero an axis goes: a wild start doesn't flatten the rest of the film."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.timing.epoch_axis import EpochAxis

WITHIN = 2.0
"""An axis goes so many times as far as what is typical of the film needs."""
AIR = 1.08
MOMENTS = 61
"""Of the film, evenly spaced on its axis, which decide what is typical."""


def reach(
    values: Sequence[NDArray[Any]],
    samples: Sequence[Snapshot],
    axis: EpochAxis,
    most: float = 1.0,
) -> float:
    """How far from zero nearly all of the values lie.

    Args:
        values: of each sample, any shape.
        samples: in order.
        axis: of the film: what is long on screen counts for long.
        most: such a part of each sample's values decides.
    """
    epochs = np.array([snapshot.epoch for snapshot in samples], np.float64)
    shown = np.searchsorted(axis.places(epochs), np.linspace(0, 1, MOMENTS), side="right") - 1
    largest = np.array([_largest(each, most) for each in values])
    at = largest[np.clip(shown, 0, len(largest) - 1)]
    at = at[np.isfinite(at)]
    whole = largest[np.isfinite(largest)]
    if not len(whole):
        return 1.0
    typical = WITHIN * float(np.median(at)) if len(at) else 0.0
    far = min(float(whole.max()), typical or float(whole.max()))
    return AIR * far if far > 0 else 1.0


def _largest(values: NDArray[Any], most: float) -> float:
    finite = np.abs(values[np.isfinite(values)])
    if not finite.size:
        return float("nan")
    return float(finite.max() if most == 1 else np.quantile(finite, most))


def round_up(value: float) -> float:
    """The next round number, above 0: its digits are few, so that it can stand at a scale."""
    exponent = np.floor(np.log10(value))
    front = value / 10**exponent
    digit = next(each for each in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if front <= each)
    return float(f"{digit:g}e{exponent:.0f}")
