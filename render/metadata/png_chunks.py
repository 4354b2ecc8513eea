"""PNG: chunks of a length, four letters, a content and a CRC."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from fitreel.render.metadata.parts import Malformed, Part, counted, length_of, take

MAGIC = b"\x89PNG\r\n\x1a\n"


def chunks(file: BinaryIO) -> Iterator[Part]:
    """The chunks of a PNG."""
    start, end = len(MAGIC), length_of(file)
    while start < end:
        size, kind = struct.unpack(">I4s", take(file, start, 8))
        if start + 12 + size > end:
            raise Malformed(f"a chunk {kind!r} of {size} bytes")
        yield Part(kind, start + 8, size)
        start += 12 + size


def text_of(file: BinaryIO, key: bytes) -> bytes | None:
    """The text of a PNG under `key`, looked for before its picture; None where there is none.

    Raises:
        Malformed: the file is damaged where it was looked at.
    """
    for chunk in counted(chunks(file)):
        if chunk.kind == b"IDAT":
            return None
        if chunk.kind == b"tEXt":
            name, _, text = take(file, chunk.start, chunk.size).partition(b"\0")
            if name == key:
                return text
    return None


def comment(file: BinaryIO) -> bytes | None:
    """The comment of a PNG; None where it has none.

    Raises:
        Malformed: the file is damaged where it was looked at.
    """
    return text_of(file, b"comment")


def with_texts(png: bytes, texts: dict[bytes, bytes]) -> bytes:
    """The PNG with `texts` (ASCII) in it, before its picture."""
    # The signature and the chunk IHDR always take 33 bytes.
    return png[:33] + b"".join(text_chunk(key, texts[key]) for key in texts) + png[33:]


def text_chunk(key: bytes, text: bytes) -> bytes:
    """The tEXt chunk of a PNG with `text` (ASCII) under `key`."""
    content = b"tEXt" + key + b"\0" + text
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))


def skipped(text: bytes) -> bytes:
    """A chunk that viewers skip, with `text` in it."""
    return text_chunk(b"seal", text)
