"""How a film goes through its snapshots: the ways that there are. Imports nothing heavy."""

import math
from itertools import pairwise
from typing import Any, Literal, get_args

PaceName = Literal["even", "log", "loss"]
Point = tuple[float, float]
"""An epoch, and the second of the film (its holds not counted) at which it is on screen."""
Pace = PaceName | tuple[Point, ...]


def check_pace(pace: Any) -> None:
    """Refuse what isn't a pace: for settings, before there is any run.

    Raises:
        ValueError: the message says which point, and why.
    """
    if isinstance(pace, str):
        if pace not in get_args(PaceName):
            raise ValueError(
                f"give {', '.join(get_args(PaceName))}, or a list of [epoch, second] points"
            )
        return
    points = list(pace)
    if len(points) < 2:
        raise ValueError("a list of points needs at least two: [[epoch, second], …]")
    for number, point in enumerate(points, 1):
        if len(point) != 2 or not all(math.isfinite(value) and value >= 0 for value in point):
            raise ValueError(f"point {number} is not [epoch, second], both finite and from 0 on")
    for number, (before, after) in enumerate(pairwise(points), 2):
        for what, place in (("epoch", 0), ("second", 1)):
            if after[place] <= before[place]:
                raise ValueError(
                    f"points out of order: {what} {after[place]:g} of point {number} comes after "
                    f"{what} {before[place]:g}; both must grow from point to point"
                )
