"""Whether a training has to fight the scale of its data rather than their shape.

Its limits were found by trying. They err to the side of saying something where a training would
have come through, so that what they say is a hint and refuses nothing.
"""

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.table.columns import shortened

LARGEST_PRODUCT = 100.0
"""Of the sizes of x and y, each 1 at least: what the steps of a plain gradient grow with."""
FARTHEST = 3.0
"""How far from 0 inputs may lie, in their spreads: the units' kinks are near 0."""
NARROWEST = (0.03, 0.003)
"""Spreads of x and y under which a network starts as flat as it stays."""


def warning_of_scale(
    names: tuple[str, str], x: NDArray[np.float64], y: NDArray[np.float64]
) -> str | None:
    """What is to be said of points that are hard to train on as they are, else None.

    Args:
        names: of the input and the output.
        x: shape (N,), finite.
        y: shape (N,), finite.
    """
    columns = (x, y)
    with np.errstate(all="ignore"):
        means = [float(values.mean()) for values in columns]
        spreads = [float(values.std()) for values in columns]
        sizes = np.maximum(np.hypot(means, spreads), 1.0)
    if not all(spread > 0 for spread in spreads):  # nor could they be scaled
        return None
    is_far = abs(means[0]) > FARTHEST * max(spreads[0], 1.0)
    is_narrow = any(spread < least for spread, least in zip(spreads, NARROWEST, strict=True))
    if not (is_far or is_narrow or sizes.prod() > LARGEST_PRODUCT):
        return None
    where = ", ".join(
        f"{shortened(name)} {mean:.3g} ± {spread:.3g}"
        for name, mean, spread in zip(names, means, spreads, strict=True)
    )
    return (
        f"{where}: on such scales a training may get nowhere; data.standardize = true takes"
        " them off it"
    )
