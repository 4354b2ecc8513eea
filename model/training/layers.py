"""Layers that torch has none of: Fourier features, and the sine with its own start."""

import math

import torch
from torch import Tensor, nn

from fitreel.model.settings import FeaturesSettings

OMEGA = 30.0
"""Of `Sine`: how many times its argument is multiplied."""


class FourierFeatures(nn.Module):
    """Cosines and sines of the inputs, of random frequencies (Tancik et al. 2020); not trained."""

    frequencies: Tensor
    """Shape (count, D)."""

    def __init__(self, inputs: int, settings: FeaturesSettings) -> None:
        """Draw the frequencies from torch's current random state."""
        super().__init__()
        matrix = settings.scale * torch.randn(settings.count, inputs)
        self.register_buffer("frequencies", matrix)

    def forward(self, x: Tensor) -> Tensor:
        """(N, D) to (N, 2 * count)."""
        z = 2 * math.pi * (x @ self.frequencies.T)
        return torch.cat([z.cos(), z.sin()], 1)

    def extra_repr(self) -> str:
        """What torch prints of it."""
        count, inputs = self.frequencies.shape
        return f"{inputs}, {2 * count}"


class Sine(nn.Module):
    """sin(ω z), ω = 30 (Sitzmann et al. 2020)."""

    def forward(self, z: Tensor) -> Tensor:
        """Of any shape."""
        return torch.sin(OMEGA * z)


def start_sine(network: nn.Module) -> None:
    """Start the linear layers' weights as sine layers need them; biases stay torch's.

    The first in ±1/n, every other in ±√(6/n)/ω, where n is how many numbers it reads.
    """
    linears = [module for module in network.modules() if isinstance(module, nn.Linear)]
    for number, linear in enumerate(linears):
        n = linear.in_features
        bound = 1 / n if number == 0 else math.sqrt(6 / n) / OMEGA
        nn.init.uniform_(linear.weight, -bound, bound)
