"""A network of one's own, for `network.module`."""

import torch
from torch import nn


class Wave(nn.Module):
    """A sum of sines."""

    def __init__(self) -> None:
        super().__init__()
        self.frequencies = nn.Linear(1, 6)
        self.amplitudes = nn.Linear(6, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.amplitudes(torch.sin(3 * self.frequencies(x)))
