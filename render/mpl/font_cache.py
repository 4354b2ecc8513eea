"""Where matplotlib keeps its font list. Imports nothing of matplotlib."""

import contextlib
import os
import sys
import time
from functools import cache
from pathlib import Path

from fitreel.model.errors import CannotWrite
from fitreel.model.system.private_folders import private_folder

STALE_LOCK_SECONDS = 10.0
"""matplotlib holds its font-cache lock for milliseconds; an older one is a dead process's."""


@cache
def own_cache() -> Path | None:
    """A private folder for the font list where matplotlib's own can't be used, else None.

    Whoever forks a process that imports matplotlib calls this before: then a folder that is for
    one run only is the parent's, which removes it however the child ends.

    Raises:
        CannotWrite: there is no place for it.
    """
    if _users_cache_is_usable():
        return None
    try:
        folder = private_folder("matplotlib")
        for lock in folder.glob("*.matplotlib-lock"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > STALE_LOCK_SECONDS:
                    lock.unlink()
    except OSError as error:
        raise CannotWrite(
            f"matplotlib needs a folder for its font list: {error}\n"
            "Set TMPDIR or MPLCONFIGDIR to a folder that can be written to."
        ) from error
    return folder


def _users_cache_is_usable() -> bool:
    """Whether matplotlib would take the user's cache folder without a complaint."""
    chosen = os.environ.get("MPLCONFIGDIR")
    try:
        if chosen:
            folder = Path(chosen)
        elif sys.platform.startswith(("linux", "freebsd")):
            base = os.environ.get("XDG_CACHE_HOME")
            folder = (Path(base) if base else Path.home() / ".cache") / "matplotlib"
        else:
            folder = Path.home() / ".matplotlib"
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        # Waiting for a lock that a killed process left costs five seconds.
        return os.access(folder, os.W_OK | os.X_OK) and not list(folder.glob("*.matplotlib-lock"))
    except (OSError, RuntimeError):  # no such home, not writable, a loop of links
        return False
