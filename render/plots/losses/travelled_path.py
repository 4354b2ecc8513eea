"""One loss path on its axes: all of it in pale, what is past solid, a marker where the film is."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.quick_line import QuickLine
from fitreel.render.plots.losses.loss_path import PlacedPath

PALE = 0.85
"""How wide the path to come is, in widths of the past one."""
RAW = 1.5
"""How wide a noisy run's own losses are, in pixels at 720."""
RIM = 2.5
"""Of the ground's colour, around a marker; in pixels at 720."""
TRIANGLE, TRIANGLE_RIM = 17.0, 2.0
"""Where a path leaves through the top."""
UNDER = 6.0
"""From the upper edge to the middle of the triangle, in pixels at 720."""


class TravelledPath:
    """The artists of one path.

    Args:
        page: the page.
        axes: both from 0 to 1.
        inner: their inside, in pixels.
        paths: where it goes; and where a noisy run's own losses go, if that is their median.
        colour: of all of it.
        width: of the past path, in pixels.
        marker: its width without the rim, in pixels.
        order: added to what lies over what.
    """

    def __init__(
        self,
        page: Page,
        axes: Axes,
        inner: Box,
        paths: tuple[PlacedPath, PlacedPath | None],
        colour: str,
        width: float,
        marker: float,
        order: float,
    ) -> None:
        path, raw = paths
        self._path = path
        self.height = math.nan
        """How high the marker is: 0 at the lower edge, 1 at the upper; nan: nowhere."""
        pale = page.theme.past_opacity
        # Only the upper edge cuts a path: nothing is drawn along it.
        clip = Bbox.from_extents(inner.left - width, inner.bottom - width, inner.right, inner.top)
        if raw is not None:
            _line(axes, raw, clip, color=colour, lw=page.points(page.px(RAW)), alpha=pale,
                  zorder=2)  # fmt: skip
        _line(axes, path, clip, color=colour, lw=page.points(PALE * width), alpha=pale,
              zorder=2.5)  # fmt: skip
        self._past = _line(axes, None, clip, color=colour, lw=page.points(width),
                           zorder=4 + order)  # fmt: skip
        self._marker = _mark(page, axes, inner, "o", marker, colour, page.px(RIM), 5 + order)
        self._exit = _mark(page, axes, inner, "^", page.px(TRIANGLE), page.theme.warning,
                           page.px(TRIANGLE_RIM), 6 + order)  # fmt: skip
        self._exit_y = 1 - page.px(UNDER) / inner.height
        self.moving: Sequence[Artist] = (self._past, self._marker)
        if not math.isnan(path.exit_x):
            self.moving = (*self.moving, self._exit)

    def show(self, x: float, y: float) -> None:
        """Moves the marker to `x`, `y`; nan: the run has not begun."""
        path = self._path
        count = 0 if math.isnan(x) else int(np.searchsorted(path.x, x))
        self._past.set_data(np.append(path.x[:count], x), np.append(path.y[:count], y))
        self._marker.set_data([x if y <= 1 else math.nan], [y])
        self._exit.set_data([path.exit_x if path.exit_x <= x else math.nan], [self._exit_y])
        self.height = y


def _line(axes: Axes, path: PlacedPath | None, clip: Bbox, **style: Any) -> Line2D:
    nothing = np.empty(0)
    x, y = (nothing, nothing) if path is None else (path.x, path.y)
    line = QuickLine(x, y, solid_capstyle="round", solid_joinstyle="round", **style)
    axes.add_line(line)
    line.set_clip_path(None)
    line.set_clip_box(clip)
    return line


def _mark(
    page: Page,
    axes: Axes,
    inner: Box,
    shape: str,
    size: float,
    colour: str,
    rim: float,
    order: float,
) -> Line2D:
    """A mark that no edge cuts."""
    mark = QuickLine(
        [], [], ls="None", marker=shape, ms=page.points(size), mfc=colour,
        mec=page.theme.background, mew=0.0 if page.transparent else page.points(rim), zorder=order,
    )  # fmt: skip
    axes.add_line(mark)
    room = size + rim  # beyond which it never comes: so much is repainted, and no more
    mark.set_clip_path(None)
    mark.set_clip_box(
        Bbox.from_extents(
            inner.left - room, inner.bottom - room, inner.right + room, inner.top + room
        )
    )
    return mark
