"""Boxes around curved paths, worked out once: for each frame of a scatter plot there is one."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import contextlib
from collections.abc import Iterator
from typing import Any

from matplotlib.path import Path
from matplotlib.transforms import Bbox

EXTENTS_KEPT = 1000
"""Boxes kept, with their paths; then all are forgotten."""
LONGEST = 100
"""Vertices of a path whose box is kept."""

Extents = dict[tuple[bytes, bytes], Bbox]
"""Boxes by the vertices and codes of what they are around."""


@contextlib.contextmanager
def remembered_extents(extents: Extents) -> Iterator[None]:
    """A block in which paths that aren't only straight take their boxes from `extents`."""
    plain = vars(Path)["get_extents"]

    def get_extents(self: Any, transform: Any = None, **kwargs: Any) -> Any:
        path: Any = self if transform is None else transform.transform_path(self)
        if kwargs or path.codes is None or len(path.vertices) > LONGEST or not _is_plain(path):
            return plain(self, transform, **kwargs)
        key = (path.vertices.tobytes(), path.codes.tobytes())
        box = extents.get(key)
        if box is None:
            if len(extents) >= EXTENTS_KEPT:
                extents.clear()
            box = extents[key] = plain(path)
        return box.frozen()

    setattr(Path, "get_extents", get_extents)  # noqa: B010  (it is a method to its types)
    try:
        yield
    finally:
        setattr(Path, "get_extents", plain)  # noqa: B010


def _is_plain(path: Any) -> bool:
    """Whether a path has no box of its own making."""
    return type(path) is Path
