"""All weights of a network as one picture: a block a layer, a row a unit, its bias last."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_SHARE = 0.14
"""Of the picture's width, that a layer has at least, so that it is seen and has room for a name."""


class LayerPicture(NamedTuple):
    """Which number stands where."""

    cells: NDArray[np.intp]
    """Shape (rows, columns): which of all numbers, layer after layer; -1 between two layers."""
    spans: list[tuple[float, float]]
    """From where to where each layer goes, in parts of the picture's width."""


def layer_picture(shapes: Sequence[tuple[int, int]]) -> LayerPicture:
    """All blocks side by side, each as high as the highest; the last layer lies on its side.

    Args:
        shapes: of each layer's numbers, units and inputs, with the biases among these.
    """
    blocks, start = [], 0
    for rows, columns in shapes:
        block = np.arange(start, start + rows * columns).reshape(rows, columns)
        blocks.append(block if rows > 1 else block.T)
        start += rows * columns
    widths = np.array([block.shape[1] for block in blocks])
    repeats = np.maximum(np.ceil(LEAST_SHARE * widths.sum() / widths), 1).astype(int)
    height = max(len(block) for block in blocks)
    gap = np.full((height, 1), -1)
    tall = [
        np.repeat(block[np.arange(height) * len(block) // height], times, axis=1)
        for block, times in zip(blocks, repeats, strict=True)
    ]
    cells = np.concatenate([part for block in tall for part in (block, gap)][:-1], axis=1)
    starts = np.cumsum([0, *(block.shape[1] + 1 for block in tall[:-1])])
    columns = cells.shape[1]
    spans = [
        (start / columns, (start + block.shape[1]) / columns)
        for start, block in zip(starts.tolist(), tall, strict=True)
    ]
    return LayerPicture(cells, spans)
