"""RGBA frames → the three planes of I420 (yuv420p) that an encoder takes.

Of a film of ours most never changes from one frame to the next, so only the 2 × 2 blocks in which
a pixel changed are converted anew; the result is the same as converting the whole frame. The
matrix is BT.601 in limited range: luma 16 … 235, chroma 16 … 240 around 128, each chroma sample
the mean of its 2 × 2 pixels. Alpha is not looked at: frames are opaque.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.render.picture import Frame
from fitreel.render.rectangle import Rectangle

# BT.601 limited range, in units of 1/65536.
_SHIFT = 16
_LUMA = (16829, 33039, 6416)
_BLUE = (-9714, -19070, 28784)
_RED = (28784, -24103, -4681)
_HALF = 1 << (_SHIFT - 1)

# So many blocks at once, so that what is computed on the way stays in the processor's cache.
_AT_ONCE = 1 << 14


class Planes:
    """The planes of the newest frame, kept so that the next one only has to mend them.

    One contiguous block of bytes: luma (H × W), then the two chroma planes (H/2 × W/2 each).
    """

    def __init__(self, size: tuple[int, int]) -> None:
        """Make room for frames of `size` (width, height), both even.

        Raises:
            ValueError: an odd or an empty size, which no yuv420p film has.
        """
        width, height = size
        if width < 2 or height < 2 or width % 2 or height % 2:
            raise ValueError(f"a yuv420p film needs an even size, not {width} x {height}")
        self._shape = (height, width, 4)
        rows, columns = height // 2, width // 2
        self._bytes = np.empty(width * height * 3 // 2, np.uint8)
        luma = self._bytes[: width * height]
        # Two pixels side by side are one number: half the elements to compare, find and copy.
        self._luma = luma.view(np.uint16).reshape(rows, 2, columns)
        self._blue, self._red = self._bytes[width * height :].reshape(2, rows * columns)
        self.i420 = self._bytes.reshape(rows * 3, width)
        """The planes as an image of one channel, shape (3 / 2 height, width)."""
        self._pairs = np.zeros((rows, 2, columns), np.uint64)
        self._seen = False

    def update(self, frame: Frame, changed: Rectangle | None = None) -> memoryview:
        """Convert `frame` (H, W, 4), uint8, C-contiguous, and return the planes' bytes.

        The bytes are valid until the next call. Outside of `changed`, if it is given, the frame is
        the same as the one before.

        Raises:
            ValueError: a frame of another shape or dtype.
        """
        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(
                f"expected a frame {self._shape} of uint8, got {frame.shape} of {frame.dtype}"
            )
        if not frame.flags.c_contiguous:
            raise ValueError("expected a C-contiguous frame")
        pairs = frame.reshape(-1).view(np.uint64).reshape(self._pairs.shape)
        if self._seen:
            left, top, right, bottom = changed or (0, 0, self._shape[1], self._shape[0])
            left, top, right, bottom = left // 2, top // 2, (right + 1) // 2, (bottom + 1) // 2
            part = np.s_[top:bottom, :, left:right]
            differs = pairs[part] != self._pairs[part]
            found = np.flatnonzero(differs[:, 0] | differs[:, 1])
            rows, columns = np.divmod(found, max(1, right - left))
            blocks = (rows + top) * pairs.shape[2] + columns + left
        else:
            blocks = np.arange(self._blue.size)
            self._seen = True
        for start in range(0, blocks.size, _AT_ONCE):
            self._convert(pairs, blocks[start : start + _AT_ONCE])
        return self._bytes.data

    def copy_to(self, target: Frame, where: Rectangle) -> None:
        """Copy what lies in a rectangle of the frame to the same places of another `i420`."""
        height, width, _ = self._shape
        left, top, right, bottom = where
        left, top, right, bottom = left // 2, top // 2, (right + 1) // 2, (bottom + 1) // 2
        luma = np.s_[2 * top : 2 * bottom, 2 * left : 2 * right]
        target[:height][luma] = self.i420[:height][luma]
        chroma = np.s_[:, top:bottom, left:right]
        shape = (2, height // 2, width // 2)
        target[height:].reshape(shape)[chroma] = self.i420[height:].reshape(shape)[chroma]

    def _convert(self, pairs: NDArray[np.uint64], blocks: NDArray[np.intp]) -> None:
        """Bring the 2 × 2 blocks numbered `blocks`, in reading order, up to date with `pairs`."""
        rows, columns = np.divmod(blocks, pairs.shape[2])
        top, bottom = pairs[rows, 0, columns], pairs[rows, 1, columns]
        self._pairs[rows, 0, columns] = top
        self._pairs[rows, 1, columns] = bottom
        # (blocks, 4 pixels, RGBA); the channels are worked on one by one, as plain long rows.
        pixels = np.stack((top, bottom), axis=1).view(np.uint8).reshape(-1, 4, 4)
        channels = [pixels[:, :, channel].astype(np.int32) for channel in range(3)]
        luma = _weigh(channels, _LUMA)
        luma += (16 << _SHIFT) + _HALF
        luma >>= _SHIFT
        two_by_two = luma.astype(np.uint8).view(np.uint16)
        self._luma[rows, 0, columns] = two_by_two[:, 0]
        self._luma[rows, 1, columns] = two_by_two[:, 1]
        sums = [channel.sum(axis=1, dtype=np.int32) for channel in channels]
        for plane, weights in ((self._blue, _BLUE), (self._red, _RED)):
            # Sums of four pixels: two bits more to shift away than for one.
            chroma = _weigh(sums, weights)
            chroma += (128 << (_SHIFT + 2)) + (_HALF << 2)
            chroma >>= _SHIFT + 2
            plane[blocks] = chroma


def _weigh(channels: list[NDArray[np.int32]], weights: tuple[int, int, int]) -> NDArray[Any]:
    weighed = channels[0] * np.int32(weights[0])
    weighed += channels[1] * np.int32(weights[1])
    weighed += channels[2] * np.int32(weights[2])
    return weighed
