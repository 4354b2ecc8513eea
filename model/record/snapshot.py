"""One moment of a training, as it is recorded and drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Snapshot:
    """What the network was at one epoch, before that epoch's step."""

    epoch: int
    loss: float
    """The training loss, a float32's value."""
    seconds: float
    """Seconds of training up to here."""
    prediction: NDArray[np.float32]
    """Shape (M,): at the training points, or at the grid where the job gives one."""
    weights: NDArray[np.float32] | None = None
    """Shape (P,): all parameters in the network's order; None for large networks."""
    truth_loss: float | None = None
    """The loss against the noiseless function, where there is one."""
    closing: bool = False
    """Whether it is the end of a training: what the network was after the last step."""
