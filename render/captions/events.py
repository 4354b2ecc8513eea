"""What happens in a run, from its numbers: events."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Kind = Literal["start", "loss", "delta", "diverged", "end"]


@dataclass(frozen=True)
class Event:
    """Something that happens in a run."""

    kind: Kind
    index: int
    """The first snapshot that shows it."""
    epoch: int
    loss: float
    decade: int | None = None
    """Of a "loss": the power of ten that the loss fell under, as -2 for 0.01."""


def events(
    epochs: NDArray[np.int64],
    losses: ArrayLike,
    ending: str | None,
    ending_epoch: int | None,
) -> list[Event]:
    """What happens, in the order of snapshots: the start, each decade of loss, how it ends.

    A decade is told when the loss falls under it for the first time, and of several in one
    snapshot only the lowest. The last event is the end, or that δ was reached or the run diverged.

    Args:
        epochs: shape (n,), n ≥ 1, increasing.
        losses: shape (n,); any values.
        ending: "complete", "delta", "diverged", or None for a run that isn't finished.
        ending_epoch: the epoch that reached δ or diverged.
    """
    values = np.asarray(losses, np.float64)
    last = len(epochs) - 1

    def event(kind: Kind, index: int, decade: int | None = None) -> Event:
        return Event(kind, index, int(epochs[index]), float(values[index]), decade)

    events = [event("start", 0)]
    events += [event("loss", index, decade) for index, decade in _decades(values)]
    if ending in ("delta", "diverged"):
        epoch = int(epochs[last]) if ending_epoch is None else ending_epoch
        kind: Kind = "delta" if ending == "delta" else "diverged"
        events.append(Event(kind, last, epoch, float(values[last])))
    else:
        events.append(event("end", last))
    return events


def _decades(losses: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Snapshot and exponent of each power of ten that the loss fell under."""
    usable = np.where(np.isfinite(losses) & (losses > 0), losses, np.inf)
    lowest = np.minimum.accumulate(usable)
    falls: list[tuple[int, int]] = []
    decade: int | None = None
    for index in np.flatnonzero(lowest < np.concatenate([[np.inf], lowest[:-1]])):
        under = _lowest_above(float(lowest[index]))
        if decade is not None and under < decade:
            falls.append((int(index), under))
        decade = under
    return falls


def _lowest_above(value: float) -> int:
    """The exponent of the lowest power of ten above `value`: 0.1 isn't under 0.1."""
    exponent = math.floor(math.log10(value)) + 1
    while value < 10.0 ** (exponent - 1):
        exponent -= 1
    while value >= 10.0**exponent:
        exponent += 1
    return exponent
