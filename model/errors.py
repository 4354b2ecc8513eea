"""Every error that a user can meet, each with the exit code it ends the program with."""


class FitreelError(Exception):
    """Something a user can mend.

    The message is one or two lines: what, where (file, table, key), what to do.
    """

    exit_code = 1


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
        super().__init__(f"stopped by signal {signum}")
        self.signum = signum
        self.exit_code = 128 + signum


GRAVEST_FIRST = (
    1,
    CannotWrite.exit_code,
    Unavailable.exit_code,
    BadInput.exit_code,
    Busy.exit_code,
)


def gravest(codes: list[int]) -> int:
    """The exit code of several jobs: the gravest of `codes`, 0 where all went well.

    A signal (above 128) ended everything, so it goes before all others.
    """
    signals = [code for code in codes if code > 128]
    if signals:
        return signals[0]
    return next((code for code in GRAVEST_FIRST if code in codes), 0)
