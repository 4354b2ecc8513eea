"""The lines of a tick, drawn again elsewhere without being worked out again."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any, cast

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.path import Path

from fitreel.render.figure.figure_renderer import Call, FigureRenderer

_Call = tuple[Any, Any, Any, Any]
"""Graphics context, marker's path and transform, path, colour of the face."""


class NotUnderstoodError(Exception):
    """What has to be drawn by matplotlib itself."""


class _Recorder(RendererBase):
    """Notes how a line is drawn."""

    def __init__(self, renderer: Any) -> None:
        super().__init__()
        self._renderer = renderer
        self.calls: list[_Call] = []

    def points_to_pixels(self, points: Any) -> Any:
        return self._renderer.points_to_pixels(points)

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
        self.calls.append((gc, None, path, rgbFace))

    def draw_markers(
        self, gc: Any, marker_path: Any, marker_trans: Any, path: Any, trans: Any,
        rgbFace: Any = None,
    ) -> None:  # fmt: skip
        self.calls.append((gc, (marker_path, marker_trans.frozen()), path, rgbFace))


class Mark:
    """What one line of a tick draws, wherever along its axis it stands.

    `along` is 0 for the x axis, 1 for the y axis.

    Raises:
        NotUnderstoodError: it isn't drawn where its data are.
    """

    def __init__(self, call: _Call, line: Line2D, along: int) -> None:
        self._gc, self._marker, path, self._face = call
        self._line = line
        self._along = along
        self._data = np.array(line.get_xydata(), float)
        if np.shape(path.vertices) != self._data.shape:
            raise NotUnderstoodError
        self._codes = path.codes
        self._affine: Any = None
        self._bend: Any = None

    def place_axes(self) -> bytes:
        """Take the axes' place and limits as they are now, and say what they are."""
        transform: Any = self._line.get_transform()
        self._affine = transform.get_affine().frozen()
        self._bend = None if transform.is_affine else transform.transform_non_affine
        return cast(bytes, self._affine.get_matrix().tobytes())

    def at(self, location: float, renderer: Any) -> Call:
        """What draws it at a location on its axis."""
        vertices = self._data.copy()
        vertices[:, self._along] = location
        if self._bend is not None:
            vertices = self._bend(vertices)
        path = Path(vertices, self._codes)
        if self._marker is None:
            return renderer.draw_path, (self._gc, path, self._affine, self._face)
        return renderer.draw_markers, (self._gc, *self._marker, path, self._affine, self._face)


def marks_of(tick: Any, along: int, renderer: FigureRenderer) -> list[Mark]:
    """What the lines of a tick draw, in the order of their drawing.

    Raises:
        NotUnderstoodError: one isn't drawn where its data are.
    """
    marks = []
    for line in (tick.gridline, tick.tick1line, tick.tick2line):
        recorder = _Recorder(renderer)
        line.draw(recorder)
        marks += [Mark(call, line, along) for call in recorder.calls]
    return marks
