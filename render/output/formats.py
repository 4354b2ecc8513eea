"""The one table of what fitreel writes: endings, and what each format is and can."""

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fitreel.model.errors import BadInput


class OutputKind(Enum):
    """What an output is."""

    FILM = "film"
    STILL = "still"
    FRAMES = "folder of frames"
    SUBTITLES = "subtitles"
    PAGE = "page"
    WEB_PAGE = "page for a browser"


@dataclass(frozen=True)
class Format:
    """What an ending stands for."""

    name: str
    """Of the format; with a dot before it the ending of its files."""
    kind: OutputKind
    encoder: str | None = None
    """That ffmpeg must have for it; None: fitreel writes it alone."""
    is_vital: bool = False
    """Whether fitreel is of no use where this can't be written."""
    has_alpha: bool = False
    """Whether it carries transparency."""
    takes_yuv: bool = False
    """Whether its writer takes opaque frames as planes of yuv420p, too."""

    @property
    def ending(self) -> str:
        """Of its files, with the dot; empty for a folder."""
        return "" if self.kind is OutputKind.FRAMES else f".{self.name}"


MP4 = Format("mp4", OutputKind.FILM, encoder="libx264", is_vital=True, takes_yuv=True)
GIF = Format("gif", OutputKind.FILM)
WEBM = Format("webm", OutputKind.FILM, encoder="libvpx-vp9", has_alpha=True, takes_yuv=True)
PNG = Format("png", OutputKind.STILL, has_alpha=True)
SRT = Format("srt", OutputKind.SUBTITLES)
VTT = Format("vtt", OutputKind.SUBTITLES)
PDF = Format("pdf", OutputKind.PAGE)
SVG = Format("svg", OutputKind.PAGE)
HTML = Format("html", OutputKind.WEB_PAGE)
FRAMES = Format("frames", OutputKind.FRAMES, has_alpha=True)
"""A folder with one PNG a frame."""

FORMATS = (MP4, GIF, WEBM, PNG, SRT, VTT, PDF, SVG, HTML, FRAMES)
ENDINGS = {each.ending: each for each in FORMATS if each.ending}


def format_of(output: str | Path) -> Format:
    """The format that `output` asks for by its ending.

    A text that ends in a slash, a name without ending and an existing folder mean a folder.

    Raises:
        BadInput: an ending that isn't in the table.
    """
    path = Path(output)
    if str(output).endswith(("/", os.sep)) or path.suffix == "":
        return FRAMES
    by_ending = ENDINGS.get(path.suffix.lower())
    if by_ending is not None:
        return by_ending
    if path.is_dir():
        return FRAMES
    raise BadInput(
        f"{output}: unknown ending {path.suffix!r}; fitreel writes "
        f'{", ".join(ENDINGS)}, and a folder of frames ("{path.stem}/")'
    )
