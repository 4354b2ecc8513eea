"""Lines along which a field has one value."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import LineType, contour_generator
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from fitreel.render.field_grid import FieldGrid

EMPTY = Path(np.empty((0, 2)))


class Contours:
    """Lines in one colour, whose path `show` sets."""

    @in_force()
    def __init__(self, axes: Axes, **style: Any) -> None:
        self.artist = PathPatch(EMPTY, fill=False, capstyle="round", joinstyle="round", **style)
        axes.add_artist(self.artist)

    def show(self, path: Path) -> None:
        """Draw along `path`, in data coordinates."""
        self.artist.set_path(path)


def level_lines(
    grid: FieldGrid, field: NDArray[np.float32], levels: Sequence[float]
) -> list[NDArray[np.float64]]:
    """All lines of a field, shape (rows, columns), at these levels; each shape (P, 2)."""
    if not np.isfinite(field).all():
        field = np.ma.masked_invalid(field)
    lines: Any = contour_generator(grid.x, grid.y, field, line_type=LineType.Separate)
    return [line for level in levels for line in lines.lines(level)]


def path_of(lines: Sequence[NDArray[np.float64]]) -> Path:
    """One path of several lines."""
    if not lines:
        return EMPTY
    vertices = np.concatenate(lines)
    codes = np.full(len(vertices), Path.LINETO, np.uint8)
    codes[np.cumsum([0, *(len(line) for line in lines[:-1])])] = Path.MOVETO
    return Path(vertices, codes)
