"""A window's event loop, in the time of the film: timers run, and nothing sleeps."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from matplotlib.backend_bases import KeyEvent
from matplotlib.figure import Figure

from fitreel.headless_gui.film_timer import FilmTimer as FilmTimer
from fitreel.jobs.runtime.deferred_signals import deferred_signals
from fitreel.jobs.script.options import Moments
from fitreel.jobs.script.session import Session
from fitreel.render.frame import Frame

if TYPE_CHECKING:
    from fitreel.backend import FigureCanvas

_WAITS_FOR_A_PERSON = "blocking_input_loop"
"""The function of matplotlib's that does."""
LONGEST_PAUSE = 1.0
"""Seconds for which a script that waits for a key pauses; one that waits longer means it."""


class EventLoop:
    """Of all windows of a process."""

    def __init__(self, session: Session) -> None:
        self.now = 0.0
        """Seconds of the film, as timers see them."""
        self._session = session
        self._timers: WeakSet[FilmTimer] = WeakSet()
        self._before_first: WeakKeyDictionary[Figure, tuple[Frame, float]] = WeakKeyDictionary()
        """What an animation's figure shows before its first step, and for how long."""
        self._is_stopped = False

    def add(self, timer: FilmTimer) -> None:
        """Have a timer run."""
        self._session.films.rate.note(timer.interval / 1000)
        self._timers.add(timer)

    def remove(self, timer: FilmTimer) -> None:
        """Have it run no more."""
        self._timers.discard(timer)

    def show(self, canvases: "Sequence[FigureCanvas]") -> None:
        """Show these once; axes without data are nothing to look at yet."""
        self._open(canvases)
        self._show(_not_bare(canvases), 0.0)

    def show_now(self, canvas: "FigureCanvas") -> None:
        """Show one figure because the script saved or drew it."""
        with deferred_signals():
            frame = canvas.picture()
            canvas.forget_picture()
            self._session.films.show([(canvas.figure, frame)], 0.0)

    def flush(self, canvas: "FigureCanvas") -> None:
        """Show one figure, with what its next timer does, if one runs."""
        self._open([canvas])
        timer = self._next(None, {canvas})
        if timer is not None:
            self._fire(timer)
        if not is_bare(canvas.figure):
            self._show([canvas], 0.0)

    def wait(
        self, canvas: "FigureCanvas", timeout: float, canvases: "Sequence[FigureCanvas]"
    ) -> None:
        """Show figures for so long; where a person is waited for, once, and then press a key."""
        is_input = sys._getframe(2).f_code.co_name == _WAITS_FOR_A_PERSON
        self._is_stopped = False
        if timeout > 0 and not (is_input and timeout > LONGEST_PAUSE):
            self._session.films.rate.note(timeout)
            self._open(canvases)
            self._run(timeout, canvases)
            return
        self._show(canvases, 0.0)
        for name in ("key_press_event", "key_release_event"):
            canvas.callbacks.process(name, KeyEvent(name, canvas, "enter"))

    def stop(self) -> None:
        """End the loop that runs."""
        self._is_stopped = True

    def run_to_the_end(self, canvases: "Sequence[FigureCanvas]") -> None:
        """Show figures until no timer has anything left to do."""
        self._is_stopped = False
        self._open(canvases)
        if any(timer.canvas in canvases for timer in self._timers):
            self._run(None, canvases)
        else:
            self._show(_not_bare(canvases), 0.0)

    def _open(self, canvases: "Sequence[FigureCanvas]") -> None:
        """Draw what is new, as a window does that opens: animations start with it."""
        if not self._session.shows(Moments.SHOW):
            return
        with deferred_signals():
            for canvas in canvases:
                if canvas.is_open:
                    canvas.picture()
                    if self._waiting(canvas):  # its start may have changed something
                        canvas.forget_picture()

    def _run(self, seconds: float | None, canvases: "Sequence[FigureCanvas]") -> None:
        end = None if seconds is None else self.now + seconds
        rest, has_moved = 0.0, False
        while not self._is_stopped and (timer := self._next(end, canvases)) is not None:
            if timer.due > self.now:
                is_all_shown = has_moved or end is not None
                shown = canvases if is_all_shown else _not_bare(canvases)
                self._show(shown, timer.due - self.now)
            self._fire(timer)
            has_moved = True
            rest = timer.interval / 1000 if timer in self._timers else 0.0
        self._show(canvases, rest if end is None else max(end - self.now, 0.0))
        self.now = self.now + rest if end is None else end

    def _next(
        self, end: float | None, canvases: "Sequence[FigureCanvas] | set[FigureCanvas]"
    ) -> FilmTimer | None:
        """The timer that comes next, until `end`; without one, until all have had their share."""
        timers = [each for each in self._timers if each.canvas.is_open]
        timers = [each for each in timers if end is not None or each.canvas in canvases]
        if end is None and all(each.is_sated(self._session.films.limit) for each in timers):
            for each in timers:
                self._session.note(each.why_ended)
            return None
        timer = min(timers, key=lambda each: each.order, default=None)
        return None if timer is None or (end is not None and timer.due > end + 1e-9) else timer

    def _fire(self, timer: FilmTimer) -> None:
        self.now = max(self.now, timer.due)
        timer.fire()

    def _show(self, canvases: "Sequence[FigureCanvas]", seconds: float) -> None:
        if not self._session.shows(Moments.SHOW):
            if not self._session.is_silent:
                self._session.films.wait()
            return
        with deferred_signals():
            pictures = []
            for canvas in canvases:
                if not canvas.is_open:
                    continue
                frame = self._picture(canvas, seconds)
                if frame is not None:
                    pictures.append((canvas.figure, frame))
                canvas.forget_picture()
            self._session.films.show(pictures, seconds)

    def _picture(self, canvas: "FigureCanvas", seconds: float) -> Frame | None:
        """What a figure shows; None where it waits for the first step of its animation.

        What it shows until then comes before, if the first step differs from it.
        """
        figure = canvas.figure
        if any(not each.shows_before_first for each in self._waiting(canvas)):
            return None
        frame = canvas.picture()
        waiting = self._waiting(canvas)  # which a draw starts
        before = self._before_first.pop(figure, None)
        if waiting:
            if all(each.shows_before_first for each in waiting):
                since = before[1] if before else 0.0
                self._before_first[figure] = frame.copy(), since + seconds
            return None
        if before is not None and not np.array_equal(before[0], frame):
            self._session.films.show([(figure, before[0])], before[1])
        return frame

    def _waiting(self, canvas: "FigureCanvas") -> list[FilmTimer]:
        """The timers of a figure's animations that have made no step yet."""
        return [each for each in self._timers if each.canvas is canvas and each.is_unstarted]


def _not_bare(canvases: "Sequence[FigureCanvas]") -> "list[FigureCanvas]":
    return [each for each in canvases if not is_bare(each.figure)]


def is_bare(figure: Figure) -> bool:
    """Whether there is nothing on a figure, or nothing but axes without data."""
    if any((figure.texts, figure.lines, figure.images, figure.patches, figure.artists)):
        return False
    return not any(
        axes.has_data() or axes.texts or axes.artists or axes.tables for axes in figure.axes
    )
