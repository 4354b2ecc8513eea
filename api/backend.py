"""The matplotlib backend whose windows are films: `MPLBACKEND=module://fitreel.backend`.

An Agg canvas. What a script would have shown on a screen becomes the film; nothing sleeps.
"""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import sys
from functools import cache
from typing import Any
from weakref import WeakSet

import numpy as np
from matplotlib import is_interactive
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import CloseEvent, FigureManagerBase, NavigationToolbar2, TimerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fitreel.headless_gui.event_loop import EventLoop, FilmTimer
from fitreel.headless_gui.no_window import NoWindow
from fitreel.jobs.script.options import Moments
from fitreel.jobs.script.session import current_session
from fitreel.render.figure.figure_drawer import FigureDrawer
from fitreel.render.frame import Frame

_shown_before: "WeakSet[FigureCanvas]" = WeakSet()
"""Of figures whose windows closed at the end of a blocking show."""


class FigureManager(FigureManagerBase):
    """A window that nobody sees."""

    _toolbar2_class = NavigationToolbar2

    def __init__(self, canvas: "FigureCanvas", num: int | str) -> None:
        current_session()  # where it can't be filmed, the first figure says so
        super().__init__(canvas, num)
        self.window = self.frame = NoWindow()
        self.is_closed = False
        """Whether its window is."""

    def show(self) -> None:
        """Show its figure."""
        self.is_closed = False
        _loop().show([each for each in (self.canvas,) if isinstance(each, FigureCanvas)])

    def destroy(self) -> None:
        """Close it, as whoever looks at a window does."""
        if not self.is_closed:
            self.is_closed = True
            self.canvas.callbacks.process("close_event", CloseEvent("close_event", self.canvas))
            current_session().films.close(self.canvas.figure)

    @classmethod
    def pyplot_show(cls, block: bool | None = None) -> None:
        """Show every figure; with `block` until all windows are closed, which they then are."""
        if _is_called_by("pause"):
            return  # the loop that follows shows
        canvases = [*_canvases(), *(each for each in _shown_before if each.figure.stale)]
        if not canvases:
            return
        for canvas in canvases:
            canvas.open()
        if not (not is_interactive() if block is None else block):
            _loop().show(canvases)
            return
        _loop().run_to_the_end(canvases)
        for manager in Gcf.get_all_fig_managers():
            Gcf.destroy(manager)
        for canvas in canvases:
            canvas.close()


class FigureCanvas(FigureCanvasAgg):
    """An Agg canvas whose picture goes into the film of its figure."""

    manager_class = FigureManager
    # Animations that blit leave all but bare axes out of `figure.draw`.
    supports_blit = False

    def __init__(self, figure: Figure | None = None) -> None:
        super().__init__(figure)
        self._drawer: FigureDrawer | None = None
        self._is_drawn = False
        """Whether the script has drawn it since it was shown last."""
        self._is_asked = False
        """Whether it is to be drawn before it is shown."""
        self._has_blitted = False
        """Whether the script has put a picture on it since it was shown last."""
        self._blitted: Frame | None = None
        """The picture that the script put on it by itself, until the next draw."""

    @property
    def is_open(self) -> bool:
        """Whether its window is, or it has none."""
        return not (isinstance(self.manager, FigureManager) and self.manager.is_closed)

    def open(self) -> None:
        """Open its window again, if it was closed."""
        _shown_before.discard(self)
        if isinstance(self.manager, FigureManager):
            self.manager.is_closed = False

    def close(self) -> None:
        """Close its window at the end of a blocking show; it may be shown again."""
        _shown_before.add(self)
        if isinstance(self.manager, FigureManager):
            self.manager.destroy()

    def draw(self) -> None:
        """Draw the figure."""
        self._draw()
        current_session().drawn += 1
        if current_session().shows(Moments.DRAW):
            _loop().show_now(self)

    def draw_idle(self) -> None:
        """Have it drawn when it is shown next."""
        self._is_asked = True
        if current_session().shows(Moments.DRAW) and _is_called_by("draw"):
            _loop().show_now(self)

    def _draw(self) -> None:
        if self._drawer is None:
            self._drawer = FigureDrawer(self.figure)
        # Before it is: who listens to `draw_event` may ask for the next one.
        self._is_drawn, self._is_asked, self._has_blitted, self._blitted = True, False, False, None
        frame = self._drawer.draw()
        self._pixels()[:] = frame
        self.figure.stale = False

    def _pixels(self) -> Frame:
        renderer: Any = self.get_renderer()  # type: ignore[no-untyped-call]
        return np.asarray(renderer.buffer_rgba())

    def picture(self) -> Frame:
        """What a window would show: (H, W, 4), a view that holds until the next draw."""
        is_stale = self._is_asked or self.figure.stale
        if self._blitted is not None and (self._has_blitted or not is_stale):
            return self._blitted
        if not self._is_drawn or is_stale:
            self._draw()
        return self._pixels()

    def forget_picture(self) -> None:
        """Have it drawn anew for the next moment: not everything that changes says so."""
        self._is_drawn = self._has_blitted = False

    def blit(self, bbox: Any = None) -> None:
        """Show what the script has drawn by itself."""
        self._blitted = self._pixels().copy()
        self._has_blitted, self._is_asked = True, False

    def update(self) -> None:
        """Show what the script has drawn by itself, as Qt's canvas does."""
        self.blit()

    def print_figure(self, *args: Any, **kwargs: Any) -> Any:
        """Save the figure."""
        result = super().print_figure(*args, **kwargs)
        self._is_drawn = False
        current_session().saved += 1
        if current_session().shows(Moments.SAVE):
            _loop().show_now(self)
        return result

    def new_timer(self, interval: int | None = None, callbacks: Any = None) -> TimerBase:
        """Make a timer that runs in the film's time."""
        return FilmTimer(_loop(), self, interval, callbacks)

    def flush_events(self) -> None:
        """Show its figure."""
        _loop().flush(self)

    def start_event_loop(self, timeout: float = 0) -> None:
        """Show every figure for `timeout` seconds of the film; for ever, where it is 0, once."""
        _loop().wait(self, timeout, [*_canvases()] or [self])

    def stop_event_loop(self) -> None:
        """End the loop that waits."""
        _loop().stop()


@cache
def _loop() -> EventLoop:
    """Of all windows; there is one as soon as there is a window."""
    return EventLoop(current_session())


def _canvases() -> list[FigureCanvas]:
    """Of all open figures."""
    canvases = [manager.canvas for manager in Gcf.get_all_fig_managers()]
    return [each for each in canvases if isinstance(each, FigureCanvas)]


def _is_called_by(function: str) -> bool:
    """Whether pyplot's function of that name is among the nearest callers."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    code = getattr(getattr(pyplot, function, None), "__code__", None)
    frame = sys._getframe(1)
    for _ in range(3):
        if frame.f_back is None:
            return False
        frame = frame.f_back
        if frame.f_code is code:
            return True
    return False
