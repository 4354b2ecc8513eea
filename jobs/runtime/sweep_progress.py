"""How far many trainings are: one bar over all, and one for each that is under way; else lines."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from fitreel.jobs.runtime.progress import SECONDS_A_LINE, progress_bars

SMALLEST_PART = 0.01
"""Of the whole, from which on it can be said how long the rest takes."""


class UpdateMany(Protocol):
    """Takes what has happened to one of many batches."""

    def __call__(self, which: int, done: int | None, word: str, failed: int = 0) -> None:
        """Take it.

        Args:
            which: the batch.
            done: how many steps of it are done; None at its end.
            word: on how it goes.
            failed: how many of it have failed, at its end.
        """


class Tally:
    """What has become of the configurations of a sweep so far."""

    def __init__(self, counts: Sequence[int], steps: int) -> None:
        """None has begun.

        Args:
            counts: configurations in each batch.
            steps: how many a whole training has.
        """
        self.total = sum(counts)
        self.trained = self.failed = 0
        self._counts, self._steps = counts, steps
        self._running: dict[int, float] = {}
        self._started = time.monotonic()

    def update(self, which: int, done: int | None, failed: int) -> None:
        """As `UpdateMany`."""
        if done is not None:
            self._running[which] = min(1.0, done / self._steps) * self._counts[which]
            return
        self._running.pop(which, None)
        self.trained += self._counts[which] - failed
        self.failed += failed

    @property
    def ended(self) -> float:
        """How many have ended; what is under way counts in part."""
        return self.trained + self.failed + sum(self._running.values())

    @property
    def seconds_left(self) -> float | None:
        """If it goes on as it went; None where that can't be said yet."""
        part = self.ended / self.total
        return None if part < SMALLEST_PART else (time.monotonic() - self._started) * (1 / part - 1)

    def __str__(self) -> str:
        running = sum(self._counts[which] for which in self._running)
        words = [f"{self.trained} of {self.total} trained", f"{running} running"]
        return ", ".join([*words, f"{self.failed} failed"] if self.failed else words)


@contextmanager
def sweep_bars(labels: Sequence[str], tally: Tally, steps: int) -> Iterator[UpdateMany]:
    """Bars on the terminal: over all, in steps of all, and below it who is running."""
    whole = steps * tally.total
    with progress_bars(["all", *labels], [whole, *[steps] * len(labels)], "") as bars:

        def update(which: int, done: int | None, word: str, failed: int = 0) -> None:
            tally.update(which, done, failed)
            bars(0, int(steps * tally.ended), str(tally))
            bars(which + 1, steps if done is None else done, word)

        bars(0, 0, str(tally))
        yield update


def sweep_lines(
    tally: Tally, say: Callable[[str], None], left: Callable[[float], str]
) -> UpdateMany:
    """A line over all every ten seconds.

    Args:
        tally: of the sweep.
        say: what takes a line.
        left: writes a number of seconds.
    """
    last_time = time.monotonic()

    def update(which: int, done: int | None, word: str, failed: int = 0) -> None:
        nonlocal last_time
        tally.update(which, done, failed)
        now = time.monotonic()
        if now - last_time >= SECONDS_A_LINE:
            last_time = now
            seconds = tally.seconds_left
            say(f"{tally}" + ("" if seconds is None else f", about {left(seconds)} left"))

    return update
