"""The films of this process: begun with the first figure, made whole at its end."""

import atexit
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fitreel.jobs.runtime.report import Report
from fitreel.jobs.script.figure_films import FigureFilms
from fitreel.jobs.script.further_names import further_name
from fitreel.jobs.script.options import Moments, ScriptOptions, options_of_environment
from fitreel.jobs.script.outcome import tell_outcome
from fitreel.model.errors import DONE, FitreelError, code_and_reason, gravest

if TYPE_CHECKING:
    from fitreel.jobs.films.live_film import LiveFilm

_FILMED_BY = "_FITREEL_FILMED_BY"
"""The process that shows; programs that it starts inherit this, and don't."""


@dataclass
class Session:
    """What a script shows, and what it did instead."""

    options: ScriptOptions
    films: FigureFilms = field(init=False)
    saved: int = 0
    """Figures that were saved."""
    drawn: int = 0
    """Times that a figure was drawn without being shown."""
    notes: list[str] = field(default_factory=list)
    """To be said at the end."""
    _files: list["LiveFilm"] = field(default_factory=list)
    _is_finished: bool = False

    def __post_init__(self) -> None:
        self.films = FigureFilms(self.options, self._begin, self.end_now)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is shown in this process."""
        return self.films.is_silent or self._is_finished

    def shows(self, moments: Moments) -> bool:
        """Whether such moments are the film's."""
        return not self.is_silent and self.options.moments is moments

    def note(self, line: str) -> None:
        """Something to say at the end, once."""
        if line not in self.notes:
            self.notes.append(line)

    def finish(self, code: int = DONE) -> int:
        """Make the films whole, and say what became of them; the exit code of it all.

        Args:
            code: the script's own.
        """
        if self.is_silent:
            return code
        report = _report(self.options)
        errors: list[Exception] = []
        try:
            self.films.finish()
        except (FitreelError, OSError, MemoryError) as error:
            errors.append(error)
        self._is_finished = True
        for file in self._files:
            try:
                file.close()
            except (FitreelError, OSError) as error:
                errors.append(error)
        codes = [code_and_reason(error)[0] for error in errors]
        for error in errors:
            report.error(code_and_reason(error)[1])
        codes.append(tell_outcome(self, report, code, whole=not errors))
        return code or gravest(codes)

    def end_now(self, code: int = DONE) -> NoReturn:
        """End a process that was told to and goes on."""
        code = self.finish(code)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(code)

    def _begin(self, number: int, fps: Fraction) -> Sequence["LiveFilm"]:
        from fitreel.jobs.films.live_film import LiveFilm

        files = []
        for output in self.options.outputs:
            out = output if number == 1 else further_name(output, number, self._taken())
            files.append(
                LiveFilm(
                    out,
                    float(fps),
                    overwrite=self.options.force and number == 1,
                    provenance={"script": self.options.name},
                )
            )
            self._files.append(files[-1])
        return files

    def _taken(self) -> set[Path]:
        return {file.path for file in self._files}


_given: list[Session] = []


def begin_session(options: ScriptOptions) -> Session:
    """Begin what a command asked for, before the script does anything."""
    _given.append(Session(options))
    return _given[0]


@cache
def current_session() -> Session:
    """This process's films.

    Where no command began them, `MPLBACKEND` did: they are whole when the interpreter ends, and
    programs that are started from here, which inherit that choice, show nothing.
    """
    if _given:
        return _given[0]
    session = Session(options_of_environment())
    if os.environ.setdefault(_FILMED_BY, str(os.getpid())) != str(os.getpid()):
        session._is_finished = True
    else:
        atexit.register(session.finish)
    return session


def _report(options: ScriptOptions) -> Report:
    from fitreel.jobs.runtime.log import Log

    log = None
    if options.log is not None:
        log = Log(Path(options.log), "json" if options.log_format == "json" else "text")
    return Report(options.quiet, log)
