"""From a run to its films: open the outputs, have each snapshot drawn once, encode, close."""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from fitreel.model.record import Run
from fitreel.render.encode import open_output, takes_planes
from fitreel.render.painter import Painter
from fitreel.render.picture import Picture
from fitreel.render.rectangle import NOTHING, union
from fitreel.render.settings import FilmSettings
from fitreel.render.story import chapters, events
from fitreel.render.timeline import Timeline
from fitreel.render.words import words_of


@dataclass(frozen=True)
class Reel:
    """One output, and what it says of how it was made."""

    path: str
    imprint: dict[str, Any]
    still: int | None = None
    """For a picture: the snapshot it shows; None for a film, which shows them all."""


def draw_reel(
    run: Run,
    settings: FilmSettings,
    line: Timeline,
    reels: Sequence[Reel],
    progress: Callable[[int], None],
    check: Callable[[], None],
    painter: Painter | None = None,
) -> None:
    """Draw `run` as `line` has it into every film among `reels`, and into each still its snapshot.

    Memory doesn't grow with the number of frames. With a `painter`, its process draws.

    Raises:
        BadInput: the record is damaged.
        Unavailable: ffmpeg, or an encoder in it, is not here.
        CannotWrite: ffmpeg failed or the system refuses; no reel appears under its name.
    """
    words = words_of(settings.language, settings.words)
    told = events(run.epochs, run.losses, run.ending, run.ending_epoch)
    films = [reel for reel in reels if reel.still is None]
    stills = {reel.still for reel in reels if reel.still is not None}
    shown = line if films else None
    # Converted where they are drawn, if nothing but films that take planes are made of them.
    as_planes = not settings.transparent and all(takes_planes(reel.path) for reel in reels)
    with ExitStack() as stack:
        # Begun first: it draws while ffmpeg starts up.
        drawn: Generator[Picture, None, None]
        if painter is not None and painter.ask(run, settings, shown, stills, as_planes):
            drawn = painter.pictures(check)
        else:
            # matplotlib is imported only where something is drawn.
            from fitreel.render.pictures import pictures

            drawn = pictures(run, settings, shown, stills)
        stack.enter_context(closing(drawn))
        outputs = [
            (
                reel,
                stack.enter_context(
                    open_output(
                        reel.path,
                        settings.pixels,
                        settings.fps,
                        reel.imprint,
                        chapters=chapters(told, line, words),
                        transparent=settings.transparent,
                        check=check,
                    )
                ),
            )
            for reel in reels
        ]
        done = 0
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
                done += 1
                progress(done)
            if not films:
                done += 1
                progress(done)
