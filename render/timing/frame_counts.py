"""How many frames a film stands still and moves, before there is anything to draw."""

import math
from fractions import Fraction

from fitreel.model.errors import BadInput
from fitreel.render.timing.pace_settings import MOTION_SECONDS, Pacing, check_pace

MOST_FRAMES = 10_000_000
"""Two days at 60 frames a second: more is a slip of the pen."""


def check_pacing(pacing: Pacing) -> None:
    """Refuse what no film can keep, however many snapshots it has.

    Raises:
        BadInput: points out of order or together with a duration, holds longer than the duration,
            a duration under one frame, or a film of more than `MOST_FRAMES` frames.
    """
    frame_counts(pacing, 1)


def frame_counts(pacing: Pacing, count: int) -> tuple[int, int, int]:
    """Frames that stand still at the start, that move through `count` snapshots, and at the end."""
    fps = pacing.exact_fps
    try:
        check_pace(pacing.pace)
    except ValueError as error:
        raise BadInput(f"film.pace: {error}") from None
    if pacing.duration is not None:
        if not isinstance(pacing.pace, str):
            raise BadInput(
                "film.duration and film.pace: a list of points says itself how long the film is; "
                "leave out one of the two"
            )
        moving = _frames_between_holds(pacing, pacing.duration)
    elif pacing.pace == "path":
        moving = max(1, _frames(MOTION_SECONDS, fps)) if count > 1 else 1
    elif isinstance(pacing.pace, str):
        moving = count
    else:
        moving = max(1, _frames(float(pacing.pace[-1][1]), fps))
    starts, ends = _frames(pacing.hold_start, fps), _frames(pacing.hold_end, fps)
    if starts + moving + ends > MOST_FRAMES:
        raise BadInput(
            f"film.duration, film.pace, film.hold_start, film.hold_end: {starts + moving + ends} "
            f"frames are too many; at most {MOST_FRAMES}"
        )
    return starts, moving, ends


def _frames(seconds: float, fps: Fraction) -> int:
    # As decimals: 0.1 s at 25 frames a second are 2.5 frames, not a hair more.
    return math.floor(Fraction(repr(float(seconds))) * fps + Fraction(1, 2))


def _frames_between_holds(pacing: Pacing, duration: float) -> int:
    fps, hold_start, hold_end = pacing.exact_fps, pacing.hold_start, pacing.hold_end
    whole = _frames(duration, fps)
    if whole < 1:
        raise BadInput(
            f"film.duration: {duration:g} s are shorter than one frame at {float(fps):g} a second"
        )
    moving = whole - _frames(hold_start, fps) - _frames(hold_end, fps)
    if moving < 0:
        raise BadInput(
            f"film.hold_start and film.hold_end: {hold_start:g} s and {hold_end:g} s are longer "
            f"than film.duration, {duration:g} s, in which they are counted"
        )
    return moving
