"""What goes with a film and isn't one: subtitles, and a page of pictures for the handout."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fitreel.jobs.films.put_file import put
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.report import Report, seconds, size
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.output.destination import format_of
from fitreel.render.output.ownership import Form
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.timeline import Timeline

if TYPE_CHECKING:
    from fitreel.render.handout.contact_sheet import Kind

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


def is_sidecar(output: str, sheet: tuple[int, int] | None) -> bool:
    """Whether `output` is no film: subtitles, or a page (a .png is one where a sheet is asked for).

    Raises:
        BadInput: an ending that isn't known.
    """
    kind = format_of(output)
    return kind in (*SUBTITLES, "pdf", "svg") or (kind == "png" and sheet is not None)


def make_sidecars(
    run: Record,
    picture: PictureSettings,
    outputs: Sequence[str],
    line: Timeline,
    sheet: tuple[int, int] | None,
    report: Report,
    *,
    force: bool,
    wait: Patience | None,
) -> None:
    """Write those of `outputs` that aren't there already, byte for byte.

    Args:
        run: a whole record.
        picture: its look, files where they lie.
        outputs: .srt, .vtt, .pdf, .svg or .png files.
        line: which snapshot is on screen in each frame of the film that they go with.
        sheet: columns and rows of a page.
        report: where results are told.
        force: write also what is there.
        wait: for another process that makes the same; None: not at all.

    Raises:
        FitreelError: as told by its class; what stood there stays.
    """
    for output in outputs:
        started = time.monotonic()
        kind = format_of(output)
        form = sidecar_form(kind, picture)
        with locked(Path(output).resolve(), "file", wait=wait):
            content = (
                _subtitles(run, picture, line, kind)
                if kind in SUBTITLES
                else _page(run, picture, line, kind, sheet or SHEET)
            )
            written = put(Path(output), content, report, force=force, form=form)
        if not written:
            report.say(f"{output}: up to date")
            continue
        page = "sheet of {} x {}".format(*(sheet or SHEET))
        what = "subtitles" if kind in SUBTITLES else page
        took = seconds(time.monotonic() - started)
        report.say(f"{output}: {what}, {size(len(content))}, {took}")


def sidecar_form(kind: str, picture: PictureSettings) -> Form:
    """Tells whether a file's content has the form of what is made as `kind`."""
    if kind in SUBTITLES:
        from fitreel.render.captions.subtitle_formats import has_form

        words = translation_of(picture.language, picture.words)
        return lambda content: has_form(content, words)
    begins, creator = _PAGES[kind]
    return lambda content: content.startswith(begins) and creator in content


def _subtitles(run: Record, picture: PictureSettings, line: Timeline, kind: str) -> bytes:
    from fitreel.render.captions.subtitle_formats import srt, vtt
    from fitreel.render.captions.subtitles import Reference, cues

    told = cues(
        run.epochs,
        run.losses,
        lambda indices: (snapshot.prediction for snapshot in run.snapshots(indices)),
        Reference(run.x, run.y, run.prediction_x, run.truth),
        run.ending,
        run.ending_epoch,
        line,
        translation_of(picture.language, picture.words),
    )
    return "".join((srt if kind == "srt" else vtt)(told)).encode()


def _page(
    run: Record, picture: PictureSettings, line: Timeline, kind: str, sheet: tuple[int, int]
) -> bytes:
    from fitreel.render.handout.contact_sheet import contact_sheet

    return contact_sheet(run, picture, line, *sheet, cast("Kind", kind))
