"""The panel of a record's further numbers: a curve each, on one axis, as the loss has it."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.panel_kinds import NO_METRICS
from fitreel.render.plots.loss_plot import LossPlot, LossPlotStyle
from fitreel.render.plots.losses.loss_path import LossPath
from fitreel.render.plots.losses.loss_scale import LossScale, linear_scale, loss_scale
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.panel import PanelStyle

MOST_CURVES = 8
"""More can't be told apart; the first that were logged are drawn."""
DECADES = 2.0
"""Positive numbers that lie further apart than so many powers of ten have a logarithmic axis."""
WIDTH = 3.0
"""In pixels at 720."""
BETWEEN = 0.8
"""From one name to the next, in font sizes."""
SMALLEST = 0.7
"""To which the names shrink, in their font sizes."""


class MetricCurves:
    """The metrics: linear, or logarithmic where all are positive and lie far apart."""

    def __init__(
        self, run: Record, style: PanelStyle, samples: Sequence[Snapshot], height: float
    ) -> None:
        if not run.metrics:
            raise BadInput(f"film.panels: metrics: {NO_METRICS}")
        self._run, self._style = run, style
        self._values = {name: run.metrics[name] for name in list(run.metrics)[:MOST_CURVES]}
        self._scale = _scale(list(self._values.values()), height / style.tick)
        texts = self._scale.ticks[1]
        self.y_texts: Sequence[str] = [
            style.words.respelled(text.replace("\u2212", "-")) for text in texts
        ]

    def draw(self, place: PanelPlace, inner: Box) -> None:
        """As `Panel`."""
        run, page = self._run, self._style.page
        colours = page.theme.lines
        paths = [
            LossPath(run.epochs, values, colours[n % len(colours)])
            for n, values in enumerate(self._values.values())
        ]
        box = Box(place.box.left, inner.bottom, inner.right - place.box.left, inner.height)
        style = LossPlotStyle(
            self._style.tick, self._style.words, page.px(WIDTH), x_labels=place.x_labels,
            x_name=not place.x_name_in_head, left=inner.left - box.left, scale=self._scale,
        )  # fmt: skip
        self._plot = LossPlot(page, box, paths, self._style.axis, style)
        self.moving: Sequence[Artist] = self._plot.moving

    def least_width(self) -> float:
        """How much room the names need, in pixels."""
        page, size = self._style.page, SMALLEST * self._style.label
        return sum(page.width_of(drawable(name), size) + BETWEEN * size for name in self._values)

    def write_names(self, left: float, right: float, baseline: float) -> None:
        """Write the curves' names in their colours, from `left` to `right` at most."""
        page, colours = self._style.page, self._style.page.theme.lines
        texts = [drawable(name) for name in self._values]
        size, smallest = self._style.label, SMALLEST * self._style.label
        apart = (len(texts) - 1) * BETWEEN
        while size > smallest and sum(_widths(page, texts, size)) > right - left - apart * size:
            size = max(0.97 * size, smallest)
        share = _share(_widths(page, texts, size), right - left - apart * size)
        for number, text in enumerate(texts):
            name = page.shortened(text, share, size)
            page.text(left, baseline, name, size, colour=colours[number % len(colours)],
                      va="baseline")  # fmt: skip
            left += page.width_of(name, size) + BETWEEN * size

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """Moves the markers."""
        self._plot.show([epoch] * len(self._values), [None] * len(self._values))


def _widths(page: Page, texts: Sequence[str], size: float) -> list[float]:
    return [page.width_of(text, size) for text in texts]


def _share(widths: Sequence[float], room: float) -> float:
    """How wide a name may be, so that all fit and no short one gives way to a long one."""
    for number, width in enumerate(sorted(widths)):
        share = room / (len(widths) - number)
        if width > share:
            return share
        room -= width
    return math.inf


def _scale(curves: Sequence[NDArray[np.float64]], rows: float) -> LossScale:
    values = np.concatenate([each[np.isfinite(each)] for each in curves])
    if not len(values):
        return linear_scale(0.0, 1.0, rows)
    low, high = float(values.min()), float(values.max())
    if low > 0 and math.log10(high / low) > DECADES:
        return loss_scale([values], rows)
    return linear_scale(low, high, rows)
