"""How large points of the plane are: together they cover a twentieth of it."""

import math

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

COVERED = 0.05
SMALLEST, LARGEST = 5.0, 15.0
"""At 720 px."""


def dot_size(page: Page, count: int, box: Box) -> float:
    """The diameter of each of `count` dots in a box, in pixels."""
    diameter = math.sqrt(COVERED * box.width * box.height * 4 / math.pi / max(count, 1))
    return min(max(diameter, page.px(SMALLEST)), page.px(LARGEST))
