"""The line at the foot of a themed film, whose sentence changes."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist

from fitreel.render.captions.caption import Caption
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.page.text_lines import fitted_lines
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.fonts import Fonts, math_pieces

LINE = 1.25
SMALLEST = 0.7
"""To which sentences shrink, all of a film together, in the largest size."""


def texts_at_foot(settings: PictureSettings, captions: Sequence[str]) -> list[str]:
    """All that a film says at its foot: a job's own caption alone, else what it says by phase."""
    return [settings.caption] if settings.caption else [*filter(None, captions)]


class CaptionText:
    """All sentences of a film, in one type that lets each stand in at most `most` lines.

    A sentence that is too long for that is shortened.
    """

    @in_force()
    def __init__(
        self, page: Page, fonts: Fonts, texts: Sequence[str], room: float, size: float, most: int
    ) -> None:
        self._page, self._fonts, self._room, self._most = page, fonts, room, most
        fitted = {text: self._fit(text, (size, SMALLEST * size)) for text in texts}
        self.too_long = [text for text, each in fitted.items() if each is None]
        self.size = min(
            (each[1] for each in fitted.values() if each is not None),
            default=SMALLEST * size if self.too_long else size,
        )
        self._lines: dict[str, list[str]] = {"": []}
        self.count = max((len(self.lines_of(text)) for text in texts), default=0)
        """Of the lines that the longest takes."""

    def lines_of(self, text: str) -> list[str]:
        """The lines of a sentence."""
        if text not in self._lines:
            fitted = self._fit(text, (self.size, self.size))
            self._lines[text] = (
                [self._page.shortened(" ".join(text.split()), self._room, self.size)]
                if fitted is None
                else fitted[0]
            )
        return self._lines[text]

    def families_of(self, line: str) -> list[str]:
        """What a line is drawn with."""
        is_math = bool(math_pieces(line))
        return list(self._fonts.families_of(line) if is_math else self._fonts.families)

    def _fit(self, text: str, sizes: tuple[float, float]) -> tuple[list[str], float] | None:
        fitted = fitted_lines(text, self._room, sizes, self._most, self._width)
        return fitted if fitted is not None and len(fitted[0]) <= self._most else None

    def _width(self, line: str, size: float) -> float:
        is_math = bool(math_pieces(line))
        return self._page.extent_of(line, size, "medium", is_math, self.families_of(line))[0]


class CaptionLine:
    """The sentence of a frame, from `x`, `baseline` on, its lines under each other."""

    @in_force()
    def __init__(self, page: Page, text: CaptionText, x: float, baseline: float) -> None:
        self._page, self._text = page, text
        self._texts = [
            page.text(x, baseline - number * LINE * text.size, "", text.size, weight="medium")
            for number in range(text.count)
        ]
        self._shown: Caption | None = None
        self.moving: Sequence[Artist] = self._texts

    @in_force()
    def show(self, caption: Caption) -> None:
        """Write a sentence, as far as it has come."""
        if caption == self._shown:
            return
        self._shown = caption
        lines = self._text.lines_of(caption.text) if caption.opacity > 0 else []
        theme = self._page.theme
        for number, text in enumerate(self._texts):
            line = lines[number] if number < len(lines) else ""
            if line != text.get_text():
                text.set_text(line)
                text.set_parse_math(bool(math_pieces(line)))
                text.set_fontfamily(self._text.families_of(line))
            text.set_alpha(None if caption.opacity >= 1 else caption.opacity)
            text.set_color(theme.warning if caption.is_warning else theme.text)
