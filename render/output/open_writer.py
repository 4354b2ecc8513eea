"""The one door to every writer of frames: the table of formats says which one it is."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from fitreel.model.errors import BadInput
from fitreel.render.metadata.provenance import Chapter, provenance_text
from fitreel.render.output.ffmpeg import PATIENCE
from fitreel.render.output.formats import OutputKind
from fitreel.render.output.frame_writer import FrameWriter
from fitreel.render.output.output import Output


def open_writer(
    output: Output,
    size: tuple[int, int],
    fps: Fraction | int | float,
    *,
    chapters: Sequence[Chapter] = (),
    transparent: bool = False,
    check: Callable[[], None] | None = None,
    patience: float = PATIENCE,
) -> FrameWriter:
    """Begin a film, still or folder of frames.

    Args:
        output: what to write, and how it was made.
        size: width and height in pixels; even for .mp4 and .webm.
        fps: frames a second.
        chapters: named stretches, for .mp4 and .webm.
        transparent: keep the frames' alpha, in formats that have it.
        check: called at least every 0.2 s while ffmpeg is waited for; raises to stop.
        patience: seconds without a sign of life after which ffmpeg is given up.

    Raises:
        BadInput: an unknown ending, or something there that must not be replaced.
        CannotWrite: its folder is not there or can't be written.
        Unavailable: ffmpeg is missing or can't be started.
        ValueError: a size or frame rate that no film has.
    """
    rate = Fraction(fps).limit_denominator(100_000)
    if rate <= 0:
        raise ValueError(f"a film needs a frame rate above 0, not {fps}")
    comment = provenance_text(output.provenance or {})
    check_transparency(output, transparent)
    path = output.path
    # Imported when asked for: start-up counts.
    match output.kind:
        case OutputKind.FILM if output.format.encoder is not None:
            from fitreel.render.output.video import VideoWriter

            return VideoWriter(
                *(path, size, rate, comment, chapters),
                transparent=transparent,
                check=check,
                patience=patience,
            )
        case OutputKind.FILM:
            from fitreel.render.output.gif import GifWriter

            return GifWriter(path, size, rate, comment, check)
        case OutputKind.STILL:
            from fitreel.render.output.png import StillWriter

            return StillWriter(path, size, comment, check)
        case OutputKind.FRAMES:
            from fitreel.render.output.frame_folder import FrameFolderWriter

            return FrameFolderWriter(path, size, comment, check)
    raise BadInput(f"{path}: no film has this ending")


def check_transparency(output: Output, transparent: bool) -> None:
    """Refuse a film without alpha where it is asked for.

    Raises:
        BadInput: the line names formats that have it.
    """
    if transparent and output.kind is OutputKind.FILM and not output.format.has_alpha:
        raise BadInput(f"{output.path}: film.transparent needs .webm, .png or a folder of frames")
