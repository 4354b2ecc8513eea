"""Frames → a folder with one PNG each."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle
from fitreel.render.metadata.frame_names import frame_name
from fitreel.render.output.frame_writer import FrameWriter
from fitreel.render.output.png import png


class FrameFolderWriter(FrameWriter):
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
        """As every writer; `comment` is ASCII."""
        self._comment = comment.encode()
        self._first = np.empty((size[1], size[0], 4), np.uint8)
        super().__init__(output, size, check)

    def _write(self, frame: Frame, changed: Rectangle) -> None:
        if self.frames:
            self._save(frame, self.frames, {})
        else:
            np.copyto(self._first, frame)

    def _finish(self) -> None:
        # One that was cut off, by Ctrl-C or whatever else, is none.
        (self._temporary / frame_name(self.frames)).unlink(missing_ok=True)
        self._save(self._first, 0, {b"frames": b"%d" % self.frames})

    def _save(self, frame: Frame, number: int, texts: dict[bytes, bytes]) -> None:
        texts = {b"comment": self._comment, b"frame": b"%d" % number} | texts
        (self._temporary / frame_name(number)).write_bytes(png(frame, texts))
