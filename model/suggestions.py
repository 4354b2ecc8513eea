"""The nearest right name for a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(wrong: str, names: Iterable[str]) -> str:
    """'; did you mean "lr"?' for the closest of `names`, or nothing where none is close."""
    by_lower = {name.lower(): name for name in names}
    matches = get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.55)
    return f'; did you mean "{by_lower[matches[0]]}"?' if matches else ""
