"""What is drawn: a figure whose artists are made once and then moved from snapshot to snapshot."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from numpy.typing import NDArray


class FrameState(Protocol):
    """What a scene shows of a snapshot."""

    @property
    def epoch(self) -> int:
        """Counted from 0."""

    @property
    def loss(self) -> float:
        """The training loss; may be infinite or nan."""

    @property
    def prediction(self) -> NDArray[np.float32]:
        """Shape (M,): the network's output at the scene's `prediction_x`."""


class Scene(Protocol):
    """A figure that can show any snapshot of its run, in any order.

    `show` may change the artists named in `moving` and the limits of the axes, nothing else;
    artists neither come nor go. A legend that seeks the best place by itself is a moving artist.
    """

    @property
    def figure(self) -> Figure:
        """The figure, with a FigureCanvasAgg."""

    @property
    def moving(self) -> Sequence[Artist]:
        """The artists that `show` may change."""
