"""The films of this process: begun with the first figure, made whole at its end."""

import atexit
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fitreel.jobs.runtime.report import Report
from fitreel.jobs.script.figure_films import FigureFilms
from fitreel.jobs.script.further_names import further_name
from fitreel.jobs.script.launch import check_destination
from fitreel.jobs.script.options import Moments, ScriptOptions, options_of_environment
from fitreel.jobs.script.outcome import tell_outcome
from fitreel.model.errors import DONE, FitreelError, code_and_reason, gravest
from fitreel.render.output.ownership import check_replaceable

if TYPE_CHECKING:
    from fitreel.jobs.films.live.live_film import LiveFilm

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
    end_code: int = DONE
    """With which the script is to end, where a signal ended it."""
    notes: list[str] = field(default_factory=list)
    """To be said at the end."""
    _files: list["LiveFilm"] = field(default_factory=list)
    _folder: Path = field(default_factory=Path.cwd)
    _errors: list[Exception] = field(default_factory=list)
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

    @property
    def is_over(self) -> bool:
        """Whether the script was told to end."""
        return self.films.end_reason is not None

    def label(self, text: str) -> str:
        """The same with files as they are called in the folder of the start."""
        return text.replace(f"{self._folder}/", "")

    def fail(self, error: Exception) -> None:
        """Note what kept the script from running."""
        self._errors.append(error)

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
        self.films.finish()
        self._is_finished = True
        for file in self._files:
            try:
                file.close()
            except (FitreelError, OSError) as error:
                self._errors.append(error)
        codes = []
        for each in self._errors:
            number, reason = code_and_reason(each)
            self._report.error(self.label(reason))
            codes.append(number)
        if not self._errors:
            codes.append(tell_outcome(self, self._report, code))
        return code or gravest(codes)

    def end_now(self, code: int | None = None) -> NoReturn:
        """End a process that was told to and goes on."""
        code = self.finish(self.end_code if code is None else code)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(code)

    def _begin(self, number: int, fps: Fraction) -> Sequence["LiveFilm"]:
        from fitreel.jobs.films.live.live_film import LiveFilm

        files = []
        for output in self.options.outputs:
            taken = {file.path for file in self._files}
            force = self.options.force and number == 1
            try:
                out = output if number == 1 else further_name(output, number, taken)
                check_replaceable(out, force=force)
                file = LiveFilm(
                    out,
                    float(fps),
                    overwrite=force,
                    provenance={"made_by": f"your script {self.options.name}"},
                    warn=lambda line: self._report.warn(self.label(line)),
                )
            except (FitreelError, OSError) as error:
                # In the middle of somebody's work, which goes on.
                self._errors.append(error)
                continue
            files.append(file)
        self._files += files
        return files

    @cached_property
    def _report(self) -> Report:
        from fitreel.jobs.runtime.log import Log

        options = self.options
        log = None
        if options.log is not None:
            log = Log(Path(options.log), "json" if options.log_format == "json" else "text")
        report = Report(options.quiet, log)
        report.about(job=options.name)
        return report


_given: list[Session] = []


def begin_session(options: ScriptOptions) -> Session:
    """Begin what a command asked for, before the script does anything."""
    _given.append(Session(options))
    return _given[0]


@cache
def current_session() -> Session:
    """The films of this process.

    Where no command began them, `MPLBACKEND` did: they are whole when the interpreter ends, and
    programs that are started from here, which inherit that choice, show nothing.

    Raises:
        FitreelError: $FITREEL_OUT can't be made; better now than when the script has ended.
    """
    if _given:
        return _given[0]
    session = Session(options_of_environment())
    if os.environ.setdefault(_FILMED_BY, str(os.getpid())) != str(os.getpid()):
        session._is_finished = True
    else:
        for output in session.options.outputs:
            check_destination(output, force=False)
        atexit.register(session.finish)
    return session
