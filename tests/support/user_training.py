"""What somebody else's trainings have in common: data, and a network that a look could disturb."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

X = np.linspace(-1, 1, 40, dtype=np.float32)
Y = X**3


class Restless(nn.Module):
    """Draws random numbers and changes its buffers in whatever mode; counts calls of `train`."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.register_buffer("largest", torch.zeros(()))
        self.register_buffer("passes", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        self.largest.copy_(x.detach().abs().max())
        self.passes = self.passes + 1
        return x + 0.01 * torch.rand_like(x)

    def train(self, mode: bool = True) -> "Restless":
        self.calls += 1
        return super().train(mode)


class Network(nn.Module):
    """Dropout, a batch norm that is frozen and one that isn't, and noise."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen = nn.BatchNorm1d(8)
        self.layers = nn.Sequential(
            nn.Linear(1, 8), self.frozen, nn.ReLU(), nn.Dropout(0.3),
            nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU(), Restless(), nn.Linear(8, 1),
        )  # fmt: skip
        self.frozen.eval()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layers(x)
        return result


def digest(arrays: Iterable[Any]) -> str:
    """Of all bits of these arrays or tensors."""
    content = b"".join(np.asarray(each).tobytes() for each in arrays)
    return hashlib.sha256(content).hexdigest()


def state_of(network: nn.Module) -> list[Any]:
    """Bits, flags and what comes next of torch's random numbers."""
    flags = [part.training for part in network.modules()]
    calls = [part.calls for part in network.modules() if isinstance(part, Restless)]
    bits = digest([*(each.detach() for each in network.state_dict().values()), torch.rand(3)])
    return [bits, flags, calls]
