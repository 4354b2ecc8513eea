"""The fonts on this machine: which there are, and which characters each has."""

from fitreel.render.mpl.setup import forget_fonts, is_bundled, silent_children  # isort: skip  (before matplotlib)

import functools
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from matplotlib import ft2font
from matplotlib.font_manager import (
    FontProperties,
    findfont,
    findSystemFonts,
    fontManager,
    ttfFontProperty,
)

from fitreel.model.errors import BadInput
from fitreel.render.text.characters import language_of as language_of

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
_BROKEN = (OSError, RuntimeError, ValueError, NotImplementedError, KeyError, TypeError)
_FACE_FLAGS: Any = getattr(ft2font, "FaceFlags", None)
_COLOR = getattr(_FACE_FLAGS, "COLOR", 0) if _FACE_FLAGS else 0

_own_names: dict[str, str] = {}  # the families made of files that jobs gave, and their own names


def own_name(family: str) -> str:
    """What a family is called on other machines, too."""
    return _own_names.get(family, family)


def family_of_file(path: Path, language: str, signs: Sequence[str]) -> str:
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
        count = sum(bool(faces[index].get_char_index(ord(sign))) for sign in signs)
        return count, faces[index].family_name in preferred, -index

    index = max(range(len(faces)), key=worth)
    family = f"{faces[index].family_name} ({path.resolve()}, {index})"
    if not any(entry.name == family for entry in fontManager.ttflist):
        entry = ttfFontProperty(faces[index])
        fontManager.ttflist.append(replace(entry, name=family))
        _own_names[family] = faces[index].family_name
        forget_lookups()
    return family


def family_names() -> set[str]:
    """All families on this machine."""
    return {entry.name for entry in _entries()} - _own_names.keys()


def fallback_families() -> list[str]:
    """The families to choose from, those to be taken first first."""
    bundled = {entry.name for entry in _entries() if is_bundled(entry.fname)}
    names = {name for name in family_names() - bundled if not _STAND_INS.search(name)}
    return [*sorted(names, key=lambda name: (_is_odd(name), name)), *HELPFUL]


def _is_odd(name: str) -> tuple[bool, bool]:
    """Of fonts that serve as well, plain ones first."""
    odd = ("serif", "mono", "mincho", "ming", "song", "kai", "naskh", "nastaliq", "rashi", "looped")
    return any(word in name.lower() for word in odd), not name.startswith("Noto Sans")


def _entries() -> list[Any]:
    """The fonts that matplotlib knows, less those that are there no more."""
    deleted = [entry for entry in fontManager.ttflist if not Path(entry.fname).exists()]
    if deleted:
        # One that is gone would make matplotlib build its whole list anew, in another order.
        fontManager.ttflist[:] = [entry for entry in fontManager.ttflist if entry not in deleted]
        forget_lookups()
    return list(fontManager.ttflist)


def look_for_new_fonts() -> None:
    """Add fonts that were installed after matplotlib made its list."""
    entries = _entries()
    own = {entry.name for entry in entries if is_bundled(entry.fname)}
    files = {str(entry.fname) for entry in entries}
    with silent_children():
        paths = set(map(str, findSystemFonts()))
    for path in sorted(paths - files):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fontManager.addfont(path)
            except _BROKEN:
                continue  # a damaged font is as good as none
    # The fonts that matplotlib brings go before others of their names.
    fontManager.ttflist[:] = [
        entry for entry in fontManager.ttflist if entry.name not in own or is_bundled(entry.fname)
    ]
    forget_lookups()


def forget_lookups() -> None:
    """Make matplotlib and us look fonts up anew."""
    forget_fonts()
    path_of.cache_clear()
    has_sign.cache_clear()


@functools.lru_cache(4096)
def path_of(family: str, weight: str) -> Any:
    """The file (and its face) that matplotlib draws a family with, or None."""
    try:
        return findfont(FontProperties(family=[family], weight=weight), fallback_to_default=False)
    except ValueError:
        return None


@functools.lru_cache(65_536)
def has_sign(family: str, weight: str, sign: str) -> bool:
    """Whether the font that matplotlib draws a family with has a character."""
    path = path_of(family, weight)
    if path is None:
        return False
    try:
        face = _face(str(path), getattr(path, "face_index", 0))
    except _BROKEN:
        return False
    return _is_drawable(face) and bool(face.get_char_index(ord(sign)))


@functools.lru_cache(64)
def _face(path: str, index: int) -> Any:
    font: Any = ft2font.FT2Font
    return font(path, face_index=index) if index else font(path)


def _faces_of(face: Any) -> int:
    """matplotlib before 3.11 reads the first one only."""
    return int(face.num_faces) if hasattr(face, "face_index") else 1


def _is_drawable(face: Any) -> bool:
    return bool(face.scalable) and not (_COLOR and bool(face.face_flags & _COLOR))
