"""MP4: boxes of a length, four letters and a content, which may be boxes again."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

from fitreel.render.metadata.parts import Malformed, Part, counted, length_of, take


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Part]:
    """The boxes that lie in the file from `start` to `end`."""
    while start < end:
        size, kind = struct.unpack(">I4s", take(file, start, 8))
        head = 8
        if size == 1:
            (size,) = struct.unpack(">Q", take(file, start + 8, 8))
            head = 16
        if size < head or start + size > end:
            raise Malformed(f"a box {kind!r} of {size} bytes")
        yield Part(kind, start + head, size - head)
        start += size


def _box(file: BinaryIO, parent: Part, *path: bytes) -> Part | None:
    """The first box under `parent` by the names in `path`, one for each level."""
    for name in path:
        inside = counted(boxes(file, parent.start, parent.end))
        box = next((box for box in inside if box.kind == name), None)
        if box is None:
            return None
        # `meta` has a version and flags before its boxes.
        skip = 4 if name == b"meta" else 0
        parent = Part(box.kind, box.start + skip, box.size - skip)
    return parent


def comment(file: BinaryIO) -> bytes | None:
    """The comment of an MP4; None where it has none.

    Raises:
        Malformed: the file is damaged where it was looked at.
    """
    whole = Part(b"", 0, length_of(file))
    data = _box(file, whole, b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
    if data is None:
        return None
    if data.size < 8:
        raise Malformed("a comment without its type")
    return take(file, data.start + 8, data.size - 8)


def count_frames(file: BinaryIO) -> tuple[int, Fraction]:
    """How many frames the video track of an MP4 has, and how long they last in seconds.

    Raises:
        Malformed: there is no video track, its tables are damaged, or the file is cut short.
    """
    # The tables lie before the frames: all boxes are walked through to see that those are there.
    whole = list(counted(boxes(file, 0, length_of(file))))
    moov = next((box for box in whole if box.kind == b"moov"), None)
    for track in boxes(file, moov.start, moov.end) if moov else ():
        handler = _box(file, track, b"mdia", b"hdlr") if track.kind == b"trak" else None
        if handler is None or take(file, handler.start + 8, 4) != b"vide":
            continue
        times = _box(file, track, b"mdia", b"mdhd")
        sizes = _box(file, track, b"mdia", b"minf", b"stbl", b"stsz")
        steps = _box(file, track, b"mdia", b"minf", b"stbl", b"stts")
        if times is None or sizes is None or steps is None:
            break
        # A newer version of this box has 64-bit dates before the time scale.
        scale_at = 20 if take(file, times.start, 1) == b"\x01" else 12
        (scale,) = struct.unpack(">I", take(file, times.start + scale_at, 4))
        (frames,) = struct.unpack(">I", take(file, sizes.start + 8, 4))
        (entries,) = struct.unpack(">I", take(file, steps.start + 4, 4))
        table = struct.iter_unpack(">II", take(file, steps.start + 8, 8 * entries))
        return frames, Fraction(sum(count * step for count, step in table), scale or 1)
    raise Malformed("there is no video track")


def walk(file: BinaryIO) -> None:
    """Go through it from end to end.

    Raises:
        Malformed: it is cut short, or something in it has no length that can be.
    """
    for _ in counted(boxes(file, 0, length_of(file))):
        pass


def skipped(text: bytes) -> bytes:
    """A box that players skip, with `text` in it."""
    return struct.pack(">I4s", 8 + len(text), b"free") + text
