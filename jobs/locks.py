"""One process makes a thing at a time. Lock files lie beside it, hidden, and stay there.

Only with the thing itself does its lock go, while it is held: who waits for it finds, once it is
theirs, that it has no name any more, and takes the new one.
"""

import math
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


class Patience:
    """How long a command waits, in all, for other processes that make the same."""

    def __init__(self, seconds: float = math.inf) -> None:
        self.seconds = seconds
        self.left = seconds

    def wait(self, seconds: float) -> bool:
        """Wait for so long, or until it is at its end; whether it was at its end before."""
        if not self.left > 0:
            return False
        time.sleep(min(seconds, self.left))
        self.left -= seconds
        return True


def lock_of(path: Path) -> Path:
    """The file by which `path` is locked."""
    return path.with_name(f".{path.name}.lock")


@contextmanager
def locked(path: Path, what: str, *, wait: Patience | None = None) -> Iterator[None]:
    """Hold the lock of `path` inside the block; a killed holder's lock is free again.

    Args:
        path: what is made.
        what: the word for it, for messages.
        wait: so long at most until another process has let go of it; None: not at all.

    Raises:
        Busy: another process holds it, and isn't waited for, or not any more.
        Stopped: a signal came while waiting.
        CannotWrite: the lock file cannot be made.
    """
    lock = FileLock(lock_of(path), timeout=0)
    while True:
        try:
            lock.acquire()
            break
        except Timeout:
            stopping.check()
            if wait is None or not wait.wait(SECONDS_A_LOOK):
                raise _busy(path, what, wait) from None
        except OSError as error:
            raise cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _busy(path: Path, what: str, wait: Patience | None) -> Busy:
    if wait is None or not wait.seconds:
        return Busy(f"{path}: another process is making this {what}; --wait waits for it")
    return Busy(
        f"{path}: another process is still making this {what}, after {wait.seconds:g} s of waiting"
    )
