"""run.json: what a run is. Checked by hand when read, as films wait for what it imports."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Header:
    """What run.json says, less its own digest."""

    format: int
    fitreel: str
    """The version that wrote it."""
    name: str
    fingerprint: str
    """What decides the numbers, as 64 hexadecimal digits."""
    job: dict[str, Any]
    network: str
    """The network as torch prints it."""
    parameters: int
    layout: list[tuple[str, list[int]]]
    """Name and shape of each parameter, in the order of the recorded weights."""
    environment: dict[str, str | int]
    points: str
    """The digest of the points' file."""

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Header":
        """The header that says `content`, as JSON has it.

        Raises:
            ValueError: a field is missing, of another kind, too long or unknown.
        """
        if wrong := content.keys() ^ _CHECKS.keys():
            raise ValueError(f"missing or unknown: {', '.join(sorted(wrong))}")
        for field, holds in _CHECKS.items():
            if not holds(content[field]):
                raise ValueError(f"{field} is not what it should be")
        layout = [(name, list(shape)) for name, shape in content["layout"]]
        return cls(**{**content, "layout": layout})


def header_digest(content: dict[str, Any]) -> str:
    """SHA-256 of a header's content in one canonical spelling."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_text(longest: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _is_hexadecimal(digits: int) -> Callable[[Any], bool]:
    pattern = re.compile(f"[0-9a-f]{{{digits}}}")
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_layout(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, list)
        and len(entry) == 2
        and isinstance(entry[0], str)
        and isinstance(entry[1], list)
        and all(map(_is_count, entry[1]))
        for entry in value
    )


def _is_environment(value: Any) -> bool:
    return isinstance(value, dict) and all(type(each) in (str, int) for each in value.values())


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "format": _is_count,
    "fitreel": _is_text(100),
    "name": _is_text(255),
    "fingerprint": _is_hexadecimal(64),
    "job": lambda value: isinstance(value, dict),
    "network": _is_text(1_000_000),
    "parameters": _is_count,
    "layout": _is_layout,
    "environment": _is_environment,
    "points": _is_hexadecimal(32),
}
