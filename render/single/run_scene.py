"""What all pictures of one run are: made once, then moved from frame to frame."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from typing import Protocol

from matplotlib.artist import Artist
from matplotlib.figure import Figure

from fitreel.render.single.states.run_state import RunState


class RunScene(Protocol):
    """A picture of a run in a theme, as `raster.scene.Scene`.

    Each kind is a class that is made with (run, settings, theme, words, axis, captions): the
    record, `PictureSettings`, `Theme`, `Translation`, the film's `EpochAxis`, and all that is said
    at the foot. Which one a run has says `render.view.view_of`.
    """

    @property
    def figure(self) -> Figure:
        """The figure, with a FigureCanvasAgg."""

    @property
    def moving(self) -> Sequence[Artist]:
        """The artists that `show` may change."""

    def show(self, state: RunState) -> None:
        """Move everything to a frame."""
