"""Every error that a user can meet, and every exit code that the program ends with."""

import errno
import sys

DONE = 0
BUG = 1
USAGE = 2
"""Typer's own: no such command or option."""
AFTER_SIGNAL = 128
"""What is added to the number of a signal, as a shell does."""


class FitreelError(Exception):
    """Something a user can mend.

    The message is one or two lines: what, where (file, table, key), what to do.
    """

    exit_code = BUG


class BadInput(FitreelError):
    """A job, data, run folder, film, ending or epoch that can't be used."""

    exit_code = 65


class Unavailable(FitreelError):
    """Something the job needs is not on this machine: a device, an encoder, a font."""

    exit_code = 69


class CannotWrite(FitreelError):
    """No space, no permission, or ffmpeg failed."""

    exit_code = 74


class Busy(FitreelError):
    """Another process is making this same thing."""

    exit_code = 75


class Stopped(FitreelError):
    """A signal asked the program to end.

    `signum` is the signal; the exit code is 128 + signum, as a shell would report it.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(
            f"stopped by signal {signum}; the same command goes on from what is recorded"
        )
        self.signum = signum
        self.exit_code = AFTER_SIGNAL + signum


EXIT_CODES: dict[int | str, str] = {
    DONE: "done",
    BUG: "a bug",
    USAGE: "usage",
    BadInput.exit_code: "bad input",
    Unavailable.exit_code: "not available here",
    CannotWrite.exit_code: "cannot write",
    Busy.exit_code: "busy",
    "129/130/143": "stopped by a signal",
}
"""What help says of them."""

_LIBRARIES = ("numpy", "torch", "matplotlib", "imageio", "PIL", "pydantic", "typer", "safetensors")

NO_NAME = (errno.ENAMETOOLONG, errno.ELOOP)
"""What a system answers where a name can't be one, whether to read it or to write."""

GRAVEST_FIRST = (
    BUG,
    CannotWrite.exit_code,
    Unavailable.exit_code,
    BadInput.exit_code,
    Busy.exit_code,
)


def gravest(codes: list[int]) -> int:
    """The exit code of several jobs: the gravest of `codes`, 0 where all went well.

    A signal ended everything, so it goes before all others.
    """
    signals = [code for code in codes if code > AFTER_SIGNAL]
    if signals:
        return signals[0]
    return next((code for code in GRAVEST_FIRST if code in codes), DONE)


def code_and_reason(error: Exception) -> tuple[int, str]:
    """The exit code that an error ends the program with, and what is said of it."""
    if isinstance(error, FitreelError):
        return error.exit_code, str(error)
    if isinstance(error, MemoryError):
        return BadInput.exit_code, "not enough memory for this job"
    if isinstance(error, OSError):
        where = error.filename or "the system"
        code = BadInput if error.errno in NO_NAME else CannotWrite
        return code.exit_code, f"{where}: {error.strerror or error}"
    if isinstance(error, ImportError | AttributeError) and (other := _in_place_of_a_library()):
        return Unavailable.exit_code, other
    return BUG, f"a bug: {type(error).__name__}: {error}"


def _in_place_of_a_library() -> str | None:
    """What Python found under a library's name and isn't it: a numpy.py on PYTHONPATH, say."""
    for name in _LIBRARIES:
        module = sys.modules.get(name)
        if module is not None and not (
            hasattr(module, "__path__") and hasattr(module, "__version__")
        ):
            file = getattr(module, "__file__", None)
            return f"{file} stands in the place of the library {name}: rename it, or see PYTHONPATH"
    return None
