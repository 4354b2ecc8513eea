"""What a comparison shows in one frame."""

from collections.abc import Sequence
from dataclasses import dataclass

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import NO_CAPTION, Caption


@dataclass(frozen=True)
class ComparisonState:
    """What all entries show in one frame."""

    time: float
    """The clock: an epoch, or seconds of training."""
    indices: Sequence[int]
    """Which of its run's snapshots each entry shows; -1 where it has none."""
    snapshots: Sequence[Snapshot | None]
    """These snapshots."""
    frame: int = 0
    """Its number."""
    caption: Caption = NO_CAPTION
    """The sentence at the foot."""
    seconds_at_end: float | None = None
    """Since the last snapshots came on screen; None before."""
