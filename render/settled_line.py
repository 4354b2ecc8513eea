"""A curve whose heights alone change, drawn without matplotlib's steps on the way to Agg.

Of the time that `Line2D.draw` takes for a short curve, half goes into finding out again what was
so in the frame before: its transform, its clipping, its colour. A line is drawn the plain way
once, and what reaches the renderer is looked at. If that was its data as they are, in one stroke,
other heights at the same places are handed to the renderer in the same way.
"""

from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.path import Path
from numpy.typing import NDArray

from fitreel.render.looks import Looks
from fitreel.render.tape import Command, TapeRenderer

VOLATILE = {
    *("_yorig", "_invalidy", "_stale", "_xy", "_x", "_y", "_path", "_transformed_path"),
    *("_subslice", "_x_filled", "ind_offset"),
}
"""What a line holds that follows from its data, or says that it has changed."""


class SettledLine:
    """One line, and the stroke that it was drawn with."""

    def __init__(self, artist: Line2D) -> None:
        self._artist = artist
        self._looks = Looks(artist, VOLATILE)
        self._stroke: Any = None
        """The graphics context, once it is known that a stroke through the data is all."""
        self._vertices: NDArray[np.float64]

    def draw(self, renderer: TapeRenderer) -> None:
        """Draw the line as it is now: the pixels that the artist's own `draw` would leave."""
        artist = self._artist
        if not self._looks.are_unchanged():
            self._stroke = None
        heights: Any = artist.get_ydata(orig=True)
        if not _is_plain(heights):
            artist.draw(renderer)
            return
        if self._stroke is None:
            self._draw_plainly(renderer, heights)
            return
        if len(heights) != len(self._vertices):
            artist.draw(renderer)  # which tells what is wrong with it
            return
        vertices = self._vertices.copy()
        vertices[:, 1] = heights
        transform: Any = artist.get_transform()
        renderer.draw_path(self._stroke, Path(vertices), transform.get_affine())
        artist.stale = False

    def _draw_plainly(self, renderer: TapeRenderer, heights: NDArray[Any]) -> None:
        """Draw the artist, and see whether that was one stroke through its data as they are."""
        before, tape = renderer.tape, list[Command]()
        renderer.tape = tape
        try:
            self._artist.draw(renderer)
        finally:
            renderer.tape = before
        for draw, arguments, options in tape:
            draw(*arguments, **options)
        if len(tape) != 1 or options or not renderer.is_stroke(tape[0]):
            return
        gc, path, *_ = arguments
        places: Any = self._artist.get_xdata(orig=True)
        if not _is_plain(places) or len(places) != len(heights):
            return
        vertices = np.column_stack((places, heights)).astype(float)
        if path.codes is None and np.array_equal(path.vertices, vertices, equal_nan=True):
            self._stroke, self._vertices = gc, vertices


def _is_plain(data: Any) -> bool:
    return type(data) is np.ndarray and data.ndim == 1 and data.dtype.kind == "f"
