"""One process makes a thing at a time. Lock files lie beside it, hidden, and are never deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fitreel.model.errors import Busy
from fitreel.model.files import cannot_write


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold the lock of `path` inside the block; a killed holder's lock is free again.

    Raises:
        Busy: another process holds it.
        CannotWrite: the lock file cannot be made.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(f"{path}: another process is making this {what}") from None
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()
