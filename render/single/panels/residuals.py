"""The panel of the residuals: how far each point lies above or below the network's curve."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.panel import PanelStyle, axes_over_x, signed_ticks
from fitreel.render.single.panels.reach import reach

DOT = 6.0
"""How wide a point is, in pixels at 720; smaller the more there are."""
MANY = 150
SMALLEST = 2.0


class Residuals:
    """Data less network, at each point."""

    def __init__(
        self, run: Record, style: PanelStyle, samples: Sequence[Snapshot], height: float
    ) -> None:
        self._run, self._style = run, style
        self._order = np.argsort(run.prediction_x, kind="stable")
        self._x = run.prediction_x[self._order]
        self._reach = reach([self._of(each) for each in samples], samples, style.axis)
        self._ticks = signed_ticks(self._reach, height, style)
        self.y_texts: Sequence[str] = self._ticks[1]

    def draw(self, place: PanelPlace, inner: Box) -> None:
        """As `Panel`."""
        run, page = self._run, self._style.page
        theme = page.theme
        axes = axes_over_x(run, self._style, place, inner, (-self._reach, self._reach), self._ticks)
        dot = max(DOT * min(1.0, (MANY / len(run.x)) ** 0.5) * theme.points_size, SMALLEST)
        rim = 0.0 if theme.points_filled else page.points(max(page.px(1.2), 1.0))
        (self._points,) = axes.plot(
            run.x, np.full(len(run.x), np.nan), "o", mec=theme.points, mew=rim,
            mfc=theme.points if theme.points_filled else "none", ms=page.points(page.px(dot)),
            alpha=theme.points_opacity, zorder=2,
        )  # fmt: skip
        self.moving: Sequence[Artist] = (self._points,)

    def _of(self, snapshot: Snapshot) -> NDArray[np.floating]:
        prediction = np.ravel(snapshot.prediction)
        if self._run.grid is not None:  # between two places of the grid, in a straight line
            prediction = np.interp(self._run.x, self._x, prediction[self._order])
        return self._run.y - prediction

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """The residuals of `snapshot`."""
        self._points.set_ydata(self._of(snapshot))
