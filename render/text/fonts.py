"""Fonts that have every character of a film's texts, found before anything is drawn.

matplotlib's own DejaVu Sans comes first, so that what it has looks as in the demo; then whatever
else is needed. A font that the job gives comes before it. Nothing is ever drawn as a box: a text
that no font here has is refused.
"""

from fitreel.render.mpl.setup import BUNDLED_FONTS, forget_fonts, in_force, silent_children  # isort: skip  (before matplotlib), silent_children

import functools
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib import ft2font
from matplotlib.font_manager import (
    FontProperties,
    findfont,
    findSystemFonts,
    fontManager,
    get_font,
    ttfFontProperty,
)

from fitreel.model.errors import BadInput, Unavailable
from fitreel.model.suggestions import nearest
from fitreel.render.film_settings import is_font_file
from fitreel.render.text.characters import check_signs, needs_font, package_for, show_signs
from fitreel.render.text.characters import language_of as language_of

OWN = "DejaVu Sans"
"""The font that matplotlib brings, and the demo's."""
HELPFUL = ("STIXGeneral", "DejaVu Serif", "DejaVu Sans Mono")
"""Others that matplotlib brings and that have characters where Unicode has them."""

# Where languages share characters, a font for the right one first: a Japanese reader sees at once
# that a Chinese font was taken. After these, any font will do.
PREFERRED = {
    "zh": (
        "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
        "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "WenQuanYi Micro Hei",
        "WenQuanYi Zen Hei", "SimHei", "Droid Sans Fallback", "Noto Serif CJK SC",
    ),
    "ja": (
        "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Source Han Sans",
        "Hiragino Sans", "Yu Gothic", "Meiryo", "IPAexGothic", "IPAPGothic", "IPAGothic",
        "TakaoPGothic", "TakaoGothic", "VL PGothic", "VL Gothic", "MS Gothic",
        "Droid Sans Fallback", "Noto Serif CJK JP",
    ),
    "ko": (
        "Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "NanumGothic", "Malgun Gothic",
        "Apple SD Gothic Neo", "UnDotum", "Baekmuk Dotum", "Noto Serif CJK KR",
    ),
}  # fmt: skip

# These have a picture for every character, and it says nothing.
_STAND_INS = re.compile(r"last ?resort|adobe ?(not)?blank|notdef", re.IGNORECASE)
_MISSING = re.compile(r"Glyph (\d+) ")
_BROKEN = (OSError, RuntimeError, ValueError, NotImplementedError, KeyError, TypeError)
_FACE_FLAGS: Any = getattr(ft2font, "FaceFlags", None)
_COLOR = getattr(_FACE_FLAGS, "COLOR", 0) if _FACE_FLAGS else 0

_given: dict[str, str] = {}  # the families made of files that jobs gave, and their own names


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
            any(_has(family, weight, sign) for family in self.families) for weight in self.weights
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
        return all(_has(family, weight, sign) for weight in self.weights for sign in signs)


@in_force()
def fonts_for(
    texts: Iterable[str],
    wanted: str | None = None,
    language: str = "en",
    weights: Sequence[str] = ("normal",),
) -> Fonts:
    """Fonts that have every character of `texts`, so that none is drawn as a box.

    Args:
        texts: everything that a film writes; lines, with mathematics between $ left aside (see
            `fitreel.render.text.mathtext.check_mathtext`).
        wanted: a font that goes before all others: its name, or the path of its file.
        language: of the film; decides between fonts that have the same characters.
        weights: that will be drawn, as "normal" and "bold".

    Raises:
        BadInput: `wanted` is a file that isn't a font, or a text has characters that can't be
            drawn at all: control characters, emoji of several parts.
        Unavailable: there is no font of the name `wanted`, or no font here has a character; the
            message names the characters and a package that brings some.
    """
    texts = [text for text in texts if text]
    for text in texts:
        check_signs(text, shapes=shapes_text())
    plain = sorted({sign for text in texts for sign in _plain(text) if needs_font(sign)})
    families = [OWN]
    if wanted is not None:
        families.insert(0, _wanted(wanted, language, plain))
    families = list(dict.fromkeys(families))
    fonts = Fonts(tuple(families), tuple(weights))
    missing = {sign for sign in plain if not fonts.has(sign)}
    if missing:
        fonts = replace(fonts, families=(*families, *_found(missing, language, weights)))
    _check_drawn(texts, fonts)
    for words in map(_beside_mathematics, texts):
        if not any(fonts._all(family, words) for family in fonts.families):
            _look_for_new_fonts()
            another = [family for family in _pool() if fonts._all(family, words)]
            fonts = replace(fonts, families=(*fonts.families, *another[:1]))
    for text in texts:
        fonts.families_of(text)
    return fonts


def own_name(family: str) -> str:
    """What a family is called on other machines, too."""
    return _given.get(family, family)


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
    missing: set[str] = set()
    for weight in fonts.weights:
        paths = [_path_of(family, weight) for family in fonts.families]
        font: Any = get_font([path for path in paths if path is not None])
        for text in texts:
            for line in text.split("\n"):
                pieces = math_pieces(line)
                for piece in pieces[::2] if pieces else [line]:
                    with warnings.catch_warnings(record=True) as caught:
                        warnings.simplefilter("always")
                        font.set_text(piece)
                    found = (_MISSING.match(str(warning.message)) for warning in caught)
                    missing |= {chr(int(match[1])) for match in found if match}
    if missing:
        raise _no_font(missing)


def _no_font(missing: Iterable[str]) -> Unavailable:
    return Unavailable(
        f"no font on this machine has {show_signs(missing)}: {package_for(missing)}\n"
        'Or give a font that has them: film.font = "path/to/font.ttf", or a font\'s name.'
    )


def _wanted(wanted: str, language: str, signs: Sequence[str]) -> str:
    """The family that stands for the font that a job gives."""
    if is_font_file(wanted):
        return _from_file(Path(wanted), language, signs)
    for look_again in (False, True):
        if look_again:
            _look_for_new_fonts()
        names = _names()
        by_lower = {name.lower(): name for name in sorted(names)}
        if wanted.lower() in by_lower:
            return str(by_lower[wanted.lower()])
    raise Unavailable(
        f"film.font: there is no font {wanted!r} on this machine{nearest(wanted, names)}\n"
        "Give the path of a font file, or the name of an installed one (fc-list lists them)."
    )


def _from_file(path: Path, language: str, signs: Sequence[str]) -> str:
    """Make the font in a file known under a name of its own, which no other font has."""
    if not path.is_file():
        raise BadInput(f"film.font: {path}: there is no such file")
    try:
        faces = [_face(str(path), 0)]
        faces += [_face(str(path), index) for index in range(1, _faces_of(faces[0]))]
    except _BROKEN:
        raise BadInput(f"film.font: {path}: is not a font that can be drawn") from None
    if any(not _is_drawable(face) for face in faces):
        raise BadInput(f"film.font: {path}: its characters are pictures, which can't be drawn")
    preferred = PREFERRED.get(language_of(signs, language), ())

    def worth(index: int) -> tuple[int, bool, int]:
        covered = sum(bool(faces[index].get_char_index(ord(sign))) for sign in signs)
        return covered, faces[index].family_name in preferred, -index

    index = max(range(len(faces)), key=worth)
    family = f"{faces[index].family_name} ({path.resolve()}, {index})"
    if not any(entry.name == family for entry in fontManager.ttflist):
        entry = ttfFontProperty(faces[index])
        fontManager.ttflist.append(replace(entry, name=family))
        _given[family] = faces[index].family_name
        _forget()
    return family


def _found(missing: set[str], language: str, weights: Sequence[str]) -> list[str]:
    """The installed families that have all of `missing`: the fewest, the most fitting first."""
    for look_again in (False, True):
        if look_again:
            _look_for_new_fonts()
        if (chosen := _chosen(missing, language, weights)) is not None:
            return chosen
    pool = _pool()
    nowhere = {
        sign for sign in missing
        if not any(all(_has(name, weight, sign) for weight in weights) for name in pool)
    }  # fmt: skip
    raise _no_font(nowhere)


def _chosen(missing: set[str], language: str, weights: Sequence[str]) -> list[str] | None:
    pool = _pool()
    preferred = PREFERRED.get(language_of(missing, language), ())
    chosen: list[str] = []
    left = set(missing)

    def had(name: str) -> set[str]:
        return {sign for sign in left if all(_has(name, weight, sign) for weight in weights)}

    for name in preferred:
        if left and name in pool and (covered := had(name)):
            chosen.append(name)
            left -= covered
    while left:
        best, covered = max(
            ((name, had(name)) for name in pool), key=lambda pair: len(pair[1]), default=("", set())
        )
        if not covered:
            return None
        chosen.append(best)
        left -= covered
    return chosen


def _names() -> set[str]:
    """All families on this machine."""
    return {entry.name for entry in _entries()} - _given.keys()


def _pool() -> list[str]:
    """The families to choose from, those to be taken first first."""
    bundled = {entry.name for entry in _entries() if Path(entry.fname).parent == BUNDLED_FONTS}
    names = {name for name in _names() - bundled if not _STAND_INS.search(name)}
    return [*sorted(names, key=lambda name: (_is_odd(name), name)), *HELPFUL]


def _is_odd(name: str) -> tuple[bool, bool]:
    """Of fonts that serve as well, plain ones first."""
    odd = ("serif", "mono", "mincho", "ming", "song", "kai", "naskh", "nastaliq", "rashi", "looped")
    return any(word in name.lower() for word in odd), not name.startswith("Noto Sans")


def _entries() -> list[Any]:
    """The fonts that matplotlib knows, less those that are there no more."""
    gone = [entry for entry in fontManager.ttflist if not Path(entry.fname).exists()]
    if gone:
        # One that is gone would make matplotlib build its whole list anew, in another order.
        fontManager.ttflist[:] = [entry for entry in fontManager.ttflist if entry not in gone]
        _forget()
    return list(fontManager.ttflist)


def _look_for_new_fonts() -> None:
    """Add fonts that were installed after matplotlib made its list."""
    entries = _entries()
    own = {entry.name for entry in entries if Path(entry.fname).parent == BUNDLED_FONTS}
    known = {str(entry.fname) for entry in entries}
    with silent_children():
        paths = set(map(str, findSystemFonts()))
    for path in sorted(paths - known):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fontManager.addfont(path)
            except _BROKEN:
                continue  # a damaged font is as good as none
    # The fonts that matplotlib brings go before others of their names.
    fontManager.ttflist[:] = [
        entry
        for entry in fontManager.ttflist
        if entry.name not in own or Path(entry.fname).parent == BUNDLED_FONTS
    ]
    _forget()


def _forget() -> None:
    """Make matplotlib and us look fonts up anew."""
    forget_fonts()
    _path_of.cache_clear()
    _has.cache_clear()


@functools.lru_cache(4096)
def _path_of(family: str, weight: str) -> Any:
    """The file (and its face) that matplotlib draws a family with, or None."""
    try:
        return findfont(FontProperties(family=[family], weight=weight), fallback_to_default=False)
    except ValueError:
        return None


@functools.lru_cache(65_536)
def _has(family: str, weight: str, sign: str) -> bool:
    path = _path_of(family, weight)
    if path is None:
        return False
    try:
        face = _face(str(path), getattr(path, "face_index", 0))
    except _BROKEN:
        return False
    return _is_drawable(face) and bool(face.get_char_index(ord(sign)))


@functools.lru_cache(64)
def _face(path: str, index: int) -> Any:
    made: Any = ft2font.FT2Font
    return made(path, face_index=index) if index else made(path)


def _faces_of(face: Any) -> int:
    """matplotlib before 3.11 reads the first one only."""
    return int(face.num_faces) if hasattr(face, "face_index") else 1


def _is_drawable(face: Any) -> bool:
    return bool(face.scalable) and not (_COLOR and bool(face.face_flags & _COLOR))
