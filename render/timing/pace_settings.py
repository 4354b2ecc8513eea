"""How a film goes through its snapshots: the ways that there are. Imports nothing heavy."""

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal, get_args

PaceName = Literal["even", "log", "loss", "path"]
Point = tuple[float, float]
"""An epoch, and the second of the film (its holds not counted) at which it is on screen."""
Pace = PaceName | tuple[Point, ...]
MOTION_SECONDS = 9.5
"""So long a film at the pace "path" moves where nothing is said of its duration."""


@dataclass(frozen=True)
class Pacing:
    """All that decides which snapshot is on screen when; `FilmSettings.pacing` says it of a job."""

    fps: float = 20.0
    """Frames a second."""
    pace: Pace = "even"
    duration: float | None = None
    """The whole film in seconds, holds included; None: one frame a snapshot, or as points say, or
    `MOTION_SECONDS` and the holds at the pace "path"."""
    hold_start: float = 0.0
    """Seconds that the first frame stands still."""
    hold_end: float = 0.0
    """Seconds that the last frame stands still."""
    interpolate: bool = False
    """Whether frames are drawn between two snapshots."""

    @property
    def exact_fps(self) -> Fraction:
        """The frame rate as films have it."""
        return Fraction(self.fps).limit_denominator(100_000)


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
