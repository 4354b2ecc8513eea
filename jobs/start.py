"""Where the program starts: signals are taken before anything slow is imported."""

import atexit
import gc

from fitreel.jobs import stopping


def main() -> None:
    """The `fitreel` command."""
    stopping.install()
    # Python would search all of torch for rubbish before it ends: 0.8 s, now 0.2.
    atexit.register(gc.freeze)
    from fitreel.jobs.cli import app

    app()
