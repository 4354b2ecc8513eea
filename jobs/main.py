"""Where the program starts: from the first moment, signals wait for their handlers."""

from contextlib import ExitStack
from typing import NoReturn

from fitreel.model.system.processes import SIGNALS, signals_wait


def main() -> NoReturn:
    """The `fitreel` command."""
    starting = ExitStack()
    starting.enter_context(signals_wait(SIGNALS))
    # Only now all that takes its time: a Ctrl-C while Python imports is a page of tracebacks.
    from fitreel.jobs.program import run_program

    run_program(starting)
