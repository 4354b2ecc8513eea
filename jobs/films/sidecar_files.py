"""What goes with a film and isn't one: subtitles, and a page of pictures for the handout."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.subject import Subject
from fitreel.jobs.outputs.marked_file import write_marked
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report, seconds, size
from fitreel.model.record.reader import Record
from fitreel.render.output.formats import HTML, PDF, PNG, SRT, SVG, OutputKind
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import Form
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import shown_count, shown_snapshots
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.timeline import Timeline
from fitreel.render.view import view_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fitreel.render.captions.subtitles import Described, Predictions
    from fitreel.render.handout.page import Kind

SHEET = (3, 4)
"""Columns and rows of a page where nothing is said."""
# How pages begin, and how matplotlib writes who made them.
_PAGES = {
    PDF: (b"%PDF-", b"/Creator (fitreel)"),
    SVG: (b"<?xml ", b"<dc:title>fitreel</dc:title>"),
    HTML: (b"<!DOCTYPE html>\n", b'<meta name="generator" content="fitreel">'),
    PNG: (b"\x89PNG\r\n\x1a\n", b"tEXtSoftware\0fitreel"),
}


def make_sidecar(output: Output, subject: Subject, options: Options, report: Report) -> None:
    """Write `output`, unless it is there already, byte for byte.

    Raises:
        FitreelError: as told by its class; what stood there stays.
    """
    started = time.monotonic()
    form = sidecar_form(output, subject.picture)
    with locked(output.real_path, "file", wait=options.wait):
        content = subject.sidecar(output)
        is_new = write_marked(Path(output.path), content, report, force=options.force, form=form)
    if not is_new:
        report.say(f"{output.path}: up to date", event="up_to_date", output=output.path)
        return
    what = {
        OutputKind.SUBTITLES: "subtitles", OutputKind.WEB_PAGE: "a page for a browser"
    }.get(output.kind, "sheet of {} x {}".format(*(output.sheet or SHEET)))  # fmt: skip
    took = time.monotonic() - started
    line = f"{output.path}: {what}, {size(len(content))}, {seconds(took)}"
    report.say(line, event="made", output=output.path, seconds=round(took, 3))
    if output.kind is OutputKind.PAGE and subject.picture.panels:
        panels = ", ".join(subject.picture.panels)
        report.say(f"{output.path}: a sheet shows the picture alone, not film.panels ({panels})")


def sidecar_form(output: Output, picture: PictureSettings) -> Form:
    """Tells whether a file's content has the form of what is made as `output`."""
    if output.kind is OutputKind.SUBTITLES:
        from fitreel.render.captions.subtitle_formats import has_form

        words = translation_of(picture.language, picture.words)
        return lambda content: has_form(content, words)
    start, creator = _PAGES[output.format]
    return lambda content: content.startswith(start) and creator in content


def sidecar_content(
    output: Output, run: Record, picture: PictureSettings, timeline: Timeline
) -> bytes:
    """What is written into `output`: subtitles, or a page.

    Args:
        output: an .srt, .vtt, .pdf, .svg or .png file.
        run: the record.
        picture: how it looks, files where they lie.
        timeline: which snapshot is on screen in each frame of the film that it goes with.
    """
    if output.kind is not OutputKind.SUBTITLES:
        from fitreel.render.handout.contact_sheet import contact_sheet
        from fitreel.render.handout.picture_sheet import picture_sheet

        kind = cast("Kind", output.format.name)
        draw = contact_sheet if run.header.is_curve else picture_sheet
        return draw(run, picture, timeline, *(output.sheet or SHEET), kind)
    from fitreel.render.captions.subtitle_formats import srt, vtt
    from fitreel.render.captions.subtitles import cues

    words = translation_of(picture.language, picture.words)
    count = shown_count(run, picture)
    described, predictions = _described(run, picture, words)
    texts = cues(
        run.epochs[:count],
        run.losses[:count],
        predictions,
        described,
        run.ending,
        run.ending_epoch,
        timeline,
        words,
    )
    return "".join((srt if output.format is SRT else vtt)(texts)).encode()


def _described(
    run: Record, picture: PictureSettings, words: Translation
) -> "tuple[Described, Predictions]":
    """What subtitles say of its predictions, and which these are."""
    from fitreel.render.captions.classes.class_story import ClassStory
    from fitreel.render.captions.run_captions import shows_regions
    from fitreel.render.captions.shape_sentences import ShapeReference
    from fitreel.render.captions.subtitles import Reference
    from fitreel.render.point_predictions import judged_predictions

    def as_recorded(indices: Sequence[int]) -> "Iterator[NDArray[Any]]":
        return (snapshot.prediction for snapshot in shown_snapshots(run, indices))

    if run.header.is_curve:
        reference = Reference(run.x, run.y, run.prediction_x, run.truth, run.loss_is_scaled)
        return reference, as_recorded
    if shows_regions(run, picture):
        return ShapeReference(run, ClassStory(run, words), None), as_recorded
    if run.header.classes or view_of(run, picture.view) == "numbers":
        return ShapeReference(run, None, None), as_recorded
    judged = judged_predictions(run)

    def at_points(indices: Sequence[int]) -> "Iterator[NDArray[Any]]":
        snapshots = shown_snapshots(run, indices, weights=judged.needs_weights)
        return (judged.of(snapshot) for snapshot in snapshots)

    return ShapeReference(run, None, judged.y), at_points
