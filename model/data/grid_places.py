"""Where predictions over two inputs are looked at."""

import numpy as np
from numpy.typing import NDArray

GRID = 100
"""Places of the grid along its longer side, where nobody says."""
MOST_PLACES = 512
"""There at most."""
MARGIN = 0.08
"""What the grid has more than the points on each side, of its longer side."""
FLATTEST = 0.1
"""Flatter than this, the two inputs aren't of one scale, and the grid's cells no squares."""


def grid_places(
    x: NDArray[np.floating], count: int = GRID
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Places over the points' box and a margin, row after row from below.

    Args:
        x: the points, shape (N, 2), finite.
        count: how many places there are along the longer side.

    Returns:
        The places, shape (rows * columns, 2), and how many rows and columns.
    """
    low, high = x.min(0).astype(np.float64), x.max(0).astype(np.float64)
    sides = np.where(high > low, high - low, 1.0)
    if sides.min() >= FLATTEST * sides.max():  # of one scale
        margins = np.full(2, MARGIN * sides.max())
        whole = sides + 2 * margins
        columns, rows = (max(2, int(n)) for n in np.round(count * whole / whole.max()))
    else:
        margins, columns, rows = MARGIN * sides, count, count
    first = np.linspace(low[0] - margins[0], high[0] + margins[0], columns)
    second = np.linspace(low[1] - margins[1], high[1] + margins[1], rows)
    places = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2)
    return places, (rows, columns)


def pixel_places(rows: int, columns: int) -> NDArray[np.float64]:
    """The middles of a picture's pixels, row after row from the top, shape (rows * columns, 2).

    x grows to the right and y upwards; the longer side is [-1, 1].
    """
    longer = max(rows, columns)
    x = (2 * np.arange(columns) + 1 - columns) / longer
    y = (rows - 1 - 2 * np.arange(rows)) / longer
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
