"""A frame → PNG, with imageio, and the writer of a still."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fitreel.model.system.files import fill
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle
from fitreel.render.metadata import png_chunks
from fitreel.render.metadata.checksum import sealed
from fitreel.render.output.frame_writer import FrameWriter

# On our frames 8 ms and 35 kB; the default level takes 12 ms for 29 kB.
_COMPRESSION = 3


def png(frame: Frame, texts: dict[bytes, bytes]) -> bytes:
    """The sealed PNG of an RGBA frame (H, W, 4), uint8, with these texts in it."""
    import imageio.v3

    try:
        picture: bytes = imageio.v3.imwrite(
            "<bytes>", frame, extension=".png", plugin="pillow", compress_level=_COMPRESSION
        )
    except Exception as error:
        interruption = _interruption_of(error)
        if interruption is None:
            raise
        raise interruption from None
    return sealed(png_chunks.with_texts(picture, texts))


def _interruption_of(error: BaseException | None) -> BaseException | None:
    """The Ctrl-C that imageio met, and went on from to an error of its own."""
    while isinstance(error, Exception):
        error = error.__cause__ or error.__context__
    return error


class StillWriter(FrameWriter):
    """A PNG of the last frame that is written."""

    def __init__(
        self,
        output: str | Path,
        size: tuple[int, int],
        comment: str,
        check: Callable[[], None] | None = None,
    ) -> None:
        """As every writer; `comment` is ASCII."""
        self._comment = comment.encode()
        self._last = np.empty((size[1], size[0], 4), np.uint8)
        super().__init__(output, size, check)

    def _write(self, frame: Frame, changed: Rectangle) -> None:
        np.copyto(self._last, frame)

    def _finish(self) -> None:
        fill(self._temporary, png(self._last, {b"comment": self._comment}))
