"""From anybody's figure to frames: byte for byte what matplotlib's Agg draws of it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import contextlib
import functools
import threading
from typing import Any, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fitreel.render.figure.canvas import drawing_into, family, is_matplotlibs_own
from fitreel.render.figure.figure_renderer import FigureRenderer, SettingsSnapshot
from fitreel.render.figure.path_extents import Extents, remembered_extents
from fitreel.render.figure.quick_axis import QuickAxis
from fitreel.render.figure.text_layouts import layouts_are_known, remembered_layouts
from fitreel.render.figure.tick_group import Samples
from fitreel.render.frame import Frame

_lock = threading.RLock()
"""While a figure is drawn, classes of matplotlib are changed for it: one at a time."""


class FigureDrawer:
    """Draws one figure's frames, under the rcParams of the moment.

    A frame is byte for byte what `figure.draw` gives on an Agg canvas of the figure's size and
    resolution. The figure may be changed in any way between two frames. Its canvas and its artists'
    `stale` flags are left as they were; whoever listens to `draw_event` hears of each draw once, as
    of any other.

    `shortcuts` False has all of it drawn by matplotlib; True also where a trial of them failed.
    """

    def __init__(self, figure: Figure, *, shortcuts: bool | None = None) -> None:
        self._figure = figure
        self._shortcuts = shortcuts
        self._settings = SettingsSnapshot()
        self._renderer: Any = None
        self._axes: dict[Axis, QuickAxis] = {}
        self._samples: Samples = {}
        self._extents: Extents = {}
        self._pixels: Frame = np.empty((0, 0, 4), np.uint8)

    def draw(self, *, saving: bool = False) -> Frame:
        """The figure as it is now: (height, width, 4), a view that holds until the next draw.

        Args:
            saving: draw animated artists, too, as `savefig` does and `canvas.draw` doesn't.

        Raises:
            Exception: whatever the figure's own draw raises; the next frame may be drawn as ever.
        """
        with _lock:
            if self._shortcuts is None:
                self._shortcuts = shortcuts_are_exact()
            renderer = self._fitting_renderer()
            renderer.clear()
            renderer.lines = []  # of which nobody here asks
            artists = family(self._figure)
            with contextlib.ExitStack() as stack:
                stack.enter_context(drawing_into(self._figure, artists, renderer, saving=saving))
                if self._shortcuts:
                    self._take_shortcuts(stack, artists, renderer)
                self._figure.draw(renderer)
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

    def _take_shortcuts(
        self, stack: contextlib.ExitStack, artists: list[Artist], renderer: FigureRenderer
    ) -> None:
        """Has texts, boxes and axes take what is known of them, until the stack is left."""
        stack.enter_context(remembered_layouts())
        stack.enter_context(remembered_extents(self._extents))
        before = self._axes
        self._axes = {
            axis: before.get(axis) or QuickAxis(axis, self._samples)
            for axis in artists
            if isinstance(axis, Axis) and layouts_are_known()
        }
        is_pure = is_matplotlibs_own(artists)
        for axis in self._axes.values():
            stack.enter_context(axis.standing_in(renderer, is_pure=is_pure))


@functools.cache
@in_force()
def shortcuts_are_exact() -> bool:
    """Whether a small figure is drawn with shortcuts as by this matplotlib.

    It takes 0.05 s. Another version may have other names, or mean something else by them.
    """
    figures = Figure((2, 2)), Figure((2, 2))
    all_axes = [figure.add_subplot(title="x", xlabel="y") for figure in figures]
    canvas: Any = FigureCanvasAgg(figures[0])
    drawer = FigureDrawer(figures[1], shortcuts=True)
    try:
        for height in (1, 1, 20):
            for axes in all_axes:
                if height == 20:
                    axes.cla()
                axes.set_ylim(0, height)
            canvas.draw()
            if drawer.draw().tobytes() != bytes(canvas.buffer_rgba()):
                return False
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return True
