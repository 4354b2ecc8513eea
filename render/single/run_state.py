"""What the picture of one run shows in one frame."""

from dataclasses import dataclass, field

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.caption import Caption


@dataclass(frozen=True)
class RunState:
    """One frame of a themed film, or a still."""

    snapshot: Snapshot
    """Interpolated where the frame lies between two; then its epoch is rounded up, so that 0 is the
    untrained network alone."""
    epoch: float
    """Exact, for the marker of the loss."""
    caption: Caption = field(default_factory=Caption)
    is_interpolated: bool = False
    seconds_at_end: float | None = None
    """Since the last snapshot came on screen; None before. A still is at no end."""
