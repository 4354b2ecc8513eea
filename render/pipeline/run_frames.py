"""The frames and chapters of one run's film, drawn by the drawing process or here."""

from collections.abc import Callable, Generator

from fitreel.model.record.reader import Record
from fitreel.render.captions.chapters import chapters
from fitreel.render.captions.events import events
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.pipeline.draw_worker import DrawWorker
from fitreel.render.shown_snapshots import shown_count
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.timeline import Timeline


def run_frames(
    run: Record,
    picture: PictureSettings,
    timeline: Timeline,
    selection: FrameSelection,
    check: Callable[[], None],
    draw_worker: DrawWorker | None = None,
) -> Generator[DrawnFrame, None, None]:
    """Begin to draw `run` as `timeline` has it; a frame's number is that of its snapshot.

    With a `draw_worker`, its process draws from now on; without one, each frame is drawn when it is
    asked for.

    Args:
        run: the record.
        picture: how it looks.
        timeline: which snapshot is on screen in each frame.
        selection: which of them are drawn.
        check: called at least every 0.2 s while the process is waited for; raises to stop.
        draw_worker: draws, if there is one.

    Raises:
        FitreelError: when a frame is taken: the record is damaged, or holds what can't be drawn.
    """
    if draw_worker is not None and draw_worker.ask(run, picture, timeline, selection):
        return draw_worker.pictures(check)
    # matplotlib is imported only where something is drawn.
    from fitreel.render.single.snapshot_frames import drawn_snapshots

    return drawn_snapshots(run, picture, timeline, selection.stills, film=selection.film)


def run_chapters(run: Record, picture: PictureSettings, timeline: Timeline) -> list[Chapter]:
    """The chapters of its film, with titles in the film's language."""
    words = translation_of(picture.language, picture.words)
    count = shown_count(run, picture)
    own = events(run.epochs[:count], run.losses[:count], run.ending, run.ending_epoch)
    return chapters(own, timeline, words)
