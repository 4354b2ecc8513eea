"""The user's own Python files that a training needs. Torch-free: nothing is loaded here."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OwnCode:
    """Where they lie; None where there is none. Only a job file of the user's own names any."""

    module: Path | None = None
    """Of `network.module`."""
    loss: Path | None = None
    """Of `train.loss`."""


NO_CODE = OwnCode()
