"""Frames → GIF, in a stream: memory doesn't grow with the film, and no frame is seen twice.

Only the rectangle that changed is stored, with what is the same in it transparent; a frame that is
the same as the one before is a longer delay. The palette grows while frames come, and is filled in
at the head of the file at the end. There is no dithering: the colours of a chart are few, and
noise would both be seen and cost bytes.
"""

import math
import struct
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import CannotWrite
from fitreel.render.frame import Frame
from fitreel.render.geometry import NOTHING, Rectangle, union
from fitreel.render.metadata import gif_blocks
from fitreel.render.metadata.checksum import seal
from fitreel.render.output.frame_writer import FrameWriter

# Index 0 is transparent, so 255 colours are left.
_COLOURS = 256

# The fuller the palette, the further (in levels of 255, of the channel that differs most) a colour
# must be from all that are there to get a place of its own; in a full one the nearest serves.
_TOLERANCES = ((96, 4), (160, 8), (208, 16), (256, 28))

# Browsers slow down what is shown for less than 2 hundredths of a second; 16 bits are the most.
_SHORTEST, _LONGEST = 2, 65535

_HEADER_SIZE = 13


class Palette:
    """Up to 255 colours, and for each colour ever seen the place of the one that stands for it."""

    def __init__(self) -> None:
        self._colours = np.zeros((_COLOURS, 3), np.int16)
        self._used = 1
        # By 24-bit colour; 0 where the colour was never seen. Untouched pages take no memory.
        self._place = np.zeros(1 << 24, np.uint8)

    def places(self, colours: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """The place (1 … 255) of each of `colours`, given as 0xBBGGRR."""
        places = self._place[colours]
        if not places.all():
            new, counts = np.unique(colours[places == 0], return_counts=True)
            # The commonest first, so that a background or a line is exactly what it was.
            for colour in new[np.argsort(-counts, kind="stable")]:
                self._place[colour] = self._settle(int(colour))
            places = self._place[colours]
        return places

    def table(self) -> bytes:
        """The 768 bytes of a colour table."""
        return self._colours.astype(np.uint8).tobytes()

    def _settle(self, colour: int) -> int:
        rgb = np.array([colour & 255, colour >> 8 & 255, colour >> 16 & 255], np.int16)
        if self._used > 1:
            away = np.abs(self._colours[1 : self._used] - rgb).max(axis=1)
            nearest = int(away.argmin())
            if self._used == _COLOURS or away[nearest] <= self._tolerance():
                return nearest + 1
        self._colours[self._used] = rgb
        self._used += 1
        return self._used - 1

    def _tolerance(self) -> int:
        return next(tolerance for used, tolerance in _TOLERANCES if self._used < used)


class GifWriter(FrameWriter):
    """An endlessly looping GIF."""

    def __init__(
        self,
        output: str | Path,
        size: tuple[int, int],
        fps: Fraction,
        comment: str,
        check: Callable[[], None] | None = None,
    ) -> None:
        """As every writer; `fps` in frames a second, of which 50 are shown; `comment` is ASCII."""
        self._fps = fps
        self._palette = Palette()
        width, height = size
        self._pixels = np.zeros((height, width), np.uint32)
        # What the newest frame looks like, and what the images that are in the file add up to.
        self._newest = np.zeros((height, width), np.uint8)
        self._stored = np.zeros((height, width), np.uint8)
        self._unstored = NOTHING  # outside of it they are the same
        self._images = self._delays = 0  # in the file; the newest look came where they end
        self._is_cut = False  # in the middle of a frame: what is known of the file may be wrong
        super().__init__(output, size, check)
        with self._beginning():
            self._file = self._temporary.open("r+b")
        self._end = self._file.write(_head(size, comment.encode()))

    def _write(self, frame: Frame, changed: Rectangle) -> None:
        pixels = frame.reshape(-1).view(np.uint32).reshape(self._pixels.shape)
        if not self.frames or self._is_cut:
            self._distrust()
            where = np.arange(pixels.size)
        else:
            where = _differing(pixels, self._pixels, changed)
        self._is_cut = True
        if where.size:
            self._take_in(pixels, where, changed)
        self._is_cut = False

    def _distrust(self) -> None:
        """Store all of the next look: what the images add up to isn't sure."""
        self._stored[:] = 0  # which no look has
        self._unstored = self._whole

    def _take_in(self, pixels: NDArray[Any], where: NDArray[np.intp], changed: Rectangle) -> None:
        """Make the newest look that of a frame, which differs in these pixels."""
        colours = pixels.reshape(-1).take(where)
        places = self._palette.places(colours & np.uint32(0xFFFFFF))
        now = self._time(self.frames)
        if now > self._delays and self.frames:
            self._store(now - self._delays)
        self._newest.reshape(-1)[where] = places
        self._pixels.reshape(-1)[where] = colours
        self._unstored = union(self._unstored, changed)

    def _finish(self) -> None:
        if self._is_cut:
            self._distrust()
        end = max(math.floor(100 * self.frames / self._fps + Fraction(1, 2)), 1)
        self._store(max(end - self._delays, _SHORTEST))
        self._append(b"\x3b")
        self._file.truncate()
        self._file.seek(_HEADER_SIZE)
        self._file.write(self._palette.table())
        self._file.close()
        with self._temporary.open("rb") as file:
            counts = gif_blocks.count_frames(file)
        if counts != (self._images, self._delays):
            raise CannotWrite(f"cannot write {self.label}: its {self._images} images are not there")
        seal(self._temporary)

    def _abort(self) -> None:
        # Closing writes what is left, which fails again when the disk is full.
        with suppress(OSError):
            self._file.close()

    def _descriptors(self) -> list[int]:
        return [] if self._file.closed else [self._file.fileno()]

    def _time(self, number: int) -> int:
        """When frame `number` begins, in hundredths of a second."""
        if self._fps > 50:
            # Two frames that fall on one time share it, and the later one is seen.
            return _SHORTEST * math.floor(50 * number / self._fps)
        return math.floor(100 * number / self._fps + Fraction(1, 2))

    def _store(self, delay: int) -> None:
        """Add the newest look to the file, shown for `delay` hundredths of a second."""
        where = _differing(self._newest, self._stored, self._unstored)
        if where.size:
            rows, columns = np.divmod(where, self._newest.shape[1])
            left, top = corner = int(columns.min()), int(rows[0])
            image = np.zeros((int(rows[-1]) + 1 - top, int(columns.max()) + 1 - left), np.uint8)
            places = self._newest.reshape(-1).take(where)
            image[rows - top, columns - left] = places
            self._stored.reshape(-1)[where] = places
        else:
            image, corner = np.zeros((1, 1), np.uint8), (0, 0)
        self._unstored = NOTHING
        # A hold that is longer than one delay can say goes on with images of nothing.
        while delay > _LONGEST:
            self._image(image, corner, _LONGEST - _SHORTEST)
            delay -= _LONGEST - _SHORTEST
            image, corner = np.zeros((1, 1), np.uint8), (0, 0)
        self._image(image, corner, delay)

    def _image(self, image: NDArray[np.uint8], corner: tuple[int, int], delay: int) -> None:
        height, width = image.shape
        # Leave the picture in place, index 0 is transparent.
        control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0x05, delay, 0, 0)
        place = struct.pack("<BHHHHB", 0x2C, *corner, width, height, 0)
        end = self._append(control + place + _compressed(image))
        # Nothing comes between these three, not even a signal's exception.
        self._images += 1
        self._delays += delay
        self._end = end

    def _append(self, content: bytes) -> int:
        """Write what comes next, over what was cut off there; where it ends."""
        self._file.seek(self._end)
        return self._end + self._file.write(content)


def _differing(one: NDArray[Any], other: NDArray[Any], inside: Rectangle) -> NDArray[np.intp]:
    """The numbers, in reading order, of the pixels in a rectangle in which two pictures differ."""
    left, top, right, bottom = inside
    part = np.s_[top:bottom, left:right]
    where: NDArray[np.intp] = np.flatnonzero(one[part] != other[part])
    rows = where // max(1, right - left) + top
    where += rows * (one.shape[1] - right + left) + (left + top * (right - left))
    return where


def _head(size: tuple[int, int], comment: bytes) -> bytes:
    """Header, room for the palette, the endless loop, and the comment in pieces of 255 bytes."""
    pieces = [comment[at : at + 255] for at in range(0, len(comment), 255)]
    return b"".join(
        [
            b"GIF89a" + struct.pack("<HHBBB", *size, 0xF7, 0, 0),
            bytes(3 * _COLOURS),
            b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00",
            b"\x21\xfe",
            *(bytes([len(piece)]) + piece for piece in pieces),
            b"\0",
        ]
    )


def _compressed(image: NDArray[np.uint8]) -> bytes:
    """The LZW code of an image of indices, with its code size before and its end after it."""
    from PIL import Image

    # Its code is what stands in the file, in blocks with their lengths, but for the empty last one.
    return b"\x08" + Image.fromarray(image).tobytes("gif", "L", 8, 0) + b"\0"
