"""Epoch and loss in large type, at the same place in every frame."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist

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
        self._page, self._place, self._readouts = page, place, readouts
        self._apart = page.px(APART_IN_HEADER if place.ends else APART)
        number, name = types.readout, types.label
        room = place.right - place.left
        while self.width(number, name) > room and number > types.least:
            number *= STEP
            if self._are_names_wider(number, name) or place.names is None:
                name = max(name * STEP, types.least)
        x = place.right - self.width(number, name) if place.ends else place.left
        self._texts = []
        for readout, (beside, wide) in zip(readouts, self._widths(number, name), strict=True):
            base = place.baseline if place.names is None else place.names
            page.text(x, base, readout.name, name, colour=page.theme.muted)
            text = page.text(
                x + beside, place.baseline, "", number, weight="bold", colour=readout.colour
            )
            self._texts.append(text)
            x += wide + self._apart
        self.moving: Sequence[Artist] = self._texts

    def show(self, numbers: Sequence[str]) -> None:
        """Write the numbers, one for each readout."""
        for text, number in zip(self._texts, numbers, strict=True):
            text.set_text(number)

    def width(self, number: float, name: float) -> float:
        """Of all, at these font sizes, in pixels."""
        widths = [wide for _, wide in self._widths(number, name)]
        return sum(widths) + self._apart * max(len(widths) - 1, 0)

    def _widths(self, number: float, name: float) -> list[tuple[float, float]]:
        """Of each readout, from its left end to its number, and its whole width."""
        widths = []
        for readout in self._readouts:
            names = self._page.width_of(readout.name, name)
            digits = self._number_width(readout, number)
            if self._place.names is None:
                beside = names + self._page.px(BESIDE)
                widths.append((beside, beside + digits))
            else:
                widths.append((0.0, max(names, digits)))
        return widths

    def _number_width(self, readout: Readout, size: float) -> float:
        return max(self._page.width_of(text, size, "bold") for text in readout.widest)

    def _are_names_wider(self, number: float, name: float) -> bool:
        return any(
            self._page.width_of(readout.name, name) > self._number_width(readout, number)
            for readout in self._readouts
        )


def header_width(page: Page, types: TypeSizes, readouts: Sequence[Readout]) -> float:
    """How wide readouts in the header are, in pixels, with what keeps them from the title."""
    total = 0.0
    for readout in readouts:
        digits = max(page.width_of(text, types.readout, "bold") for text in readout.widest)
        names = page.width_of(readout.name, types.label) + page.px(BESIDE)
        total += names + digits + page.px(APART_IN_HEADER)
    return total
