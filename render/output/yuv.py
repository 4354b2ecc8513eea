"""RGBA frames → the three planes of yuv420p that an encoder takes.

Of a film of ours most never changes from one frame to the next, so only the 2 × 2 blocks in which
a pixel changed are converted anew, or areas where most of them did, as those of a field; the result
is the same as converting the whole frame. The matrix is BT.601 in limited range: luma 16 … 235,
chroma 16 … 240 around 128, each chroma sample the mean of its 2 × 2 pixels. Alpha is not looked at:
frames are opaque.
"""

from typing import Any

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
_OFFSET_OF_LUMA = np.uint32(_OFFSETS[0] * _UNIT)
_OFFSET_OF_CHROMA = np.int32(_OFFSETS[4] * 4 * _UNIT)

# So many blocks at once: what is computed on the way stays in the processor's cache, and a product
# of matrices no larger than that isn't spread over threads, which would take the encoder's core.
_AT_ONCE = 1 << 11

_MOSTLY = 6
"""An area is converted as a whole where one block in so many changed: it takes so much less time
for each."""
_BAND = 32
"""So many rows of blocks at once: what is computed on the way stays in the processor's cache."""


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
        is_first, self._has_frame = not self._has_frame, False  # until it is whole
        if is_first:
            self._convert_area(frame, 0, 0, self._shape[1] // 2, self._shape[0] // 2)
        else:
            left, top, right, bottom = changed or (0, 0, self._shape[1], self._shape[0])
            self._update_area(frame, left // 2, top // 2, (right + 1) // 2, (bottom + 1) // 2)
        self._has_frame = True
        return self._bytes.data

    def _update_area(self, frame: Frame, left: int, top: int, right: int, bottom: int) -> None:
        """Bring the blocks up to date that differ, of those in a rectangle of blocks."""
        part = np.s_[top:bottom, :, left:right]
        pairs = frame.reshape(-1).view(np.uint64)
        either = pairs.reshape(self._pairs.shape)[part] != self._pairs[part]
        differs = either[:, 0] | either[:, 1]
        if np.count_nonzero(differs) * _MOSTLY < differs.size:
            self._convert_some(pairs, differs, left, top)
            return
        for first in range(0, bottom - top, _BAND):
            band = differs[first : first + _BAND]
            columns = np.flatnonzero(band.any(0))
            if not columns.size:
                continue
            start, end = int(columns[0]), int(columns[-1]) + 1
            if np.count_nonzero(band) * _MOSTLY < band.shape[0] * (end - start):
                self._convert_some(pairs, band, left, top + first)
            else:
                above = top + first
                self._convert_area(frame, left + start, above, left + end, above + len(band))

    def _convert_some(
        self, pairs: NDArray[np.uint64], differs: NDArray[np.bool_], left: int, top: int
    ) -> None:
        """Bring the blocks up to date that differ, `left` and `top` the place of the first."""
        width, columns = differs.shape[1], self._pairs.shape[2]
        places = np.flatnonzero(differs)
        rows = places // max(1, width) + top
        blocks = places + rows * (columns - width) + (left + top * width)
        for start in range(0, blocks.size, _AT_ONCE):
            batch = np.s_[start : start + _AT_ONCE]
            self._convert(pairs, blocks[batch], rows[batch])

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

    def _convert_area(self, frame: Frame, left: int, top: int, right: int, bottom: int) -> None:
        """Bring all blocks in a rectangle of blocks up to date, in whole numbers."""
        height, width, _ = self._shape
        pixels = frame.view("<u4")[..., 0]
        luma = self.yuv[:height]
        blue, red = self.yuv[height:].reshape(2, height // 2, width // 2)
        pairs = frame.reshape(-1).view(np.uint64).reshape(self._pairs.shape)
        for first in range(top, bottom, _BAND):
            last = min(first + _BAND, bottom)
            part = np.s_[first:last, :, left:right]
            self._pairs[part] = pairs[part]
            blocks = np.s_[first:last, left:right]
            of_pixels = np.s_[2 * first : 2 * last, 2 * left : 2 * right]
            luma[of_pixels], blue[blocks], red[blocks] = _planes(pixels[of_pixels])


def _planes(
    pixels: NDArray[np.uint32],
) -> tuple[NDArray[np.uint32], NDArray[np.int32], NDArray[np.int32]]:
    """Luma of RGBA pixels, shape (2 H, 2 W), each one number, and the chroma of 2 × 2, (H, W)."""
    greens = (pixels >> 8) & 0xFF
    others = pixels & 0xFF00FF  # red and blue, with room for the sum of four between them
    luma = (others & 0xFF) * _LUMA[0] + greens * _LUMA[1]
    luma += (others >> 16) * _LUMA[2] + _OFFSET_OF_LUMA
    luma >>= 16
    green, both = _sums(greens).view(np.int32), _sums(others)
    red, blue = (both & 0xFFFF).view(np.int32), (both >> 16).view(np.int32)
    chroma = [
        (red * r + green * g + blue * b + _OFFSET_OF_CHROMA) >> 18 for r, g, b, _ in (_BLUE, _RED)
    ]
    return luma, chroma[0], chroma[1]


def _sums(values: NDArray[Any]) -> NDArray[np.uint32]:
    """Of each 2 × 2."""
    rows = values[::2] + values[1::2]
    return np.asarray(rows[:, ::2] + rows[:, 1::2], np.uint32)
