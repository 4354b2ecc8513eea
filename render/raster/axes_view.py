"""The limits of axes: whether they changed, and what that repaints."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.spines import Spine

from fitreel.render.frame import Frame as Frame
from fitreel.render.raster.recording_renderer import RecordingRenderer


class View:
    """The limits of one axes, to tell when they change, and what that repaints."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.x: tuple[float, float] | None = None
        self.y: tuple[float, float] | None = None
        self.titles: tuple[str, ...] = ()
        self.is_plain = axes.name == "rectilinear" and all(
            spine.get_position() == ("outward", 0.0) for spine in axes.spines.values()
        )

    def changes(self) -> tuple[bool, bool]:
        """Whether the limits in x and in y are others than in the last call."""
        (left, low), (right, high) = self.axes.viewLim.get_points().tolist()
        before = self.x, self.y
        self.x, self.y = (left, right), (low, high)
        return before[0] != self.x, before[1] != self.y

    def repaints(self, artist: Artist, x_changed: bool, y_changed: bool) -> bool:
        """Whether an artist of these axes may look different after such a change."""
        if not self.is_plain:
            return True
        if artist is self.axes.patch:
            return False
        if artist is self.axes.xaxis:
            return x_changed
        if artist is self.axes.yaxis:
            return y_changed
        if isinstance(artist, Spine):
            return x_changed if artist.spine_type in ("bottom", "top") else y_changed
        return True

    def place_titles(self, renderer: RecordingRenderer, limits_changed: bool) -> None:
        """Moves the titles clear of what stands above the axes, as a full draw does first."""
        axes: Any = self.axes
        titles = (axes.title, axes._left_title, axes._right_title)
        texts = tuple(title.get_text() for title in titles)
        if any(texts) and (limits_changed or texts != self.titles):
            axes._update_title_position(renderer)
        self.titles = texts
