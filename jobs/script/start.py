"""What the script's process runs: the script, as Python does, and at its very end the films."""

import atexit
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from fitreel.jobs.script import matplotlib_hook
from fitreel.jobs.script.figure_films import FilmEnd
from fitreel.jobs.script.main_module import run_module, run_script
from fitreel.jobs.script.options import ScriptOptions, decode
from fitreel.jobs.script.session import Session, begin_session
from fitreel.jobs.script.tracebacks import without_ours
from fitreel.model.errors import AFTER_SIGNAL, BUG, DONE, BadInput
from fitreel.model.system.processes import SIGNALS


class _Process:
    """What becomes of the process."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.code = DONE
        """The script's own."""
        self._number = os.getpid()
        self._signal: int | None = None

    def take_signals(self) -> None:
        """TERM, and HUP unless it is ignored, end the script as `sys.exit` does."""
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, self._receive)

    def finish(self) -> None:
        """At the very end, after threads and exit functions: the films, and the exit code."""
        if os.getpid() != self._number:
            return
        for number in SIGNALS:  # what is being made whole isn't cut off
            signal.signal(number, signal.SIG_IGN)
        code = self.session.finish(self.session.end_code or self.code)
        if code != self.code:
            self.session.end_now(code)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if os.getpid() != self._number:  # a forked child of the script's
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        if self._signal is not None:  # the script goes on
            self.session.end_now(AFTER_SIGNAL + number)
        self._signal = number
        self.session.films.end_reason = f"ended by {signal.Signals(number).name}"
        self.session.end_code = AFTER_SIGNAL + number
        raise SystemExit(AFTER_SIGNAL + number)


def main() -> NoReturn:
    """Run the script that the arguments name, as `python SCRIPT` would."""
    options = decode(sys.argv[1])
    sys.argv = [options.script, *sys.argv[2:]]
    process = _Process(begin_session(options))
    # Registered before any of the script's, and so called after all of them.
    atexit.register(process.finish)
    process.take_signals()
    matplotlib_hook.install()
    process.code = _code_of(options, process.session)
    sys.exit(process.code)


def _code_of(options: ScriptOptions, session: Session) -> int:
    """Run it; its exit code."""
    try:
        if options.is_module:
            run_module(options.script)
        else:
            run_script(options.script)
    except BadInput as error:
        session.fail(error)
        return DONE
    except FilmEnd:
        return DONE
    except SystemExit as end:
        if isinstance(end.code, int) or end.code is None:
            code = end.code or DONE
        else:
            sys.stderr.write(f"{end.code}\n")
            code = BUG
        return DONE if session.is_over else code
    except BaseException as error:
        _tell(error)
        if isinstance(error, ModuleNotFoundError):
            words = f"-m {options.script}" if options.is_module else options.script
            session.note(
                f"this ran with {sys.executable}; where {error.name} is installed for another "
                f"Python: YOURPYTHON -m fitreel film {words}"
            )
        return AFTER_SIGNAL + signal.SIGINT if isinstance(error, KeyboardInterrupt) else BUG
    return DONE


def _tell(error: BaseException) -> None:
    without_ours(error)
    sys.excepthook(type(error), error, error.__traceback__)
