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
from fitreel.render.output.formats import PDF, PNG, SRT, SVG, Format, OutputKind
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import Form
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.timeline import Timeline

if TYPE_CHECKING:
    from fitreel.render.handout.contact_sheet import Kind

SHEET = (3, 4)
"""Columns and rows of a page where nothing is said."""

# How pages begin, and how matplotlib writes who made them.
_PAGES = {
    PDF: (b"%PDF-", b"/Creator (fitreel)"),
    SVG: (b"<?xml ", b"<dc:title>fitreel</dc:title>"),
    PNG: (b"\x89PNG\r\n\x1a\n", b"tEXtSoftware\0fitreel"),
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


def make_sidecars(
    run: Record,
    picture: PictureSettings,
    outputs: Sequence[Output],
    line: Timeline,
    report: Report,
    *,
    force: bool,
    wait: Patience | None,
) -> None:
    """Write those of `outputs` that aren't there already, byte for byte.

    Args:
        run: a whole record.
        picture: its look, files where they lie.
        outputs: subtitles and pages.
        line: which snapshot is on screen in each frame of the film that they go with.
        report: where results are told.
        force: write also what is there.
        wait: for another process that makes the same; None: not at all.

    Raises:
        FitreelError: as told by its class; what stood there stays.
    """
    for output in outputs:
        started = time.monotonic()
        path, sheet = Path(output.path), output.sheet or SHEET
        is_page = output.kind is OutputKind.PAGE
        form = sidecar_form(output.format, picture)
        with locked(output.real_path, "file", wait=wait):
            content = (
                _page(run, picture, line, output.format, sheet)
                if is_page
                else _subtitles(run, picture, line, output.format)
            )
            written = put(path, content, report, force=force, form=form)
        if not written:
            report.say(f"{output.path}: up to date")
            continue
        what = "sheet of {} x {}".format(*sheet) if is_page else "subtitles"
        took = seconds(time.monotonic() - started)
        report.say(f"{output.path}: {what}, {size(len(content))}, {took}")


def sidecar_form(format: Format, picture: PictureSettings) -> Form:
    """Tells whether a file's content has the form of what is made in this format."""
    if format.kind is OutputKind.SUBTITLES:
        from fitreel.render.captions.subtitles import has_form

        words = translation_of(picture.language, picture.words)
        return lambda content: has_form(content, words)
    begins, creator = _PAGES[format]
    return lambda content: content.startswith(begins) and creator in content


def _subtitles(run: Record, picture: PictureSettings, line: Timeline, format: Format) -> bytes:
    from fitreel.render.captions.subtitles import Reference, cues, srt, vtt

    all_cues = cues(
        run.epochs,
        run.losses,
        lambda indices: (snapshot.prediction for snapshot in run.snapshots(indices)),
        Reference(run.x, run.y, run.prediction_x, run.truth),
        run.ending,
        run.ending_epoch,
        line,
        translation_of(picture.language, picture.words),
    )
    return "".join((srt if format is SRT else vtt)(all_cues)).encode()


def _page(
    run: Record, picture: PictureSettings, line: Timeline, format: Format, sheet: tuple[int, int]
) -> bytes:
    from fitreel.render.handout.contact_sheet import contact_sheet

    return contact_sheet(run, picture, line, *sheet, cast("Kind", format.name))
