"""What lies over what in a field."""

from enum import Enum


class FieldOrder(float, Enum):
    """As matplotlib's `zorder`; the colours are under all of it."""

    OUTLINE = 0.5
    HALO = 2.0
    BOUNDARY = 2.1
    POINTS = 3.0
    LINES = 3.5
    WRONG = 4.0
    RINGS = 4.5
    NAMES = 6.0
