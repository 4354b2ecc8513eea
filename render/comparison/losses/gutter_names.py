"""Where names stand in the gutter beside a loss plot, in every frame: pure functions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CHANGE_SECONDS = 0.35
"""How long two names take to change places."""
CHANGE_DISTANCE = 4.0
"""In pixels at 720: so far beyond its neighbour a marker is before their names change places."""

Heights = NDArray[np.float64]


def spread(
    wishes: Heights, order: Sequence[int], heights: Heights, bounds: tuple[float, float]
) -> Heights:
    """Where names stand that would be at `wishes`, in `order` upwards, none on another.

    Those that would touch become a block around their mean. It moves as smoothly as the wishes do.

    Args:
        wishes: shape (N,), in pixels.
        order: of the N, from the lowest to the highest.
        heights: shape (N,), of the names.
        bounds: the lowest and the highest place; names are inside where there is room for all.

    Returns:
        Shape (N,): the middles of the names.
    """
    tall = heights[list(order)]
    # Seen from its place in a full stack, each name only has to be no lower than the one below.
    stacked = np.cumsum(tall) - tall / 2
    free = np.asarray(wishes)[list(order)] - stacked
    low, high = bounds[0], bounds[1] - float(np.sum(tall))
    if high < low:
        low = high = (low + high) / 2
    places = np.clip(_not_decreasing(free), low, high) + stacked
    result = np.empty(len(places))
    result[list(order)] = places
    return result


def _not_decreasing(values: Heights) -> Heights:
    """The sequence nearest to `values` that doesn't decrease (pool adjacent violators)."""
    means: list[float] = []
    counts: list[int] = []
    for value in values.tolist():
        means.append(value)
        counts.append(1)
        while len(means) > 1 and means[-2] > means[-1]:
            count = counts[-2] + counts[-1]
            mean = (means[-2] * counts[-2] + means[-1] * counts[-1]) / count
            means[-2:], counts[-2:] = [mean], [count]
    return np.repeat(means, counts)


def name_tracks(
    markers: Heights, heights: Heights, bounds: tuple[float, float], fps: float, pixel: float
) -> Heights:
    """Where names stand in each frame: at their markers' heights, only ever moving up and down.

    Two change places once the marker of one is `CHANGE_DISTANCE` beyond the other's, and take
    `CHANGE_SECONDS` for it, or as long as the film lasts: in its last frame none lies on another.

    Args:
        markers: shape (F, N): the height of each marker in each frame, in pixels.
        heights: shape (N,), of the names.
        bounds: the lowest and the highest place.
        fps: frames a second.
        pixel: one pixel at 720.

    Returns:
        Shape (F, N).
    """
    tracks = np.empty_like(markers)
    if not len(markers):
        return tracks
    steps = max(1, round(CHANGE_SECONDS * fps))
    # Of those that begin together, each stands where it will be: nobody changes places for nothing.
    rows = np.round((markers[0] - markers[0].min()) / (CHANGE_DISTANCE * pixel))
    order = np.lexsort((markers.mean(axis=0), rows)).tolist()
    offset, step, length = np.zeros(markers.shape[1]), steps, steps
    for frame, wishes in enumerate(markers):
        changed = _with_changes(order, wishes, CHANGE_DISTANCE * pixel)
        places = spread(wishes, changed, heights, bounds)
        if changed != order:
            order, step, length = changed, 0, min(steps, len(markers) - frame)
            offset = tracks[frame - 1] - places
        step = min(step + 1, length)
        share = step / length
        tracks[frame] = places + offset * (1 - share * share * (3 - 2 * share))
    return tracks


def _with_changes(order: list[int], wishes: Heights, distance: float) -> list[int]:
    """The order in which nobody's marker is `distance` or more under the one below."""
    changed = list(order)
    for _ in changed:
        for place in range(len(changed) - 1):
            low, high = changed[place : place + 2]
            if wishes[low] >= wishes[high] + distance:
                changed[place : place + 2] = [high, low]
    return changed
