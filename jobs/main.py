"""Where the program starts: from the first moment, signals wait for their handlers."""

import atexit
import gc
import io
import os
import select
import sys
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

from fitreel.jobs.runtime import signals
from fitreel.model.system.private_folders import remove_private_folders
from fitreel.model.system.processes import SIGNALS, import_numpy, signals_wait
from fitreel.render.mpl import own_process
from fitreel.render.mpl.font_cache import own_cache
from fitreel.render.pipeline.draw_worker import DrawWorker

if TYPE_CHECKING:
    from typing_extensions import Buffer

DRAWING = ("run", "render")
"""The commands that draw the film of a run."""


def main() -> NoReturn:
    """The `fitreel` command."""
    own_process.declare_own()
    starting = ExitStack()
    starting.enter_context(signals_wait(SIGNALS))
    _open_what_is_closed()
    if os.name == "posix":  # Windows' console takes text, by a way of its own
        sys.stdout, sys.stderr = _patient(sys.stdout, 1), _patient(sys.stderr, 2)
    # Imports make many objects and no rubbish; looking for it every 700 of them takes 0.03 s.
    gc.set_threshold(50_000)
    # Begun before most else: while one process reads the job, the other imports matplotlib.
    draws = sys.argv[1:] and sys.argv[1] in DRAWING and not {"-h", "--help"} & {*sys.argv}
    code = 1
    try:
        with (
            start_draw_worker() if draws else DrawWorker() as draw_worker,
            signals.before_ending(remove_private_folders),
        ):
            signals.install()  # which starts a thread, and so comes after
            starting.close()
            from fitreel.jobs.cli import app

            app(obj=draw_worker)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    _end(code)


_ENDINGS = ((threading, "_shutdown"), (atexit, "_run_exitfuncs"))
"""What Python itself calls at its end, under private names."""


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
        if type(file) in (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom):
            with suppress(Exception):
                file.flush()
    if (
        "ctypes" in sys.modules and os.name == "posix"
    ):  # as what writes with C's own buffers does: MKL_VERBOSE
        sys.modules["ctypes"].CDLL(None).fflush(None)
    os._exit(code)


class _Patient(io.FileIO):
    """A file that takes what the system doesn't: a full disk, a closed terminal, a pipe's end.

    What is said is lost then; the work goes on, and its exit code is the work's.
    """

    def write(self, content: "Buffer") -> int:
        """Write what can be written; returns how many bytes are done with."""
        while True:
            try:
                count: int | None = super().write(content)
            except OSError:
                return memoryview(content).nbytes
            if count is not None:
                return count
            # Somebody else has set it not to block: as if they hadn't.
            select.select([], [self], [])


def _patient(stream: TextIO | None, descriptor: int) -> TextIO:
    """What writes to `descriptor` as `stream` does; nothing that goes wrong there is an error."""
    return io.TextIOWrapper(
        io.BufferedWriter(_Patient(descriptor, "w", closefd=False)),
        encoding=stream.encoding if stream else "utf-8",
        # A terminal or a pipe that knows only ASCII still gets every line.
        errors="backslashreplace",
        line_buffering=bool(stream and stream.line_buffering),
    )


def start_draw_worker() -> DrawWorker:
    """The drawing process, begun with what both processes need."""
    try:
        import_numpy()
        import fitreel.model.record.reader  # noqa: F401

        own_cache()
    except Exception:  # no memory for it, say: the command will meet the same, and tell
        return DrawWorker()
    return DrawWorker.start()


def _open_what_is_closed() -> None:
    """Started without stdin, stdout or stderr, no file of ours must get their numbers."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 (for ever)
