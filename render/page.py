"""A figure laid out in pixels: boxes, and text that is measured before it is placed."""

from fitreel.render.glyphs import CachedTextRenderer  # isort: skip  (before matplotlib)

import unicodedata
from functools import cache
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from fitreel.render.scene import figure_of_size

LINE = 1.25
"""From one line of text to the next, in font sizes."""
ELLIPSIS = "…"


class Box(NamedTuple):
    """A rectangle in pixels; `bottom` counts from the lower edge of the figure."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height


class Page:
    """A figure of `size` (width, height) pixels; font sizes and line widths are in pixels, too."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.figure = figure_of_size(size)
        self.box = Box(0, 0, *size)
        self._ruler: Any = CachedTextRenderer(1, 1, self.figure.dpi)

    def points(self, pixels: float) -> float:
        """A length as matplotlib wants it for fonts and lines."""
        return float(pixels * 72 / self.figure.dpi)

    def axes(self, box: Box) -> Axes:
        """Axes over the whole pixels of `box`, with their ticks beneath what is drawn in them."""
        left, bottom, right, top = map(round, (box.left, box.bottom, box.right, box.top))
        width, height = self.box.width, self.box.height
        axes = self.figure.add_axes(
            (left / width, bottom / height, (right - left) / width, (top - bottom) / height)
        )
        axes.set_axisbelow(True)
        axes.set_autoscale_on(False)
        return axes

    def text(self, x: float, y: float, string: str, size: float, **style: Any) -> Text:
        """One line or more at pixel `x`, `y`; nothing in it is read as mathematics."""
        style = {"parse_math": False, "fontsize": self.points(size)} | style
        place = (x / self.box.width, y / self.box.height)
        return self.figure.text(*place, string, **style)

    def width_of(self, string: str, size: float) -> float:
        """How wide one line of text is, in pixels."""
        properties = FontProperties(size=self.points(size))
        return float(self._ruler.get_text_width_height_descent(string, properties, False)[0])

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
            kept = (fits + too_many) // 2
            if self.width_of(_without_middle(string, kept), size) <= width:
                fits = kept
            else:
                too_many = kept
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


def _without_middle(string: str, kept: int) -> str:
    start = string[: (kept + 1) // 2].rstrip()
    return start + ELLIPSIS + string[len(string) - kept // 2 :].lstrip()


def drawable(string: str) -> str:
    """A stranger's text as one line of signs that the font has; others become �."""
    signs = (" " if sign.isspace() else sign for sign in string)
    return "".join(sign if _has(sign) else "\ufffd" for sign in signs).strip()


@cache
def _has(sign: str) -> bool:
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return False
    return bool(get_font(findfont(FontProperties())).get_char_index(ord(sign)))
