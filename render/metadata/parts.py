"""Parts of a file that tell their length: boxes, elements, blocks, chunks; read with care.

What is read may come from strangers: nothing is read whole, every length is held against the file's
own, every loop ends, and whatever is wrong is a `Malformed`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

COMMENT_LIMIT = 4 << 20
"""The most that is read of any one comment, in bytes."""

# The most parts that are walked through.
_WALK_LIMIT = 200_000


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


def counted(parts: Iterator[Part]) -> Iterator[Part]:
    """The parts, as long as there aren't more than any file of ours has.

    Raises:
        Malformed: there are.
    """
    for count, part in enumerate(parts):
        if count >= _WALK_LIMIT:
            raise Malformed("too many parts")
        yield part
