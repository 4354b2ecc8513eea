"""One output, as it is described from the command line to its file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitreel.render.output.formats import Format, OutputKind, format_of


@dataclass(frozen=True)
class Output:
    """A file, or folder of frames, to make; what only the record tells is filled in with it."""

    path: str
    """As given: a slash at its end means a folder of frames."""
    at: int | None = None
    """For a still: the epoch asked for; None is the last snapshot."""
    takes_nearest: bool = False
    """For a still: whether the nearest epoch will do where that one has no snapshot."""
    sheet: tuple[int, int] | None = None
    """For a page of pictures: columns and rows. With them a .png is a page, not a still."""
    number: int | None = None
    """For a still: of the `DrawnFrame` it shows; None until the record is known."""
    provenance: dict[str, Any] | None = None
    """How it was made, for its metadata; JSON. None until the record is known."""

    @property
    def format(self) -> Format:
        """What its ending asks for.

        Raises:
            BadInput: an ending that isn't known.
        """
        return format_of(self.path)

    @property
    def kind(self) -> OutputKind:
        """What it is: a picture for which a sheet is asked is a page.

        Raises:
            BadInput: an ending that isn't known.
        """
        kind = self.format.kind
        return OutputKind.PAGE if kind is OutputKind.STILL and self.sheet is not None else kind

    @property
    def is_still(self) -> bool:
        """Whether it shows one frame of a film."""
        return self.kind is OutputKind.STILL

    @property
    def is_sidecar(self) -> bool:
        """Whether it goes with a film and isn't drawn with it: subtitles, or any page."""
        return self.kind in (OutputKind.SUBTITLES, OutputKind.PAGE, OutputKind.WEB_PAGE)

    @property
    def real_path(self) -> Path:
        """Where it really lies: a link's film is made where it points to."""
        return Path(self.path).resolve()
