"""How large the texts of a picture are, by the shape of its frame. Imports nothing heavy."""

from dataclasses import dataclass

from fitreel.render.geometry import REFERENCE

WIDE, TALL = 1.5, 0.8
"""Width by height from which on a frame is wide, and under which it is tall."""
SMALLEST_TYPE, SMALLEST_TYPE_HD = 10.0, 14.0
"""No text is smaller, in pixels; the second from `REFERENCE` pixels of the shorter side on."""
SMALL_WIDTH = 320
"""A narrower frame has title, readouts and curve alone."""
ASCENT, DESCENT = 0.74, 0.24
"""Of capitals and digits over the baseline, of letters under it, in font sizes."""
CELL_NAME, CELL_NUMBER = 0.05, 0.042
"""Of names and numbers in one of many pictures on a page, in parts of its shorter side."""
TOP = 28.0
"""Free over the headings; of `REFERENCE` pixels."""


@dataclass(frozen=True)
class TypeSizes:
    """Font sizes of a frame, in pixels."""

    title: float
    smallest_title: float
    readout: float
    caption: float
    label: float
    """Of names beside their things, and of the subtitle."""
    tick: float
    least: float
    """Nothing is smaller."""


def shape_of(size: tuple[int, int]) -> str:
    """One of "wide", "middle", "tall", "small"."""
    width, height = size
    if width < SMALL_WIDTH:
        return "small"
    return "wide" if width >= WIDE * height else "tall" if width < TALL * height else "middle"


def cell_type_sizes(size: tuple[int, int]) -> TypeSizes:
    """The font sizes of one of many pictures on a page, which are larger in parts of it."""
    side = min(size)
    name, number = CELL_NAME * side, CELL_NUMBER * side
    return TypeSizes(name, name, name, name, name, number, number)


def type_sizes(size: tuple[int, int]) -> TypeSizes:
    """The font sizes of a frame of `size` pixels."""
    side = min(size)
    least = SMALLEST_TYPE if side < REFERENCE else SMALLEST_TYPE_HD
    tall = shape_of(size) == "tall"

    def part(share: float) -> float:
        return max(share * side, least)

    return TypeSizes(
        title=part(0.06), smallest_title=part(0.04), readout=part(0.09 if tall else 0.07),
        caption=part(0.048 if tall else 0.044), label=part(0.033), tick=part(0.029), least=least,
    )  # fmt: skip
