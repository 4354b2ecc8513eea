"""What is on screen in a film whose frames come one by one, of whatever size."""

import numpy as np
from numpy.typing import NDArray

from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle


class Screen:
    """A frame of the film's size, onto which others are put.

    The first one put onto it decides the size. Later ones of another size are centred on their own
    background, the colour of their upper left corner, a larger one scaled down.
    """

    def __init__(
        self, first: Frame, *, is_even: bool, is_opaque: bool, is_lasting: bool = True
    ) -> None:
        """Make a screen for frames like `first`: (H, W, 4), uint8.

        Args:
            first: decides the size; it isn't put onto the screen yet.
            is_even: round width and height up to even numbers, with the background.
            is_opaque: put what is transparent onto white.
            is_lasting: keep what is on screen also where the frame that was put onto it is reused.
        """
        self._shape = first.shape
        self._is_opaque = is_opaque
        self._is_lasting = is_lasting
        height, width = (each + each % 2 if is_even else each for each in first.shape[:2])
        self.size = width, height
        """Width and height in pixels."""
        self._own: Frame = np.empty((height, width, 4), np.uint8)
        self.frame: Frame = self._own
        """What is on screen, (H, W, 4), uint8; its bytes may change with what is put onto it."""
        self._is_known = False  # whether the frame before had the first one's size

    def fits(self, frame: Frame) -> bool:
        """Whether `frame` has the size of the first one."""
        return frame.shape == self._shape

    def put(self, frame: Frame, changed: Rectangle | None = None) -> Rectangle:
        """Show `frame`, (H, W, 4), uint8; all pixels that may differ from what was shown before.

        Args:
            frame: of any size.
            changed: outside of it the frame is the same as the one before; None: unknown.
        """
        whole = (0, 0, *self.size)
        is_known, self._is_known = self._is_known, False  # until it is whole
        if not self.fits(frame):
            self.frame = self._own
            self._put_fitted(frame)
            return whole
        if self._is_shown_itself(frame):
            self.frame = frame
        else:
            self.frame = self._own
            height, width = frame.shape[:2]
            self.frame[height:] = self.frame[:, width:] = frame[0, 0]
            self._copy(frame, np.s_[:height, :width])
        self._is_known = True
        return changed if changed is not None and is_known else whole

    def _is_shown_itself(self, frame: Frame) -> bool:
        """Whether no copy is needed: memory read and written once more is a twentieth of a film."""
        return (
            not self._is_lasting
            and frame.shape == self._own.shape
            and frame.flags.c_contiguous
            and not (self._is_opaque and _is_transparent(frame))
        )

    def _put_fitted(self, frame: Frame) -> None:
        width, height = self.size
        if frame.shape[0] > height or frame.shape[1] > width:
            frame = _scaled_down(frame, self.size)
        top, left = (height - frame.shape[0]) // 2, (width - frame.shape[1]) // 2
        self._copy(frame[:1, :1], np.s_[:, :])
        self._copy(frame, np.s_[top : top + frame.shape[0], left : left + frame.shape[1]])

    def _copy(self, pixels: Frame, where: tuple[slice, slice]) -> None:
        part = self.frame[where]
        part[:] = pixels
        if self._is_opaque and _is_transparent(part):
            part[:] = _on_white(part)


def _is_transparent(pixels: Frame) -> bool:
    """Whether any pixel is, more or less."""
    # All pixels in one number: a third of the time that it takes to look at one byte of four.
    together = np.bitwise_and.reduce(pixels.view(np.uint32), axis=None)
    return bool(together.reshape(1).view(np.uint8)[3] != 255)


def _on_white(pixels: Frame) -> Frame:
    alpha = pixels[..., 3:].astype(np.uint16)
    result: NDArray[np.uint16] = (pixels * alpha + 255 * (255 - alpha) + 127) // 255
    result[..., 3] = 255
    return result.astype(np.uint8)


def _scaled_down(frame: Frame, size: tuple[int, int]) -> Frame:
    """The largest copy that fits into `size` with the same proportions."""
    from PIL import Image

    height, width = frame.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    smaller = max(1, int(width * scale + 1e-9)), max(1, int(height * scale + 1e-9))
    picture = Image.fromarray(np.ascontiguousarray(frame))
    return np.asarray(picture.resize(smaller, Image.Resampling.LANCZOS))
