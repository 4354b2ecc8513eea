"""The hidden units of the last layer, each a small field over the same plane."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.field_grid import FieldGrid
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.network.recorded_network import largest
from fitreel.render.panel_kinds import NO_HIDDEN_LAYERS
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.fields.contours import Contours, level_lines, path_of
from fitreel.render.plots.fields.field_axes import field_axes
from fitreel.render.plots.fields.field_image import FieldImage, Upsampling, packed
from fitreel.render.plots.fields.field_order import FieldOrder
from fitreel.render.plots.fields.regions import STEPS, shade_numbers, shades
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.panels.panel import PanelStyle
from fitreel.render.single.panels.recorded import network_of

APART, LEAST = 18.0, 52.0
"""From unit to unit, and the smallest of them; pixels at 720."""
LINE = 2.0
PLACES = 40
"""About so many of the grid's places along either side are enough for a small field."""


class _Places(FieldGrid):
    """Every so many places of a grid."""

    def __init__(self, grid: FieldGrid) -> None:
        steps = [max(1, size // PLACES) for size in grid.shape]
        self.y, self.x = grid.y[:: steps[0]], grid.x[:: steps[1]]
        self.shape = len(self.y), len(self.x)


class UnitFields:
    """Units in a row: their output in two classes' colours, the line where each turns over.

    A unit whose output speaks against the second class is turned round.
    """

    @in_force()
    def __init__(
        self, run: Record, page: Page, grid: FieldGrid, place: Box, samples: Sequence[Snapshot]
    ) -> None:
        self._network = network_of(run, samples, "units")
        if not self._network.units:
            raise BadInput(f"film.panels: units: {NO_HIDDEN_LAYERS}")
        self._grid = _Places(grid)
        self._x = np.stack(np.meshgrid(self._grid.x, self._grid.y), axis=-1).reshape(-1, 2)
        gap = page.px(APART)
        # The grid was asked over the same span, so that the small fields are its own shape.
        aspect = min(max(float(np.ptp(grid.x) / np.ptp(grid.y)), 0.8), 1.47)
        most = max(1, int((place.width + gap) // (page.px(LEAST) + gap)))
        last = samples[-1].weights
        assert last is not None
        speaks = np.abs(self._network.toward_second(last))
        self._units = largest(speaks, min(most, self._network.units))
        count = len(self._units)
        width = min((place.width - (count - 1) * gap) / count, place.height * aspect)
        # Whole pixels, so that all are alike.
        width, height = round(width), round(width / aspect)
        self._scales = np.full(count, 1e-12)
        for snapshot in samples:
            assert snapshot.weights is not None
            values = self._network.hidden(snapshot.weights, self._x)[self._units]
            reach = np.abs(np.nan_to_num(values, posinf=0, neginf=0)).max(axis=1)
            self._scales = np.maximum(self._scales, reach)
        colours = [colour for colour, _ in class_styles(page.theme, 2)]
        self._shades = packed(shades(page.theme.axes, colours)).ravel()
        self._images, self._lines = [], []
        for number in range(count):
            left, top = round(place.left + number * (width + gap)), round(place.top)
            box = Box(left, top - height, width, height)
            axes = field_axes(page, box, self._grid, outline=True)
            self._images.append(FieldImage(page, box))
            self._lines.append(
                Contours(axes, edgecolor=page.theme.text, lw=page.points(page.px(LINE)),
                         zorder=FieldOrder.BOUNDARY)
            )  # fmt: skip
        first = self._images[0]
        self._sampling = Upsampling(self._grid.shape, first.height, first.width)
        self.moving: Sequence[Artist] = [
            *(image.image for image in self._images), *(line.artist for line in self._lines)
        ]  # fmt: skip

    def show(self, snapshot: Snapshot) -> None:
        """Move them to a snapshot's weights."""
        weights = snapshot.weights
        assert weights is not None
        values, sums = self._network.hidden_and_sums(weights, self._x)
        turns = np.where(self._network.toward_second(weights) < 0, -1.0, 1.0)
        for number, unit in enumerate(self._units.tolist()):
            parts = (turns[unit] * values[unit] / self._scales[number]).astype(np.float32)
            field = self._sampling.of(parts.reshape(self._grid.shape))
            steps = shade_numbers(np.abs(field)) + np.where(field > 0, STEPS, 0)
            self._images[number].show(self._shades[steps])
            line = sums[unit].reshape(self._grid.shape).astype(np.float32)
            is_cut = bool(line.min() < 0 < line.max())
            self._lines[number].show(
                path_of(level_lines(self._grid, line, [0.0]) if is_cut else [])
            )


class UnitSquares:
    """The same as a panel among others; as `Panel`."""

    y_texts: Sequence[str] = ()

    def __init__(
        self, run: Record, style: PanelStyle, samples: Sequence[Snapshot], height: float
    ) -> None:
        self._run, self._style, self._samples = run, style, samples
        network_of(run, samples, "units")

    def draw(self, place: PanelPlace, inner: Box) -> None:
        """As `Panel`."""
        page = self._style.page
        self._units = UnitFields(self._run, page, FieldGrid(self._run), inner, self._samples)
        self.moving: Sequence[Artist] = self._units.moving

    def show(self, snapshot: Snapshot, epoch: float) -> None:
        """As `Panel`."""
        self._units.show(snapshot)
