"""The line at the foot of a themed film, whose sentence changes."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist

from fitreel.render.captions.caption import Caption
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.page.text_lines import fitted_lines
from fitreel.render.text.fonts import Fonts, math_pieces

LINE = 1.25
SMALLEST = 0.75
"""To which a sentence shrinks; one that is longer takes another line, if there is one."""


class CaptionLine:
    """A sentence, in at most `lines` lines from `baseline` down; `size` is its largest type.

    `edges` are its left and its right end in pixels.
    """

    @in_force()
    def __init__(
        self,
        page: Page,
        fonts: Fonts,
        edges: tuple[float, float],
        baseline: float,
        size: float,
        lines: int,
    ) -> None:
        self._page, self._fonts, self._size, self._lines = page, fonts, size, lines
        self._room = edges[1] - edges[0]
        self._texts = [
            page.text(edges[0], baseline - number * LINE * size, "", size, weight="medium")
            for number in range(lines)
        ]
        self._fitted: dict[str, tuple[list[str], float]] = {}
        self.moving: Sequence[Artist] = self._texts

    @in_force()
    def show(self, caption: Caption) -> None:
        """Write a sentence, as far as it has come."""
        if caption.text not in self._fitted:
            self._fitted[caption.text] = self._fit(caption.text)
        lines, size = self._fitted[caption.text]
        theme = self._page.theme
        for number, text in enumerate(self._texts):
            line = lines[number] if number < len(lines) and caption.opacity > 0 else ""
            if line == text.get_text() and not line:
                continue
            text.set_text(line)
            text.set_alpha(None if caption.opacity >= 1 else caption.opacity)
            text.set_color(theme.warning if caption.is_warning else theme.text)
            text.set_fontsize(self._page.points(size))
            is_math = bool(math_pieces(line))
            text.set_parse_math(is_math)
            families = self._fonts.families_of(line) if is_math else self._fonts.families
            text.set_fontfamily(list(families))

    def is_readable(self, text: str) -> bool:
        """Whether a sentence stands in the lines without being cut."""
        return text == "" or self._fit_in(text) is not None

    def _fit(self, text: str) -> tuple[list[str], float]:
        if not text:
            return [], self._size
        fitted = self._fit_in(text)
        if fitted is not None:
            return fitted
        size = SMALLEST * self._size
        return [self._page.shortened(" ".join(text.split()), self._room, size)], size

    def _fit_in(self, text: str) -> tuple[list[str], float] | None:
        return caption_lines(self._page, self._fonts, text, self._room, self._size, self._lines)


def caption_lines(
    page: Page, fonts: Fonts, text: str, room: float, size: float, most: int
) -> tuple[list[str], float] | None:
    """A sentence in at most `most` lines, and its font size; None where it doesn't fit."""

    def measure(line: str, type_: float) -> float:
        is_math = bool(math_pieces(line))
        families = fonts.families_of(line) if is_math else fonts.families
        return page.extent_of(line, type_, "medium", is_math, families)[0]

    fitted = fitted_lines(text, room, (size, SMALLEST * size), most, measure)
    return fitted if fitted is not None and len(fitted[0]) <= most else None
