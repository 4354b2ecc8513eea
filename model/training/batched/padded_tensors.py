"""How the numbers of many networks lie in memory: so that none feels which others are there."""

from dataclasses import dataclass
from math import prod
from typing import Self

import torch
from torch import Tensor

BLOCK = 32
"""What starts a network's numbers lies at a multiple of this many float32: 128 bytes.

Kernels work through memory in vectors, two at a time, and treat what is left over at its end with
other instructions; products look at how their matrices are aligned. With every network's numbers
starting alike, and none left over, no bit of a network depends on which others are beside it.
"""


def padded(count: int) -> int:
    """The room for `count` numbers with the gap after them."""
    return -(-count // BLOCK) * BLOCK


@dataclass(frozen=True)
class PaddedTensor:
    """Numbers of K networks with gaps between them; the gaps are finite, and nobody reads them."""

    blocks: Tensor
    """Shape (K, *shape): a view."""
    whole: Tensor
    """One dimension: all of the memory, for what is done number by number."""

    @classmethod
    def like(cls, tensor: Tensor, *shape: int) -> Self:
        """Zeros of shape (K, *shape), of the type and on the device of `tensor`."""
        networks, size = shape[0], prod(shape[1:])
        whole = tensor.new_zeros(networks * padded(size))
        return cls(whole.view(networks, -1)[:, :size].view(shape), whole)

    @classmethod
    def of(cls, tensor: Tensor) -> Self:
        """A copy of a tensor of shape (K, …)."""
        padded_copy = cls.like(tensor, *tensor.shape)
        padded_copy.blocks.copy_(tensor)
        return padded_copy


@dataclass(frozen=True)
class ParameterRows:
    """K networks' parameters: each for all networks together, with gaps as in `PaddedTensor`.

    Products over a batch want each parameter's (K, …) together, optimizers want all numbers in one
    piece, and records want a row for each network.
    """

    shapes: tuple[tuple[int, ...], ...]
    """Of each parameter, in the network's order."""

    def blocks(self, flat: Tensor) -> list[Tensor]:
        """A flat tensor as one view of shape (K, *shape) for each parameter."""
        sizes = [padded(prod(shape)) for shape in self.shapes]
        count = len(flat) // sum(sizes)
        parts = torch.split(flat, [count * size for size in sizes])
        return [
            part.view(count, -1)[:, : prod(shape)].view(count, *shape)
            for part, shape in zip(parts, self.shapes, strict=True)
        ]

    def rows(self, flat: Tensor) -> Tensor:
        """A flat tensor to a copy of shape (K, P), without the gaps."""
        return torch.cat([block.flatten(1) for block in self.blocks(flat)], 1)

    def flat(self, rows: Tensor) -> Tensor:
        """(K, P) to a copy in one dimension, with zeros in the gaps."""
        parts = torch.split(rows, [prod(shape) for shape in self.shapes], 1)
        return torch.cat([PaddedTensor.of(part).whole for part in parts])
