"""The seal: a digest of all of a film's bytes at its very end, in a place that players skip.

Containers forgive: a flipped bit in a picture or a missing tail still plays, so without a seal
nobody knows that a copied film is damaged. With it any flipped bit and any truncation is found.
"""

import hashlib
from pathlib import Path
from typing import BinaryIO

from fitreel.model.errors import BadInput
from fitreel.render.metadata import png_chunks
from fitreel.render.metadata.containers import (
    Container,
    container_in,
    container_of,
    not_ours,
    reading,
)
from fitreel.render.metadata.frame_names import frame_name
from fitreel.render.metadata.parts import COMMENT_LIMIT, Malformed, length_of

_MARK = b"fitreel-sha256:"
_COMMENT = b'{"fitreel":'


def _tail(container: Container, digest: str) -> bytes:
    """The seal in the form that such a file allows: always of one length."""
    return container.skipped(_MARK + digest.encode()) + container.end


def _container(head: bytes) -> Container:
    container = container_of(head)
    if container is None:
        raise Malformed("not a film's first bytes")
    return container


def seal(path: Path) -> None:
    """Append its seal to the finished film `path`.

    Raises:
        Malformed: it is no film, or nothing can be appended to it.
        OSError: the system refuses.
    """
    with path.open("r+b") as file:
        container = _container(file.read(12))
        if container.make_room is not None:
            container.make_room(file, len(_tail(container, "0" * 64)))
        end = length_of(file) - len(container.end)
        digest = _digest(file, end)
        file.seek(end)
        file.write(_tail(container, digest))


def sealed(content: bytes) -> bytes:
    """The bytes of a finished small file with its seal appended.

    Raises:
        Malformed: it is no film or picture.
    """
    container = _container(content)
    content = content[: len(content) - len(container.end)]
    return content + _tail(container, hashlib.sha256(content).hexdigest())


def check_whole(path: Path) -> None:
    """Hold the film, still or folder of frames `path` against its seal.

    Raises:
        BadInput: it is damaged, cut short, incomplete, or not ours.
    """
    if path.is_dir():
        _check_folder(path)
    else:
        _check_file(path, path)


def _check_file(film: Path, label: Path) -> None:
    with reading(film, label) as file:
        container = container_in(file)
        if container is None:
            raise not_ours(film)
        end = length_of(file) - len(_tail(container, "0" * 64))
        file.seek(max(end, 0))
        tail = file.read()
        if end < 0 or tail != _tail(container, _digest(file, end)):
            raise BadInput(f"{film} is damaged or cut short, or not made by fitreel; make it again")


def _check_folder(folder: Path) -> None:
    try:
        names = sorted((file.name for file in folder.iterdir()), key=lambda name: (len(name), name))
    except OSError as error:
        raise BadInput(f"cannot read {folder}: {error.strerror}") from error
    with reading(folder / frame_name(0), folder) as file:
        count = png_chunks.text_of(file, b"frames")
    for number, name in enumerate(names):
        if name != frame_name(number):
            raise BadInput(f"{folder} is not whole: {frame_name(number)} expected, {name} found")
        if (folder / name).is_symlink():
            raise BadInput(f"{folder / name} is a link; a folder of frames holds plain files only")
        _check_file(folder / name, folder)
        with reading(folder / name, folder) as file:
            if png_chunks.text_of(file, b"frame") != b"%d" % number:
                raise BadInput(f"{folder / name} is not frame {number} of this film")
    if count != b"%d" % len(names):
        total = count.decode(errors="replace") if count else "an unknown number"
        raise BadInput(f"{folder} is not whole: {len(names)} frames of {total}")


def is_film_of_ours(path: Path) -> bool:
    """Whether the file `path` is a film, still or frame of ours, as it was made or damaged since.

    One that another program wrote anew is whole and has no seal, though it may have kept the
    comment. What is cut short before its first picture might be anybody's, and holds nothing.
    """
    try:
        with reading(path, path) as file:
            container = container_in(file)
            if container is None:
                return False
            # A few bytes of a seal may be damaged, too.
            model = _tail(container, "0" * 64)
            file.seek(max(length_of(file) - len(model), 0))
            tail = file.read()
            at = model.index(_MARK)
            same = sum(a == b for a, b in zip(tail[at:], _MARK, strict=False))
            if len(tail) == len(model) and 2 * same > len(_MARK):
                return True
            file.seek(0)
            head = file.read(COMMENT_LIMIT)
            if _COMMENT in head:
                return tail.startswith(model[:at]) or container.is_broken(file)
            is_all = len(head) < COMMENT_LIMIT
            return is_all and container.before_picture not in head and container.is_broken(file)
    except BadInput:
        return False


def _digest(file: BinaryIO, end: int) -> str:
    """The digest of the file's first `end` bytes, read piece by piece."""
    digest = hashlib.sha256()
    file.seek(0)
    while end > 0 and (piece := file.read(min(end, 1 << 20))):
        digest.update(piece)
        end -= len(piece)
    return digest.hexdigest()
