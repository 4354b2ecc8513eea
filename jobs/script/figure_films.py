"""Which figure's pictures go into which film, and when the showing is at its end."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from fitreel.jobs.script.options import ScriptOptions
from fitreel.jobs.script.rate import Rate

if TYPE_CHECKING:
    from fitreel.jobs.films.live.live_film import LiveFilm
    from fitreel.jobs.script.paced_film import PacedFilm
    from fitreel.render.frame import Frame

MOST_STILL = 1000
"""Moments without a change after which nobody is there to end the waiting."""
LONGEST_STILL = 60.0
"""Seconds of film without a change after which it is so, too."""

MOST_WAITS = 100_000
"""Waits in which nothing at all is shown, of a script whose pauses aren't the film's, say."""

Begin = Callable[[int, Fraction], Sequence["LiveFilm"]]
"""Begins the files of the film of a number, from 1, at so many frames a second."""


class FilmEnd(KeyboardInterrupt):
    """Raised in the call that shows, so that the script's own way out of Ctrl-C runs."""


@dataclass
class _Reel:
    """A film, and whose pictures go into it."""

    film: "PacedFilm"
    figure: object | None
    """None: it is closed."""
    first: int | None = None
    """How many pictures the film had with the figure's first one; None before that."""

    def stands_still(self, pictures: "dict[object, Frame]") -> bool:
        """Whether all that its figure has shown, and shows now, is its first picture."""
        if self.first is None or self.first != self.film.pictures:
            return False
        return self.figure not in pictures or not self.film.differs(pictures[self.figure])

    def show(self, frame: "Frame", seconds: float) -> bool:
        """Show the figure's picture for so long; whether it is another than before."""
        changed = self.film.show(frame, seconds)
        if self.first is None:
            self.first = self.film.pictures
        return changed


class FigureFilms:
    """The films of a script's figures."""

    def __init__(self, options: ScriptOptions, begin: Begin, end: Callable[[], None]) -> None:
        """Begin with no film.

        Args:
            options: of the script.
            begin: begins a film's files.
            end: ends the process of a script that goes on after it was ended.
        """
        self.rate = Rate(options.fps)
        self.end_reason: str | None = None
        """Why no more is shown; None while it is."""
        self._options = options
        self._begin = begin
        self._end = end
        self._process = os.getpid()
        self._reels: list[_Reel] = []
        self._replaced: WeakKeyDictionary[object, Frame] = WeakKeyDictionary()
        """What a figure showed when another one went on with its film."""
        self._still = 0
        self._still_seconds = 0.0
        self._waits = 0

    @property
    def limit(self) -> float | None:
        """Seconds after which the script is ended."""
        return self._options.limit

    @property
    def is_silent(self) -> bool:
        """Whether this process, forked off, shows nothing."""
        return self._process != os.getpid()

    @property
    def films(self) -> "list[PacedFilm]":
        """In the order in which they began."""
        return [reel.film for reel in self._reels]

    def show(self, pictures: "Sequence[tuple[object, Frame]]", seconds: float) -> None:
        """Have what figures show, each (H, W, 4), stand for so long.

        Raises:
            FilmEnd: the film has its length, or nobody is there to end a wait.
        """
        if self.is_silent:
            return
        if self.end_reason is not None:
            self._end()
        if not pictures:
            self.wait()
            return
        self._waits = 0
        changed = False
        for figure, frame in pictures:
            if self._reel_of(figure) is None:
                self._find_reel(figure, frame, dict(pictures))
        for figure, frame in pictures:
            reel = self._reel_of(figure)
            if reel is not None:
                changed |= reel.show(frame, seconds)
        self._end_if_over(changed, seconds)

    def wait(self) -> None:
        """Note a moment at which there is nothing to show.

        Raises:
            FilmEnd: nobody is there to end this.
        """
        self._waits += 1
        if self._waits >= MOST_WAITS:
            self._end_showing(f"ended after {self._waits} waits in which nothing was shown")

    def close(self, figure: object) -> None:
        """Note that a figure is closed."""
        self._replaced.pop(figure, None)
        for reel in self._reels:
            if reel.figure is figure:
                reel.figure = None

    def finish(self) -> None:
        """Write what is still on screen."""
        self.rate.settle()
        for film in self.films:
            film.finish()

    def _reel_of(self, figure: object) -> "_Reel | None":
        return next((reel for reel in self._reels if reel.figure is figure), None)

    def _find_reel(self, figure: object, frame: "Frame", pictures: "dict[object, Frame]") -> None:
        """Give a figure that has no film one, unless it stands still since another has its own."""
        before = self._replaced.get(figure)
        if before is not None and before.shape == frame.shape and (before == frame).all():
            return
        reel = next((each for each in self._reels if each.figure is None), None)
        if reel is None and self._replaced.pop(figure, None) is None:
            still = (each for each in self._reels if each.stands_still(pictures))
            reel = next(still, None)
            if reel is not None:
                last = reel.film.current()
                assert last is not None
                self._replaced[reel.figure] = last
        if reel is None:
            reel = self._begin_reel()
        reel.figure, reel.first = figure, None

    def _begin_reel(self) -> _Reel:
        # Only here: nothing that the script imports is to be imported before it starts.
        from fitreel.jobs.script.paced_film import PacedFilm

        number = len(self._reels) + 1
        film = PacedFilm(
            lambda fps: self._begin(number, fps),
            self.rate,
            every=self._options.every,
            limit=self._options.limit,
        )
        self._reels.append(_Reel(film, None))
        return self._reels[-1]

    def _end_if_over(self, changed: bool, seconds: float) -> None:
        limit = self._options.limit
        if limit is not None and any(film.seconds >= limit - 1e-6 for film in self.films):
            self._end_showing(f"ended after {limit:g} s of film, as --limit says")
        self._still = 0 if changed else self._still + 1
        self._still_seconds = seconds if changed else self._still_seconds + seconds
        if self._still >= MOST_STILL or (self._still and self._still_seconds > LONGEST_STILL):
            for film in self.films:
                film.stop_waiting()
            self._end_showing(
                f"ended where nothing changed for {self._still} moments and nobody was there; "
                "that wait isn't in the film"
            )

    def _end_showing(self, reason: str) -> None:
        self.end_reason = reason
        raise FilmEnd(reason)
