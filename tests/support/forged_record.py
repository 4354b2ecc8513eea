"""Records with changed content and right digests, as a stranger could write them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.numpy import load, save

from fitreel.model.record.chunk import Tensors
from fitreel.model.record.header import header_digest
from fitreel.model.record.reader import Record, digest_of


def write(
    folder: Path,
    like: Record,
    header: Callable[[dict[str, Any]], Any] = lambda values: values,
    points: Callable[[Tensors], Tensors] = lambda values: values,
    chunk: Callable[[Tensors, dict[str, str]], Any] = lambda tensors, metadata: None,
) -> None:
    """A record as `like`, changed by these, with all digests right."""
    folder.mkdir()
    content = save(points(load(next(like.path.glob("points-*")).read_bytes())))
    digest = digest_of(content)
    (folder / f"points-{digest}.safetensors").write_bytes(content)
    values = json.loads((like.path / "run.json").read_text())
    values["points"] = digest
    values.pop("digest")
    values = header(values)
    if isinstance(values, dict):
        values["digest"] = header_digest(values)
    text = json.dumps(values).encode()
    (folder / "run.json").write_bytes(text)
    previous = digest_of(text)
    for number, path in enumerate(sorted(like.path.glob("snapshots-*"))):
        raw = path.read_bytes()
        length = int.from_bytes(raw[:8], "little")
        metadata = json.loads(raw[8 : 8 + length])["__metadata__"] | {"previous": previous}
        tensors = dict(load(raw))
        changed = chunk(tensors, metadata)
        content = changed if isinstance(changed, bytes) else save(tensors, metadata)
        previous = digest_of(content)
        (folder / f"snapshots-{number:05d}-{previous}.safetensors").write_bytes(content)
