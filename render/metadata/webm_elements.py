"""WebM: EBML elements of an id, a length and a content."""

from collections.abc import Iterator
from typing import BinaryIO

from fitreel.render.metadata.parts import Malformed, Part, counted, length_of, take

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
    inside = counted(elements(file, parent.start, parent.end))
    return next((part for part in inside if part.kind == kind), None)


def comment(file: BinaryIO) -> bytes | None:
    """The comment of a WebM; None where it has none.

    Raises:
        Malformed: the file is damaged where it was looked at.
    """
    segment = _element(file, Part(b"", 0, length_of(file)), _SEGMENT)
    tags = _element(file, segment, _TAGS) if segment else None
    for tag in counted(elements(file, tags.start, tags.end)) if tags else ():
        for simple in counted(elements(file, tag.start, tag.end)) if tag.kind == _TAG else ():
            if simple.kind != _SIMPLE_TAG:
                continue
            name, text = _element(file, simple, _TAG_NAME), _element(file, simple, _TAG_STRING)
            if name and text and take(file, name.start, min(name.size, 99)) == b"COMMENT":
                return take(file, text.start, text.size)
    return None


def count_frames(file: BinaryIO) -> int:
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


def walk(file: BinaryIO) -> None:
    """Go through it from end to end.

    Raises:
        Malformed: it is cut short, or something in it has no length that can be.
    """
    for part in counted(elements(file, 0, length_of(file))):
        inside = elements(file, part.start, part.end) if part.kind == _SEGMENT else iter(())
        for _ in counted(inside):
            pass


def skipped(text: bytes) -> bytes:
    """An element that players skip, with `text` in it: Void."""
    return b"\xec" + bytes([0x80 | len(text)]) + text
