"""Where everything stands in a film for the lecture hall: a pure function of size and contents.

All lengths follow from the frame's shorter side, so a 4K frame is the small one, only sharper. A
wide frame has readouts and panels right of the fit, any other has them above and below it.
"""

import math
from dataclasses import dataclass, field

from fitreel.model.errors import BadInput
from fitreel.render.geometry import REFERENCE, Box
from fitreel.render.page.readouts import ReadoutsPlace
from fitreel.render.page.type_sizes import ASCENT, TypeSizes, shape_of, type_sizes
from fitreel.render.picture_settings import PictureSettings

UNDER = 8.0
"""From an axis to the numbers under it; lengths are those of `REFERENCE` pixels."""
SIDE = 64.0
"""Free left and right of everything but the numbers at the axes."""
NUMBERS_ASIDE = 33.0
"""From the frame's edge to the axes, less the widest number between."""
FOOT = 36.0
RIDER_GAP = 8.0
"""From the axes to the curve's name."""
KEY, KEY_FOOT = 1.3, 9.0
"""The row of a key over the fit, in font sizes of numbers, and from the axes to its baseline."""
BEFORE_REMARK = 24.0
"""From what stands in its row to a quiet word."""
LEAST_ROWS = 2.4
"""A plot is at least so many font sizes of its numbers high."""
SQUEEZED_ROWS = 1.4
"""So low may it be in a film whose sentences or key turn out longer than could be known before."""


@dataclass(frozen=True)
class Contents:
    """What there is to place; lengths in pixels."""

    panels: tuple[str, ...] = ()
    headings: float = 0.0
    """From the frame's upper edge to the last baseline of title and subtitle; 0 without any."""
    captions: int = 1
    """Lines at the foot."""
    numbers: float = 0.0
    """The widest number left of the axes, a name of the axis there too."""
    rider: float = 0.0
    """The width of what stands right of the fit's axes."""
    key: bool = False
    """Whether a row over the fit is kept for a key."""
    remark: float = 0.0
    """The width of the quiet word that a frame may have."""


@dataclass(frozen=True)
class PanelPlace:
    """Where a panel stands; pixels."""

    box: Box
    """Its axes, and the numbers left of them; the lower edge is the axes'."""
    left: float
    """How wide the numbers may be, with what keeps them from the axes."""
    head: float | None
    """The baseline of its name, that begins at the box's left edge; None: the readout names it."""
    x_labels: bool = True
    """Whether numbers stand under it."""
    x_name_in_head: bool = False
    """Whether what these are stands at the right end of its head, and not under them."""


@dataclass(frozen=True)
class ThemedLayout:
    """Where all stands; pixels from the lower left corner."""

    types: TypeSizes
    left: float
    right: float
    """What title, plots and captions stand between."""
    fit: Box
    """The inside of the axes."""
    readouts: ReadoutsPlace
    captions: float
    """The baseline of the first line at the foot."""
    remark: float
    """The baseline of a quiet word that ends at `right`: that of the captions or the readouts."""
    key: float
    """The baseline of a key over the fit."""
    panels: dict[str, PanelPlace] = field(default_factory=dict)
    loss_rides: bool = False
    """Whether "loss" stands at its marker's height right of a strip under the fit."""
    is_bare: bool = False
    """Whether axes have no numbers, and nothing has a name, as the frame is too small."""


class Frame:
    """A frame's own measures; `size` is (width, height) in pixels."""

    def __init__(self, size: tuple[int, int], contents: Contents) -> None:
        self.width, self.height = map(float, size)
        self.unit = min(size) / REFERENCE
        self.types = types = type_sizes(size)
        self.contents = contents
        self.left, self.right = margins(size, contents.numbers)
        self.ticks = self.px(UNDER) + ASCENT * types.tick
        """From an axis down to the baseline of its numbers."""

    def px(self, length: float) -> float:
        """A length at `REFERENCE` pixels of the shorter side, in pixels."""
        return length * self.unit


def margins(size: tuple[int, int], numbers: float) -> tuple[float, float]:
    """What everything stands between, in pixels, where numbers at the axes are so wide."""
    unit = min(size) / REFERENCE
    if shape_of(size) == "small":
        side = 0.04 * min(size) + 2
        return side, size[0] - side
    return max(SIDE * unit, NUMBERS_ASIDE * unit + numbers), size[0] - SIDE * unit


def has_subtitle(size: tuple[int, int]) -> bool:
    """Whether a frame of `size` has room for a subtitle."""
    return shape_of(size) in ("wide", "tall") or (
        shape_of(size) == "middle" and min(size) >= REFERENCE
    )


def left_out(settings: PictureSettings) -> list[str]:
    """What of it a frame of its size has no room for: the names of its fields."""
    names = ["subtitle"] if settings.subtitle and not has_subtitle(settings.pixels) else []
    return names + ["panels"] * (bool(settings.panels) and shape_of(settings.pixels) == "small")


def readouts_in_header(size: tuple[int, int], panels: int) -> bool:
    """Whether epoch and loss stand in the title's row."""
    return shape_of(size) == "wide" and (not panels or panels > 2)


def check_height(plot: float, frame: Frame) -> None:
    """Refuse a fit that is too low.

    Raises:
        BadInput: the text leaves no room, or the frame is too small at all.
    """
    if plot >= (3 * LEAST_ROWS if shape_of_frame(frame) != "small" else 2) * frame.types.tick:
        return
    size = f"{frame.width:.0f} x {frame.height:.0f}"
    if frame.contents.headings > 0.3 * frame.height or frame.contents.captions > 2:
        text = "title" if frame.contents.headings > 0.3 * frame.height else "caption"
        raise BadInput(f"film.{text}: leaves no room for the fit in {size}; write less")
    raise BadInput(f"film.size {size}: too small to be read; take a larger one")


def shape_of_frame(frame: Frame) -> str:
    """As `shape_of`."""
    return shape_of((round(frame.width), round(frame.height)))


def refuse_panels(frame: Frame, fitting: int) -> BadInput:
    """The refusal of so many panels where only `fitting` have room."""
    count = len(frame.contents.panels)
    few = f"{count} panels" if count != 1 else "a panel"
    fit = "none fits" if not fitting else f"{fitting} fit" + ("s" if fitting == 1 else "")
    return BadInput(
        f"film.panels: there is no room for {few} in {frame.width:.0f} x {frame.height:.0f}, where "
        f"{fit}; take fewer, or a size of another shape"
    )


def even(pixels: float) -> int:
    """The next even number of pixels."""
    return 2 * math.ceil(pixels / 2)
