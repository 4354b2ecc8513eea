"""How far long work is: bars on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import TaskID


SECONDS_A_LINE = 10.0
SECONDS_A_CHANGE = 0.1
"""A bar is drawn no oftener."""


Update = Callable[[int, str], None]
"""Takes how many are done, and a word on how it goes."""


UpdateOne = Callable[[int, int, str], None]
"""Takes which of several, how many are done, and a word on how it goes."""


class ProgressLines:
    """A plain line every ten seconds."""

    def __init__(self, what: str, total: int, unit: str, say: Callable[[str], None]) -> None:
        self.what, self.total, self.unit, self.say = what, total, unit, say
        self.last_time = time.monotonic()

    def update(self, done: int, word: str) -> None:
        """Say how many are done, if it is time."""
        now = time.monotonic()
        if now - self.last_time >= SECONDS_A_LINE:
            self.last_time = now
            self.say(f"{self.what}: {done} of {self.total} {self.unit}  {word}".rstrip())


@contextmanager
def progress_bar(what: str, total: int, unit: str) -> Iterator[Update]:
    """A bar on the terminal; yields what it is told by, as often as there are steps."""
    last_time = 0.0
    with progress_bars([what], [total], unit) as bars:

        def update(done: int, word: str) -> None:
            nonlocal last_time
            now = time.monotonic()
            if now - last_time >= SECONDS_A_CHANGE or done >= total:
                last_time = now
                bars(0, done, word)

        yield update


@contextmanager
def progress_bars(labels: Sequence[str], totals: Sequence[int], unit: str) -> Iterator[UpdateOne]:
    """Bars on the terminal, each as soon as there is something to show of it."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TextColumn("{task.fields[word]}"),
        TimeRemainingColumn(),
    )
    tasks: dict[int, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def update(which: int, done: int, word: str) -> None:
            total = totals[which]
            if which not in tasks:  # what hasn't begun has no bar: of many, few are under way
                tasks[which] = progress.add_task(escape(labels[which]), total=total, word="")
            progress.update(tasks[which], completed=done, word=word)
            if done >= total and len(totals) > 1:  # of a sweep of thousands none is kept
                progress.remove_task(tasks.pop(which))

        yield update
