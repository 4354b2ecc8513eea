"""One process makes a thing at a time. Lock files lie beside it, hidden, and stay there.

Only with the thing itself does its lock go, while it is held: who waits for it finds, once it is
theirs, that it has no name any more, and takes the new one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fitreel.jobs import stopping
from fitreel.model.errors import Busy
from fitreel.model.files import cannot_write

SECONDS_A_LOOK = 0.1
"""How often a lock is tried, and the stop flag looked at, while another process holds it."""


def lock_of(path: Path) -> Path:
    """The file by which `path` is locked."""
    return path.with_name(f".{path.name}.lock")


@contextmanager
def locked(path: Path, what: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of `path` inside the block; a killed holder's lock is free again.

    Args:
        path: what is made.
        what: the word for it, for messages.
        wait: until another process has let go of it.

    Raises:
        Busy: another process holds it, and `wait` isn't asked for.
        Stopped: a signal came while waiting.
        CannotWrite: the lock file cannot be made.
    """
    lock = FileLock(lock_of(path), timeout=0)
    while True:
        try:
            lock.acquire()
            break
        except Timeout:
            if not wait:
                raise Busy(
                    f"{path}: another process is making this {what}; --wait waits for it"
                ) from None
        except OSError as error:
            raise cannot_write(path, error) from error
        stopping.check()
        time.sleep(SECONDS_A_LOOK)
    try:
        yield
    finally:
        lock.release()
