"""What a network says along each input, all others at their median, and a small plot of it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.network.recorded_network import network_of
from fitreel.render.page.type_sizes import ASCENT
from fitreel.render.plots.axes_furniture import UNDER, draw_furniture
from fitreel.render.plots.axes_names import write_name
from fitreel.render.plots.network_line import FAR
from fitreel.render.plots.pictures.limits import AIR, BEYOND
from fitreel.render.point_predictions import PointPredictions
from fitreel.render.text.translations import Translation

MOST = 12
"""So many inputs have a slice, the first ones."""
PLACES = 61
"""Along each input."""
ACROSS, HEAD = 16.0, 1.45
"""Between two plots, in pixels at 720; a name over a plot, in font sizes."""
POINT, POINT_OPACITY = 3.5, 0.35
ASIDE = 0.03
"""Free left and right of the curves, in parts of what they span."""


class Slices:
    """What a run's network says along each of its first inputs.

    Raises:
        BadInput: the network's structure isn't known, or its weights aren't recorded.
    """

    def __init__(self, run: Record) -> None:
        self._run = run
        self._network = network_of(run, "film.view: slices")
        x = np.asarray(run.x, np.float64).reshape(len(run.x), -1)
        self.x = x[:, :MOST]
        """Shape (N, inputs)."""
        self.y = np.asarray(run.y, np.float64).reshape(len(run.x), -1)
        """Shape (N, K); of classes (N, 1)."""
        count = self.x.shape[1]
        self._at = np.tile(np.median(x, axis=0), (count, PLACES, 1))
        for number in range(count):
            places = np.linspace(x[:, number].min(), x[:, number].max(), PLACES)
            self._at[number, :, number] = places
        self.names = [drawable(column.name) for column in run.header.inputs[:MOST]]
        self.limits = slice_limits(run)
        """Of all upright axes."""
        self.has_points = not run.header.classes

    def along(self, number: int) -> NDArray[np.float64]:
        """The places along an input, shape (PLACES,)."""
        return self._at[number, :, number]

    def curves(self, snapshot: Snapshot) -> NDArray[np.float64] | None:
        """Shape (inputs, PLACES, K); nowhere further than can be drawn."""
        if snapshot.weights is None:
            return None
        count = len(self._at)
        values = self._network.prediction(snapshot.weights, self._at.reshape(count * PLACES, -1))
        low, high = self.limits
        reach = FAR * (high - low)
        return np.clip(values.reshape(count, PLACES, -1), low - reach, high + reach)


@dataclass(frozen=True)
class SliceStyle:
    """What the plots of all inputs have in common; lengths in pixels."""

    words: Translation
    tick: float
    """Font size of names and numbers."""
    line: float
    """How wide curves are."""
    colours: Sequence[str]
    """Of the outputs or classes."""
    point_colours: Sequence[str]
    limits: tuple[float, float]
    """Of all upright axes."""
    overhang: float = math.inf
    """How far numbers may reach beyond the end of an axis."""


def slice_limits(run: Record) -> tuple[float, float]:
    """The data's, and of predictions at the points what isn't far from these."""
    if run.header.classes:
        return -AIR, 1 + AIR
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


def y_numbers(limits: tuple[float, float], most: int, words: Translation) -> Ticks:
    """The numbers of an upright axis, in the film's language."""
    places, texts = linear_ticks(*limits, most)
    return places, [words.respelled(text.replace("\u2212", "-")) for text in texts]


def numbers_height(page: Page, tick: float) -> float:
    """What the numbers under a plot take, with what is free before the next one."""
    return page.px(UNDER) + ASCENT * tick + 0.3 * tick


def slice_boxes(
    page: Page, box: Box, count: int, columns: int, head: float, foot: float
) -> list[Box]:
    """Where the plots of `count` inputs stand, row by row.

    The last row's numbers stand under `box`; the others have `foot` pixels for these, and all have
    `head` over them.
    """
    rows = -(-count // columns)
    across = page.px(ACROSS)
    wide = (box.width - across * (columns - 1)) / columns
    high = (box.height - (rows - 1) * foot - rows * head) / rows
    return [
        Box(
            box.left + column * (wide + across),
            box.top - row * (high + head + foot) - head - high,
            wide,
            high,
        )
        for row, column in (divmod(number, columns) for number in range(count))
    ]


@in_force()
def draw_slice(
    page: Page,
    box: Box,
    slices: Slices,
    number: int,
    style: SliceStyle,
    *,
    has_y_numbers: bool,
    has_x_numbers: bool = True,
    is_bare: bool = False,
) -> list[Line2D]:
    """One plot with its points and its name; returns its curves, at no snapshot yet."""
    tick, words = style.tick, style.words
    along = slices.along(number)
    axes = page.axes(box)
    air = ASIDE * float(np.ptp(along)) or 1.0
    axes.set_xlim(along[0] - air, along[-1] + air)
    axes.set_ylim(*style.limits)
    if is_bare:
        axes.set_axis_off()
    else:
        name = slices.names[number].replace("$", r"\$")
        write_name(page, name, (box.left, box.top + 0.4 * tick), tick, box.width)
        y = y_numbers(style.limits, max(1, min(4, int(box.height / (2.2 * tick)))), words)
        if not has_y_numbers:
            y = y[0], [""] * len(y[0])
        x = _x_numbers(page, box, axes.get_xlim(), along, style)
        draw_furniture(page, axes, box, x, y, tick=tick, x_labels=has_x_numbers)
    if slices.has_points:
        _draw_points(page, axes, slices, number, style)
    nothing = np.full(PLACES, np.nan)
    return [
        axes.plot(along, nothing, color=colour, lw=page.points(style.line),
                  solid_capstyle="round", solid_joinstyle="round", zorder=4)[0]
        for colour in style.colours
    ]  # fmt: skip


def _x_numbers(
    page: Page, box: Box, limits: tuple[float, float], along: NDArray[np.float64],
    style: SliceStyle,
) -> Ticks:  # fmt: skip
    """About as many as have room; where they mustn't reach far, the fewest of which two stay."""
    most = max(1, int(box.width / (5 * style.tick)))
    low, high = limits
    best: Ticks = ([], [])
    for count in range(most, most + 4):
        places, texts = linear_ticks(float(along[0]), float(along[-1]), count)
        texts = [style.words.respelled(text.replace("\u2212", "-")) for text in texts]
        near = [
            abs((place - low) / (high - low) - 0.5) * box.width
            + page.width_of(text, style.tick) / 2
            <= box.width / 2 + style.overhang
            for place, text in zip(places, texts, strict=True)
        ]
        shown = [text if is_near else "" for text, is_near in zip(texts, near, strict=True)]
        if not any(best[1]) or sum(near) > sum(map(bool, best[1])):
            best = places, shown
        if sum(near) >= 2 or all(near):
            break
    return best


def _draw_points(page: Page, axes: Axes, slices: Slices, number: int, style: SliceStyle) -> None:
    for values, colour in zip(slices.y.T, style.point_colours, strict=True):
        axes.plot(slices.x[:, number], values, "o", color=colour, mew=0,
                  ms=page.points(page.px(POINT)), alpha=POINT_OPACITY, zorder=2)  # fmt: skip


def show_curves(lines: Sequence[Sequence[Line2D]], curves: NDArray[np.float64] | None) -> None:
    """Move the curves of the first inputs; without weights they stay."""
    if curves is None:
        return
    for own, curve in zip(lines, curves, strict=False):
        for line, column in zip(own, curve.T, strict=True):
            line.set_ydata(column)
