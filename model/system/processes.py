"""What processes are given, and do without where the system doesn't have it.

Linux has all of it, macOS most, Windows next to nothing; what is there is looked for by its name.
"""

import os
import select
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess

WORKER_NUMBER = "FITREEL_WORKER"
"""The variable that tells a worker its number, by which those of a machine share its GPUs."""
PR_SET_PDEATHSIG = 1
_SET_PIPE_SIZE = 1031
"""Linux's F_SETPIPE_SZ, which Python doesn't name everywhere."""

SIGNALS = tuple(
    signal.Signals[name] for name in ("SIGHUP", "SIGINT", "SIGTERM") if hasattr(signal, name)
)
"""By which the program is asked to end."""


def passes_descriptors() -> bool:
    """Whether a program that is started can be given open files besides its first three."""
    return hasattr(os, "fork")


def can_poll() -> bool:
    """Whether pipes and sockets can be waited for together, and written to without waiting."""
    return sys.platform != "win32" and hasattr(select, "poll")


@contextmanager
def signals_wait(numbers: Collection[int]) -> Iterator[None]:
    """A block in which these signals wait for its end; a process started in it begins with that."""
    if sys.platform == "win32" or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def broken_pipes_raise() -> Iterator[None]:
    """A block in which to write into a pipe that nobody reads raises, and ends no process.

    Python ignores that signal at its start; many programs have it end them again.
    """
    number = getattr(signal, "SIGPIPE", None)
    if sys.platform == "win32" or number is None or signal.getsignal(number) != signal.SIG_DFL:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        if number in signal.sigpending() and number not in before:
            signal.sigwait({number})
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def open_standard_files() -> None:
    """Have stdin, stdout and stderr be open, so that no file of ours gets their numbers."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def end_with_the_parent(parent: int) -> None:
    """On Linux even a parent that is killed takes this process with it; `parent` is its number."""
    if sys.platform == "linux":
        import ctypes  # only here: start-up counts

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def group_of_its_own() -> dict[str, Any]:
    """What `Popen` takes to start a process that a terminal's Ctrl-C doesn't reach."""
    if sys.platform == "win32":
        import subprocess  # only here: start-up counts

        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process that has a group of its own, with all that it has started where that is told.

    It may have ended already.
    """
    with suppress(OSError):
        if sys.platform != "win32" and hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def wait_for(process: "subprocess.Popen[bytes]", seconds: float) -> int:
    """`Popen.wait`, which looks only every 0.05 s whether the process has ended, woken by its end.

    Raises:
        TimeoutExpired: it hasn't.
    """
    has_pidfd = hasattr(os, "pidfd_open") and can_poll()
    if sys.platform == "linux" and has_pidfd and process.returncode is None:
        with suppress(OSError):  # a kernel that has no such thing, or no descriptor left
            end = os.pidfd_open(process.pid)
            try:
                poll = select.poll()
                poll.register(end, select.POLLIN)
                poll.poll(1000 * seconds)
            finally:
                os.close(end)
            seconds = 0.0
    return process.wait(seconds)


def ready_pipe(pipe: int, size: int) -> None:
    """Have writes to `pipe` not wait, if `can_poll`, and let it hold `size` bytes if it can."""
    if sys.platform != "win32" and can_poll():
        os.set_blocking(pipe, False)
    if sys.platform == "linux":
        with suppress(OSError, ImportError):
            import fcntl

            fcntl.fcntl(pipe, _SET_PIPE_SIZE, size)


def takes_more(pipe: int, seconds: float) -> bool:
    """Whether a `ready_pipe` does in so many seconds; True where it waits and can't be asked."""
    if sys.platform == "win32" or not can_poll():
        return True
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    return bool(poll.poll(1000 * seconds))


def allow_open_files(count: int) -> bool:
    """Have so many files be open at once, if the system lets us; whether they can be."""
    if sys.platform == "win32":
        return True
    try:
        import resource  # only here: most open few
    except ImportError:
        return True
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most >= count
    return True


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def import_numpy() -> None:
    """Import numpy without the threads of its linear algebra.

    They are of no use to us, and spin for 0.05 s when they are started; where the system allows no
    more of them, that library sends us an INT. torch, which reads the same variable when it is
    imported later, isn't told.
    """
    name = "OPENBLAS_NUM_THREADS"
    told = os.environ.get(name)
    if told is None:
        os.environ[name] = "1"
    try:
        import numpy  # noqa: F401
    finally:
        if told is None:
            del os.environ[name]
