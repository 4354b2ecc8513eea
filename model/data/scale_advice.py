"""Whether a training has to fight the scale of its data rather than their shape.

Its limits were found by trying. They err to the side of saying something where a training would
have come through, so that what they say is a hint and refuses nothing.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.columns import MOST_NAMES_SAID, shortened

LARGEST_PRODUCT = 100.0
"""Of the sizes of x and y, each 1 at least: what the steps of a plain gradient grow with."""
FARTHEST = 3.0
"""How far from 0 inputs may lie, in their spreads: the units' kinks are near 0."""
NARROWEST = (0.03, 0.003)
"""Spreads of x and y under which a network starts as flat as it stays."""


def warning_of_scale(columns: Sequence[tuple[str, NDArray[np.float64]]], inputs: int) -> str | None:
    """What is to be said of points that are hard to train on as they are, else None.

    Args:
        columns: name and finite values, shape (N,), of each column of numbers.
        inputs: how many of them, from the first, are inputs.
    """
    columns = [(name, values) for name, values in columns if len(values)]
    with np.errstate(all="ignore"):
        means = [float(values.mean()) for _, values in columns]
        spreads = [float(values.std()) for _, values in columns]
        sizes = np.maximum(np.hypot(means, spreads), 1.0)
    if not columns or not all(spread > 0 for spread in spreads):  # nor could they be scaled
        return None
    far = [abs(m) > FARTHEST * max(s, 1.0) for m, s in zip(means[:inputs], spreads, strict=False)]
    least = [NARROWEST[0]] * inputs + [NARROWEST[1]] * (len(columns) - inputs)
    is_narrow = any(spread < limit for spread, limit in zip(spreads, least, strict=True))
    largest = sizes[:inputs].max() * sizes[inputs:].max(initial=1.0)
    if not (any(far) or is_narrow or largest > LARGEST_PRODUCT):
        return None
    where = ", ".join(
        f"{shortened(name)} {mean:.3g} ± {spread:.3g}"
        for (name, _), mean, spread in zip(columns[:MOST_NAMES_SAID], means, spreads, strict=False)
    )
    if len(columns) > MOST_NAMES_SAID:
        where += ", …"
    return (
        f"{where}: on such scales a training may get nowhere; data.standardize = true takes"
        " them off it"
    )
