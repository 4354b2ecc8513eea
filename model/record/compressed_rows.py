"""Numbers of snapshots in fewer bytes, every bit kept: what a straight line in time doesn't say.

Of each float32, taken as an integer, the change of its change since the two snapshots before it;
zigzag, so that small ones of either sign have leading zeros; the bytes of one place side by side;
then one frame of zstandard for each snapshot, so that one at a time is in memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 1
_BYTES = 4


def compress_rows(rows: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Rows of numbers, shape (R, W).

    Returns:
        The frames one after the other, shape (n,), and where each ends, shape (R,).
    """
    from zstandard import ZstdCompressor  # small snapshots need none

    compressor = ZstdCompressor(level=LEVEL)
    frames: list[bytes] = []
    before, change_before = np.zeros((2, rows.shape[1]), np.uint32)
    for number, row in enumerate(np.ascontiguousarray(rows).view(np.uint32)):
        change = row - before
        bends = (change - change_before).view(np.int32)
        zigzag = (bends << 1) ^ (bends >> 31)
        places = _apart(zigzag.view(np.uint32))
        frames.append(compressor.compress(places.data))
        before = row
        if number:  # the first one changes from nothing
            change_before = change
    ends = np.cumsum([len(frame) for frame in frames], dtype=np.int64)
    return np.frombuffer(b"".join(frames), np.uint8), ends


class CompressedRows:
    """What `compress_rows` gave, a row at a time; read in their order they are read once.

    Raises:
        ValueError: it isn't that, here or when a row is read.
    """

    def __init__(self, frames: NDArray[np.uint8], ends: NDArray[np.int64], width: int) -> None:
        starts = np.concatenate([[0], ends])
        if (np.diff(starts) < 0).any() or starts[-1] != len(frames):
            raise ValueError("frames that don't fit")
        self._frames, self._starts, self._width = frames, starts, width
        self._begin()

    def _begin(self) -> None:
        self._next = 0
        self._row, self._change = np.zeros((2, self._width), np.uint32)

    def __getitem__(self, number: int) -> NDArray[Any]:
        """Row `number`, float32, shape (W,)."""
        if number < self._next - 1:
            self._begin()
        while self._next <= number:
            self._step()
        return self._row.view(np.float32)

    def _step(self) -> None:
        from zstandard import ZstdDecompressor, ZstdError, frame_content_size

        frame = self._frames[self._starts[self._next] : self._starts[self._next + 1]].data
        size = _BYTES * self._width
        try:
            # What it says, before so much memory is taken.
            if frame_content_size(frame) != size:
                raise ValueError("a row of another length")
            content = ZstdDecompressor().decompress(frame)
        except ZstdError as error:
            raise ValueError(str(error)) from None
        zigzag = _together(np.frombuffer(content, np.uint8).reshape(_BYTES, -1))
        bends = (zigzag >> 1) ^ -(zigzag & 1)
        change = self._change + bends
        self._row = self._row + change
        if self._next:
            self._change = change
        self._next += 1


def _apart(words: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The bytes of one place side by side, the lowest first, shape (4, W)."""
    places = np.empty((_BYTES, len(words)), np.uint8)
    for number, place in enumerate(places):
        np.right_shift(words, 8 * number, out=place, casting="unsafe", dtype=np.uint32)
    return places


def _together(places: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """What `_apart` gave; shifting takes a fifth of the time of a transposed copy."""
    words: NDArray[np.uint32] = places[-1].astype(np.uint32)
    for place in places[-2::-1]:
        words <<= 8
        words |= place
    return words
