"""A film of pictures, each of which stays for the time for which the script has it stand."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from fitreel.jobs.script.rate import Rate
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle

if TYPE_CHECKING:
    from fitreel.jobs.films.live.live_film import LiveFilm

MOST_WAITING = 32
"""Pictures that wait for the rate to be known."""
ALONE = 1.0
"""Seconds for which a film's only picture stays."""


@dataclass
class _Picture:
    frame: Frame
    changed: Rectangle | None
    """Where it differs from the one before; None: anywhere."""
    is_kept: bool
    first: float
    """Seconds of the moment at which it came."""
    seconds: float = 0.0


class PacedFilm:
    """One film, in as many files as are asked for."""

    def __init__(
        self,
        begin: Callable[[Fraction], Sequence["LiveFilm"]],
        rate: Rate,
        *,
        every: int = 1,
        limit: float | None = None,
    ) -> None:
        """Begin a film; its files are begun as soon as its rate is known.

        Args:
            begin: begins the files, given frames a second.
            rate: of all films of the script.
            every: keep every so many-th picture.
            limit: seconds after which no more is written.
        """
        self._begin = begin
        self._rate = rate
        self._every = every
        self._limit = limit
        self._files: Sequence[LiveFilm] = ()
        self._waiting: list[_Picture] = []
        self._time = 0.0
        """Seconds, of the pictures that are written."""
        self._frames = 0
        self.pictures = 0
        """Different ones, one after the other."""

    @property
    def seconds(self) -> float:
        """How long it is, with what is on screen now."""
        return self._time + sum(self._length(each) for each in self._waiting if each.is_kept)

    @property
    def frames(self) -> int:
        """How many are written."""
        return self._frames

    @property
    def fps(self) -> Fraction:
        """Frames a second."""
        return self._rate.fps

    @property
    def files(self) -> Sequence["LiveFilm"]:
        """Those it goes into; none before its rate is known."""
        return self._files

    def differs(self, frame: Frame) -> bool:
        """Whether `frame` isn't what is on screen now."""
        return not self._waiting or _difference(self._waiting[-1].frame, frame) is not _SAME

    def show(self, frame: Frame, seconds: float) -> bool:
        """Have `frame`, (H, W, 4), stand for so long; whether it is another than before."""
        changed = None if not self._waiting else _difference(self._waiting[-1].frame, frame)
        if changed is not _SAME:
            is_kept = self.pictures % self._every == 0
            self.pictures += 1
            self._waiting.append(
                _Picture(frame.copy(), changed if self._every == 1 else None, is_kept, seconds)
            )
        self._waiting[-1].seconds += seconds
        if len(self._waiting) > MOST_WAITING:
            self._rate.settle()
        if self._rate.is_settled:
            while len(self._waiting) > 1:
                self._write(self._waiting.pop(0))
        return changed is not _SAME

    def stop_waiting(self) -> None:
        """Take back the time for which what is on screen has stood still, all but the first."""
        if self._waiting:
            self._waiting[-1].seconds = self._waiting[-1].first

    def current(self) -> Frame | None:
        """What is on screen now; None before the first picture."""
        return self._waiting[-1].frame if self._waiting else None

    def finish(self) -> None:
        """Write what is still on screen; the files are closed by who began them."""
        if self.pictures == 1:
            self._waiting[-1].seconds = max(self._waiting[-1].seconds, ALONE)
        while self._waiting:
            self._write(self._waiting.pop(0))

    def _length(self, picture: _Picture) -> float:
        return max(picture.seconds, float(1 / self._rate.fps))

    def _write(self, picture: _Picture) -> None:
        if not picture.is_kept:
            return
        self._time += self._length(picture)
        until = self._time if self._limit is None else min(self._time, self._limit)
        total = max(math.floor(until * self._rate.fps + 0.5 + 1e-6), 1)
        frames = total - self._frames
        if frames <= 0:  # after the limit
            return
        if not self._frames:
            self._files = self._begin(self._rate.fps)
        for file in self._files:
            file.show(picture.frame, frames, picture.changed)
        self._frames = total


_SAME: Rectangle = (0, 0, 0, 0)


def _difference(one: Frame, other: Frame) -> Rectangle | None:
    """The rectangle outside of which they are the same, `_SAME`, or None for another size."""
    if one.shape != other.shape:
        return None
    differs = one.view(np.uint32)[..., 0] != other.view(np.uint32)[..., 0]
    rows = np.flatnonzero(differs.any(axis=1))
    if not rows.size:
        return _SAME
    columns = np.flatnonzero(differs.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
