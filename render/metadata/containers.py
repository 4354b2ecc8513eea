"""The containers of our films: how each is known, and what differs between them."""

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fitreel.model.errors import BadInput
from fitreel.render.metadata import gif_blocks, mp4_boxes, png_chunks, webm_elements
from fitreel.render.metadata.parts import Malformed, length_of


@dataclass(frozen=True)
class Container:
    """A kind of file, known by its first bytes."""

    magic: tuple[tuple[int, bytes], ...]
    """Where something stands that tells it, and what; one of these."""
    comment: Callable[[BinaryIO], bytes | None]
    """Reads the comment; None where there is none. May raise Malformed."""
    skipped: Callable[[bytes], bytes]
    """Puts a text into a form that players skip."""
    end: bytes = b""
    """What ends such a file and has to stay last."""
    before_picture: bytes = b""
    """What stands before the first picture; empty where the sign is too short to tell."""
    walk: Callable[[BinaryIO], None] | None = None
    """Goes through all of it, and raises Malformed where it is cut; None: its end tells."""
    make_room: Callable[[BinaryIO, int], None] | None = None
    """What has to be done before so many bytes are appended; None: nothing."""

    def is_broken(self, file: BinaryIO) -> bool:
        """Whether such a file is cut short, or something else stands where its end was."""
        if self.walk is None:
            file.seek(max(length_of(file) - len(self.end), 0))
            return file.read() != self.end
        try:
            self.walk(file)
        except Malformed:
            return True
        return False


CONTAINERS = (
    Container(
        magic=((0, png_chunks.MAGIC),),
        comment=png_chunks.comment,
        skipped=png_chunks.skipped,
        end=b"\0\0\0\0IEND\xae\x42\x60\x82",
        before_picture=b"IDAT",
    ),
    Container(
        magic=((0, b"GIF87a"), (0, b"GIF89a")),
        comment=gif_blocks.comment,
        skipped=gif_blocks.skipped,
        end=b"\x3b",
    ),
    Container(
        magic=((0, b"\x1a\x45\xdf\xa3"),),
        comment=webm_elements.comment,
        skipped=webm_elements.skipped,
        before_picture=b"\x1f\x43\xb6\x75",
        walk=webm_elements.walk,
        # Inside the segment: players warn of what comes after it.
        make_room=webm_elements.lengthen_segment,
    ),
    Container(
        magic=((4, b"ftyp"),),
        comment=mp4_boxes.comment,
        skipped=mp4_boxes.skipped,
        before_picture=b"mdat",
        walk=mp4_boxes.walk,
    ),
)


def container_of(head: bytes) -> Container | None:
    """Tell by the first 12 bytes; None for anything that no film of ours is in."""
    for container in CONTAINERS:
        if any(head.startswith(text, at) for at, text in container.magic):
            return container
    return None


def container_in(file: BinaryIO) -> Container | None:
    """Tell by the first bytes of a file."""
    file.seek(0)
    return container_of(file.read(12))


def not_ours(path: Path) -> BadInput:
    """The error for a file that is no film of ours."""
    return BadInput(f"{path} is not a film made by fitreel")


@contextmanager
def reading(film: Path, label: Path) -> Iterator[BinaryIO]:
    """Open the plain file `film` to read from, naming `label` in errors.

    Raises:
        BadInput: it is not there, can't be read, is not a plain file, or is malformed.
    """
    try:
        # Opening a pipe would wait for somebody to write into it.
        if not stat.S_ISREG(film.stat().st_mode):
            raise not_ours(label)
        with film.open("rb") as file:
            yield file
    except Malformed as error:
        raise BadInput(f"{label} is not a whole film made by fitreel: {error}") from error
    except FileNotFoundError as error:
        if film != label:
            raise not_ours(label) from error
        raise BadInput(f"{label}: there is no such film") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot read {label}: {error}") from error
