"""From frames to files: the outputs opened, each frame written where it belongs, all closed."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from fractions import Fraction

from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.geometry import NOTHING, union
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.output.frame_writer import FrameWriter
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output


def selection_of(outputs: Sequence[Output], *, transparent: bool = False) -> FrameSelection:
    """Which frames have to be drawn for these films and stills, whose numbers are known."""
    return FrameSelection(
        film=any(output.number is None for output in outputs),
        stills=frozenset(output.number for output in outputs if output.number is not None),
        # Converted where they are drawn, if nothing but films that take them so are made.
        as_yuv=not transparent and all(output.format.takes_yuv for output in outputs),
    )


def write_frames(
    frames: Generator[DrawnFrame, None, None],
    outputs: Sequence[Output],
    size: tuple[int, int],
    fps: Fraction | int | float,
    progress: Callable[[int], None],
    check: Callable[[], None],
    *,
    chapters: Sequence[Chapter] = (),
    transparent: bool = False,
) -> None:
    """Write `frames` into every film, and into each still the one that has its number.

    Memory doesn't grow with the number of frames. The outputs, which `selection_of` was asked
    about, are opened before the first frame is taken: ffmpeg starts up meanwhile.

    Args:
        frames: as they are drawn; closed at the end.
        outputs: where to; each says how it was made.
        size: width and height in pixels.
        fps: frames a second.
        progress: told after each frame how many are done, or stills where there is no film.
        check: called between frames, and at least every 0.2 s of waiting; raises to stop.
        chapters: named stretches of the films.
        transparent: keep the frames' alpha.

    Raises:
        BadInput: as the source of the frames, or an output that can't be.
        Unavailable: ffmpeg, or an encoder in it, is not here.
        CannotWrite: ffmpeg failed or the system refuses; no output appears under its name.
    """
    with ExitStack() as stack:
        stack.enter_context(closing(frames))
        writers = [
            stack.enter_context(
                open_writer(
                    output, size, fps, chapters=chapters, transparent=transparent, check=check
                )
            )
            for output in outputs
        ]
        pairs = list(zip(outputs, writers, strict=True))
        films = [writer for output, writer in pairs if output.number is None]
        stills = [(output.number, writer) for output, writer in pairs if output.number is not None]
        for done, _ in enumerate(_written(frames, films, stills, check), 1):
            progress(done)


def _written(
    frames: Iterator[DrawnFrame],
    films: Sequence[FrameWriter],
    stills: Sequence[tuple[int, FrameWriter]],
    check: Callable[[], None],
) -> Iterator[None]:
    """Write each frame where it belongs; yields after each of a film, or still where none is."""
    changed = NOTHING
    for drawn in frames:
        check()
        for number, writer in stills:
            if number == drawn.number:
                writer.write(drawn.frame)
        # A frame that no film shows leaves its changes to the next that one does.
        changed = union(changed, drawn.changed)
        for _ in range(drawn.frames):
            check()
            for writer in films:
                writer.write(drawn.frame, changed)
            changed = NOTHING
            yield
        if not films:
            yield
