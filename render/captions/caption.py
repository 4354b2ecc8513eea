"""The line at the foot of a frame."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """What stands there, and how much of it is to be seen."""

    text: str = ""
    opacity: float = 1.0
    """From 0 to 1: it fades in and out."""
    is_warning: bool = False
    """Whether it has the colour of a warning."""
