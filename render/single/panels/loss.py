"""The panel of the loss."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.text import Text

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.plots.loss_plot import LossPath, LossPlot, LossPlotStyle
from fitreel.render.plots.losses.loss_path import paths_kept_aside
from fitreel.render.plots.losses.loss_scale import loss_scale
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.panel import PanelStyle

WIDTH, LOW_WIDTH = 4.0, 3.0
"""Of the path, and in a plot lower than `LOW`; pixels at 720."""
LOW = 130.0
HALF_CAPITAL = 0.33
"""In font sizes."""


class LossCurve:
    """The loss against the epoch: where it comes from, and where it will go."""

    def __init__(
        self, run: Record, style: PanelStyle, samples: Sequence[Snapshot], height: float
    ) -> None:
        self._run, self._style = run, style
        self._losses_from = losses_from(run)
        self._rider: Text | None = None
        self._aside = paths_kept_aside(run, style.page.theme.muted, style.words)
        losses = [run.losses, *(path.losses for path in self._aside)]
        texts = loss_scale(losses, height / style.tick).ticks[1]
        self.y_texts: Sequence[str] = [
            style.words.respelled(text.replace("\u2212", "-")) for text in texts
        ]

    def draw(self, place: PanelPlace, inner: Box) -> None:
        """As `Panel`."""
        run, page = self._run, self._style.page
        known = run.epochs >= self._losses_from
        path = LossPath(run.epochs[known], run.losses[known], page.theme.prediction,
                        is_diverged=run.ending == "diverged")  # fmt: skip
        width = WIDTH if inner.height > page.px(LOW) else LOW_WIDTH
        box = Box(place.box.left, inner.bottom, inner.right - place.box.left, inner.height)
        style = LossPlotStyle(
            self._style.tick, self._style.words, page.px(width), self._style.noise,
            x_labels=place.x_labels, x_name=not place.x_name_in_head,
            left=inner.left - box.left,
        )  # fmt: skip
        self.plot = LossPlot(page, box, [path, *self._aside], self._style.axis, style)
        self.moving: Sequence[Artist] = self.plot.moving
        if self._style.loss_rides_at is not None:
            self._rider = page.text(
                self._style.loss_rides_at, 0, self._style.words.text("panel_loss"),
                self._style.label, weight="bold", colour=page.theme.prediction,
            )  # fmt: skip
            self.moving = (*self.moving, self._rider)

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """Moves the marker."""
        others = len(self._aside)
        epochs = [epoch if epoch >= self._losses_from else None, *[epoch] * others]
        self.plot.show(epochs, [float(snapshot.loss), *[None] * others])
        if self._rider is not None:
            inner, size = self.plot.inner, self._style.label
            middle = min(max(self.plot.marker_y(0), inner.bottom + size / 2), inner.top - size / 2)
            self._rider.set_y((middle - HALF_CAPITAL * size) / self._style.page.box.height)
