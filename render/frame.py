"""One frame of a film, as the drawing side hands it to the writing side."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitreel.render.geometry import Rectangle

Frame = NDArray[np.uint8]
"""Shape (height, width, 4): red, green, blue and alpha, 0 to 255."""


class DrawnFrame(NamedTuple):
    """What is drawn once."""

    frame: Frame
    """Holds until the next one is asked for. Where yuv420p is asked for, its three planes:
    shape (3 / 2 height, width); see `YuvConverter`."""
    number: int | None
    """What stills ask for: which snapshot of the run it shows, or which frame of a comparison it
    is; None where it lies between two snapshots."""
    frames: int
    """For how many frames of the film it stays on screen; 0 where only a still shows it."""
    changed: Rectangle
    """All pixels that may differ from the frame before."""


@dataclass(frozen=True)
class FrameSelection:
    """Which frames a source is to draw, and in which form."""

    film: bool
    """Whether all frames of the film are."""
    stills: frozenset[int]
    """The numbers of those that are in any case."""
    as_yuv: bool = False
    """Whether planes of yuv420p serve as well as RGBA: nothing else is made of them."""
