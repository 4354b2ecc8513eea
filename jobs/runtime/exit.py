"""The end of a process of ours: as Python ends, but without taking all apart first."""

import atexit
import gc
import io
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from fitreel.model.errors import BUG, DONE

_ENDINGS = ((threading, "_shutdown"), (atexit, "_run_exitfuncs"))
"""What Python itself calls at its end, under private names."""


def end_after(work: Callable[[], object]) -> NoReturn:
    """Do the work of a whole process, and end it as Python does with what comes out of it."""
    code = DONE
    try:
        work()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        code = BUG
        sys.excepthook(*sys.exc_info())
    _end(code)


def _end(code: int) -> NoReturn:
    """End as Python does, but don't take all apart first.

    That takes 0.8 s where torch is imported, and libraries tell on stderr what they find left.
    """
    if not all(hasattr(module, name) for module, name in _ENDINGS):
        sys.exit(code)  # slower, and those libraries may tell
    for module, name in _ENDINGS:
        getattr(module, name)()
    for file in gc.get_objects():
        # A file that nobody closed, of a user's module, say.
        if isinstance(file, io.TextIOWrapper | io.BufferedWriter | io.BufferedRandom):
            with suppress(Exception):
                file.flush()
    # As what writes with C's own buffers does: MKL_VERBOSE. Windows has several of its libraries.
    if "ctypes" in sys.modules and os.name == "posix":
        sys.modules["ctypes"].CDLL(None).fflush(None)
    os._exit(code)
