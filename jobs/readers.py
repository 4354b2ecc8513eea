"""Who draws from a record holds its folder, so that nobody makes it anew meanwhile.

The lock is on the folder itself: no file is made for it, so a record is read where nothing can be
written, too. Who makes a record anew takes it while the run's lock is held; who reads waits for no
run's lock meanwhile. So no two ever wait for each other.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fitreel.jobs import stopping
from fitreel.jobs.locks import SECONDS_A_LOOK
from fitreel.model.errors import Busy


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Keep the record in the folder `path` as it is inside the block; many may read at once.

    Raises:
        Stopped: a signal came while it was being made anew.
    """
    with _held(path, fcntl.LOCK_SH, wait=True):
        yield


@contextmanager
def without_readers(path: Path, *, wait: bool) -> Iterator[None]:
    """Let nobody read the record in the folder `path` inside the block.

    Args:
        path: the run folder, which need not be there.
        wait: for those who read it.

    Raises:
        Busy: another process reads it, and `wait` isn't asked for.
        Stopped: a signal came while waiting.
    """
    with _held(path, fcntl.LOCK_EX, wait=wait):
        yield


@contextmanager
def _held(path: Path, kind: int, *, wait: bool) -> Iterator[None]:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # there is none, or none that can be read, as whoever reads it will tell
        yield
        return
    try:
        while not _take(folder, kind):
            if not wait:
                raise Busy(f"{path}: another process draws from this record; --wait waits for it")
            stopping.check()
            time.sleep(SECONDS_A_LOOK)
        yield
    finally:
        os.close(folder)


def _take(folder: int, kind: int) -> bool:
    try:
        fcntl.flock(folder, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without such locks: who reads finds by digests what changed
        pass
    return True
