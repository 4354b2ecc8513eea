"""From anybody's figure to frames: byte for byte what matplotlib's Agg draws of it."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fitreel.render.figure.canvas import drawing_into
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle
from fitreel.render.mpl.glyph_cache import AGG


class FigureDrawer:
    """Draws one figure's frames, under the rcParams of the moment.

    A frame is byte for byte what `figure.draw` gives on an Agg canvas of the figure's size and
    resolution. The figure may be changed in any way between two frames. Its canvas and its artists'
    `stale` flags are left as they were; whoever listens to `draw_event` hears of each draw once, as
    of any other.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._renderer: Any = None
        self._pixels: Frame = np.empty((0, 0, 4), np.uint8)
        self._before: NDArray[np.uint32] | None = None
        self.changed: Rectangle = (0, 0, 0, 0)
        """All pixels in which the newest frame may differ from the one before it."""

    def draw(self, *, saving: bool = False) -> Frame:
        """The figure as it is now: (height, width, 4), a view that holds until the next draw.

        Args:
            saving: draw animated artists, too, as `savefig` does and `canvas.draw` doesn't.

        Raises:
            Exception: whatever the figure's own draw raises; the next frame may be drawn as ever.
        """
        renderer = self._fitting_renderer()
        renderer.clear()
        with drawing_into(self._figure, renderer, saving=saving):
            self._figure.draw(renderer)
        self._note_changes()
        return self._pixels

    def _fitting_renderer(self) -> Any:
        """A renderer of the figure's size and resolution as they are now."""
        width, height = (int(length) for length in self._figure.bbox.max)
        dpi = self._figure.dpi
        now = self._renderer
        if now is None or (now.width, now.height, now.dpi) != (width, height, dpi):
            now = self._renderer = AGG.RendererAgg(width, height, dpi)
            self._pixels = np.asarray(now.buffer_rgba())
            self._before = None
        return now

    def _note_changes(self) -> None:
        """Compares with the frame before; a whole pixel is one number."""
        height, width, _ = self._pixels.shape
        now = self._pixels.view(np.uint32)[..., 0]
        if self._before is None:
            self.changed = (0, 0, width, height)
        else:
            differs = now != self._before
            rows = np.flatnonzero(differs.any(axis=1))
            columns = np.flatnonzero(differs.any(axis=0))
            self.changed = (
                (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
                if rows.size
                else (0, 0, 0, 0)
            )
        self._before = now.copy()
