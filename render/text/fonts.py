"""Fonts that have every character of a film's texts, found before anything is drawn.

Roboto comes first, in the demo's look matplotlib's own DejaVu Sans; then whatever else is needed.
A font that the job gives comes before it. Nothing is ever drawn as a box: a text that no font here
has is refused.
"""

from fitreel.render.mpl.setup import in_force, text_families  # isort: skip  (before matplotlib)

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib import ft2font
from matplotlib.font_manager import (
    get_font,
)

from fitreel.model.errors import BadInput, Unavailable
from fitreel.model.suggestions import nearest
from fitreel.render.film_settings import is_font_file
from fitreel.render.text.characters import check_signs, describe_signs, needs_font, package_for
from fitreel.render.text.characters import language_of as language_of
from fitreel.render.text.installed_fonts import (
    PREFERRED,
    fallback_families,
    family_names,
    family_of_file,
    has_sign,
    look_for_new_fonts,
    path_of,
)

OWN = "DejaVu Sans"
"""The font that matplotlib brings, and the demo's."""


_MISSING = re.compile(r"Glyph (\d+) ")


@dataclass(frozen=True)
class Fonts:
    """What a film's texts are drawn with."""

    families: tuple[str, ...]
    """For `FontProperties(family=[…])`: each character comes from the first that has it."""
    weights: tuple[str, ...] = ("normal",)
    """The weights that were checked."""

    @in_force()
    def has(self, sign: str) -> bool:
        """Whether a character can be drawn; one that only shapes others always can."""
        return not needs_font(sign) or all(
            any(has_sign(family, weight, sign) for family in self.families)
            for weight in self.weights
        )

    @in_force()
    def families_of(self, text: str) -> tuple[str, ...]:
        """As `families`, for one text.

        Where a line has mathematics in it, matplotlib draws the words around it with a single
        font; that one then comes first.

        Raises:
            BadInput: no font has all of these words.
        """
        words = _beside_mathematics(text)
        for family in self.families:
            if self._all(family, words):
                rest = (other for other in self.families if other != family)
                return (family, *rest)
        raise BadInput(
            f"{text!r}: no font has all of the characters around the mathematics; "
            "give one with film.font, or write the mathematics without $"
        )

    def _all(self, family: str, signs: Iterable[str]) -> bool:
        return all(has_sign(family, weight, sign) for weight in self.weights for sign in signs)


@in_force()
def fonts_for(
    texts: Iterable[str],
    font: str | None = None,
    language: str = "en",
    weights: Sequence[str] = ("normal",),
    own: Sequence[str] = (),
) -> Fonts:
    """Fonts that have every character of `texts`, so that none is drawn as a box.

    Args:
        texts: everything that a film writes; lines, with mathematics between $ left aside (see
            `fitreel.render.text.mathtext.check_mathtext`).
        font: one that goes before all others: its name, or the path of its file.
        language: of the film; decides between fonts that have the same characters.
        weights: that will be drawn, as "normal", "medium" and "bold".
        own: families to begin with; default: those of pictures in a theme.

    Raises:
        BadInput: `font` is a file that isn't a font, or a text has characters that can't be
            drawn at all: control characters, emoji of several parts.
        Unavailable: there is no font of the name `font`, or no font here has a character; the
            message names the characters and a package that brings some.
    """
    texts = [text for text in texts if text]
    for text in texts:
        check_signs(text, shapes=shapes_text())
    plain = sorted({sign for text in texts for sign in _plain(text) if needs_font(sign)})
    families = list(own or text_families())
    if font is not None:
        families.insert(0, _family_of_font(font, language, plain))
    families = list(dict.fromkeys(families))
    fonts = Fonts(tuple(families), tuple(weights))
    rest = {sign for sign in plain if not fonts.has(sign)}
    if rest:
        fonts = replace(fonts, families=(*families, *_families_with(rest, language, weights)))
    _check_drawn(texts, fonts)
    for words in map(_beside_mathematics, texts):
        if not any(fonts._all(family, words) for family in fonts.families):
            look_for_new_fonts()
            another = [family for family in fallback_families() if fonts._all(family, words)]
            fonts = replace(fonts, families=(*fonts.families, *another[:1]))
    for text in texts:
        fonts.families_of(text)
    return fonts


def shapes_text() -> bool:
    """Whether this matplotlib joins and orders letters, as Arabic or Devanagari need it."""
    return getattr(ft2font, "__libraqm_version__", None) is not None


def _plain(text: str) -> Iterator[str]:
    """The characters of a text that aren't mathematics."""
    for line in text.split("\n"):
        pieces = math_pieces(line)
        yield from (sign for piece in (pieces[::2] if pieces else [line]) for sign in piece)


def math_pieces(line: str) -> list[str]:
    r"""A line cut at its $: words, mathematics, words, …; nothing where there is no mathematics.

    As matplotlib does it: a \$ is a dollar, and a number of $ that is odd are dollars, too.
    """
    pieces = re.split(r"(?<!\\)\$", line)
    return pieces if len(pieces) > 1 and len(pieces) % 2 else []


def _beside_mathematics(text: str) -> set[str]:
    """The characters that need one font together."""
    signs = {sign for line in text.split("\n") for sign in words_of_math(line)}
    return {sign for sign in signs if needs_font(sign)}


def words_of_math(line: str) -> str:
    """What stands around the mathematics of a line; nothing where there is none."""
    return "".join(math_pieces(line)[::2])


def _check_drawn(texts: Sequence[str], fonts: Fonts) -> None:
    """Lay out everything as it will be drawn, and refuse what matplotlib would draw a box for."""
    pieces = {
        piece
        for text in texts
        for line in text.split("\n")
        for piece in (math_pieces(line)[::2] or [line])
    }
    # ASCII characters are drawn alike in whatever order; to lay out each text takes 0.3 s.
    ascii_signs = {sign for piece in pieces if piece.isascii() for sign in piece}
    different = ["".join(sorted(ascii_signs)), *(p for p in pieces if not p.isascii())]
    signs: set[str] = set()
    for weight in fonts.weights:
        paths = [path_of(family, weight) for family in fonts.families]
        font: Any = get_font([path for path in paths if path is not None])
        for piece in different:
            with warnings.catch_warnings(record=True) as messages:
                warnings.simplefilter("always")
                font.set_text(piece)
            matches = (_MISSING.match(str(each.message)) for each in messages)
            signs |= {chr(int(match[1])) for match in matches if match}
    if signs:
        raise _no_font(signs)


def _no_font(signs: Iterable[str]) -> Unavailable:
    return Unavailable(
        f"no font on this machine has {describe_signs(signs)}: {package_for(signs)}\n"
        'Or give a font that has them: film.font = "path/to/font.ttf", or a font\'s name.'
    )


def _family_of_font(font: str, language: str, signs: Sequence[str]) -> str:
    """The family that stands for the font that a job gives."""
    if is_font_file(font):
        return family_of_file(Path(font), language, signs)
    for look_again in (False, True):
        if look_again:
            look_for_new_fonts()
        names = family_names()
        by_lower = {name.lower(): name for name in sorted(names)}
        if font.lower() in by_lower:
            return str(by_lower[font.lower()])
    raise Unavailable(
        f"film.font: there is no font {font!r} on this machine{nearest(font, names)}\n"
        "Give the path of a font file, or the name of an installed one (fc-list lists them)."
    )


def _families_with(signs: set[str], language: str, weights: Sequence[str]) -> list[str]:
    """The installed families that have all of `signs`: the fewest, the most fitting first."""
    for look_again in (False, True):
        if look_again:
            look_for_new_fonts()
        if (families := _fewest_families(signs, language, weights)) is not None:
            return families
    pool = fallback_families()
    nowhere = {
        sign for sign in signs
        if not any(all(has_sign(name, weight, sign) for weight in weights) for name in pool)
    }  # fmt: skip
    raise _no_font(nowhere)


def _fewest_families(signs: set[str], language: str, weights: Sequence[str]) -> list[str] | None:
    pool = fallback_families()
    preferred = PREFERRED.get(language_of(signs, language), ())
    families: list[str] = []
    rest = set(signs)

    def of_rest(name: str) -> set[str]:
        return {sign for sign in rest if all(has_sign(name, weight, sign) for weight in weights)}

    for name in preferred:
        if rest and name in pool and (gain := of_rest(name)):
            families.append(name)
            rest -= gain
    while rest:
        best, gain = max(
            ((name, of_rest(name)) for name in pool),
            key=lambda pair: len(pair[1]),
            default=("", set()),
        )
        if not gain:
            return None
        families.append(best)
        rest -= gain
    return families
