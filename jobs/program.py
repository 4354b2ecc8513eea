"""The program, from its start, at which signals wait for their handlers, to its end."""

import gc
import io
import os
import select
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn, TextIO

from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.exit import end_after
from fitreel.model.system.private_folders import remove_private_folders
from fitreel.model.system.processes import import_numpy, open_standard_files
from fitreel.render.mpl import own_process
from fitreel.render.mpl.font_cache import own_cache
from fitreel.render.pipeline.draw_worker import DrawWorker

if TYPE_CHECKING:
    from typing_extensions import Buffer

DRAWING = ("run", "render")
"""The commands that draw the film of a run."""


def run_program(starting: ExitStack) -> NoReturn:
    """The `fitreel` command; signals wait until `starting` is closed."""
    own_process.declare_own()
    _open_what_is_closed()
    if os.name == "posix":  # Windows' console takes text, by a way of its own
        sys.stdout, sys.stderr = _patient(sys.stdout, 1), _patient(sys.stderr, 2)
    # Imports make many objects and no rubbish; looking for it every 700 of them takes 0.03 s.
    gc.set_threshold(50_000)
    # Begun before most else: while one process reads the job, the other imports matplotlib.
    draws = sys.argv[1:] and sys.argv[1] in DRAWING and not {"-h", "--help"} & {*sys.argv}

    def command() -> None:
        with (
            start_draw_worker() if draws else DrawWorker() as draw_worker,
            signals.before_ending(remove_private_folders),
        ):
            signals.install()  # which starts a thread, and so comes after
            starting.close()
            from fitreel.jobs.cli import app

            app(obj=draw_worker)

    end_after(command)


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


class _Lasting(io.TextIOWrapper):
    """A stream that code of the user's own can't close: the program goes on to write there."""

    def close(self) -> None:
        """Write what is left."""
        self.flush()


def _patient(stream: TextIO | None, descriptor: int) -> TextIO:
    """What writes to `descriptor` as `stream` does; nothing that goes wrong there is an error."""
    return _Lasting(
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
    open_standard_files()
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 (for ever)
