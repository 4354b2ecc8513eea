"""The panels of the weights and of their gradients: all of them as a picture, layer by layer."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import Colormap, LinearSegmentedColormap
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.network.layer_picture import layer_picture
from fitreel.render.network.recorded_network import (
    MOST_GRADIENT_POINTS,
    Loss,
    flattened,
    thinned,
)
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.color_bar import Scale, bar_width, draw_color_bar
from fitreel.render.single.panels.layer_names import draw_layer_names
from fitreel.render.single.panels.panel import PanelStyle
from fitreel.render.single.panels.reach import reach, round_up
from fitreel.render.single.panels.recorded import network_of

STRONG = 0.97
"""Of all weights, so many have colours of their own; a few large ones don't pale the others."""
NAME_ROWS = 1.25
"""What the layers' names take of a panel without numbers under it, in their font sizes."""


class Weights:
    """All weights: one block a layer, a row a unit, its bias last."""

    name = "weights"

    def __init__(
        self, run: Record, style: PanelStyle, samples: Sequence[Snapshot], height: float
    ) -> None:
        self._style = style
        self._network = network_of(run, samples, self.name)
        self._prepare(run)
        values = [self._values(snapshot) for snapshot in samples]
        self._scale = self._scale_of(reach(values, samples, style.axis, most=STRONG))
        self._cells, self._spans = layer_picture(self._network.matrix_shapes)
        self._first = values[0]
        self.y_texts: Sequence[str] = ()

    def _prepare(self, run: Record) -> None:
        """What is needed beside the network."""

    def _scale_of(self, value: float) -> Scale:
        return Scale(round_up(value))

    def _values(self, snapshot: Snapshot) -> NDArray[np.float64]:
        assert snapshot.weights is not None
        return flattened(self._network.matrices(snapshot.weights))

    @in_force()
    def draw(self, place: PanelPlace, inner: Box) -> None:
        """As `Panel`."""
        style, page = self._style, self._style.page
        room = 0.0 if place.x_labels else NAME_ROWS * style.tick
        bar = bar_width(page, self._scale, style)
        box = Box(inner.left, inner.bottom + room, inner.width - bar, inner.height - room)
        axes = page.axes(box)
        axes.set_axis_off()
        theme = page.theme
        colours: Colormap = LinearSegmentedColormap.from_list(
            "strip", [theme.negative, theme.neutral, theme.positive]
        ).with_extremes(bad=(0.0, 0.0, 0.0, 0.0))
        picture = self._picture(self._first)
        self._image = axes.imshow(
            picture, cmap=colours, vmin=-1, vmax=1, aspect="auto", interpolation="nearest"
        )
        rows, columns = picture.shape
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(rows - 0.5, -0.5)
        self.moving: Sequence[Artist] = (self._image,)
        draw_color_bar(page, Box(box.right, box.bottom, bar, box.height), colours, self._scale,
                       style)  # fmt: skip
        draw_layer_names(style, box, self._spans)

    def _picture(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Each number where it stands, in parts of the scale."""
        return self._scale.parts(np.where(self._cells < 0, np.nan, values[self._cells]))

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """The weights of `snapshot`."""
        self._image.set_data(self._picture(self._values(snapshot)))


class Gradients(Weights):
    """The gradient of the loss by each weight, over all points (of more than `MOST_GRADIENT_POINTS`
    over as many); its square root is the colour.
    """

    name = "gradients"

    def _prepare(self, run: Record) -> None:
        self._loss = Loss(run.header)
        self._x, self._y = (
            thinned(values, MOST_GRADIENT_POINTS).astype(np.float64) for values in (run.x, run.y)
        )

    def _scale_of(self, value: float) -> Scale:
        return Scale(round_up(value), is_root=True)

    def _values(self, snapshot: Snapshot) -> NDArray[np.float64]:
        assert snapshot.weights is not None
        return flattened(self._network.gradient(snapshot.weights, self._x, self._y, self._loss))
