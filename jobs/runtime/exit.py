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
_SILENCE = 2.0
"""Seconds for which the end waits for threads of the user's own code without a word."""


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
    _say_who_is_waited_for()
    for module, name in _ENDINGS:
        getattr(module, name)()
    for file in gc.get_objects():
        # A file that nobody closed, of a user's module, say.
        # By its type: to ask an object for its class may run code of its own, which warns.
        if issubclass(type(file), io.TextIOWrapper | io.BufferedWriter | io.BufferedRandom):
            with suppress(Exception):
                file.flush()
    # As what writes with C's own buffers does: MKL_VERBOSE. Windows has several of its libraries.
    if "ctypes" in sys.modules and os.name == "posix":
        sys.modules["ctypes"].CDLL(None).fflush(None)
    os._exit(code)


def _say_who_is_waited_for() -> None:
    """As Python does, the end waits for all threads but daemons; one may never come to its end."""
    others = [thread for thread in threading.enumerate() if not thread.daemon]
    others.remove(threading.main_thread())
    if not others:
        return

    def say() -> None:
        names = ", ".join(thread.name for thread in others if thread.is_alive())
        with suppress(OSError, ValueError):
            sys.stderr.write(
                f"fitreel: all is done, but for what own code has started: {names}; it is waited "
                "for, as Python does; daemon=True ends a thread with the program\n"
            )
            sys.stderr.flush()

    timer = threading.Timer(_SILENCE, say)
    timer.daemon = True
    timer.start()
