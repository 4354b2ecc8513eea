"""Which networks can be trained at once, and how many. Torch-free: who asks may only share out."""

import itertools
from typing import Any

from fitreel.model.settings import DataSettings, NetworkSettings, TrainSettings

MOST_NETWORKS = 64
"""At once: an epoch of the demo's network took 19 µs each with 16, 16 with 64, and 22 with 256,
which don't fit into the caches. Each also holds a lock file open."""
MOST_NUMBERS = 100_000_000
"""Weights and activations that the networks of one batch have together, up to 400 MB of each."""

ALIKE = (
    "network.hidden",
    "network.activations",
    "the number of points",
    "the inputs and outputs",
    "data.grid",
    "train.optimizer",
    "train.optimizer_args",
    "train.weight_decay",
    "train.loss",
    "train.loss_args",
    "train.device",
)


def alike(
    data: DataSettings,
    network: NetworkSettings,
    train: TrainSettings,
    points: int,
    sizes: tuple[int, int],
) -> tuple[Any, ...]:
    """What the networks of a batch have in common, in the order of `ALIKE`.

    Args:
        data: of one of them.
        network: likewise.
        train: likewise.
        points: how many it learns.
        sizes: of its network: how many inputs and outputs.
    """
    return (
        network.hidden,
        tuple(name.lower().replace("_", "") for name in network.activation_names),
        points,
        sizes,
        data.grid,
        train.optimizer,
        train.optimizer_args,
        train.weight_decay,
        train.loss,
        train.loss_args,
        train.device,
    )


def most_at_once(network: NetworkSettings, points: int, sizes: tuple[int, int]) -> int:
    """How many networks of this kind a batch may hold."""
    widths = network.widths(*sizes)
    weights = sum((a + 1) * b for a, b in itertools.pairwise(widths))
    return max(1, min(MOST_NETWORKS, MOST_NUMBERS // (weights + points * sum(widths))))
