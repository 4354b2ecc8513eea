"""A timer of matplotlib's that runs in the time of the film."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import itertools
import sys
from typing import TYPE_CHECKING, Any

from matplotlib.backend_bases import TimerBase

if TYPE_CHECKING:
    from matplotlib.animation import Animation

    from fitreel.backend import FigureCanvas
    from fitreel.headless_gui.event_loop import EventLoop

MOST_ENDLESS = 100
"""Steps of what has no end by itself."""
MOST_GENERATED = 1000
"""Steps of an animation whose frames a generator makes."""

_serial = itertools.count()


class FilmTimer(TimerBase):
    """Calls back when the film has come so far."""

    def __init__(
        self, loop: "EventLoop", canvas: "FigureCanvas", interval: int | None, callbacks: Any
    ) -> None:
        self._loop = loop
        self.canvas = canvas
        self.due = 0.0
        """When it calls back next, in seconds of the film."""
        self._steps = 0
        self._number = next(_serial)
        super().__init__(interval, callbacks)

    @property
    def order(self) -> tuple[float, int]:
        """By which the timer that comes next is found."""
        return self.due, self._number

    @property
    def is_unstarted(self) -> bool:
        """Whether its animation has made no step yet."""
        return self._steps == 0 and self._animation is not None

    @property
    def shows_before_first(self) -> bool:
        """Whether what stands before its animation's first step is the author's picture."""
        animation: Any = self._animation
        return hasattr(animation, "_func") and getattr(animation, "_init_func", None) is None

    @property
    def why_ended(self) -> str:
        """What is said where it had no end by itself."""
        return (
            f"what moves has no end: it is shown for {self._most} steps; --limit SECONDS for more"
        )

    def is_sated(self, limit: float | None) -> bool:
        """Whether it has had its share of steps; with a limit of the film, that is its end."""
        return limit is None and self._steps >= self._most and self._has_more()

    def fire(self) -> None:
        """Call back; animations make one pass."""
        self._steps += 1
        animation: Any = self._animation
        if animation is not None:
            animation._repeat = False
        if self.single_shot:
            self.stop()
        due = self.due
        for callback in list(self.callbacks):
            function, positional, named = callback
            # As matplotlib has it: what returns nothing goes on.
            if function(*positional, **named) == 0 and callback in self.callbacks:
                self.callbacks.remove(callback)
        if not self.callbacks:
            self.stop()
        if self.due == due:
            self.due += self.interval / 1000

    @property
    def _most(self) -> int:
        animation: Any = self._animation
        if animation is None or getattr(animation, "_iter_gen", None) is itertools.count:
            return MOST_ENDLESS
        frames: Any = getattr(animation, "_framedata", None)  # of ArtistAnimation
        count = len(frames) if hasattr(frames, "__len__") else 0
        return max(MOST_GENERATED, count, getattr(animation, "_save_count", None) or 0)

    def _has_more(self) -> bool:
        """Whether its animation isn't at its end; the frame that tells stays the next one."""
        animation: Any = self._animation
        frames = getattr(animation, "frame_seq", None)
        if frames is None:
            return True
        for frame in frames:
            animation.frame_seq = itertools.chain((frame,), frames)
            return True
        return False

    @property
    def _animation(self) -> "Animation | None":
        """Whose steps it makes."""
        module = sys.modules.get("matplotlib.animation")
        owners = [getattr(each[0], "__self__", None) for each in self.callbacks]
        if module is None:
            return None
        return next((each for each in owners if isinstance(each, module.Animation)), None)

    def _timer_start(self) -> None:
        self.due = self._loop.now + self.interval / 1000
        self._loop.add(self)

    def _timer_stop(self) -> None:
        self._loop.remove(self)
