"""One process makes a thing at a time. Lock files lie beside it, hidden, and stay there.

Only with the thing itself does its lock go, while it is held: who waits for it finds, once it is
theirs, that it has no name any more, and takes the new one.

Some file systems (Lustre as it is mounted by default, NFS without its lock daemon) refuse to lock.
There a file that says which process holds it stands for the lock. One of a process of this machine
that has ended counts for nothing; of another machine's nobody can tell.
"""

import errno
import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from fitreel.jobs.runtime import signals
from fitreel.model.errors import Busy
from fitreel.model.system.files import LONGEST_NAME, cannot_write, shortened

SECONDS_A_LOOK = 0.1
"""How often a lock is tried, and the stop flag looked at, while another process holds it."""

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What a file system that has no locks answers."""

_LOCK, _HOLDER = ".lock", ".lock.holder"


class Patience:
    """How long a command waits, in all, for other processes that make the same."""

    def __init__(self, seconds: float = math.inf) -> None:
        self.seconds = seconds
        self.left = seconds
        self.tell: Callable[[str], None] = lambda line: None
        """Is told once of each thing that is waited for."""
        self._told: set[str] = set()

    def wait(self, seconds: float, line: str = "") -> bool:
        """Wait for so long, or until it is at its end; whether it was at its end before.

        Args:
            seconds: at most.
            line: says what for.
        """
        if not self.left > 0:
            return False
        if line and line not in self._told:
            self._told.add(line)
            self.tell(line)
        time.sleep(min(seconds, self.left))
        self.left -= seconds
        return True


def lock_of(path: Path) -> Path:
    """The file by which `path` is locked."""
    return _beside(path, _LOCK)


def holder_of(path: Path) -> Path:
    """The file that says who holds `path`, where the file system has no locks."""
    return _beside(path, _HOLDER)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{shortened(path.name, LONGEST_NAME - 1 - len(_HOLDER))}{ending}")


def locked_name(lock: Path) -> str | None:
    """The name of what is locked by this file; None where it is no lock's."""
    for ending in (_LOCK, _HOLDER):
        if lock.name.startswith(".") and lock.name.endswith(ending):
            return lock.name[1 : -len(ending)]
    return None


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
    while True:
        try:
            lock = _acquired(path)
            break
        except Timeout:
            signals.raise_if_cancelled()
            line = f"{path}: waiting for another process, which is making this {what}"
            if wait is None or not wait.wait(SECONDS_A_LOOK, line):
                raise _busy(path, what, wait) from None
        except OSError as error:
            raise cannot_write(path, error) from error
    with ExitStack() as stack:
        stack.callback(lock.release)
        if isinstance(lock, SoftFileLock):  # it doesn't end with the process
            stack.enter_context(signals.before_ending(lock.release))
        yield


def _acquired(path: Path) -> BaseFileLock:
    """The lock of `path`, held.

    Raises:
        Timeout: another process holds it.
        OSError: the system refuses.
    """
    # In a user's process the thread that took it may not be the one that lets go of it.
    lock: BaseFileLock = FileLock(
        lock_of(path), timeout=0, fallback_to_soft=False, thread_local=False
    )
    try:
        lock.acquire()
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        lock = SoftFileLock(holder_of(path), timeout=0, thread_local=False)
        lock.acquire()
    return lock


def _busy(path: Path, what: str, wait: Patience | None) -> Busy:
    if wait is None or not wait.seconds:
        advice = "is making this {what}; --wait waits for it"
    else:
        advice = f"is still making this {{what}}, after {wait.seconds:g} s of waiting"
    return Busy(f"{path}: another process {advice.format(what=what)}{_if_it_is_gone(path)}")


def _if_it_is_gone(path: Path) -> str:
    holder = holder_of(path)
    return (
        f"; if there is none on any machine, remove {holder.name} there" if holder.exists() else ""
    )
