"""What decides where the panels of a grid stand, and where each cell does. No matplotlib."""

from dataclasses import dataclass
from typing import NamedTuple

from fitreel.render.geometry import Box


class CellNeeds(NamedTuple):
    """What decides where the panels of a view stand; lengths in pixels."""

    aspect: float | None = None
    """Width by height of each; None: they fill what room there is."""
    narrowest: float | None = None
    """The same where height is left over and they grow; None: they keep their shape."""
    pixels: tuple[int, int] | None = None
    """Rows and columns of pictures, which are enlarged by quarters."""
    own_numbers: tuple[float, float] | None = None
    """What numbers take left of each and under it, where not all have the same; else None."""
    over: float = 0.0
    """Between a panel and its head."""
    foot: float = 0.0
    """Under the panels and their numbers, for what stands there once."""
    side: float = 0.0
    """Right of the panels for the same, where it leaves larger ones; 0: it can't stand there."""
    has_target: bool = False
    """Whether the first panel is what all should learn."""


ALL_THE_SAME = CellNeeds()


@dataclass(frozen=True)
class CellPlace:
    """Where a cell stands."""

    box: Box
    """In pixels, without its head."""
    has_y_numbers: bool
    """Whether numbers stand left of it."""
    has_x_numbers: bool
    """Whether they stand under it."""
    is_first: bool = False
    """Whether it is the one whose upright axis has a name."""
