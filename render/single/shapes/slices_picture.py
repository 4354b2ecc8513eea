"""Any inputs, one by one: what the network says along each, all others at their median."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.theme import Theme
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.network.recorded_network import Network
from fitreel.render.page.type_sizes import ASCENT
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_furniture import UNDER, draw_furniture
from fitreel.render.plots.axes_names import write_name
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.network_line import FAR
from fitreel.render.point_predictions import PointPredictions
from fitreel.render.single.shapes.shape_picture import Places
from fitreel.render.single.shapes.view_needs import slices_needs
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

MOST = 12
"""So many inputs have a slice, the first ones."""
MOST_IN_KEY = 8
SAMPLE = 1.5
"""Of a curve before its name, with what is between, in font sizes."""
PLACES = 61
"""Along each input."""
LINE, GAP, HEAD = 4.0, 16.0, 1.45
"""The curve's width and what is between slices, at 720 px; a name, in font sizes."""
AIR, BEYOND = 0.06, 0.35
POINT, POINT_OPACITY = 3.5, 0.35


class SlicesPicture:
    """A small plot for each input; the points lie behind, whatever their other inputs are.

    Raises:
        BadInput: the network's structure isn't known, or its weights aren't recorded.
    """

    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
    ) -> None:
        self._run, self._theme, self._words = run, theme, words
        try:
            self._network = Network(run.header)
        except BadInput as error:
            raise BadInput(f"film.view: slices: {error}") from None
        if next(run.snapshots([0], weights=True)).weights is None:
            raise BadInput("film.view: slices: the weights of this network aren't recorded")
        x = np.asarray(run.x, np.float64).reshape(len(run.x), -1)
        self._x = x[:, :MOST]
        self._at = _places(x)
        self._names = [drawable(column.name) for column in run.header.inputs[:MOST]]
        columns = run.header.predicted_columns
        self._colours = [theme.prediction]
        if run.header.classes:
            self._colours = [colour for colour, _ in class_styles(theme, columns)]
        elif columns > 1:
            self._colours = [theme.lines[n % len(theme.lines)] for n in range(columns)]
        self._limits = (-AIR, 1 + AIR) if run.header.classes else _limits(run)
        outputs = [column.name for column in run.header.outputs]
        self._key = [drawable(name) for name in run.header.classes or outputs]
        self._key = self._key[:MOST_IN_KEY] if len(self._key) > 1 else []
        self.needs = slices_needs(self._y_ticks(3)[1], self._names, self._key)
        self.loss_colour = theme.prediction if len(self._colours) == 1 else theme.text
        self.moving: Sequence[Artist] = ()

    def _y_ticks(self, most: int) -> Ticks:
        places, texts = linear_ticks(*self._limits, most)
        return places, [self._words.respelled(text.replace("\u2212", "-")) for text in texts]

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        count, box = len(self._names), places.main
        columns = max(1, round(math.sqrt(count * box.width / box.height)))
        rows = math.ceil(count / columns)
        tick = places.types.tick
        foot = 0.0 if places.is_bare else page.px(UNDER) + ASCENT * tick + 0.3 * tick
        head = 0.0 if places.is_bare else HEAD * tick
        wide = (box.width - page.px(GAP) * (columns - 1)) / columns
        # The last row's numbers stand in the row that is kept for them.
        high = (box.height - (rows - 1) * foot - rows * head) / rows
        self._lines: list[list[Line2D]] = []
        for number, name in enumerate(self._names):
            row, column = divmod(number, columns)
            top = box.top - row * (high + head + foot) - head
            inner = Box(box.left + column * (wide + page.px(GAP)), top - high, wide, high)
            if not places.is_bare:
                write_name(page, name.replace("$", r"\$"), (inner.left, top + 0.4 * tick), tick,
                           wide)  # fmt: skip
            self._lines.append(self._slice(page, inner, number, places, column == 0))
        if places.aside is not None and not places.is_bare:
            self._write_key(page, places.aside, places.types.label)
        self.moving = [line for lines in self._lines for line in lines]

    def _write_key(self, page: Page, box: Box, size: float) -> None:
        """What the curves are called, each in its colour, in one row."""
        least = 0.6 * size
        while size > least and self._key_width(page, size) > box.width:
            size *= 0.97
        x = box.left
        for name, colour in zip(self._key, self._colours, strict=False):
            base, width = box.bottom + 0.3 * size, page.width_of(name, size)
            if x + SAMPLE * size + width <= box.right + 1:
                self._sample(page, x, base + 0.35 * size, colour, size)
                page.text(x + SAMPLE * size, base, name, size)
            x += SAMPLE * size + width + 0.7 * size

    def _sample(self, page: Page, x: float, y: float, colour: str, size: float) -> None:
        ends = np.array([x + 0.1 * size, x + (SAMPLE - 0.4) * size]) / page.box.width
        line = Line2D(
            ends, np.full(2, y / page.box.height), transform=page.figure.transFigure,
            color=colour, lw=page.points(page.px(LINE)), solid_capstyle="round",
        )  # fmt: skip
        page.figure.add_artist(line)

    def _key_width(self, page: Page, size: float) -> float:
        widths = [page.width_of(name, size) + SAMPLE * size for name in self._key]
        return sum(widths) + 0.7 * size * max(len(widths) - 1, 0)

    def _slice(
        self, page: Page, inner: Box, number: int, places: Places, is_first: bool
    ) -> list[Line2D]:
        """One plot with its points; returns its curves, at no snapshot yet."""
        theme, tick = self._theme, places.types.tick
        axes = page.axes(inner)
        along = self._at[number][:, number]
        air = 0.03 * float(np.ptp(along)) or 1.0
        axes.set_xlim(along[0] - air, along[-1] + air)
        axes.set_ylim(*self._limits)
        if places.is_bare:
            axes.set_axis_off()
        else:
            most = max(1, int(inner.width / (5 * tick)))
            at, texts = linear_ticks(float(along[0]), float(along[-1]), most)
            texts = [self._words.respelled(text.replace("\u2212", "-")) for text in texts]
            y = self._y_ticks(max(1, min(4, int(inner.height / (2.2 * tick)))))
            if not is_first:
                y = y[0], [""] * len(y[0])
            draw_furniture(page, axes, inner, (at, texts), y, tick=tick)
        self._draw_points(page, axes, number)
        nothing = np.full(PLACES, np.nan)
        width = page.points(page.px(LINE) * theme.prediction_width)
        return [
            axes.plot(along, nothing, color=colour, lw=width, solid_capstyle="round",
                      solid_joinstyle="round", zorder=4)[0]
            for colour in self._colours
        ]  # fmt: skip

    def _draw_points(self, page: Page, axes: Axes, number: int) -> None:
        run = self._run
        if run.header.classes:
            return
        y = np.asarray(run.y, np.float64).reshape(len(run.x), -1)
        for column in range(y.shape[1]):
            colour = self._theme.points if y.shape[1] == 1 else self._colours[column]
            axes.plot(self._x[:, number], y[:, column], "o", color=colour, mew=0,
                      ms=page.points(page.px(POINT)), alpha=POINT_OPACITY, zorder=2)  # fmt: skip

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        weights = state.snapshot.weights
        if weights is None:
            return
        count = len(self._at)
        values = self._network.prediction(weights, self._at.reshape(count * PLACES, -1))
        low, high = self._limits
        reach = FAR * (high - low)
        curves = np.clip(values.reshape(count, PLACES, -1), low - reach, high + reach)
        for lines, curve in zip(self._lines, curves, strict=True):
            for line, column in zip(lines, curve.T, strict=True):
                line.set_ydata(column)

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return []

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`."""
        return ""


def _places(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places along each input, shape (inputs, PLACES, D), all others at their median."""
    count = min(x.shape[1], MOST)
    places = np.tile(np.median(x, axis=0), (count, PLACES, 1))
    for number in range(count):
        places[number, :, number] = np.linspace(x[:, number].min(), x[:, number].max(), PLACES)
    return places


def _limits(run: Record) -> tuple[float, float]:
    """The data's, and of predictions at the points what isn't far from these."""
    y = np.asarray(run.y, np.float64)
    low, high = float(y.min()), float(y.max())
    reach = BEYOND * (high - low) or abs(high) or 1.0
    at_points = PointPredictions(run)
    for snapshot in at_points.samples():
        values = at_points.of(snapshot)
        values = values[np.isfinite(values)]
        if len(values):
            low = min(low, max(float(values.min()), float(y.min()) - reach))
            high = max(high, min(float(values.max()), float(y.max()) + reach))
    air = AIR * (high - low)
    return low - air, high + air
