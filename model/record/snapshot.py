"""One moment of a training, as it is recorded and drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Snapshot:
    """What the network was at one epoch, before that epoch's step; the closing one, at the end."""

    epoch: int
    loss: float
    """The training loss: of a job's record a float32's value; nan where a program said none."""
    seconds: float
    """Seconds of training up to here."""
    prediction: NDArray[np.floating[Any]]
    """Shape (M,): at the training points, or at the grid where there is one; (M, K) of K outputs
    or classes, where these aren't one. Float32 as the network gives it; of a record that is read
    in the data's own units, float64 where these are scaled."""
    weights: NDArray[np.float32] | None = None
    """Shape (P,): all parameters in the network's order; None for large networks."""
    truth_loss: float | None = None
    """The loss against the noiseless function, where there is one."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Further numbers by name, such as the validation loss or the learning rate."""
    has_prediction: bool = True
    """Whether the prediction was recorded; else it is all nan."""
    is_closing: bool = False
    """Whether it is what the training came to: its epoch is the number of epochs done."""
