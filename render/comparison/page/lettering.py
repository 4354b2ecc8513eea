"""Text of a comparison: any language, mathematics in what a job sets, measured before it stands."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import unicodedata
from typing import Any

from matplotlib.text import Text

from fitreel.model.errors import BadInput
from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.mpl.pixel_layout import Page, Weight
from fitreel.render.text.fonts import Fonts, fonts_for, math_pieces
from fitreel.render.text.mathtext import check_mathtext
from fitreel.render.text.translations import translation_of

WEIGHTS = ("regular", "medium", "bold")


class Lettering:
    """Writes on a page; heights count from its top, texts stand on their baselines."""

    def __init__(self, page: Page, fonts: Fonts) -> None:
        self.page, self._fonts = page, fonts
        self._widths: dict[tuple[str, float, Weight], float] = {}

    def width(self, text: str, size: float, weight: Weight = "regular") -> float:
        """How wide a line is, in pixels."""
        key = (text, size, weight)
        if key not in self._widths:
            self._widths[key] = self._measured(text, size, weight)
        return self._widths[key]

    def _measured(self, text: str, size: float, weight: Weight) -> float:
        families = self._fonts.families_of(text)
        if math_pieces(text):
            return self.page.extent_of(text, size, weight, math=True, fonts=families)[0]
        plain = text.replace(r"\$", "$")
        return self.page.extent_of(plain, size, weight, fonts=families)[0]

    def fitting(self, text: str, size: float, weight: Weight, width: float, least: float) -> float:
        """The largest font size, from `size` down to `least`, at which a line fits."""
        while size > least and self.width(text, size, weight) > width:
            size *= 0.97
        return max(size, least)

    @in_force()
    def write(
        self, x: float, baseline: float, text: str, size: float, *, weight: Weight = "regular",
        **properties: Any,
    ) -> Text:  # fmt: skip
        """One line, `baseline` pixels under the page's top."""
        artist = self.page.text(
            x, self.page.box.height - baseline, text, size, weight=weight, parse_math=True,
            va="baseline", **properties,
        )  # fmt: skip
        artist.set_fontfamily(list(self._fonts.families_of(text)))
        return artist


@in_force()
def fonts_of(comparison: ComparisonPicture) -> Fonts:
    """Fonts that have all that a comparison writes.

    Raises:
        BadInput: mathematics that can't be read, or characters that can't be drawn.
        Unavailable: no font here has them.
    """
    picture = comparison.picture
    for key in ("title", "subtitle", "caption"):
        text = getattr(picture, key)
        if text is not None:
            check_mathtext(text, f"film.{key}")
    labels = [one_line(text) for entry in comparison.entries for text in (entry.label, entry.group)]
    own = [text for text in (picture.title, picture.subtitle, picture.caption) if text]
    words = translation_of(picture.language, picture.words).entries.values()
    return fonts_for([*own, *labels, *words], picture.font, picture.language, weights=WEIGHTS)


def one_line(label: str) -> str:
    r"""A label as one line of which mathematics between $ that can be read is drawn as such."""
    signs = (" " if sign.isspace() else sign for sign in label)
    text = " ".join("".join(sign if _is_drawn(sign) else "\ufffd" for sign in signs).split())
    try:
        check_mathtext(text)
    except BadInput:
        return text.replace("\\$", "$").replace("$", r"\$")
    return text


def _is_drawn(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn")
