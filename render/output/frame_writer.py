"""What all writers have in common: frames in, then whole under the final name or not there."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.model.system.files import (
    cannot_write,
    discard,
    put_folder_in_place,
    put_in_place,
    temporary_file,
    temporary_folder,
)
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.output.destination import check_output


class FrameWriter(ABC):
    """One file, or folder of frames, in the making; also a context, left whole or aborted.

    Everything is written under a temporary name beside `path`. What stands at `path` is replaced
    by `finish` in one rename, or stays untouched.
    """

    is_folder = False

    def __init__(
        self,
        output: str | Path,
        size: tuple[int, int],
        check: Callable[[], None] | None = None,
    ) -> None:
        """Check that `output` can be written with frames of `size` (width, height) in pixels.

        `check` is called now and then while work takes long; it may raise to stop.

        Raises:
            BadInput: an unknown ending, or something there that must not be replaced.
            CannotWrite: its folder is not there or can't be written.
        """
        self.label = Path(output)  # what messages call it
        self.path = check_output(output)
        self.frames = 0
        self.chapters: Sequence[Chapter] = ()
        """Named stretches that are known only at the end; formats without them do without."""
        self._finished = False
        self._shapes: tuple[tuple[int, ...], ...] = ((size[1], size[0], 4),)
        self._whole: Rectangle = (0, 0, *size)
        self._check = check
        try:
            begin = temporary_folder if self.is_folder else temporary_file
            self._temporary = begin(self.path)
        except OSError as error:
            raise cannot_write(self.label, error) from error

    @contextmanager
    def _beginning(self) -> Iterator[None]:
        """A block that gets ready what else there is; where it fails, nothing stays."""
        try:
            yield
        except BaseException:
            discard(self._temporary)
            raise

    def write(self, frame: Frame, changed: Rectangle | None = None) -> None:
        """Add `frame`: (H, W, 4), uint8, C-contiguous RGBA. It may be reused after the return.

        One whose format `takes_yuv` also takes opaque frames as yuv420p: see `YuvConverter`.

        Args:
            frame: what is to be seen.
            changed: a rectangle outside of which it is the same as the frame before; None: unknown.

        Raises:
            CannotWrite: no space, or the encoder failed; `abort` is then what is left to do.
            ValueError: a frame of another shape or dtype.
        """
        if (
            frame.shape not in self._shapes
            or frame.dtype != np.uint8
            or not frame.flags.c_contiguous
        ):
            raise ValueError(
                f"expected a contiguous frame {self._shapes[0]} of uint8, "
                f"got {frame.shape} of {frame.dtype}"
            )
        try:
            self._write(frame, changed if self.frames and changed else self._whole)
        except OSError as error:
            raise cannot_write(self.label, error) from error
        self.frames += 1

    def settle(self) -> None:  # noqa: B027 (most do all of it at once)
        """Do what takes longest of `finish`, which then needn't; again, where that was cut off.

        Raises:
            CannotWrite: no space, or the encoder failed.
        """

    def finish(self) -> None:
        """Make the film whole, check it, and give it its final name. On any failure, abort.

        Nothing happens when it is called again, as a context does when it is left.

        Raises:
            BadInput: there was no frame.
            CannotWrite: no space, the encoder failed, or the film isn't what was sent.
        """
        if self._finished:
            return
        try:
            if not self.frames:
                raise BadInput(f"{self.label}: a film without a single frame")
            self._finish()
            if self.is_folder:
                put_folder_in_place(self._temporary, self.path, self._check)
            else:
                put_in_place(self._temporary, self.path)
        except OSError as error:
            self.abort()
            raise cannot_write(self.label, error) from error
        except BaseException:
            self.abort()
            raise
        self._finished = True

    def abort(self) -> None:
        """End the work and remove what was made of it. May be called at any time, also twice."""
        self._abort()
        discard(self._temporary)

    def leave(self) -> None:
        """Let go of what a forked process holds of it, and can't write any more; for it alone."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in self._descriptors():
            os.dup2(nothing, descriptor, inheritable=False)
        os.close(nothing)

    @abstractmethod
    def _write(self, frame: Frame, changed: Rectangle) -> None:
        """Add a frame of the right shape, which is as the one before outside of `changed`."""

    @abstractmethod
    def _finish(self) -> None:
        """Leave the temporary file or folder whole, checked and sealed."""

    def _abort(self) -> None:  # noqa: B027 (most hold nothing else)
        """Give up whatever is held besides the temporary file."""

    def _descriptors(self) -> list[int]:
        """Of all that is held open."""
        return []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish()
        else:
            self.abort()
