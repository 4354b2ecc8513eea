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
