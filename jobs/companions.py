"""What goes with a film and isn't one: subtitles, and a page of pictures for the handout."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fitreel.jobs.locks import locked
from fitreel.jobs.putting import put
from fitreel.jobs.report import Report, seconds, size
from fitreel.jobs.spec import Job
from fitreel.model.errors import BadInput
from fitreel.model.record import Run
from fitreel.render.destination import format_of
from fitreel.render.marks import Form
from fitreel.render.timeline import Timeline
from fitreel.render.words import words_of

if TYPE_CHECKING:
    from fitreel.render.storyboard import Kind

SHEET = (3, 4)
"""Columns and rows of a page where nothing is said."""
SUBTITLES = ("srt", "vtt")

# How pages begin, and how matplotlib writes who made them.
_PAGES = {
    "pdf": (b"%PDF-", b"/Creator (fitreel)"),
    "svg": (b"<?xml ", b"<dc:title>fitreel</dc:title>"),
    "png": (b"\x89PNG\r\n\x1a\n", b"tEXtSoftware\0fitreel"),
}


def sheet_of(text: str | None) -> tuple[int, int] | None:
    """Columns and rows of `--sheet 3x4`.

    Raises:
        BadInput: it isn't two numbers with an x between them.
    """
    if text is None:
        return None
    across, _, down = text.lower().replace("×", "x").partition("x")
    if not (across.isascii() and across.isdigit() and down.isascii() and down.isdigit()):
        raise BadInput(f"--sheet {text}: give columns x rows, such as 3x4")
    return int(across[:4]), int(down[:4])


def is_companion(output: str, sheet: tuple[int, int] | None) -> bool:
    """Whether `output` is no film: subtitles, or a page (a .png is one where a sheet is asked for).

    Raises:
        BadInput: an ending that isn't known.
    """
    kind = format_of(output)
    return kind in (*SUBTITLES, "pdf", "svg") or (kind == "png" and sheet is not None)


def make_companions(
    run: Run,
    job: Job,
    outputs: Sequence[str],
    line: Timeline,
    sheet: tuple[int, int] | None,
    report: Report,
    *,
    force: bool,
    wait: bool,
) -> None:
    """Write those of `outputs` that aren't there already, byte for byte.

    Args:
        run: a whole record.
        job: its job, with the film's settings.
        outputs: .srt, .vtt, .pdf, .svg or .png files.
        line: which snapshot is on screen in each frame of the film that they go with.
        sheet: columns and rows of a page.
        report: where results are told.
        force: write also what is there.
        wait: for another process that makes the same.

    Raises:
        FitreelError: as told by its class; what stood there stays.
    """
    for output in outputs:
        started = time.monotonic()
        kind = format_of(output)
        form = companion_form(kind, job)
        with locked(Path(output).resolve(), "file", wait=wait):
            content = (
                _subtitles(run, job, line, kind)
                if kind in SUBTITLES
                else _page(run, job, line, kind, sheet or SHEET)
            )
            written = put(Path(output), content, report, force=force, form=form)
        if not written:
            report.say(f"{output}: up to date")
            continue
        page = "sheet of {} x {}".format(*(sheet or SHEET))
        what = "subtitles" if kind in SUBTITLES else page
        took = seconds(time.monotonic() - started)
        report.say(f"{output}: {what}, {size(len(content))}, {took}")


def companion_form(kind: str, job: Job) -> Form:
    """Tells whether a file's content has the form of what is made as `kind`."""
    if kind in SUBTITLES:
        from fitreel.render.subtitles import has_form

        words = words_of(job.film.language, job.film.words)
        return lambda content: has_form(content, words)
    begins, creator = _PAGES[kind]
    return lambda content: content.startswith(begins) and creator in content


def _subtitles(run: Run, job: Job, line: Timeline, kind: str) -> bytes:
    from fitreel.render.subtitles import Seen, cues, srt, vtt

    told = cues(
        run.epochs,
        run.losses,
        lambda indices: (snapshot.prediction for snapshot in run.snapshots(indices)),
        Seen(run.x, run.y, run.prediction_x, run.truth),
        run.ending,
        run.ending_epoch,
        line,
        words_of(job.film.language, job.film.words),
    )
    return "".join((srt if kind == "srt" else vtt)(told)).encode()


def _page(run: Run, job: Job, line: Timeline, kind: str, sheet: tuple[int, int]) -> bytes:
    from fitreel.render.storyboard import storyboard

    return storyboard(run, job.film, line, *sheet, cast("Kind", kind))
