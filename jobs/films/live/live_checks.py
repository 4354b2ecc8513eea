"""What a film that somebody's program writes is refused for, before it begins."""

import os
from functools import cache
from pathlib import Path

from fitreel.model.errors import BadInput, Unavailable
from fitreel.render.output.destination import check_name, check_place
from fitreel.render.output.ffmpeg import has_encoder
from fitreel.render.output.formats import Format, OutputKind
from fitreel.render.output.output import Output

_MADE = (OutputKind.FILM, OutputKind.STILL, OutputKind.FRAMES)
_LEAST_FPS, _MOST_FPS = 0.1, 240


def check_numbers(out: str, fps: float, hold_end: float) -> None:
    """Refuse a frame rate or a hold that no film has.

    Raises:
        BadInput: the line names it.
    """
    try:
        is_rate, is_length = _LEAST_FPS <= fps <= _MOST_FPS, 0 <= hold_end < 1e5
    except TypeError:
        raise BadInput(f"{out}: fps and hold_end are numbers, not {fps!r}, {hold_end!r}") from None
    if not is_rate:
        raise BadInput(f"{out}: fps = {fps!r}: must be from {_LEAST_FPS} to {_MOST_FPS}")
    if not is_length:
        raise BadInput(f"{out}: hold_end = {hold_end!r}: must be 0 or more, in seconds")


def check_given(out: str | os.PathLike[str]) -> None:
    """Refuse what can't be meant as a film's name; a Path, without a slash, may be a folder's.

    Raises:
        BadInput: the line says what would be one.
    """
    if isinstance(out, str):
        check_name(out)
    else:
        check_place(Path(out))
    check_format(Output(os.fspath(out)))


def check_format(output: Output) -> None:
    """Refuse what isn't made of frames alone.

    Raises:
        BadInput: the line names what would be.
    """
    if "{" in Path(output.path).name:
        raise BadInput(f"{output.path}: {{…}} is filled in by the command line only; give the name")
    if output.kind not in _MADE:
        raise BadInput(
            f"{output.path}: {output.format.ending} goes with the film of a record; a film of your "
            "own is .mp4, .gif, .webm, a folder of frames, or .png for its last picture"
        )


def check_encoder(output: Output) -> None:
    """Have ffmpeg say, once a process, that it can.

    Raises:
        Unavailable: there is no ffmpeg, or it can't.
    """
    kind = output.format
    if kind.encoder is not None and not _has_encoder(kind, os.environ.get("IMAGEIO_FFMPEG_EXE")):
        raise Unavailable(f"{output.path}: this ffmpeg has no {kind.encoder}, which it needs")


@cache
def _has_encoder(kind: Format, _binary: str | None) -> bool:
    assert kind.encoder is not None
    return has_encoder(kind.encoder)
