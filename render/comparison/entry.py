"""What a comparison puts side by side, how it shows it, and what it shows in one frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.numbers import SHORT, write_number
from fitreel.render.text.translations import english

Clock = Literal["epoch", "time"]
"""What entries advance in together: epochs, or seconds of training."""
Layout = Literal["auto", "grid", "overlay"]


@dataclass(frozen=True)
class Entry:
    """One configuration of a comparison."""

    label: str
    """Says only what differs from the others, as "lr 0.05, Adam"."""
    run: Record | None
    """Its record; None before it is trained, and where training failed."""
    failure: str = ""
    """Why there is no run, in one line."""


@dataclass(frozen=True)
class ComparisonPicture:
    """All that decides the pictures of a comparison."""

    entries: Sequence[Entry]
    """At least one with a run, once it is drawn."""
    picture: PictureSettings
    """Of which it has the size and the theme; `pixels` are those of the whole clip."""
    layout: Layout = "auto"
    """A cell of a grid each, or all lines in one; auto: by their number."""
    clock: Clock = "epoch"
    loss_panel: bool = False
    """Whether all loss curves stand beside the entries."""
    note: str = ""
    """A line under the ranking."""
    seeds_only: bool = False
    """Whether the runs differ in nothing but their seed."""


@dataclass(frozen=True)
class ComparisonState:
    """What all entries show in one frame."""

    time: float
    """The clock: an epoch, or seconds of training."""
    indices: Sequence[int]
    """Which of its run's snapshots each entry shows; -1 where it has none."""
    snapshots: Sequence[Snapshot | None]
    """These snapshots."""


def failure_of(entry: Entry) -> str:
    """What an entry without a run says in place of its picture."""
    words = english()
    return (
        words.text("failed_because", reason=entry.failure)
        if entry.failure
        else words.text("failed")
    )


def ending_of(run: Record) -> str:
    """What is said of a run that goes no further; in itself enough to be understood."""
    if run.ending in ("delta", "diverged"):
        key = "delta_reached_short" if run.ending == "delta" else "diverged_short"
        return english().text(key, epoch=str(run.ending_epoch))
    return english().text("done" if run.ending == "complete" else "unfinished")


def has_ended(run: Record, index: int) -> bool:
    """Whether a run holds its last frame at this snapshot."""
    return index == len(run) - 1


def loss_text(loss: float) -> str:
    """What is said of a loss in or beside axes."""
    return english().text("loss_value", loss=write_number(loss, SHORT))


def clock_text(clock: Clock, time: float) -> str:
    """What stands over a comparison: an epoch, or seconds of training."""
    if clock == "epoch":
        return english().text("clock_epoch", epoch=f"{time:.0f}")
    seconds = f"{time:.2f}" if time < 100 else f"{time:.0f}"
    return english().text("clock_time", seconds=seconds)
