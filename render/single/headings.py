"""Title, subtitle and caption of a themed film: how large they are, and written where they go."""

from fitreel.model.errors import BadInput
from fitreel.render.geometry import Box, unit_height
from fitreel.render.mpl.pixel_layout import LINE, Page
from fitreel.render.single.themed_layout import (
    CAPTION_TYPE,
    SMALLEST_TITLE,
    SUBTITLE_TYPE,
    TITLE_TYPE,
    text_width,
)
from fitreel.render.text.fonts import Fonts

HEADINGS = {
    "title": (TITLE_TYPE, SMALLEST_TITLE),
    "subtitle": (SUBTITLE_TYPE, 0.7 * SUBTITLE_TYPE),
    "caption": (CAPTION_TYPE, 0.7 * CAPTION_TYPE),
}
"""Largest and smallest type, against the frame's unit."""


class Headings:
    """The headings of a page of `size` pixels, each shrunk until it fits into a line.

    `texts` are by the keys of `HEADINGS`; `left` is the room for numbers left of the fit's axes.

    Raises:
        BadInput: one would be too small to be read.
    """

    def __init__(
        self, page: Page, fonts: Fonts, texts: dict[str, str], size: tuple[int, int], left: float
    ) -> None:
        self._page, self._fonts, self._texts = page, fonts, texts
        self._types = {key: self._type_of(key, size, left) for key in texts}

    def height(self, key: str) -> float:
        """Of a heading, in pixels; 0 for one without a text."""
        if key not in self._texts:
            return 0.0
        return sum(sum(self._rise_and_fall(key, line)) for line in self._texts[key].split("\n"))

    def write(self, key: str, box: Box | None) -> None:
        """Write a heading, if there is one, from the upper left corner of its box on."""
        if box is None or key not in self._texts:
            return
        theme, size, top = self._page.theme, self._types[key], box.top
        for line in self._texts[key].split("\n"):
            rise, fall = self._rise_and_fall(key, line)
            self._page.text(
                box.left, top - rise, line, size, parse_math=True,
                color=theme.text if key == "title" else theme.muted, va="baseline",
                fontweight=self._weight(key),
            ).set_fontfamily(list(self._fonts.families_of(line)))  # fmt: skip
            top -= rise + fall

    def _type_of(self, key: str, size: tuple[int, int], left: float) -> float:
        """The font size at which all lines fit."""
        largest, smallest = (share * unit_height(size) for share in HEADINGS[key])
        width, text = text_width(size, left), self._texts[key]
        type_ = largest
        while any(self._extent(key, line, type_)[0] > width for line in text.split("\n")):
            type_ *= 0.97
            if type_ < smallest:
                raise BadInput(
                    f"film.{key}: too long to be read in {size[0]} x {size[1]}: {text[:60]!r}"
                )
        return type_

    def _weight(self, key: str) -> str:
        return self._page.theme.title_weight if key == "title" else "normal"

    def _extent(self, key: str, line: str, size: float) -> tuple[float, float, float]:
        """Width, height and descent of a line, in the fonts that draw it."""
        families = self._fonts.families_of(line)
        return self._page.extent_of(line, size, self._weight(key), "$" in line, families)

    def _rise_and_fall(self, key: str, line: str) -> tuple[float, float]:
        """Room above and below a line's baseline: usual, or what tall mathematics needs."""
        size = self._types[key]
        _, height, descent = self._extent(key, line, size)
        fall = max(0.3 * size, descent + 0.05 * size)
        return max((LINE - 0.3) * size, height - descent + 0.05 * size), fall
