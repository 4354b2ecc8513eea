"""A process of our own ends when the one that started it does."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_the_parent(parent: int) -> None:
    """On Linux even a parent that is killed takes this process with it; `parent` is its number."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


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
