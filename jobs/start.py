"""Where the program starts: from the first moment, signals wait for their handlers."""

import atexit
import gc
import os
import signal
import sys

from fitreel.jobs import stopping
from fitreel.render import own_process
from fitreel.render.painter import Painter

DRAWING = ("run", "render")
"""The commands that draw the film of a run."""


def main() -> None:
    """The `fitreel` command."""
    own_process.declare_own()
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, stopping.SIGNALS)
    _open_what_is_closed()
    # Imports make many objects and no rubbish; looking for it every 700 of them takes 0.03 s.
    gc.set_threshold(50_000)
    # Python would search all of torch for rubbish before it ends: 0.8 s, now 0.2.
    atexit.register(gc.freeze)
    # Begun before most else: while one process reads the job, the other imports matplotlib.
    draws = sys.argv[1:] and sys.argv[1] in DRAWING and not {"-h", "--help"} & {*sys.argv}
    with start_painter() if draws else Painter() as painter:
        stopping.install()  # which starts a thread, and so comes after
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
        from fitreel.jobs.cli import app

        app(obj=painter)


def start_painter() -> Painter:
    """The drawing process, begun with what both processes need."""
    name = "OPENBLAS_NUM_THREADS"
    told = os.environ.get(name)
    if told is None:
        # numpy's threads are of no use to a frame, and spin for 0.05 s when they are started.
        # torch, which is imported later and reads this too, isn't told.
        os.environ[name] = "1"
    try:
        import fitreel.model.record  # noqa: F401  (imports numpy)
    except Exception:  # no memory for it, say: the command will meet the same, and tell
        return Painter()
    finally:
        if told is None:
            del os.environ[name]
    return Painter.start()


def _open_what_is_closed() -> None:
    """Started without stdin, stdout or stderr, no file of ours must get their numbers."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+"))  # noqa: PTH123, SIM115 (for ever)
