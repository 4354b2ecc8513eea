"""From anybody's figure to frames: byte for byte what matplotlib's Agg draws of it."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fitreel.render.figure.canvas import drawing_into, family, is_matplotlibs_own
from fitreel.render.figure.figure_renderer import FigureRenderer, SettingsSnapshot
from fitreel.render.figure.quick_axis import QuickAxis
from fitreel.render.figure.text_layouts import layouts_are_known, remembered_layouts
from fitreel.render.figure.tick_group import Samples
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle

_lock = threading.RLock()
"""While a figure is drawn, classes of matplotlib are changed for it: one at a time."""


class FigureDrawer:
    """Draws one figure's frames, under the rcParams of the moment.

    A frame is byte for byte what `figure.draw` gives on an Agg canvas of the figure's size and
    resolution. The figure may be changed in any way between two frames. Its canvas and its artists'
    `stale` flags are left as they were; whoever listens to `draw_event` hears of each draw once, as
    of any other.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._settings = SettingsSnapshot()
        self._renderer: Any = None
        self._axes: dict[Axis, QuickAxis] = {}
        self._samples: Samples = {}
        self._pixels: Frame = np.empty((0, 0, 4), np.uint8)
        self._before: NDArray[Any] | None = None
        self.changed: Rectangle = (0, 0, 0, 0)
        """All pixels in which the newest frame may differ from the one before it."""

    def draw(self, *, saving: bool = False) -> Frame:
        """The figure as it is now: (height, width, 4), a view that holds until the next draw.

        Args:
            saving: draw animated artists, too, as `savefig` does and `canvas.draw` doesn't.

        Raises:
            Exception: whatever the figure's own draw raises; the next frame may be drawn as ever.
        """
        with _lock:
            renderer = self._fitting_renderer()
            renderer.clear()
            renderer.lines = []  # of which nobody here asks
            artists = family(self._figure)
            with (
                drawing_into(self._figure, artists, renderer, saving=saving),
                remembered_layouts(),
                self._quick_axes(artists, renderer),
            ):
                self._figure.draw(renderer)
        self._note_changes()
        return self._pixels

    def _fitting_renderer(self) -> Any:
        """A renderer of the figure's size and resolution as they are now."""
        width, height = (int(length) for length in self._figure.bbox.max)
        dpi = self._figure.dpi
        now = self._renderer
        settings_changed = self._settings.have_changed()
        if (
            now is None
            or settings_changed
            or (now.width, now.height, now.dpi) != (width, height, dpi)
        ):
            now = self._renderer = FigureRenderer(width, height, dpi)
            self._axes, self._samples = {}, {}
            self._pixels = np.asarray(cast(Any, now).buffer_rgba())
        return now

    @contextlib.contextmanager
    def _quick_axes(self, artists: list[Artist], renderer: FigureRenderer) -> Iterator[None]:
        """A block in which each axis that can draws its ticks alike."""
        before = self._axes
        self._axes = {
            axis: before.get(axis) or QuickAxis(axis, self._samples)
            for axis in artists
            if isinstance(axis, Axis) and layouts_are_known()
        }
        is_pure = is_matplotlibs_own(artists)
        with contextlib.ExitStack() as stack:
            for axis in self._axes.values():
                stack.enter_context(axis.standing_in(renderer, is_pure=is_pure))
            yield

    def _note_changes(self) -> None:
        """Compares with the frame before."""
        height, width, _ = self._pixels.shape
        # A whole pixel, or two of them, is one number.
        at_once = 2 if width % 2 == 0 else 1
        now = self._pixels.reshape(height, -1).view(np.uint64 if at_once == 2 else np.uint32)
        if self._before is None or self._before.shape != now.shape:
            self.changed = (0, 0, width, height)
            self._before = now.copy()
            return
        differs = now != self._before
        rows = np.flatnonzero(differs.any(axis=1))
        if not rows.size:
            self.changed = (0, 0, 0, 0)
            return
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        columns = np.flatnonzero(differs[top:bottom].any(axis=0)) * at_once
        self.changed = (int(columns[0]), top, int(columns[-1]) + at_once, bottom)
        self._before[top:bottom] = now[top:bottom]
