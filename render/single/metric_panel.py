"""The panel of a record's further numbers: a curve each, on one axis."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.mpl.loss_axis import loss_limits
from fitreel.render.panel_kinds import NO_METRICS
from fitreel.render.single.axes_style import AxesStyle, style_axes

MOST_CURVES = 8
"""More can't be told apart; the first that were logged are drawn."""
DECADES = 2.0
"""Positive numbers that lie further apart than so many powers of ten have a logarithmic axis."""


class MetricCurves:
    """The metrics so far: linear, or logarithmic where all are positive and lie far apart."""

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
    ) -> None:
        if not run.metrics:
            raise BadInput(f"film.panels: metrics: {NO_METRICS}")
        self._epochs = run.epochs.astype(np.float64)
        values = {name: run.metrics[name] for name in list(run.metrics)[:MOST_CURVES]}
        low, high, is_log = _limits(list(values.values()))
        axes = style.page.axes(box)
        end = float(max(run.epochs[-1], 1))
        room = 0.03 * end  # as in the loss's panel, whose axis lies beneath it
        style_axes(axes, style, (-room, end + room), (low, high), box, log=is_log)
        page, colours = style.page, style.theme.lines
        self.names = [(name, colours[n % len(colours)]) for n, name in enumerate(values)]
        """Each metric's name and colour, for the panel's title."""
        self._curves: list[tuple[Line2D, NDArray[np.float64], NDArray[np.float64]]] = []
        for (name, colour), each in zip(self.names, values.values(), strict=True):
            (line,) = axes.plot(
                [], [], color=colour, lw=page.points(0.006 * style.unit), solid_joinstyle="round",
                marker="o", ms=page.points(0.006 * style.unit), mew=0.0,
            )  # fmt: skip
            drawn = _with_gaps(values[name])
            self._curves.append((line, self._epochs[drawn], each[drawn]))
        self.moving: Sequence[Artist] = [line for line, _, _ in self._curves]

    def show(self, snapshot: Snapshot) -> None:
        """Draws the curves on to `snapshot`."""
        for line, epochs, values in self._curves:
            count = int(np.searchsorted(epochs, snapshot.epoch, side="right"))
            line.set_data(epochs[:count], values[:count])
            # Only there: Agg puts markers on whole pixels, and they stick out of a line.
            line.set_markevery(_alone(values[:count]))


def _with_gaps(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which snapshots a curve goes through.

    All of them, so that what isn't finite leaves a gap; but one that comes now and then would be
    all gaps, and goes straight from one that it has to the next.
    """
    finite = np.isfinite(values)
    neighbours = np.count_nonzero(finite[1:] & finite[:-1])
    return finite if 2 * neighbours < np.count_nonzero(finite) else np.ones_like(finite)


def _alone(values: NDArray[np.float64]) -> list[bool]:
    """Which have no line to the one before or after them."""
    finite = np.concatenate([[False], np.isfinite(values), [False]])
    alone: list[bool] = (finite[1:-1] & ~finite[:-2] & ~finite[2:]).tolist()
    return alone


def _limits(curves: Sequence[NDArray[np.float64]]) -> tuple[float, float, bool]:
    """The lower and the upper limit, and whether the axis is logarithmic."""
    values = np.concatenate([each[np.isfinite(each)] for each in curves])
    if not len(values):
        return 0.0, 1.0, False
    low, high = float(values.min()), float(values.max())
    if low > 0 and high / low > 10**DECADES:
        return *loss_limits([values]), True
    room = 0.06 * (high - low) or 0.06 * abs(high) or 0.5
    return low - room, high + room, False
