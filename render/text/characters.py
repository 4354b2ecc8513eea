"""What characters need to be drawn: which are refused, which are no pictures. No matplotlib."""

import unicodedata
from collections.abc import Iterable

from fitreel.model.errors import BadInput

JOINER = "\u200d"
MOST_DESCRIBED = 12

# Scripts whose letters change with their neighbours, or sit on each other.
_SHAPED = (
    (0x0700, 0x08FF), (0x0900, 0x0DFF), (0x0E31, 0x0E3A), (0x0E47, 0x0E4E), (0x0EB1, 0x0ECD),
    (0x0F00, 0x109F), (0x1700, 0x18AF), (0x1900, 0x1CFF), (0xA800, 0xABFF), (0x11000, 0x1193F),
)  # fmt: skip

# What only one language has, and for zh whatever they share.
_EAST_ASIAN = {
    "ja": ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F), (0x1B000, 0x1B16F)),
    "ko": ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF)),
    "zh": ((0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF),
           (0x20000, 0x3FFFF)),
}  # fmt: skip


def check_signs(text: str, shapes: bool) -> None:
    """Refuse characters that can't be drawn right, whatever fonts there are.

    Args:
        text: any number of lines.
        shapes: whether matplotlib joins and orders letters.

    Raises:
        BadInput: the message names the text, the character and where it is.
    """
    for at, sign in enumerate(text):
        why = _trouble(text, at, shapes)
        if why:
            raise BadInput(f"{text!r}: {describe_signs([sign])} (character {at + 1}) {why}")
    if shapes:
        return
    for line in text.split("\n"):
        wrong = next((sign for sign in line if _needs_shaping(sign)), None)
        if wrong is not None:
            raise BadInput(
                f"{text!r}: {describe_signs([wrong])} is of a script whose letters join or change "
                "order, which takes matplotlib 3.11 or newer"
            )


def _trouble(text: str, at: int, shapes: bool) -> str:
    sign = text[at]
    code, category = ord(sign), unicodedata.category(sign)
    if category in ("Cc", "Cs") and sign != "\n":
        return "is a control character; leave it out"
    if category == "Co":
        return "is for private use, and means something else in every font; leave it out"
    if category in ("Zl", "Zp"):
        return "ends a line; write a plain line break"
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return (
            "asks for another look of the character before it, which can't be drawn; leave it out"
        )
    if 0x1F1E6 <= code <= 0x1F1FF or 0x1F3FB <= code <= 0x1F3FF or 0xE0000 <= code <= 0xE007F:
        return "is a part of an emoji in colours, which can't be drawn; leave it out"
    if code == 0x20E3:
        return "makes an emoji in colours, which can't be drawn; leave it out"
    if sign == JOINER:
        beside = [text[near] for near in (at - 1, at + 1) if 0 <= near < len(text)]
        if not all(unicodedata.category(near)[0] in "LM" for near in beside):
            return "joins emoji, which can't be drawn; leave it out"
    if category == "Cf" and not shapes:
        return "takes matplotlib 3.11 or newer; leave it out"
    return ""


def _needs_shaping(sign: str) -> bool:
    code = ord(sign)
    return (
        unicodedata.bidirectional(sign) in ("R", "AL", "AN")
        or unicodedata.category(sign)[0] == "M"
        or any(first <= code <= last for first, last in _SHAPED)
    )


def is_plain_script(text: str) -> bool:
    """Whether letters stand side by side from left to right, each by itself."""
    return not any(_needs_shaping(sign) for sign in text)


def needs_font(sign: str) -> bool:
    """Whether a character is drawn at all: not one that only ends lines or shapes others."""
    return sign != "\n" and unicodedata.category(sign) != "Cf"


def language_of(signs: Iterable[str], language: str) -> str:
    """zh, ja or ko where `language` is one of them or characters show it; else `language`."""
    if language[:2] in _EAST_ASIAN:
        return language[:2]
    codes = [ord(sign) for sign in signs]
    for name in ("ja", "ko", "zh"):
        if any(first <= code <= last for code in codes for first, last in _EAST_ASIAN[name]):
            return name
    return language


def describe_signs(signs: Iterable[str]) -> str:
    """Characters for a message, with their code points: "学" U+5B66, "习" U+4E60."""
    ordered = sorted(set(signs))
    texts = [
        f'"{sign}" U+{ord(sign):04X}' if sign.isprintable() else f"U+{ord(sign):04X}"
        for sign in ordered[:MOST_DESCRIBED]
    ]
    more = len(ordered) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more else "")


def package_for(signs: Iterable[str]) -> str:
    """Packages that bring fonts for these characters, for the end of a message."""
    packages: dict[tuple[str, str], None] = {}
    for sign in sorted(set(signs)):
        script = unicodedata.name(sign, "").split(" ")[0].lower()
        if language_of([sign], "") in _EAST_ASIAN:
            packages["fonts-noto-cjk", "google-noto-sans-cjk-fonts"] = None
        elif unicodedata.category(sign)[0] in "LM":
            packages["fonts-noto-core", f"google-noto-sans-{script}-fonts"] = None
        else:
            packages["fonts-symbola", "gdouros-symbola-fonts"] = None
    debian = " ".join(dict.fromkeys(package for package, _ in packages))
    fedora = " ".join(dict.fromkeys(package for _, package in packages))
    return f"install {debian} (Debian, Ubuntu) or {fedora} (Fedora)"
