"""Frames as PNG, written with imageio: the last one as a still, or every one in a folder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fitreel.model.system.files import fill
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle
from fitreel.render.metadata import containers
from fitreel.render.metadata.checksum import frame_name, sealed
from fitreel.render.output.writer import Output

# On our frames 8 ms and 35 kB; the default level takes 12 ms for 29 kB.
_COMPRESSION = 3


def png(frame: Frame, texts: dict[bytes, bytes]) -> bytes:
    """The sealed PNG of an RGBA frame (H, W, 4), uint8, with these texts in it."""
    import imageio.v3

    picture: bytes = imageio.v3.imwrite(
        "<bytes>", frame, extension=".png", plugin="pillow", compress_level=_COMPRESSION
    )
    return sealed(containers.png_with_texts(picture, texts), "png")


class Still(Output):
    """A PNG of the last frame that is written."""

    def __init__(
        self,
        output: str | Path,
        size: tuple[int, int],
        comment: str,
        check: Callable[[], None] | None = None,
    ) -> None:
        """As every output; `comment` is ASCII."""
        self._comment = comment.encode()
        self._last = np.empty((size[1], size[0], 4), np.uint8)
        super().__init__(output, size, check)

    def _write(self, frame: Frame, changed: Rectangle) -> None:
        np.copyto(self._last, frame)

    def _finish(self) -> None:
        fill(self._temporary, png(self._last, {b"comment": self._comment}))


class Folder(Output):
    """A folder with one PNG a frame; the first also tells how many there are.

    So the first is written last: a folder without it is not whole.
    """

    is_folder = True

    def __init__(
        self,
        output: str | Path,
        size: tuple[int, int],
        comment: str,
        check: Callable[[], None] | None = None,
    ) -> None:
        """As every output; `comment` is ASCII."""
        self._comment = comment.encode()
        self._first = np.empty((size[1], size[0], 4), np.uint8)
        super().__init__(output, size, check)

    def _write(self, frame: Frame, changed: Rectangle) -> None:
        if self.frames:
            self._save(frame, self.frames, {})
        else:
            np.copyto(self._first, frame)

    def _finish(self) -> None:
        self._save(self._first, 0, {b"frames": b"%d" % self.frames})

    def _save(self, frame: Frame, number: int, texts: dict[bytes, bytes]) -> None:
        texts = {b"comment": self._comment, b"frame": b"%d" % number} | texts
        (self._temporary / frame_name(number)).write_bytes(png(frame, texts))
