"""Who draws from a record holds its folder, so that nobody makes it anew meanwhile.

The lock is on the folder itself: no file is made for it, so a record is read where nothing can be
written, too. Who makes a record anew takes it while the run's lock is held; who reads waits for no
run's lock meanwhile. So no two ever wait for each other.
"""

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import SECONDS_A_LOOK, Patience
from fitreel.model.errors import Busy

fcntl: Any = None
with suppress(ImportError):  # Windows: it lets no folder be renamed while a file in it is open
    fcntl = importlib.import_module("fcntl")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Keep the record in the folder `path` as it is inside the block; many may read at once.

    Raises:
        Stopped: a signal came while it was being made anew.
    """
    with _held(path, "LOCK_SH", wait=Patience()):
        yield


@contextmanager
def without_readers(path: Path, *, wait: Patience | None) -> Iterator[None]:
    """Let nobody read the record in the folder `path` inside the block.

    Args:
        path: the run folder, which need not be there.
        wait: so long at most for those who read it; None: not at all.

    Raises:
        Busy: another process reads it, and isn't waited for, or not any more.
        Stopped: a signal came while waiting.
    """
    with _held(path, "LOCK_EX", wait=wait):
        yield


@contextmanager
def _held(path: Path, kind: str, *, wait: Patience | None) -> Iterator[None]:
    try:
        folder = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:  # there is none, or none that can be read, as whoever reads it will tell
        yield
        return
    try:
        while not _take(folder, kind):
            signals.raise_if_cancelled()
            line = f"{path}: waiting for another process, which draws from this record"
            if wait is None or not wait.wait(SECONDS_A_LOOK, line):
                raise Busy(f"{path}: another process draws from this record; --wait waits for it")
        yield
    finally:
        os.close(folder)


def _take(folder: int, kind: str) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(folder, getattr(fcntl, kind) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without such locks: who reads finds by digests what changed
        pass
    return True
