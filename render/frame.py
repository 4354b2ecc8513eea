"""One picture of a film, as the drawing side hands it to the encoding side."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitreel.render.geometry import Rectangle

Frame = NDArray[np.uint8]
"""Shape (height, width, 4): red, green, blue and alpha, 0 to 255."""


class DrawnFrame(NamedTuple):
    """What is drawn once."""

    frame: Frame
    """Holds until the next one is asked for. Where planes are asked for: those of I420, shape
    (3 / 2 height, width); see `I420Planes`."""
    number: int | None
    """Which snapshot of the run it shows; None where it lies between two."""
    frames: int
    """For how many frames of the film it stays on screen; 0 where only a still shows it."""
    changed: Rectangle
    """All pixels that may differ from the picture before."""
