"""What happens in a run, from its numbers: events, and the chapters that they make."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.metadata.provenance import Chapter
from fitreel.render.text.translations import Translation
from fitreel.render.timing.timeline import Timeline

Kind = Literal["start", "loss", "delta", "diverged", "end"]

SHORTEST_END = 0.5
"""In seconds: an end that is on screen for less gets no chapter of its own."""
BETWEEN = " · "
"""Stands between the titles of what happens in one frame."""


@dataclass(frozen=True)
class Event:
    """Something that happens in a run."""

    kind: Kind
    index: int
    """The first snapshot that shows it."""
    epoch: int
    loss: float
    decade: int | None = None
    """Of a "loss": the power of ten that the loss fell under, as -2 for 0.01."""


def events(
    epochs: NDArray[np.int64],
    losses: ArrayLike,
    ending: str | None,
    ending_epoch: int | None,
) -> list[Event]:
    """What happens, in the order of snapshots: the start, each decade of loss, how it ends.

    A decade is told when the loss falls under it for the first time, and of several in one
    snapshot only the lowest. The last event is the end, or that δ was reached or the run diverged.

    Args:
        epochs: shape (n,), n ≥ 1, increasing.
        losses: shape (n,); any values.
        ending: "complete", "delta", "diverged", or None for a run that isn't finished.
        ending_epoch: the epoch that reached δ or diverged.
    """
    values = np.asarray(losses, np.float64)
    last = len(epochs) - 1

    def event(kind: Kind, index: int, decade: int | None = None) -> Event:
        return Event(kind, index, int(epochs[index]), float(values[index]), decade)

    events = [event("start", 0)]
    events += [event("loss", index, decade) for index, decade in _decades(values)]
    if ending in ("delta", "diverged"):
        epoch = int(epochs[last]) if ending_epoch is None else ending_epoch
        kind: Kind = "delta" if ending == "delta" else "diverged"
        events.append(Event(kind, last, epoch, float(values[last])))
    else:
        events.append(event("end", last))
    return events


def _decades(losses: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Snapshot and exponent of each power of ten that the loss fell under."""
    usable = np.where(np.isfinite(losses) & (losses > 0), losses, np.inf)
    lowest = np.minimum.accumulate(usable)
    falls: list[tuple[int, int]] = []
    decade: int | None = None
    for index in np.flatnonzero(lowest < np.concatenate([[np.inf], lowest[:-1]])):
        under = _lowest_above(float(lowest[index]))
        if decade is not None and under < decade:
            falls.append((int(index), under))
        decade = under
    return falls


def _lowest_above(value: float) -> int:
    """The exponent of the lowest power of ten above `value`: 0.1 isn't under 0.1."""
    exponent = math.floor(math.log10(value)) + 1
    while value < 10.0 ** (exponent - 1):
        exponent -= 1
    while value >= 10.0**exponent:
        exponent += 1
    return exponent


def chapters(events: Sequence[Event], timeline: Timeline, words: Translation) -> list[Chapter]:
    """The chapters of a film: the first starts at 0, each ends where the next starts.

    What happens in one frame shares a chapter. The end has one only where it stays on screen, δ
    and a divergence always have one.

    Args:
        events: as `events` gives them.
        timeline: the film's.
        words: in the language of the titles.
    """
    by_frame: dict[int, list[Event]] = {}
    for event in events:
        frame = 0 if event.kind == "start" else timeline.first_frame_of(event.index)
        stays = (len(timeline) - frame) / timeline.fps
        if event.kind == "end" and stays < SHORTEST_END and frame:
            continue
        by_frame.setdefault(frame, []).append(event)
    frames = sorted(by_frame)
    stretches = []
    for frame, following in zip(frames, [*frames[1:], len(timeline)], strict=True):
        titles = [_title(event, words) for event in _lowest_decade_only(by_frame[frame])]
        start, end = timeline.second_of(frame), timeline.second_of(following)
        stretches.append(Chapter(float(start), float(end), BETWEEN.join(titles)))
    return stretches


def _lowest_decade_only(together: Sequence[Event]) -> list[Event]:
    """Of several decades the last one: the lowest."""
    last = max((i for i, event in enumerate(together) if event.kind == "loss"), default=-1)
    return [event for i, event in enumerate(together) if event.kind != "loss" or i == last]


def _title(event: Event, words: Translation) -> str:
    if event.decade is not None:
        return words.text("chapter_loss", loss=words.power_of_ten(event.decade))
    return words.text(f"chapter_{event.kind}")
