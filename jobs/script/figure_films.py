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
    from fitreel.jobs.films.live_film import LiveFilm
    from fitreel.jobs.script.paced_film import PacedFilm
    from fitreel.render.frame import Frame

MOST_STILL = 1000
"""Moments without a change after which nobody is there to end the waiting."""
LONGEST_STILL = 60.0
"""Seconds of film without a change after which it is so, too."""

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
    since: int
    """The moment of its first picture."""
    first: int
    """How many pictures the film had by then."""

    def has_stood_still(self, moment: int) -> bool:
        """Whether all that the figure has shown, before this moment, is its first picture."""
        return self.since < moment and self.film.pictures == self.first


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
        self._replaced: WeakKeyDictionary[object, "Frame"] = WeakKeyDictionary()
        """What a figure showed when another one went on with its film."""
        self._moment = 0
        self._still = 0
        self._still_seconds = 0.0

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
            return
        self._moment += 1
        reels = {id(reel.figure): reel for reel in self._reels if reel.figure is not None}
        changed = False
        for figure, frame in pictures:
            if id(figure) in reels:
                changed |= reels[id(figure)].film.show(frame, seconds)
        for figure, frame in pictures:
            if id(figure) not in reels:
                changed |= self._show_new(figure, frame, seconds)
        self._end_if_over(changed, seconds)

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

    def _show_new(self, figure: object, frame: "Frame", seconds: float) -> bool:
        """Show a figure that has no film; whether anything is to be seen of it."""
        before = self._replaced.get(figure)
        if before is not None and before.shape == frame.shape and (before == frame).all():
            return False
        reel = next((each for each in self._reels if each.figure is None), None)
        if reel is None and self._replaced.pop(figure, None) is None:
            reel = next((each for each in self._reels if each.has_stood_still(self._moment)), None)
            if reel is not None:
                last = reel.film.current()
                assert last is not None
                self._replaced[reel.figure] = last
        if reel is None:
            reel = self._begin_reel()
        changed = reel.film.show(frame, seconds)
        reel.figure, reel.since, reel.first = figure, self._moment, reel.film.pictures
        return changed

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
        self._reels.append(_Reel(film, None, self._moment, 0))
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
