"""Epoch and loss in large type, at the same place in every frame."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.text import Text

from fitreel.model.errors import BadInput
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.page.type_sizes import TypeSizes

APART, APART_IN_HEADER = 48.0, 40.0
"""Between two readouts; lengths are those of 720 px."""
BESIDE = 12.0
"""From a name to the number beside it."""
STEP = 0.97


@dataclass(frozen=True)
class ReadoutsPlace:
    """Where epoch and loss stand; pixels."""

    left: float
    right: float
    """They have this room."""
    baseline: float
    """Of the numbers."""
    names: float | None
    """The baseline of their names over them; None: each stands before its number."""
    ends: bool = False
    """Whether they end at `right`, rather than begin at `left`."""
    step: float = 0.0
    """From one down to the next, where they stand under each other; else 0."""


@dataclass(frozen=True)
class Readout:
    """A number, what it is called, and how it looks."""

    name: str
    widest: Sequence[str]
    """Among them is its widest spelling in the film."""
    colour: str


class RunReadouts:
    """Numbers in a row; none shifts as its digits change."""

    @in_force()
    def __init__(
        self, page: Page, place: ReadoutsPlace, types: TypeSizes, readouts: Sequence[Readout]
    ) -> None:
        number, name = _fitted(page, place, types, readouts)
        width = _width(page, place, readouts, number, name)
        x = place.right - width if place.ends else place.left
        self._texts: list[Text] = []
        for readout in readouts:
            beside, wide = _extent(page, place, readout, number, name)
            down = place.step * len(self._texts)
            base = place.baseline if place.names is None else place.names
            page.text(x, base - down, readout.name, name, colour=page.theme.muted)
            text = page.text(
                x + beside, place.baseline - down, "", number, weight="bold",
                colour=readout.colour,
            )  # fmt: skip
            self._texts.append(text)
            x += (wide + _apart(page, place)) * (not place.step)
        self.moving: Sequence[Artist] = self._texts
        self.last_left = 0.0
        """Where the last one's name begins, in pixels."""
        if place.step:
            self.last_left = x
        elif readouts:
            last = _extent(page, place, readouts[-1], number, name)[1]
            self.last_left = x - _apart(page, place) - last

    def show(self, numbers: Sequence[str]) -> None:
        """Write the numbers, one for each readout."""
        for text, number in zip(self._texts, numbers, strict=True):
            text.set_text(number)


def check_readouts(
    page: Page, place: ReadoutsPlace, types: TypeSizes, readouts: Sequence[Readout]
) -> None:
    """Refuse numbers that are too wide for their place.

    Raises:
        BadInput: they would be too small to be read.
    """
    number, name = _fitted(page, place, types, readouts)
    if _width(page, place, readouts, number, name) > place.right - place.left + 1:
        size = f"{page.box.width:.0f} x {page.box.height:.0f}"
        raise BadInput(f"film.size {size}: too small for epoch and loss; take a larger one")


def _fitted(
    page: Page, place: ReadoutsPlace, types: TypeSizes, readouts: Sequence[Readout]
) -> tuple[float, float]:
    """The font sizes of numbers and names, which shrink together; not under the least."""
    number, name = types.readout, types.label
    room = place.right - place.left
    while _width(page, place, readouts, number, name) > room and number > types.least:
        number = max(number * STEP, types.least)
        if place.names is None or any(
            page.width_of(each.name, name) > _number_width(page, each, number) for each in readouts
        ):
            name = max(name * STEP, types.least)
    return number, name


def _apart(page: Page, place: ReadoutsPlace) -> float:
    return page.px(APART_IN_HEADER if place.ends else APART)


def _width(
    page: Page, place: ReadoutsPlace, readouts: Sequence[Readout], number: float, name: float
) -> float:
    """Of all, at these font sizes, in pixels."""
    widths = [_extent(page, place, each, number, name)[1] for each in readouts]
    if place.step:
        return max(widths, default=0.0)
    return sum(widths) + _apart(page, place) * max(len(widths) - 1, 0)


def _extent(
    page: Page, place: ReadoutsPlace, readout: Readout, number: float, name: float
) -> tuple[float, float]:
    """From a readout's left end to its number, and its whole width."""
    names, digits = page.width_of(readout.name, name), _number_width(page, readout, number)
    if place.names is not None:
        return 0.0, max(names, digits)
    beside = names + page.px(BESIDE)
    return beside, beside + digits


def _number_width(page: Page, readout: Readout, size: float) -> float:
    return max(page.width_of(text, size, "bold") for text in readout.widest)


def row_width(page: Page, types: TypeSizes, readouts: Sequence[Readout]) -> float:
    """How wide readouts with their names over them are at full size, in pixels."""
    place = ReadoutsPlace(0.0, 0.0, 0.0, 0.0)
    return _width(page, place, readouts, types.readout, types.label)


def header_width(page: Page, types: TypeSizes, readouts: Sequence[Readout]) -> float:
    """How wide readouts in the header are, in pixels, with what keeps them from the title."""
    total = 0.0
    for readout in readouts:
        digits = max(page.width_of(text, types.readout, "bold") for text in readout.widest)
        names = page.width_of(readout.name, types.label) + page.px(BESIDE)
        total += names + digits + page.px(APART_IN_HEADER)
    return total
