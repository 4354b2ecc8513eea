"""One line at the foot of a picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """What stands at the foot of one frame."""

    text: str = ""
    """One sentence or two; "" for none."""
    opacity: float = 1.0
    """In [0, 1]: under 1 while it comes or goes."""
    is_warning: bool = False
    """Whether it has the colour of a warning, as where a training diverged."""


NO_CAPTION = Caption()
