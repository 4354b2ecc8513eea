"""The seal: a digest of all of a film's bytes at its very end, in a place that players skip.

Containers forgive: a flipped bit in a picture or a missing tail still plays, so without a seal
nobody knows that a copied film is damaged. With it any flipped bit and any truncation is found.
"""

import hashlib
import struct
from pathlib import Path
from typing import BinaryIO

from fitreel.model.errors import BadInput
from fitreel.render.metadata import containers
from fitreel.render.metadata.containers import not_ours, reading

_MARK = b"fitreel-sha256:"
_COMMENT = b'{"fitreel":'

# What stands before the first picture. A GIF has too short a sign for it.
_PICTURE = {"mp4": b"mdat", "webm": b"\x1f\x43\xb6\x75", "png": b"IDAT"}

# What ends a file of this kind and has to stay last: the GIF's trailer, the PNG's chunk IEND.
_ENDS = {
    "mp4": b"",
    "webm": b"",
    "gif": b"\x3b",
    "png": b"\0\0\0\0IEND\xae\x42\x60\x82",
}


def _tail(kind: str, digest: str) -> bytes:
    """The seal in the form that this kind of file allows: always of one length."""
    text = _MARK + digest.encode()
    if kind == "mp4":
        seal = struct.pack(">I4s", 8 + len(text), b"free") + text
    elif kind == "webm":
        seal = b"\xec" + bytes([0x80 | len(text)]) + text  # the element Void
    elif kind == "gif":
        seal = b"\x21\xfe" + bytes([len(text)]) + text + b"\0"
    else:
        seal = containers.text_chunk(b"seal", text)
    return seal + _ENDS[kind]


def seal(path: Path, kind: str) -> None:
    """Append its seal to the finished file `path` of this kind.

    Raises:
        OSError: the system refuses.
    """
    with path.open("r+b") as file:
        if kind == "webm":
            # The seal lies inside the segment: players warn of what comes after it.
            containers.lengthen_segment(file, len(_tail(kind, "0" * 64)))
        end = containers.length_of(file) - len(_ENDS[kind])
        digest = _digest(file, end)
        file.seek(end)
        file.write(_tail(kind, digest))


def sealed(content: bytes, kind: str) -> bytes:
    """The bytes of a finished small file with its seal appended."""
    content = content[: len(content) - len(_ENDS[kind])]
    return content + _tail(kind, hashlib.sha256(content).hexdigest())


def check_whole(path: Path) -> None:
    """Hold the film, still or folder of frames `path` against its seal.

    Raises:
        BadInput: it is damaged, cut short, incomplete, or not ours.
    """
    if path.is_dir():
        _check_folder(path)
    else:
        _check_file(path, path)


def _check_file(film: Path, shown: Path) -> None:
    with reading(film, shown) as file:
        kind = containers.kind_of(file)
        if kind is None:
            raise not_ours(film)
        end = containers.length_of(file) - len(_tail(kind, "0" * 64))
        file.seek(max(end, 0))
        tail = file.read()
        if end < 0 or tail != _tail(kind, _digest(file, end)):
            raise BadInput(f"{film} is damaged or cut short, or not made by fitreel; make it again")


def _check_folder(folder: Path) -> None:
    try:
        names = sorted((file.name for file in folder.iterdir()), key=lambda name: (len(name), name))
    except OSError as error:
        raise BadInput(f"cannot read {folder}: {error.strerror}") from error
    with reading(folder / frame_name(0), folder) as file:
        count = containers.png_text(file, b"frames")
    for number, name in enumerate(names):
        if name != frame_name(number):
            raise BadInput(f"{folder} is not whole: {frame_name(number)} expected, {name} found")
        if (folder / name).is_symlink():
            raise BadInput(f"{folder / name} is a link; a folder of frames holds plain files only")
        _check_file(folder / name, folder)
        with reading(folder / name, folder) as file:
            if containers.png_text(file, b"frame") != b"%d" % number:
                raise BadInput(f"{folder / name} is not frame {number} of this film")
    if count != b"%d" % len(names):
        wanted = count.decode(errors="replace") if count else "an unknown number"
        raise BadInput(f"{folder} is not whole: {len(names)} frames of {wanted}")


def is_film_of_ours(path: Path) -> bool:
    """Whether the file `path` is a film, still or frame of ours, as it was made or damaged since.

    One that another program wrote anew is whole and has no seal, though it may have kept the
    comment. What is cut short before its first picture might be anybody's, and holds nothing.
    """
    try:
        with reading(path, path) as file:
            kind = containers.kind_of(file)
            if kind is None:
                return False
            # A few bytes of a seal may be damaged, too.
            model = _tail(kind, "0" * 64)
            file.seek(max(containers.length_of(file) - len(model), 0))
            tail = file.read()
            at = model.index(_MARK)
            same = sum(a == b for a, b in zip(tail[at:], _MARK, strict=False))
            if len(tail) == len(model) and 2 * same > len(_MARK):
                return True
            file.seek(0)
            head = file.read(containers.COMMENT_LIMIT)
            if _COMMENT in head:
                return tail.startswith(model[:at]) or _is_broken(file, kind)
            is_all = len(head) < containers.COMMENT_LIMIT
            return is_all and _PICTURE.get(kind, b"") not in head and _is_broken(file, kind)
    except BadInput:
        return False


def _is_broken(file: BinaryIO, kind: str) -> bool:
    """Whether a file of this kind is cut short, or something else stands where its end was."""
    length = containers.length_of(file)
    if kind in ("gif", "png"):
        file.seek(max(length - len(_ENDS[kind]), 0))
        return file.read() != _ENDS[kind]
    try:
        containers.walk(file, kind)
    except containers.Malformed:
        return True
    return False


def frame_name(number: int) -> str:
    """The name of a frame in a folder of frames: 00000.png, 00001.png …"""
    return f"{number:05d}.png"


def _digest(file: BinaryIO, end: int) -> str:
    """The digest of the file's first `end` bytes, read piece by piece."""
    digest = hashlib.sha256()
    file.seek(0)
    while end > 0 and (piece := file.read(min(end, 1 << 20))):
        digest.update(piece)
        end -= len(piece)
    return digest.hexdigest()
