"""TOML of the user's own, read within bounds: the standard library's reader has none."""

import json
import re
import tomllib
from typing import Any

from fitreel.model.errors import BadInput

DEEPEST = 20
"""Tables and lists within each other; no job and no theme has so many."""
_PLAIN = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|'
    r"\'\'\'.*?(?:\'\'\'|\Z)|"
    r'"(?:\\.|[^"\\\n])*+"?|'
    r"'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
"""Texts and comments, in which a dot is a dot; one that doesn't end is no TOML from there on."""
_DEEP_KEY = re.compile(rf'(?<![\w"-])(?:[\w"-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}')


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text as JSON has them: dates and times are texts.

    Raises:
        TOMLDecodeError: it is no TOML.
        BadInput: it is nested too deeply, or has a whole number that is too long.
    """
    # For each part of a key the reader keeps all parts before it: 100 kB took 8 GB.
    if _DEEP_KEY.search(_PLAIN.sub('""', text)):
        raise BadInput("nested too deeply")
    try:
        return plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise BadInput("nested too deeply") from None
    except ValueError:  # Python's own limit, against those who send digits for it to work on
        raise BadInput("a whole number is longer than any that is of use here") from None


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """A copy of tables as JSON has them; what JSON has no word for is a text.

    Raises:
        BadInput: it is nested too deeply, has a whole number that is too long, or a text that no
            system takes as a name.
    """
    if _depth(values) > DEEPEST:
        raise BadInput("nested too deeply")
    if (key := _key_of_null(values)) is not None:
        raise BadInput(f"{key} has the character U+0000, which no name can have; leave it out")
    try:
        text = json.dumps(values, default=str, ensure_ascii=False).encode()
        copy: dict[str, Any] = json.loads(text)
        return copy
    except UnicodeEncodeError:
        raise BadInput("a text in it is no UTF-8") from None
    except ValueError:
        raise BadInput("a whole number is longer than any that is of use here") from None


def _key_of_null(values: dict[str, Any]) -> str | None:
    """The first key, with those of its tables, that has a null character in it or its values."""
    for key, value in values.items():
        if "\0" in key:
            return repr(key)
        items = [value]
        for item in items:  # which grows
            if isinstance(item, dict):
                inner = _key_of_null(item)
                if inner is not None:
                    return f"{key}.{inner}"
            elif isinstance(item, list | tuple):
                items.extend(item)
            elif isinstance(item, str) and "\0" in item:
                return key
    return None


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        depth += 1
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list | tuple):
                inner.extend(item)
        level = inner
    return depth
