"""A figure laid out in pixels: boxes, and text that is measured before it is placed."""

from fitreel.render.mpl.setup import in_force, text_families  # isort: skip  (before matplotlib)

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from fitreel.render.geometry import REFERENCE
from fitreel.render.geometry import Box as Box
from fitreel.render.mpl.cached_text_renderer import CachedTextRenderer
from fitreel.render.mpl.figure import figure_of_size
from fitreel.render.mpl.theme import Theme, load_theme

LINE = 1.25
"""From one line of text to the next, in font sizes."""
ELLIPSIS = "…"
Weight = Literal["regular", "medium", "bold"]


class Page:
    """A figure of `size` (width, height) pixels; font sizes and line widths are in pixels, too.

    `fonts` are families, of which the first that has a sign draws it; none: Roboto.
    """

    @in_force()
    def __init__(
        self,
        size: tuple[int, int],
        theme: Theme | None = None,
        transparent: bool = False,
        fonts: Sequence[str] = (),
    ) -> None:
        self.theme = load_theme("demo") if theme is None else theme
        self.transparent = transparent
        self.fonts = list(fonts) or list(text_families())
        self.figure = figure_of_size(size, hinted=False)
        self.figure.patch.set_facecolor("none" if transparent else self.theme.background)
        self.box = Box(0, 0, *size)
        self._ruler: Any = CachedTextRenderer(1, 1, self.figure.dpi, hinted=False)

    def px(self, length: float) -> float:
        """A length at `REFERENCE` pixels of the shorter side, in this page's pixels."""
        return length * min(self.box.width, self.box.height) / REFERENCE

    def points(self, pixels: float) -> float:
        """A length as matplotlib wants it for fonts and lines."""
        return float(pixels * 72 / self.figure.dpi)

    @in_force()
    def axes(self, box: Box) -> Axes:
        """Axes over the whole pixels of `box`, with their ticks beneath what is drawn in them."""
        left, bottom, right, top = map(round, (box.left, box.bottom, box.right, box.top))
        width, height = self.box.width, self.box.height
        axes = self.figure.add_axes(
            (left / width, bottom / height, (right - left) / width, (top - bottom) / height)
        )
        axes.set_axisbelow(True)
        axes.set_autoscale_on(False)
        axes.set_facecolor("none" if self.transparent else self.theme.axes)
        axes.spines[:].set_color(self.theme.spines)
        for side, spine in axes.spines.items():
            spine.set_visible(side in self.theme.spines_shown)
        axes.tick_params(color=self.theme.spines, labelcolor=self.theme.ticks)
        return axes

    @in_force()
    def text(
        self,
        x: float,
        y: float,
        string: str,
        size: float,
        *,
        weight: Weight = "regular",
        colour: str | None = None,
        **properties: Any,
    ) -> Text:
        """One line or more at pixel `x`, `y`; nothing in it is read as mathematics.

        `properties` are matplotlib's own, such as `ha`, `va`, `alpha`; by default a text begins
        at `x`, its baseline at `y`, in the theme's ink.
        """
        style: dict[str, Any] = {
            "parse_math": False,
            "math_fontfamily": "custom",
            "fontsize": self.points(size),
            "fontweight": weight,
            "fontfamily": self.fonts,
            "color": self.theme.text if colour is None else colour,
            # There is nothing to clip at, and without it a film's frames find it sooner.
            "clip_on": False,
        } | properties
        place = (x / self.box.width, y / self.box.height)
        return self.figure.text(*place, string, **style)

    def width_of(self, string: str, size: float, weight: Weight = "regular") -> float:
        """How wide one line of text is, in pixels."""
        return self.extent_of(string, size, weight)[0]

    @in_force()
    def extent_of(
        self,
        string: str,
        size: float,
        weight: str = "regular",
        math: bool = False,
        fonts: Sequence[str] = (),
    ) -> tuple[float, float, float]:
        """Width, height and descent of one line of text, in pixels; `fonts`: not the page's."""
        properties = FontProperties(
            size=self.points(size), weight=weight, family=list(fonts) or self.fonts,
            math_fontfamily="custom",
        )  # fmt: skip
        width, height, descent = self._ruler.get_text_width_height_descent(string, properties, math)
        return float(width), float(height), float(descent)

    def size_to_fit(self, strings: list[str], width: float, size: float) -> float:
        """The largest font size, up to `size`, at which each of `strings` is no wider than `width`.

        Never under a pixel.
        """
        while size > 1 and any(self.width_of(string, size) > width for string in strings):
            size *= 0.97
        return max(size, 1.0)

    def shortened(self, string: str, width: float, size: float) -> str:
        """The string, or as much of its start and end as fits into `width`, with … between."""
        if self.width_of(string, size) <= width:
            return string
        fits, too_many = 0, len(string)
        while too_many - fits > 1:
            count = (fits + too_many) // 2
            if self.width_of(_without_middle(string, count), size) <= width:
                fits = count
            else:
                too_many = count
        return _without_middle(string, fits)

    def wrapped(self, string: str, width: float, size: float, lines: int) -> str:
        """The string in at most `lines` lines of at most `width`; the last one is shortened."""
        rows: list[str] = []
        words = string.split()
        while words and len(rows) < lines - 1:
            count = 1
            while count < len(words) and self.width_of(" ".join(words[: count + 1]), size) <= width:
                count += 1
            rows.append(self.shortened(" ".join(words[:count]), width, size))
            words = words[count:]
        if words:
            rows.append(self.shortened(" ".join(words), width, size))
        return "\n".join(rows)


def _without_middle(string: str, count: int) -> str:
    start = string[: (count + 1) // 2].rstrip()
    return start + ELLIPSIS + string[len(string) - count // 2 :].lstrip()


@in_force()
def drawable(string: str) -> str:
    """A stranger's text as one line of signs that the font has; others become �."""
    signs = (" " if sign.isspace() else sign for sign in string)
    return "".join(sign if _has(sign) else "\ufffd" for sign in signs).strip()


@cache
def _has(sign: str) -> bool:
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return False
    return bool(get_font(findfont(FontProperties())).get_char_index(ord(sign)))
