"""How a film was made, kept in the film itself: a JSON object in its comment.

The comment reads `{"fitreel": {...}}`, in ASCII and with the keys in their own order (that of
varied keys orders a comparison's panels), so that the same film has the same bytes wherever it is
made and any tool can show it. Films come from strangers too: sizes are bounded, and what is read is
JSON and nothing else.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fitreel.model.errors import BadInput
from fitreel.render.metadata.checksum import check_whole as check_whole
from fitreel.render.metadata.containers import container_in, not_ours, reading
from fitreel.render.metadata.frame_names import frame_name
from fitreel.render.metadata.parts import COMMENT_LIMIT

_OURS = "fitreel"


class Chapter(NamedTuple):
    """A named stretch of a film, in seconds from its start."""

    start: float
    end: float
    title: str


def provenance_text(provenance: dict[str, Any]) -> str:
    """The comment that carries `provenance`: ASCII, keys in their order.

    Raises:
        BadInput: it is larger than what is read back.
        TypeError: it holds something that JSON doesn't know.
    """
    text = json.dumps({_OURS: provenance}, separators=(",", ":"))
    if len(text) > COMMENT_LIMIT - 1024:
        raise BadInput(f"the job takes {len(text)} characters; a film carries up to 4 million")
    return text


def ffmetadata(comment: str, chapters: Sequence[Chapter] = ()) -> bytes:
    """The file that tells ffmpeg the comment and the chapters of a film."""
    lines = [";FFMETADATA1", f"comment={_escaped(comment)}"]
    for chapter in chapters:
        lines += [
            "[CHAPTER]",
            "TIMEBASE=1/1000",
            f"START={round(chapter.start * 1000)}",
            f"END={round(chapter.end * 1000)}",
            f"title={_escaped(chapter.title)}",
        ]
    return "\n".join([*lines, ""]).encode()


def _escaped(text: str) -> str:
    for special in "\\=;#\n":
        text = text.replace(special, "\\" + special)
    return text


def read_provenance(path: Path) -> dict[str, Any]:
    """What the film says of how it was made: film, still or folder of frames `path`.

    Raises:
        BadInput: it is not there, can't be read, or is not a film of ours.
    """
    film = path / frame_name(0) if path.is_dir() else path
    with reading(film, path) as file:
        container = container_in(file)
        comment = container.comment(file) if container else None
    provenance = _parsed(comment) if comment else None
    if provenance is None:
        raise not_ours(path)
    return provenance


def _parsed(comment: bytes) -> dict[str, Any] | None:
    if not comment.startswith(b'{"fitreel":'):
        return None
    try:
        # A hostile comment may nest deeper than Python's stack.
        content = json.loads(comment)
    except (ValueError, RecursionError):
        return None
    provenance = content.get(_OURS) if isinstance(content, dict) else None
    return provenance if isinstance(provenance, dict) else None
