"""The films that this process is writing: they end with it, and forked ones let go of them."""

import atexit
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol


class OpenFilm(Protocol):
    """A film in the making."""

    is_self_closing: bool
    """Whether it is closed at the interpreter's end."""

    def close_quietly(self) -> None:
        """Make it whole, where nobody would catch an error."""

    def leave(self) -> None:
        """Let go of it in a process that was forked off."""


_films: dict[Path, OpenFilm] = {}


def enter(path: Path, film: OpenFilm) -> None:
    """Note that `film` is being written, and will really lie at `path`."""
    _prepare_process()
    _films[path] = film


def close_at(path: Path) -> None:
    """Close the one that is being written there, if there is one."""
    film = _films.get(path)
    if film is not None:
        film.close_quietly()


def forget(path: Path) -> None:
    """Note that none is being written there any more."""
    _films.pop(path, None)


@cache
def _prepare_process() -> None:
    atexit.register(_close_all)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_leave_all)


def _close_all() -> None:
    for film in list(_films.values()):
        if film.is_self_closing:
            film.close_quietly()


def _leave_all() -> None:
    for film in _films.values():
        with suppress(OSError):
            film.leave()
    _films.clear()
