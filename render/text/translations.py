"""Translation and numbers in a film's language. No matplotlib."""

import functools
import math
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fitreel.model.errors import BadInput
from fitreel.model.suggestions import nearest
from fitreel.render.text.numbers import NumberStyle, write_number

FOLDER = Path(__file__).with_name("languages")
DEFAULT = "en"
SMALLEST_TABLE = ("epoch", "loss")
"""What a job must say itself to use a language that isn't here; the rest stays English."""
GONE = {"panel_fit", "legend_unit", "legend_sum", "page", "epoch_done"}
"""Keys of versions before, which said nothing in any film; a job may still have them."""
LONGEST_WORDS = 200
"""Characters of one entry."""
SIGNIFICANT = 3
"""Digits of a number that stands in a sentence."""

_FORMATS = ("decimal", "thousands", "nan", "infinity")
_LONGEST_FORMAT = 20
_FIRST_GROUPED = 10_000  # 3995 is easier read as it is; from five digits on groups help
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MINUS = "−"


@dataclass(frozen=True)
class Translation:
    """The words of one language, with a job's own in place of some."""

    language: str
    entries: Mapping[str, str]
    """Key → words, with {names} in braces where values go."""

    def text(self, key: str, **values: str | int | float) -> str:
        """The words of `key` with `values` in them; integers and floats are written out here.

        {label} in "epoch_value" and "loss_value" is filled in by itself.
        """
        if key.endswith("_value") and key.removesuffix("_value") in self.entries:
            values.setdefault("label", self.entries[key.removesuffix("_value")])
        written = {name: self._written(value) for name, value in values.items()}
        return self.entries[key].format(**written)

    def integer(self, value: int) -> str:
        """A whole number; in groups of three digits from five digits on."""
        grouped = f"{value:,}" if abs(value) >= _FIRST_GROUPED else f"{value}"
        return self.respelled(grouped)

    def number(self, value: float, digits: int = 4) -> str:
        """A number with `digits` after the decimal sign; in powers of ten from 10,000 on."""
        if not math.isfinite(value):
            return self._not_finite(value)
        style = NumberStyle(digits, max(digits - 1, 0), largest=_FIRST_GROUPED)
        text = write_number(value, style)
        return self.in_this_language(text if text.strip("-0.") else text.lstrip("-"))

    def short(self, value: float) -> str:
        """A number of any size with three significant digits, for a sentence."""
        if not math.isfinite(value):
            return self._not_finite(value)
        if value == 0:
            return "0"
        rounded = float(f"{value:.{SIGNIFICANT - 1}e}")
        if not 1e-4 <= abs(rounded) < _FIRST_GROUPED:
            return self.in_this_language(f"{value:.{SIGNIFICANT - 1}e}")
        digits = max(SIGNIFICANT - 1 - math.floor(math.log10(abs(rounded))), 0)
        return self.respelled(f"{rounded:.{digits}f}")

    def power_of_ten(self, exponent: int) -> str:
        """10 to the power of `exponent`, as 0.001 or 10⁻⁷."""
        if -4 <= exponent < 0:
            return self.respelled(f"{10.0**exponent:.{-exponent}f}")
        if 0 <= exponent <= 4:
            return self.integer(10**exponent)
        return "10" + str(exponent).translate(_SUPERSCRIPT)

    def respelled(self, number: str) -> str:
        """A number that is written as in English, such as one at a tick, in this language."""
        signs = {"-": _MINUS, ".": self.entries["decimal"], ",": self.entries["thousands"]}
        return "".join(signs.get(sign, sign) for sign in number)

    def _written(self, value: str | int | float) -> str:
        if isinstance(value, str):
            return value
        return self.integer(value) if isinstance(value, int) else self.short(value)

    def in_this_language(self, number: str) -> str:
        """A number as Python writes it."""
        front, _, power = number.partition("e")
        exponent = str(int(power)).translate(_SUPERSCRIPT) if power else ""
        return self.respelled(front) + (f"·10{exponent}" if power else "")

    def _not_finite(self, value: float) -> str:
        if math.isnan(value):
            return self.entries["nan"]
        return (_MINUS if value < 0 else "") + self.entries["infinity"]


def languages() -> list[str]:
    """The languages that are here, English first."""
    return sorted(
        (path.stem for path in FOLDER.glob("*.toml")), key=lambda name: (name != "en", name)
    )


def keys() -> list[str]:
    """What may stand in a job's own table."""
    return list(_entries_of(DEFAULT))


def translation_of(
    language: str = DEFAULT, own: Mapping[str, str] = MappingProxyType({})
) -> Translation:
    """The words of a language, with a job's `own` in place of some.

    A region may follow the language, as in de-AT. A language that isn't here may be used by a job
    whose own table has at least `SMALLEST_TABLE`; what it doesn't have is English.

    Raises:
        BadInput: an unknown language (the message names all that are here), an unknown key, or
            words that can't be filled in, that are empty or too long.
    """
    names = languages()
    base = language.replace("_", "-").split("-")[0].lower()
    if base not in names:
        lacking = [key for key in SMALLEST_TABLE if key not in own]
        if lacking:
            raise BadInput(
                f"film.language: there is no {language!r} here{nearest(language, names)}; there "
                f"are {', '.join(names)}\nFor another, film.words needs at least: "
                f"{', '.join(lacking)}"
            )
        base = DEFAULT
    entries = dict(_entries_of(base))
    for key, words in own.items():
        if key in GONE:
            continue
        if key not in entries:
            raise BadInput(f"film.words: unknown key {key!r}{nearest(key, entries)}")
        _check(key, words, _entries_of(DEFAULT)[key])
        entries[key] = words
    return Translation(language, MappingProxyType(entries))


@functools.cache
def english() -> Translation:
    """The words of what is in no other language: the demo's picture, and comparisons."""
    return translation_of(DEFAULT)


@functools.cache
def _entries_of(language: str) -> Mapping[str, str]:
    content = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return MappingProxyType(content)


def _check(key: str, words: str, english: str) -> None:
    """Refuse what can't stand in place of the English words."""
    where = f"film.words.{key}"
    longest = _LONGEST_FORMAT if key in _FORMATS else LONGEST_WORDS
    if len(words) > longest:
        raise BadInput(f"{where}: {len(words)} characters; at most {longest} fit")
    if not words and key != "thousands":
        raise BadInput(f"{where}: is empty")
    if any(sign in words for sign in "\n\r\t\0"):
        raise BadInput(f"{where}: {words!r}: must be one line without tabs")
    names = _names_in(english)
    try:
        fields = _names_in(words)
    except ValueError as error:
        raise BadInput(
            f"{where}: {words!r}: {error}; write {{{{ and }}}} for plain braces"
        ) from None
    if key in _FORMATS:
        fields = set() if "{" not in words and "}" not in words else {words}
    for name in sorted(fields - names):
        allowed = ", ".join(f"{{{each}}}" for each in sorted(names)) or "none"
        raise BadInput(
            f"{where}: {words!r}: {{{name}}} is not filled in here{nearest(name, names)}; "
            f"allowed: {allowed}"
        )


def _names_in(words: str) -> set[str]:
    """The names in braces.

    Raises:
        ValueError: braces that don't close, or something beside a name in them.
    """
    names = set()
    for _, name, form, conversion in string.Formatter().parse(words):
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            inside = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            raise ValueError(f"{{{inside}}} is more than a name in braces")
        names.add(name)
    return names
