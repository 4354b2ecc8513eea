"""What a page shows: runs on one clock, each at all of its snapshots that the page has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import Caption
from fitreel.render.comparison.standings.contenders import Contender
from fitreel.render.mpl.theme import Theme, comparison_theme, load_theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.comparison_timetable import Clock
from fitreel.render.timing.timeline import Timeline

PageLayout = Literal["single", "grid", "overlay"]


@dataclass(frozen=True)
class PageRun:
    """One run of a page."""

    name: str
    """What tells it from the others; "" where it is alone."""
    run: Record
    """Of one snapshot at least."""
    clock: NDArray[np.float64]
    """Shape (S,), not decreasing: the epoch, or the second, of each snapshot."""
    colour: int
    """The number of its colour among the theme's lines."""


@dataclass(frozen=True)
class PageGroup:
    """Runs of a comparison that have one colour: drawn as their median and band."""

    contender: Contender
    members: tuple[int, ...]
    """Their numbers on the page, at least one."""


@dataclass(frozen=True)
class PageSubject:
    """What a page shows, and how its film goes through it."""

    name: str
    """What it is called where the job gives no title."""
    runs: Sequence[PageRun]
    """At least one."""
    picture: PictureSettings
    """How it looks, files where they lie."""
    timeline: Timeline
    """Of the film that is played."""
    caption: Callable[[int, float], Caption]
    """What is said at a step, by its number among all of `times`, and its time."""
    clock: Clock = "epoch"
    layout: PageLayout = "single"
    groups: Sequence[PageGroup] = ()
    """All that is told apart, where some of it are several runs."""
    failures: Sequence[tuple[str, str]] = field(default=())
    """Names of configurations without a run, and why."""
    most_steps: int | None = None
    """So many steps at most; None: all there are."""

    @property
    def words(self) -> Translation:
        """In the page's language."""
        return translation_of(self.picture.language, self.picture.words)

    @cached_property
    def theme(self) -> Theme:
        """Its colours."""
        load = load_theme if self.layout == "single" else comparison_theme
        return load(self.picture.theme)

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """Shape (T,), increasing: of all snapshots of all runs."""
        return np.unique(np.concatenate([each.clock for each in self.runs]))

    @cached_property
    def chosen(self) -> NDArray[np.int64]:
        """Which of `times` are steps of the page: evenly spaced on its axis where not all are."""
        count = len(self.times)
        if self.most_steps is None or count <= self.most_steps:
            return np.arange(count)
        places = self.timeline.axis.places(self.times)
        asked = np.linspace(places[0], places[-1], self.most_steps)
        nearest = np.clip(np.searchsorted(places, asked), 0, count - 1)
        return np.unique(np.concatenate([[0], nearest, [count - 1]]))

    @cached_property
    def steps(self) -> NDArray[np.float64]:
        """Shape (P,), increasing: the epoch, or second, of each step."""
        return self.times[self.chosen]

    def snapshots_of(self, number: int) -> NDArray[np.int64]:
        """Shape (P,): which snapshot run `number` shows in each step; before its first, that."""
        clock = self.runs[number].clock
        return np.maximum(np.searchsorted(clock, self.steps, side="right") - 1, 0)

    def shown(self, number: int) -> list[int]:
        """Which snapshots of run `number` the page has, increasing."""
        return np.unique(self.snapshots_of(number)).tolist()  # type: ignore[no-any-return]

    def step_of_frames(self) -> NDArray[np.int64]:
        """Which step each frame of the film shows, shape (F,)."""
        steps = np.searchsorted(self.steps, self.timeline.times + 1e-9, side="right") - 1
        return np.clip(steps, 0, len(self.steps) - 1)
