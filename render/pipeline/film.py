"""From a run to its films: open the outputs, have each snapshot drawn once, encode, close."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from fitreel.model.record.reader import Record
from fitreel.render.captions.events import chapters, events
from fitreel.render.frame import DrawnFrame
from fitreel.render.geometry import NOTHING, union
from fitreel.render.output.video import open_writer, takes_planes
from fitreel.render.output.writer import Output
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.pipeline.draw_worker import DrawWorker
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.timeline import Timeline


@dataclass(frozen=True)
class Reel:
    """One output, and what it says of how it was made."""

    path: str
    provenance: dict[str, Any]
    still: int | None = None
    """For a picture: the snapshot it shows; None for a film, which shows them all."""


def draw_reel(
    run: Record,
    look: PictureSettings,
    fps: float,
    timeline: Timeline,
    reels: Sequence[Reel],
    progress: Callable[[int], None],
    check: Callable[[], None],
    draw_worker: DrawWorker | None = None,
) -> None:
    """Draw `run` as `timeline` has it into every film, and into each still its snapshot.

    Memory doesn't grow with the number of frames. With a `draw_worker`, its process draws.

    Raises:
        BadInput: the record is damaged.
        Unavailable: ffmpeg, or an encoder in it, is not here.
        CannotWrite: ffmpeg failed or the system refuses; no reel appears under its name.
    """
    films = [reel for reel in reels if reel.still is None]
    stills = {reel.still for reel in reels if reel.still is not None}
    moving = timeline if films else None
    # Converted where they are drawn, if nothing but films that take planes are made of them.
    as_planes = not look.transparent and all(takes_planes(reel.path) for reel in reels)
    with ExitStack() as stack:
        # Begun first: it draws while ffmpeg starts up.
        drawn: Generator[DrawnFrame, None, None]
        if draw_worker is not None and draw_worker.ask(run, look, moving, stills, as_planes):
            drawn = draw_worker.pictures(check)
        else:
            # matplotlib is imported only where something is drawn.
            from fitreel.render.single.frames import pictures

            drawn = pictures(run, look, moving, stills)
        stack.enter_context(closing(drawn))
        story = events(run.epochs, run.losses, run.ending, run.ending_epoch)
        titles = chapters(story, timeline, translation_of(look.language, look.words))
        outputs = [
            (
                reel,
                stack.enter_context(
                    open_writer(
                        reel.path,
                        look.pixels,
                        fps,
                        reel.provenance,
                        chapters=titles,
                        transparent=look.transparent,
                        check=check,
                    )
                ),
            )
            for reel in reels
        ]
        for done, _ in enumerate(_written(drawn, outputs, check), 1):
            progress(done)


def _written(
    drawn: Iterable[DrawnFrame], outputs: Sequence[tuple[Reel, Output]], check: Callable[[], None]
) -> Iterator[None]:
    """Write each picture where it belongs; yields after each frame, or still if no film is made."""
    has_film = any(reel.still is None for reel, _ in outputs)
    changed = NOTHING
    for picture in drawn:
        check()
        for reel, output in outputs:
            if reel.still is not None and reel.still == picture.number:
                output.write(picture.frame)
        # A picture that no film shows leaves its changes to the next that one does.
        changed = union(changed, picture.changed)
        for _ in range(picture.frames):
            check()
            for reel, output in outputs:
                if reel.still is None:
                    output.write(picture.frame, changed)
            changed = NOTHING
            yield
        if not has_film:
            yield
