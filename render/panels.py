"""What a comparison puts side by side, and one instant of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fitreel.model.record import Run
from fitreel.model.snapshot import Snapshot

Clock = Literal["epoch", "time"]
"""What panels advance in together: epochs, or seconds of training."""


@dataclass(frozen=True)
class Panel:
    """One configuration of a comparison."""

    label: str
    """Says only what differs from the others, as "lr 0.05, Adam"."""
    run: Run | None
    """Its record; None before it is trained, and where training failed."""
    failure: str = ""
    """Why there is no run, in one line."""


@dataclass(frozen=True)
class Instant:
    """What all panels show in one frame."""

    time: float
    """The clock: an epoch, or seconds of training."""
    indices: Sequence[int]
    """Which of its run's snapshots each panel shows; -1 where it has none."""
    snapshots: Sequence[Snapshot | None]
    """These snapshots."""


def failure_of(panel: Panel) -> str:
    """What a panel without a run says in place of its picture."""
    return f"failed: {panel.failure}" if panel.failure else "failed"


def ending_of(run: Run) -> str:
    """What a panel says of a run that goes no further; in itself enough to be understood."""
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
