"""Lines along which a field has one value."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import FillType, LineType, SerialContourGenerator, ZInterp
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
    return lines_at(traced(grid, field), levels)


def traced(grid: FieldGrid, field: NDArray[np.float32]) -> SerialContourGenerator:
    """What finds lines in a field, shape (rows, columns); none beside what is no number."""
    # contourpy's `contour_generator` makes this, after checks that take longer than the lines.
    is_number = np.isfinite(field)
    mask: Any = None if is_number.all() else ~is_number
    return SerialContourGenerator(
        *grid.mesh, field.astype(np.float64), mask,
        corner_mask=True, line_type=LineType.Separate, fill_type=FillType.OuterCode,
        quad_as_tri=False, z_interp=ZInterp.Linear,
    )  # fmt: skip


def lines_at(
    generator: SerialContourGenerator, levels: Sequence[float]
) -> list[NDArray[np.float64]]:
    """All lines at these levels; each shape (P, 2)."""
    lines: Any = generator
    return [line for level in levels for line in lines.lines(level)]


def path_of(lines: Sequence[NDArray[np.float64]]) -> Path:
    """One path of several lines."""
    if not lines:
        return EMPTY
    vertices = np.concatenate(lines)
    codes = np.full(len(vertices), Path.LINETO, np.uint8)
    codes[np.cumsum([0, *(len(line) for line in lines[:-1])])] = Path.MOVETO
    return Path(vertices, codes)
