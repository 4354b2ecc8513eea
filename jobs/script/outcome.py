"""What is said when a script has ended: what was made, or what it did instead."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs.runtime.report import Report
from fitreel.jobs.script.options import Moments
from fitreel.model.errors import DONE, BadInput
from fitreel.render.output.formats import OutputKind, format_of

if TYPE_CHECKING:
    from fitreel.jobs.script.session import Session

_OTHER_WINDOWS = {
    "tkinter": "Tk",
    "PyQt5": "Qt",
    "PyQt6": "Qt",
    "PySide2": "Qt",
    "PySide6": "Qt",
    "wx": "wx",
    "gi": "GTK",
    "cv2": "cv2",
    "pygame": "pygame",
    "plotly": "plotly",
    "bokeh": "bokeh",
    "altair": "altair",
    "pyqtgraph": "pyqtgraph",
    "turtle": "turtle",
    "vpython": "vpython",
}
"""What draws without pyplot, by the module that a script imports."""

_MOMENTLESS = {
    Moments.SHOW: "showed nothing: it called no plt.show(), plt.pause() or canvas.flush_events() "
    "with anything on a figure",
    Moments.SAVE: "showed nothing: it saved no figure, as --on save waits for",
    Moments.DRAW: "showed nothing: it drew no figure, as --on draw waits for",
}
"""What is said where nothing else explains it."""


def tell_outcome(session: "Session", report: Report, code: int) -> int:
    """Say what was made, or why nothing was; the exit code that it deserves.

    Args:
        session: of the script.
        report: what says it.
        code: the script's own.
    """
    if session.films.end_reason is not None:
        session.notes.insert(0, session.films.end_reason)
    for line in session.notes:
        report.remark(line)
    films = session.films.films
    if not films:
        report.error(f"{session.options.name} {_instead(session, code)}")
        return BadInput.exit_code
    for film in films:
        for file in film.files:
            path = session.label(str(file.path))
            if format_of(path).kind is OutputKind.STILL:
                report.remark(f"{path}: the last picture of {film.pictures}")
                continue
            seconds = float(film.frames / film.fps)
            report.remark(f"{path}: {_count(film.frames, 'frame')}, {seconds:g} s")
            if film.pictures == 1:
                still = Path(path).with_suffix(".png")
                report.remark(f"{path} is one picture, held for a second; a still: -o {still}")
    return DONE


def _instead(session: "Session", code: int) -> str:
    """What a script that showed nothing did."""
    if session.saved and session.options.moments is not Moments.SAVE:
        return f"showed nothing, saved {_count(session.saved, 'figure')}: --on save"
    if session.drawn and session.options.moments is not Moments.DRAW:
        return f"showed nothing, drew {_count(session.drawn, 'time')}: --on draw"
    others = sorted({name for module, name in _OTHER_WINDOWS.items() if module in sys.modules})
    if others:
        return f"showed no matplotlib figure by pyplot; it uses {', '.join(others)}"
    if _looks_for_display(session):
        return "showed nothing; it looks for a display itself: DISPLAY"
    if code != DONE:  # what it would have shown later nobody knows
        return f"showed nothing before it ended with code {code}"
    if "matplotlib" not in sys.modules:
        return "showed nothing: it doesn't use matplotlib"
    if "matplotlib.pyplot" not in sys.modules:
        return "showed nothing: it has no matplotlib figure by pyplot"
    return _MOMENTLESS[session.options.moments]


def _looks_for_display(session: "Session") -> bool:
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    try:
        return file is not None and "DISPLAY" in Path(file).read_text("utf-8", "replace")
    except OSError:
        return False


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
