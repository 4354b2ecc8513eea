"""Title and subtitle of a themed film: broken into lines that fit, a formula in its own colour."""

from fitreel.render.mpl.setup import text_families  # isort: skip  (before matplotlib)

from typing import NamedTuple

from fitreel.model.errors import BadInput
from fitreel.render.mpl.pixel_layout import Page, Weight
from fitreel.render.page.text_lines import fitted_lines
from fitreel.render.page.type_sizes import TOP, TypeSizes
from fitreel.render.text.fonts import Fonts, math_pieces

FORMULA = 1.06
"""The size of mathematics in a bold title, in that of its words."""
TITLE_LINE, LINE = 1.12, 1.25
"""From one baseline to the next, in font sizes."""
TITLE_LINES, SUBTITLE_LINES = 3, 2
UNDER_TITLE = 6.0
"""From the title's last line to the subtitle's top, with the descent; at 720 px."""


class _HeadingLine(NamedTuple):
    text: str
    size: float
    baseline: float
    """From the frame's upper edge, in pixels."""
    is_title: bool


class Headings:
    """What stands over a film, between `left` and `right` pixels.

    `title_right`: the same for the title, where something else is in its row. `texts` are those of
    "title" and "subtitle" that there are.

    Raises:
        BadInput: one would be too small to be read.
    """

    def __init__(
        self,
        page: Page,
        fonts: Fonts,
        texts: dict[str, str],
        types: TypeSizes,
        edges: tuple[float, float, float],
    ) -> None:
        self._page, self._fonts = page, fonts
        self._left, right, title_right = edges
        self._lines: list[_HeadingLine] = []
        self.bottom = 0.0
        """From the frame's upper edge to the last baseline; 0 without any text."""
        if "title" in texts:
            sizes = types.title, types.smallest_title
            self._place("title", texts["title"], title_right, sizes, TITLE_LINES)
        if "subtitle" in texts:
            sizes = types.label, max(0.7 * types.label, types.least)
            self._place("subtitle", texts["subtitle"], right, sizes, SUBTITLE_LINES)

    def _place(
        self, key: str, text: str, right: float, sizes: tuple[float, float], most: int
    ) -> None:
        """Break a heading into lines, and find their baselines."""
        is_title = key == "title"
        page, room = self._page, right - self._left
        fitted = fitted_lines(
            text, room, sizes, most, lambda line, size: self._width(line, size, is_title)
        )
        if fitted is None:
            size = f"{page.box.width:.0f} x {page.box.height:.0f}"
            raise BadInput(f"film.{key}: too long to be read in {size}: {text[:60]!r}")
        lines, size_ = fitted
        for number, line in enumerate(lines):
            rise, fall = self._rise_and_fall(line, size_, is_title)
            if not self._lines:  # a superscript's top counts
                baseline = max(page.px(TOP + 9) + 0.78 * size_, page.px(TOP) + rise)
            elif number == 0:
                usual = page.px(UNDER_TITLE) + 0.22 * self._lines[0].size + 0.92 * size_
                baseline = self.bottom + max(usual, rise + 0.1 * size_)
            else:
                step = (TITLE_LINE if is_title else LINE) * size_
                baseline = self.bottom + max(step, rise + 0.1 * size_)
            self._lines.append(_HeadingLine(line, size_, baseline, is_title))
            # What hangs down further than letters do takes more room.
            self.bottom = baseline + max(0.0, fall - 0.3 * size_)

    @property
    def has_subtitle(self) -> bool:
        """Whether a subtitle ends them."""
        return bool(self._lines) and not self._lines[-1].is_title

    def last_width(self) -> float:
        """Of the last line, in pixels."""
        last = self._lines[-1]
        return self._width(last.text, last.size, last.is_title)

    def write(self) -> None:
        """Write all lines."""
        theme, height = self._page.theme, self._page.box.height
        for line in self._lines:
            x, colour = self._left, theme.text if line.is_title else theme.muted
            for piece, is_formula in _parts(line.text):
                shown = theme.truth if line.is_title and is_formula else colour
                size = line.size * (FORMULA if line.is_title and is_formula else 1.0)
                self._page.text(
                    x, height - line.baseline, piece, size,
                    weight=self._weight(line.is_title), colour=shown, parse_math=is_formula,
                    fontfamily=self._families(piece),
                )  # fmt: skip
                x += self._part_width(piece, size, line.is_title, is_formula)

    def _weight(self, is_title: bool) -> Weight:
        bold = is_title and self._page.theme.title_weight == "bold"
        return "bold" if bold else "regular"

    def _families(self, text: str) -> list[str]:
        return list(self._fonts.families or text_families())

    def _part_width(self, text: str, size: float, is_title: bool, is_formula: bool) -> float:
        families = self._families(text)
        return self._page.extent_of(text, size, self._weight(is_title), is_formula, families)[0]

    def _width(self, line: str, size: float, is_title: bool) -> float:
        return sum(
            self._part_width(
                piece, size * (FORMULA if is_title and is_formula else 1.0), is_title, is_formula
            )
            for piece, is_formula in _parts(line)
        )

    def _rise_and_fall(self, line: str, size: float, is_title: bool) -> tuple[float, float]:
        """Above and below the baseline: usual, or what tall mathematics needs."""
        rise, fall = 0.78 * size, 0.3 * size
        for piece, is_formula in _parts(line):
            if is_formula:
                type_ = size * (FORMULA if is_title else 1.0)
                _, height, descent = self._page.extent_of(
                    piece, type_, self._weight(is_title), True, self._families(piece)
                )
                rise, fall = max(rise, height - descent), max(fall, descent)
        return rise, fall


def _parts(line: str) -> list[tuple[str, bool]]:
    r"""Words and mathematics of a line in turn, without those that are empty; \$ is a dollar."""
    pieces = math_pieces(line)
    if not pieces:
        return [(line.replace(r"\$", "$"), False)]
    parts = [
        (f"${piece}$", True) if number % 2 else (piece.replace(r"\$", "$"), False)
        for number, piece in enumerate(pieces)
    ]
    return [(piece, is_formula) for piece, is_formula in parts if piece]
