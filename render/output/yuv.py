"""RGBA frames → the three planes of yuv420p that an encoder takes.

Of a film of ours most never changes from one frame to the next, so only the 2 × 2 blocks in which
a pixel changed are converted anew; the result is the same as converting the whole frame. The
matrix is BT.601 in limited range: luma 16 … 235, chroma 16 … 240 around 128, each chroma sample
the mean of its 2 × 2 pixels. Alpha is not looked at: frames are opaque.
"""

import numpy as np
from numpy.typing import NDArray

from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle

# BT.601 limited range, in units of 1/65536: what red, green, blue and alpha add to each.
_LUMA = (16829, 33039, 6416, 0)
_BLUE = (-9714, -19070, 28784, 0)
_RED = (28784, -24103, -4681, 0)
_UNIT = 1 << 16

# From the 16 numbers of a block of four pixels to its luma (4) and chroma (2). All products and
# sums are small multiples of 2^-18, so that floats hold them exactly, in whatever order.
_MATRIX = np.zeros((16, 6))
for _pixel in range(4):
    _MATRIX[4 * _pixel : 4 * _pixel + 4, _pixel] = np.divide(_LUMA, _UNIT)
    _MATRIX[4 * _pixel : 4 * _pixel + 4, 4] = np.divide(_BLUE, 4 * _UNIT)
    _MATRIX[4 * _pixel : 4 * _pixel + 4, 5] = np.divide(_RED, 4 * _UNIT)
_OFFSETS = np.array([16.5] * 4 + [128.5] * 2)
"""Half a level more than the smallest, as what is behind the point is cut off."""

# So many blocks at once: what is computed on the way stays in the processor's cache, and a product
# of matrices no larger than that isn't spread over threads, which would take the encoder's core.
_AT_ONCE = 1 << 11


class YuvConverter:
    """Holds the newest frame as yuv420p, so that of the next one only what changed is converted.

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
        # Two pixels side by side are one number: half the elements to compare, find and copy.
        self._luma = self._bytes[: width * height].view(np.uint16)
        self._blue, self._red = self._bytes[width * height :].reshape(2, rows * columns)
        self.yuv = self._bytes.reshape(rows * 3, width)
        """All three planes as an image of one channel, shape (3 / 2 height, width)."""
        self._pairs = np.zeros((rows, 2, columns), np.uint64)
        self._has_frame = False

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
        pairs = frame.reshape(-1).view(np.uint64)
        _, _, columns = shape = self._pairs.shape
        is_first, self._has_frame = not self._has_frame, False  # until it is whole
        if not is_first:
            left, top, right, bottom = changed or (0, 0, self._shape[1], self._shape[0])
            left, top, right, bottom = left // 2, top // 2, (right + 1) // 2, (bottom + 1) // 2
            part = np.s_[top:bottom, :, left:right]
            differs = pairs.reshape(shape)[part] != self._pairs[part]
            places = np.flatnonzero(differs[:, 0] | differs[:, 1])
            rows = places // max(1, right - left) + top
            blocks = places + rows * (columns - right + left) + (left + top * (right - left))
        else:
            blocks = np.arange(self._blue.size)
            rows = blocks // columns
        for start in range(0, blocks.size, _AT_ONCE):
            batch = np.s_[start : start + _AT_ONCE]
            self._convert(pairs, blocks[batch], rows[batch])
        self._has_frame = True
        return self._bytes.data

    def copy_to(self, target: Frame, where: Rectangle) -> None:
        """Copy what lies in a rectangle of the frame to the same places of another `yuv`."""
        height, width, _ = self._shape
        left, top, right, bottom = where
        left, top, right, bottom = left // 2, top // 2, (right + 1) // 2, (bottom + 1) // 2
        luma = np.s_[2 * top : 2 * bottom, 2 * left : 2 * right]
        target[:height][luma] = self.yuv[:height][luma]
        chroma = np.s_[:, top:bottom, left:right]
        shape = (2, height // 2, width // 2)
        target[height:].reshape(shape)[chroma] = self.yuv[height:].reshape(shape)[chroma]

    def _convert(
        self, pairs: NDArray[np.uint64], blocks: NDArray[np.intp], rows: NDArray[np.intp]
    ) -> None:
        """Bring the 2 × 2 blocks numbered `blocks`, in reading order, up to date with `pairs`."""
        columns = self._pairs.shape[2]
        upper = blocks + rows * columns
        both = np.stack((upper, upper + columns))
        newest = pairs.take(both)
        self._pairs.reshape(-1)[both] = newest
        # (blocks, 4 pixels of RGBA)
        pixels = newest.T.copy().view(np.uint8)
        values = pixels.astype(np.float64) @ _MATRIX
        values += _OFFSETS
        levels = values.astype(np.uint8)
        self._luma[both] = levels[:, :4].copy().view(np.uint16).T
        self._blue[blocks] = levels[:, 4]
        self._red[blocks] = levels[:, 5]
