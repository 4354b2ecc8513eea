"""What a person or a cron mail reads: the one place that prints."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from fitreel.jobs.runtime.log import NO_FACTS, Log
from fitreel.jobs.runtime.progress import (
    ProgressLines,
    Update,
    progress_bar,
)
from fitreel.jobs.runtime.sweep_progress import Tally, UpdateMany, sweep_bars, sweep_lines
from fitreel.model.errors import BUG, code_and_reason


class Report:
    """Lines on stdout, warnings and errors on stderr, bars on a terminal; `quiet`: errors only."""

    def __init__(
        self, quiet: bool = False, log: "Log | None" = None, *, debug: bool = False
    ) -> None:
        self.quiet = quiet
        self.debug = debug
        """Whether tracebacks are shown."""
        self.log = log
        """Gets everything, also what `quiet` keeps from the screen."""
        self.facts: dict[str, Any] = {}
        """What each line of the log is about: its job, and its run folder."""
        self.warnings: list[str] = []
        # A bar is drawn on stderr, so that stdout can be piped on.
        self.bars = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def about(self, **facts: Any) -> None:
        """From here on lines are about this job and run, until it is said anew."""
        self.facts = facts

    def say(self, line: str, **facts: Any) -> None:
        """A line of news; `facts` are what a program that reads the log would look for in it."""
        line = printable(line)
        self._log("info", line, facts)
        if not self.quiet:
            _write(sys.stdout, line)

    def note(self, line: str, **facts: Any) -> None:
        """News for programs that read the log; people see them otherwise."""
        if self.log is not None and self.log.form == "json":
            self._log("info", printable(line), facts)

    def remark(self, line: str) -> None:
        """A line of news where stdout is somebody else's."""
        line = printable(line)
        self._log("info", line)
        if not self.quiet:
            _write(sys.stderr, f"fitreel: {line}")

    def warn(self, line: str, **facts: Any) -> None:
        """Something the user should know; the work goes on."""
        line = printable(line)
        self.warnings.append(line)
        self._log("warning", line, facts)
        if not self.quiet:
            _write(sys.stderr, f"fitreel: warning: {line}")

    def error(self, line: str, **facts: Any) -> None:
        """Something that ended the work."""
        line = printable(line)
        self._log("error", line, facts)
        _write(sys.stderr, f"fitreel: {line}")

    def failure(self, error: Exception) -> int:
        """Say what ended the work, with its traceback where those are shown; its exit code."""
        if self.debug:
            import traceback

            traceback.print_exception(error)
        code, reason = code_and_reason(error)
        advice = "\nplease report it, with what --debug prints" if code == BUG else ""
        self.error(reason + advice, event="failed", code=code)
        return code

    def _log(self, level: str, line: str, facts: Mapping[str, Any] = NO_FACTS) -> None:
        if self.log is not None:
            self.log.write(level, line, {**self.facts, **facts})

    @contextmanager
    def progress(self, what: str, total: int, unit: str) -> Iterator[Update]:
        """Show how far `what` is: a bar on a terminal, a plain line now and then elsewhere.

        Yields:
            A function to call with how many of `total` are done, and a word on how it goes; cheap
            enough to be called for each one.
        """
        if self.bars:
            with progress_bar(what, total, unit) as update:
                yield update
        elif self.quiet and self.log is None:
            yield lambda done, word: None
        else:
            yield ProgressLines(what, total, unit, self.say).update

    @contextmanager
    def many(
        self, labels: Sequence[str], counts: Sequence[int], steps: int
    ) -> Iterator[UpdateMany]:
        """Show how far a sweep is: a bar over all and one for each running on a terminal, or lines.

        Args:
            labels: of the batches.
            counts: how many configurations are in each.
            steps: how many a whole training has.
        """
        tally = Tally(counts, steps)
        if self.bars:
            with sweep_bars(labels, tally, steps) as update:
                yield update
        else:
            yield sweep_lines(tally, self.say, seconds)


def _write(stream: IO[str], line: str) -> None:
    stream.write(line + "\n")
    stream.flush()


def printable(text: str) -> str:
    """The text with all but what can be seen, and ends of lines, spelled as escapes.

    What a stranger's job or film names must not move a terminal's cursor or turn its text round.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def seconds(duration: float) -> str:
    """'0.8 s', '42 s' or '3 min 20 s'."""
    if duration < 10:
        return f"{duration:.1f} s"
    if duration < 120:
        return f"{duration:.0f} s"
    return f"{int(duration) // 60} min {int(duration) % 60} s"


def size(count: float) -> str:
    """'426 kB' or '3.7 MB'."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}" if unit == "MB" else f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
