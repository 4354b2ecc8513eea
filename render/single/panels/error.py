"""The panel of the error: how far the network is from the true function."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.panel_kinds import NO_TRUTH
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.panel import PanelStyle, axes_over_x, signed_ticks, upward_ticks
from fitreel.render.single.panels.reach import reach

WIDTH = 4.0
"""In pixels at 720."""


class Error:
    """Network less true function, along x; of several outputs each in its colour.

    In the plane it is how far each place of the network's curve is from the target's.
    """

    def __init__(
        self, run: Record, style: PanelStyle, samples: Sequence[Snapshot], height: float
    ) -> None:
        if run.truth is None:
            raise BadInput(f"film.panels: error: {NO_TRUTH}")
        self._run, self._style = run, style
        order = np.argsort(run.prediction_x, kind="stable")
        self._order = order
        self._truth = np.asarray(run.truth, np.float64).reshape(len(order), -1)[order]
        high = reach([self._of(each) for each in samples], samples, style.axis)
        self._limits = (0.0 if style.in_plane else -high), high
        ticks = upward_ticks if style.in_plane else signed_ticks
        self._ticks = ticks(high, height, style)
        self.y_texts: Sequence[str] = self._ticks[1]

    def draw(self, place: PanelPlace, inner: Box) -> None:
        """As `Panel`."""
        run, page, order = self._run, self._style.page, self._order
        axes = axes_over_x(run, self._style, place, inner, self._limits, self._ticks)
        theme = page.theme
        outputs = 1 if self._style.in_plane else self._truth.shape[1]
        colours = theme.lines if outputs > 1 else (theme.prediction,)
        if run.header.classes:
            colours = tuple(colour for colour, _ in class_styles(theme, outputs))
        self._lines = [
            axes.plot(
                run.prediction_x[order], np.full(len(order), np.nan),
                color=colours[number % len(colours)], solid_joinstyle="round",
                lw=page.points(page.px(WIDTH)), solid_capstyle="round",
            )[0]
            for number in range(outputs)
        ]  # fmt: skip
        self.moving: Sequence[Artist] = tuple(map(mark_point, self._lines))

    def _of(self, snapshot: Snapshot) -> NDArray[np.floating]:
        values = np.asarray(snapshot.prediction).reshape(self._truth.shape)
        away = np.asarray(values[self._order] - self._truth)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.hypot(away[:, :1], away[:, 1:]) if self._style.in_plane else away

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """The error of `snapshot`."""
        for line, column in zip(self._lines, self._of(snapshot).T, strict=True):
            line.set_ydata(column)
