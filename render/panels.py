"""What a comparison puts side by side, how it shows it, and what it shows in one frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fitreel.model.record import Run
from fitreel.model.snapshot import Snapshot
from fitreel.render.picture_settings import PictureSettings

Clock = Literal["epoch", "time"]
"""What entries advance in together: epochs, or seconds of training."""
Layout = Literal["auto", "grid", "overlay"]


@dataclass(frozen=True)
class Entry:
    """One configuration of a comparison."""

    label: str
    """Says only what differs from the others, as "lr 0.05, Adam"."""
    run: Run | None
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
    return f"failed: {entry.failure}" if entry.failure else "failed"


def ending_of(run: Run) -> str:
    """What is said of a run that goes no further; in itself enough to be understood."""
    if run.ending == "delta":
        return f"δ reached at {run.ending_epoch}"
    if run.ending == "diverged":
        return f"diverged at {run.ending_epoch}"
    return "done" if run.ending == "complete" else "unfinished"


def has_ended(run: Run, index: int) -> bool:
    """Whether a run holds its last frame at this snapshot."""
    return index == len(run) - 1


def loss_words(loss: float) -> str:
    """A loss as the demo writes it; in powers of ten from 10,000 on, to bound its width."""
    return f"{loss:.4f}" if abs(loss) < 1e4 or loss != loss else f"{loss:.3e}"
