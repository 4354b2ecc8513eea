"""What a script finds where its window would be."""

from collections.abc import Iterator
from typing import Any


class NoWindow(int):
    """Takes any call, and is a number and a pair of them where it is used as one."""

    def __new__(cls) -> "NoWindow":
        """Make one: as a number, a screen's width or height."""
        return super().__new__(cls, 1000)

    def __getattr__(self, name: str) -> "NoWindow":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> "NoWindow":
        """Take a call."""
        return self

    def __iter__(self) -> Iterator["NoWindow"]:
        return iter((self, self))
