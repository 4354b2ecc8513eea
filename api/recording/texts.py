"""What a program says of itself: the name and the info of its record."""

import json
import os
from typing import Any

LONGEST_INFO = 1_000_000
"""Characters, as JSON."""
LONGEST_NAME = 255


def checked_name(name: str) -> str:
    """The name.

    Raises:
        ValueError: it is none, or too long.
    """
    if not isinstance(name, str) or not name or len(name) > LONGEST_NAME:
        raise ValueError(f"name = {name!r}; must be a text of 1 to {LONGEST_NAME} characters")
    return name


def checked_info(info: dict[str, Any] | None) -> dict[str, Any]:
    """As JSON has it; of numpy's numbers and arrays Python's, of paths the text.

    Raises:
        TypeError: it can't be kept so.
        ValueError: it is too long.
    """

    def plain(value: Any) -> Any:
        return value.tolist() if hasattr(value, "tolist") else os.fspath(value)

    try:
        text = json.dumps(info or {}, default=plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"info can't be kept as JSON: {error}") from None
    if len(text) > LONGEST_INFO:
        raise ValueError(f"info has {len(text)} characters as JSON; at most {LONGEST_INFO} fit")
    content = json.loads(text)
    if not isinstance(content, dict):
        raise TypeError(f"info = {info!r}; must be a dict")
    return content
