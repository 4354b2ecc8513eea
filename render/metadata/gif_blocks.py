"""GIF: a header, then blocks told by their first byte, with chains of sub-blocks of up to 255."""

from collections.abc import Iterator
from typing import BinaryIO

from fitreel.render.metadata.parts import Malformed, Part, counted, take

_EXTENSION, _IMAGE, _TRAILER = b"\x21", b"\x2c", b"\x3b"
_CONTROL, _COMMENT = b"\xf9", b"\xfe"


def _blocks(file: BinaryIO) -> Iterator[Part]:
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


def comment(file: BinaryIO) -> bytes | None:
    """The comment of a GIF; None where it has none.

    Raises:
        Malformed: the file is damaged where it was looked at.
    """
    for block in counted(_blocks(file)):
        if block.kind == _IMAGE:
            return None
        if block.kind == _COMMENT:
            chain = take(file, block.start, block.size)
            text, at = bytearray(), 0
            while size := chain[at]:
                text += chain[at + 1 : at + 1 + size]
                at += size + 1
            return bytes(text)
    return None


def count_frames(file: BinaryIO) -> tuple[int, int]:
    """How many images a GIF has, and the sum of their delays in hundredths of a second.

    Raises:
        Malformed: the file is damaged.
    """
    images, delays = 0, 0
    for block in _blocks(file):
        images += block.kind == _IMAGE
        if block.kind == _CONTROL:
            delays += int.from_bytes(take(file, block.start + 2, 2), "little")
    return images, delays


def skipped(text: bytes) -> bytes:
    """A block that players skip, with `text` of up to 255 bytes in it: a comment."""
    return b"\x21\xfe" + bytes([len(text)]) + text + b"\0"
