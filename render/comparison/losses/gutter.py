"""The names beside a loss plot, at the height of their markers."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.render.comparison.losses.gutter_names import spread
from fitreel.render.comparison.page.lettering import Lettering
from fitreel.render.comparison.page.long_names import in_lines
from fitreel.render.comparison.page.shown import show_height, show_level, show_opacity
from fitreel.render.geometry import Box

LINK = 12.0
"""From the axis to a name, in pixels at 720; it begins 2 px right of the axis."""
TEXT_FROM = 20.0
PLACE_GAP = 8.0
"""From the place to the name."""
BETWEEN = 8.0
"""Two names, together with what a line is higher than its letters."""
WIDEST = 150.0
"""A name that is wider breaks into two lines."""
LINE = 1.1
"""From one line of a name to the next, in font sizes."""
CAPITAL = 0.34
"""From the middle of a line down to its baseline, in font sizes."""


def gutter_size(
    lettering: Lettering,
    names: Sequence[str],
    size: float,
    has_places: bool,
    room: float = 0.0,
) -> tuple[float, float]:
    """How wide the names are with their places, and how high all are together, in pixels.

    `room` is how wide a gutter may be, where that is more than names in two lines need.
    """
    places = place_width(lettering, len(names), size, has_places)
    rows = name_lines(lettering, names, size, room - places)
    widest = max((lettering.width(line, size, "bold") for row in rows for line in row), default=0)
    return widest + places, float(np.sum(name_heights(lettering, rows, size)))


def name_lines(
    lettering: Lettering, names: Sequence[str], size: float, room: float
) -> list[list[str]]:
    """The names as they stand in a gutter that has so much room for them."""
    widest = max(lettering.page.px(WIDEST), room)
    return in_lines(
        names, [(widest, widest)] * len(names), lambda text: lettering.width(text, size, "bold")
    )


def name_heights(
    lettering: Lettering, rows: Sequence[Sequence[str]], size: float
) -> NDArray[np.float64]:
    """How much of a gutter each name takes."""
    return np.array([(1 + (len(row) - 1) * LINE) * size for row in rows]) + lettering.page.px(
        BETWEEN
    )


def place_width(lettering: Lettering, count: int, size: float, has_places: bool) -> float:
    """What is kept free for a place from the first frame on."""
    if not has_places:
        return 0.0
    return lettering.width(str(count), size, "bold") + lettering.page.px(PLACE_GAP)


class Gutter:
    """Names in `box`, whose left edge is the plot's right one; each in its colour."""

    @in_force()
    def __init__(
        self,
        lettering: Lettering,
        box: Box,
        names: Sequence[str],
        colours: Sequence[str],
        places: Sequence[int | None],
        size: float,
    ) -> None:
        page = lettering.page
        self._page, self._size = page, size
        shift = place_width(lettering, len(names), size, any(places))
        room = box.width - page.px(TEXT_FROM) - shift
        self._rows = name_lines(lettering, names, size, room + 0.5)
        self.heights = name_heights(lettering, self._rows, size)
        """Of the names."""
        self.bounds = box.bottom, box.top
        """Between which they stand."""
        x = box.left + page.px(TEXT_FROM)
        self._links: list[Line2D] = []
        self._texts: list[list[Text]] = []
        self._places: list[Text | None] = []
        self._underlines: list[Line2D | None] = []
        for row, colour, place in zip(self._rows, colours, places, strict=True):
            ends = [(box.left + page.px(at)) / page.box.width for at in (2, 2 + LINK)]
            link = Line2D(
                ends, [0, 0], color=colour, lw=page.points(page.px(1.6)),
                transform=page.figure.transFigure,
            )  # fmt: skip
            page.figure.add_artist(link)
            self._links.append(link)
            self._texts.append(
                [lettering.write(x + shift, 0, line, size, weight="bold", colour=colour)
                 for line in row]
            )  # fmt: skip
            self._places.append(
                None
                if place is None
                else lettering.write(
                    x,
                    0,
                    str(place),
                    size,
                    weight="bold" if place == 1 else "regular",
                    alpha=0.0,
                    colour=page.theme.text if place == 1 else page.theme.muted,
                )
            )
            self._underlines.append(
                _underline(lettering, x + shift, lettering.width(row[-1], size, "bold"), colour)
                if place == 1
                else None
            )
        self.moving: list[Artist] = [
            *self._links, *(text for row in self._texts for text in row),
            *(place for place in self._places if place is not None),
            *(line for line in self._underlines if line is not None),
        ]  # fmt: skip

    def resting(self, markers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where names stand beside these markers, in no film."""
        order = np.argsort(markers, kind="stable").tolist()
        return spread(markers, order, self.heights, self.bounds)

    def show(
        self, markers: NDArray[np.float64], middles: NDArray[np.float64], opacity: float
    ) -> None:
        """Move each name to its middle; places are so opaque."""
        height, size = self._page.box.height, self._size
        for number, (marker, middle) in enumerate(
            zip(markers.tolist(), middles.tolist(), strict=True)
        ):
            show_level(self._links[number], marker / height, middle / height)
            texts = self._texts[number]
            for line, text in enumerate(texts):
                above = (len(texts) - 1) / 2 - line
                show_height(text, (middle + above * LINE * size - CAPITAL * size) / height)
            place = self._places[number]
            if place is not None:
                first = middle + (len(texts) - 1) / 2 * LINE * size - CAPITAL * size
                show_height(place, first / height)
                show_opacity(place, opacity)
            if (underline := self._underlines[number]) is not None:
                low = (
                    middle - (len(texts) - 1) / 2 * LINE * size - CAPITAL * size - self._page.px(5)
                )
                show_level(underline, low / height, low / height)
                show_opacity(underline, opacity)


def _underline(lettering: Lettering, x: float, width: float, colour: str) -> Line2D:
    page = lettering.page
    line = Line2D(
        [x / page.box.width, (x + width) / page.box.width], [0, 0], color=colour, alpha=0.0,
        lw=page.points(page.px(2.2)), transform=page.figure.transFigure,
    )  # fmt: skip
    page.figure.add_artist(line)
    return line
