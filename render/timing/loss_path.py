"""The path of a loss between its snapshots: geometric on the film's axis."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.timing.epoch_axis import EpochAxis


def losses_at(
    axis: EpochAxis, epochs: ArrayLike, losses: ArrayLike, now: ArrayLike
) -> NDArray[np.float64]:
    """The loss at each of the epochs `now`: on the straight line that a log plot draws.

    Between two losses of which one isn't positive it is linear. A loss that isn't finite counts as
    the last one before it that is, or before any, as the first; where none is, it is nan. Before
    the first epoch and after the last, the loss stands.

    Args:
        axis: of the film.
        epochs: shape (S,), S ≥ 1, not decreasing.
        losses: shape (S,).
        now: any shape.
    """
    at, values = axis.places(epochs), filled(losses)
    places = axis.places(now)
    after = np.clip(np.searchsorted(at, places, side="right"), 1, max(len(at) - 1, 1))
    after = np.minimum(after, len(at) - 1)
    before = np.maximum(after - 1, 0)
    gap = at[after] - at[before]
    share = np.divide(places - at[before], gap, out=np.zeros(places.shape), where=gap > 0)
    share = np.where(gap > 0, np.clip(share, 0, 1), (places >= at[after]).astype(float))
    return blended_loss(values[before], values[after], share)


def blended_loss(before: ArrayLike, after: ArrayLike, share: ArrayLike) -> NDArray[np.float64]:
    """What lies between two losses: geometric, linear where one of them isn't positive."""
    one, other, part = (np.asarray(each, np.float64) for each in (before, after, share))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        geometric = np.exp(np.log(one) * (1 - part) + np.log(other) * part)
        linear = one * (1 - part) + other * part
    value = np.where((one > 0) & (other > 0), geometric, linear)
    # A snapshot's own loss is exactly that.
    return np.asarray(np.where(part == 0, one, np.where(part == 1, other, value)))


def filled(losses: ArrayLike) -> NDArray[np.float64]:
    """Losses of which each that isn't finite is the last finite one, or before any, the first."""
    values = np.asarray(losses, np.float64)
    finite = np.isfinite(values)
    if finite.all() or not finite.any():
        return np.where(finite, values, np.nan)
    newest = np.maximum.accumulate(np.where(finite, np.arange(len(values)), -1))
    return np.where(newest < 0, values[finite][0], values[newest])
