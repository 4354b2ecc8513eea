"""Just enough of MP4, WebM, GIF and PNG to find a comment in them and to count their frames.

What is read may come from strangers: nothing is read whole, every length is held against the file's
own, every loop ends, and whatever is wrong is a `Malformed`.
"""

import os
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from fitreel.model.errors import BadInput

# The most that is read of any one comment.
COMMENT_LIMIT = 4 << 20

# The most boxes, elements, blocks or chunks that are walked through to find a comment.
_WALK_LIMIT = 200_000

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


class Malformed(Exception):
    """The bytes are not what their format asks for."""


@dataclass(frozen=True)
class Part:
    """One box, element, block or chunk: its kind, and where its content lies in the file."""

    kind: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        """The place after the last byte."""
        return self.start + self.size


def not_ours(path: Path) -> BadInput:
    """The error for a file that is no film of ours."""
    return BadInput(f"{path} is not a film made by fitreel")


@contextmanager
def reading(film: Path, shown: Path) -> Iterator[BinaryIO]:
    """Open the plain file `film` to read from, naming `shown` in errors.

    Raises:
        BadInput: it is not there, can't be read, is not a plain file, or is malformed.
    """
    try:
        # Opening a pipe would wait for somebody to write into it.
        if not stat.S_ISREG(film.stat().st_mode):
            raise not_ours(shown)
        with film.open("rb") as file:
            yield file
    except Malformed as error:
        raise BadInput(f"{shown} is not a whole film made by fitreel: {error}") from error
    except FileNotFoundError as error:
        if film != shown:
            raise not_ours(shown) from error
        raise BadInput(f"{shown}: there is no such film") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot read {shown}: {error}") from error


def kind_of(file: BinaryIO) -> str | None:
    """Tell "mp4", "webm", "gif" or "png" by the first bytes; None for anything else."""
    file.seek(0)
    head = file.read(12)
    if head.startswith(PNG_MAGIC):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm"
    if head[4:8] == b"ftyp":
        return "mp4"
    return None


def comment_of(file: BinaryIO, kind: str) -> bytes | None:
    """The comment in a file of this kind, None where it has none.

    Raises:
        Malformed: the file is damaged where it was looked at.
    """
    return {"mp4": _mp4_comment, "webm": _webm_comment, "gif": _gif_comment, "png": _png_comment}[
        kind
    ](file)


def walk(file: BinaryIO, kind: str) -> None:
    """Go through an "mp4" or a "webm" from end to end.

    Raises:
        Malformed: it is cut short, or something in it has no length that can be.
    """
    length = length_of(file)
    if kind == "mp4":
        for _ in _walked(boxes(file, 0, length)):
            pass
        return
    for part in _walked(elements(file, 0, length)):
        for _ in _walked(elements(file, part.start, part.end)) if part.kind == _SEGMENT else ():
            pass


def take(file: BinaryIO, start: int, size: int) -> bytes:
    """`size` bytes from `start`.

    Raises:
        Malformed: there are fewer, or it is more than may be read at once.
    """
    if size > COMMENT_LIMIT:
        raise Malformed(f"{size} bytes where a comment or a table is expected")
    file.seek(start)
    content = file.read(size)
    if len(content) != size:
        raise Malformed("the file is cut short")
    return content


def length_of(file: BinaryIO) -> int:
    """The length of the file in bytes."""
    return file.seek(0, os.SEEK_END)


def _walked(parts: Iterator[Part]) -> Iterator[Part]:
    for count, part in enumerate(parts):
        if count >= _WALK_LIMIT:
            raise Malformed("too many parts")
        yield part


# MP4: boxes of a length, four letters and a content, which may be boxes again.


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
        found = next(
            (b for b in _walked(boxes(file, parent.start, parent.end)) if b.kind == name), None
        )
        if found is None:
            return None
        # `meta` has a version and flags before its boxes.
        skip = 4 if name == b"meta" else 0
        parent = Part(found.kind, found.start + skip, found.size - skip)
    return parent


def _mp4_comment(file: BinaryIO) -> bytes | None:
    whole = Part(b"", 0, length_of(file))
    data = _box(file, whole, b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
    if data is None:
        return None
    if data.size < 8:
        raise Malformed("a comment without its type")
    return take(file, data.start + 8, data.size - 8)


def mp4_frames(file: BinaryIO) -> tuple[int, Fraction]:
    """How many frames the video track of an MP4 has, and how long they last in seconds.

    Raises:
        Malformed: there is no video track, its tables are damaged, or the file is cut short.
    """
    # The tables lie before the frames: all boxes are walked through to see that those are there.
    whole = list(_walked(boxes(file, 0, length_of(file))))
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


# WebM: EBML elements of an id, a length and a content.

_SEGMENT, _CLUSTER = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"
_TAGS, _TAG, _SIMPLE_TAG = b"\x12\x54\xc3\x67", b"\x73\x73", b"\x67\xc8"
_TAG_NAME, _TAG_STRING = b"\x45\xa3", b"\x44\x87"
_SIMPLE_BLOCK, _BLOCK_GROUP = b"\xa3", b"\xa0"


def elements(file: BinaryIO, start: int, end: int) -> Iterator[Part]:
    """The EBML elements that lie in the file from `start` to `end`."""
    while start < end:
        file.seek(start)
        head = file.read(12)
        kind_size = _leading_zeros(head[:1]) + 1
        length_at = head[kind_size : kind_size + 1]
        length_size = _leading_zeros(length_at) + 1
        if kind_size > 4 or length_size > 8 or len(head) < kind_size + length_size:
            raise Malformed("an element without a length")
        digits = head[kind_size : kind_size + length_size]
        size = int.from_bytes(digits, "big") & ((1 << 7 * length_size) - 1)
        content = start + kind_size + length_size
        # A length of only ones means "unknown", as in a live stream: none of ours.
        if size == (1 << 7 * length_size) - 1 or content + size > end:
            raise Malformed("an element that is longer than the file")
        yield Part(head[:kind_size], content, size)
        start = content + size


def _leading_zeros(byte: bytes) -> int:
    return 8 - byte[0].bit_length() if byte else 8


def _element(file: BinaryIO, parent: Part, kind: bytes) -> Part | None:
    inside = _walked(elements(file, parent.start, parent.end))
    return next((part for part in inside if part.kind == kind), None)


def _webm_comment(file: BinaryIO) -> bytes | None:
    segment = _element(file, Part(b"", 0, length_of(file)), _SEGMENT)
    tags = _element(file, segment, _TAGS) if segment else None
    for tag in _walked(elements(file, tags.start, tags.end)) if tags else ():
        for simple in _walked(elements(file, tag.start, tag.end)) if tag.kind == _TAG else ():
            if simple.kind != _SIMPLE_TAG:
                continue
            name, text = _element(file, simple, _TAG_NAME), _element(file, simple, _TAG_STRING)
            if name and text and take(file, name.start, min(name.size, 99)) == b"COMMENT":
                return take(file, text.start, text.size)
    return None


def webm_frames(file: BinaryIO) -> int:
    """How many frames a WebM with one video track has.

    Raises:
        Malformed: the file is damaged.
    """
    segment = _element(file, Part(b"", 0, length_of(file)), _SEGMENT)
    clusters = elements(file, segment.start, segment.end) if segment else ()
    return sum(
        inner.kind in (_SIMPLE_BLOCK, _BLOCK_GROUP)
        for cluster in clusters
        if cluster.kind == _CLUSTER
        for inner in elements(file, cluster.start, cluster.end)
    )


def lengthen_segment(file: BinaryIO, more: int) -> None:
    """Let the segment of a WebM, the last thing in it, be `more` bytes longer.

    Raises:
        Malformed: its length isn't written in the 8 bytes that ffmpeg gives it.
    """
    segment = _element(file, Part(b"", 0, length_of(file)), _SEGMENT)
    if segment is None or take(file, segment.start - 8, 1) != b"\x01":
        raise Malformed("a segment whose length can't be changed")
    file.seek(segment.start - 7)
    file.write((segment.size + more).to_bytes(7, "big"))


# GIF: a header, then blocks told by their first byte, each with chains of sub-blocks of up to 255.

_EXTENSION, _IMAGE, _TRAILER = b"\x21", b"\x2c", b"\x3b"
GIF_CONTROL, GIF_COMMENT = b"\xf9", b"\xfe"


def _gif_blocks(file: BinaryIO) -> Iterator[Part]:
    """Extensions by their label and images as b",", each with where its sub-blocks begin."""
    at = 13 + _table_size(take(file, 10, 1)[0])
    while (mark := take(file, at, 1)) != _TRAILER:
        if mark == _EXTENSION:
            label, at = take(file, at + 1, 1), at + 2
        elif mark == _IMAGE:
            # Descriptor of 9 bytes, the last with the flags; a table; the code size.
            label, at = mark, at + 11 + _table_size(take(file, at + 9, 1)[0])
        else:
            raise Malformed(f"a block {mark!r}")
        end = at
        while size := take(file, end, 1)[0]:
            end += size + 1
        yield Part(label, at, end + 1 - at)
        at = end + 1


def _table_size(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_comment(file: BinaryIO) -> bytes | None:
    for block in _walked(_gif_blocks(file)):
        if block.kind == _IMAGE:
            return None
        if block.kind == GIF_COMMENT:
            chain = take(file, block.start, block.size)
            text, at = bytearray(), 0
            while size := chain[at]:
                text += chain[at + 1 : at + 1 + size]
                at += size + 1
            return bytes(text)
    return None


def gif_frames(file: BinaryIO) -> tuple[int, int]:
    """How many images a GIF has, and the sum of their delays in hundredths of a second.

    Raises:
        Malformed: the file is damaged.
    """
    images, delays = 0, 0
    for block in _gif_blocks(file):
        images += block.kind == _IMAGE
        if block.kind == GIF_CONTROL:
            delays += int.from_bytes(take(file, block.start + 2, 2), "little")
    return images, delays


# PNG: chunks of a length, four letters, a content and a CRC.


def chunks(file: BinaryIO) -> Iterator[Part]:
    """The chunks of a PNG."""
    start, end = len(PNG_MAGIC), length_of(file)
    while start < end:
        size, kind = struct.unpack(">I4s", take(file, start, 8))
        if start + 12 + size > end:
            raise Malformed(f"a chunk {kind!r} of {size} bytes")
        yield Part(kind, start + 8, size)
        start += 12 + size


def png_text(file: BinaryIO, key: bytes) -> bytes | None:
    """The text of a PNG under `key`, looked for before its picture; None where there is none.

    Raises:
        Malformed: the file is damaged where it was looked at.
    """
    for chunk in _walked(chunks(file)):
        if chunk.kind == b"IDAT":
            return None
        if chunk.kind == b"tEXt":
            name, _, text = take(file, chunk.start, chunk.size).partition(b"\0")
            if name == key:
                return text
    return None


def _png_comment(file: BinaryIO) -> bytes | None:
    return png_text(file, b"comment")


def png_with_texts(png: bytes, texts: dict[bytes, bytes]) -> bytes:
    """The PNG with `texts` (ASCII) in it, before its picture."""
    # The signature and the chunk IHDR always take 33 bytes.
    return png[:33] + b"".join(text_chunk(key, texts[key]) for key in texts) + png[33:]


def text_chunk(key: bytes, text: bytes) -> bytes:
    """The tEXt chunk of a PNG with `text` (ASCII) under `key`."""
    content = b"tEXt" + key + b"\0" + text
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
