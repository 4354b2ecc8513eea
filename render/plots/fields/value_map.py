"""A field of numbers as colours, with contour lines, points in the same colours, and a bar."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from numpy.typing import NDArray

from fitreel.render.field_grid import FieldGrid, Values
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme, luminance
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.page.type_sizes import ASCENT
from fitreel.render.plots.fields.contours import Contours, lines_at, path_of, traced
from fitreel.render.plots.fields.field_image import FieldImage, PixelImage, Upsampling, packed
from fitreel.render.plots.fields.field_order import FieldOrder
from fitreel.render.text.translations import Translation

SHADES = 256
UNDER_LINES = -0.5
"""The points' `zorder`: over the colours, under the axes that hold the lines."""
LEVELS = 7
LINE, LINE_OPACITY = 1.2, 0.4
"""How wide contour lines are, in pixels at 720."""
ON_DARK, ON_LIGHT, DARK = "#FFFFFF", "#10141B", 0.18
"""Their colours, and the luminance from which on a map is light."""
FADE_FROM, FADE = 0.5, 0.5
"""Seconds after the last snapshot in which points go."""
RIM = 1.5
"""How large the rim of a point is that was kept aside, in diameters."""
LEAST_INK = 0.06
BESIDE, UNDER = 7.0, 6.0
"""From a bar to its numbers, in pixels at 720."""


@dataclass(frozen=True)
class ValueScale:
    """Which colour each value has."""

    low: float
    high: float
    """Above `low`."""
    colours: NDArray[np.float64]
    """Shape (SHADES, 3)."""

    def numbers(self, values: NDArray[Any]) -> NDArray[np.int32]:
        """Of each value its shade; where it isn't a number, the first."""
        with np.errstate(invalid="ignore", over="ignore"):
            parts = (values - self.low) * ((SHADES - 1) / (self.high - self.low)) + 0.5
            return np.nan_to_num(np.clip(parts, 0, SHADES - 1)).astype(np.int32)

    @property
    def levels(self) -> list[float]:
        """Where contour lines run."""
        return list(np.linspace(self.low, self.high, LEVELS + 2)[1:-1])


@in_force()
def value_scale(values: Sequence[NDArray[Any]]) -> ValueScale:
    """matplotlib's viridis from the least to the greatest finite value."""
    finite = np.concatenate([np.ravel(each[np.isfinite(each)]) for each in values])
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if high - low <= 1e-6 * max(abs(low), abs(high)):
        low, high = low - max(1.0, abs(low)), high + max(1.0, abs(high))
    return ValueScale(low, high, colormaps["viridis"](np.linspace(0, 1, SHADES))[:, :3])


def error_scale(high: float, theme: Theme) -> ValueScale:
    """From the ground with a little ink, at 0, to the network's colour, at `high`."""
    parts = np.linspace(0, 1, SHADES)[:, None]
    ground, ink, colour = (
        np.array(to_rgb(each)) for each in (theme.axes, theme.text, theme.prediction)
    )
    first = ground * (1 - LEAST_INK) + ink * LEAST_INK
    return ValueScale(0.0, high, first * (1 - parts) + colour * parts)


class ValueImage:
    """The colours of a field, shape (rows, columns)."""

    def __init__(self, page: Page, box: Box, shape: tuple[int, int], scale: ValueScale) -> None:
        self._image, self._scale = FieldImage(page, box), scale
        self._sampling = Upsampling(shape, self._image.height, self._image.width)
        self._colours = packed(scale.colours)
        self.moving: Sequence[Artist] = (self._image.image,)

    def show(self, field: Values) -> None:
        """Paint it."""
        scale = self._scale
        span = scale.high - scale.low
        with np.errstate(invalid="ignore", over="ignore"):
            parts = (np.nan_to_num(field, nan=scale.low) - scale.low) / span
            # What lies far outside must not be more than a number of a shade can be.
            steps = (np.clip(parts, -1, 2) * (SHADES - 1) + 0.5).astype(np.float32)
        at = np.floor(self._sampling.of(steps)).astype(np.int32)
        self._image.show(np.take(self._colours, at, mode="clip"))


class ValueLines:
    """Contour lines at fixed levels: white where the map is dark, dark where it is light."""

    @in_force()
    def __init__(self, page: Page, axes: Axes, grid: FieldGrid, scale: ValueScale) -> None:
        self._grid = grid
        groups: dict[str, list[float]] = {ON_DARK: [], ON_LIGHT: []}
        for level in scale.levels:
            colour = scale.colours[int(scale.numbers(np.array(level)))]
            is_dark = luminance(_hex(colour)) < DARK
            groups[ON_DARK if is_dark else ON_LIGHT].append(level)
        self._lines = [
            (
                Contours(
                    axes, edgecolor=colour, alpha=LINE_OPACITY, zorder=FieldOrder.LINES,
                    lw=page.points(page.px(LINE)),
                ),
                levels,
            )
            for colour, levels in groups.items()
        ]  # fmt: skip
        self.moving: Sequence[Artist] = [line.artist for line, _ in self._lines]

    def show(self, field: Values) -> None:
        """Draw those of a field, shape (rows, columns)."""
        generator = traced(self._grid, field)
        for line, levels in self._lines:
            line.show(path_of(lines_at(generator, levels)))


class ValuePoints:
    """Points in the colours of their values; at the film's end they go.

    Those that were kept aside, `aside` (places and values), have a white rim. All are painted
    once, since hundreds of colours take longer than the field does.
    """

    @in_force()
    def __init__(
        self,
        page: Page,
        box: Box,
        places: NDArray[Any],
        values: NDArray[Any],
        scale: ValueScale,
        diameter: float,
        aside: tuple[NDArray[Any], NDArray[Any]] | None = None,
    ) -> None:
        left, bottom, right, top = map(round, (box.left, box.bottom, box.right, box.top))
        width, height = right - left, top - bottom
        kind: Any = RendererAgg
        renderer = kind(width, height, page.figure.dpi)
        context = renderer.new_gc()
        context.set_linewidth(0)
        context.set_snap(False)
        shape = MarkerStyle("o")
        dot, size = shape.get_path(), shape.get_transform() + Affine2D().scale(diameter)
        if aside is not None:
            larger = shape.get_transform() + Affine2D().scale(diameter * RIM)
            rim = (*to_rgb(ON_DARK), 1.0)
            renderer.draw_markers(context, dot, larger, Path(aside[0]), IdentityTransform(), rim)
            places = np.concatenate([places, aside[0]])
            values = np.concatenate([values, aside[1]])
        numbers = scale.numbers(values)
        for number in np.unique(numbers).tolist():
            some = Path(places[numbers == number])
            colour = (*scale.colours[number].tolist(), 1.0)
            renderer.draw_markers(context, dot, size, some, IdentityTransform(), colour)
        pixels = np.asarray(renderer.buffer_rgba())[::-1].copy()
        self._image = PixelImage((left, bottom), pixels, UNDER_LINES)
        page.figure.add_artist(self._image)
        self.moving: Sequence[Artist] = (self._image,)

    def show(self, seconds_at_end: float | None) -> None:
        """Fade as far as the film's end has come."""
        part = 0.0 if seconds_at_end is None else (seconds_at_end - FADE_FROM) / FADE
        self._image.set_alpha(1.0 - min(max(part, 0.0), 1.0))


@in_force()
def draw_value_bar(
    page: Page, box: Box, scale: ValueScale, size: float, words: Translation
) -> None:
    """Draw all colours into `box`, and their values under it, or right of it where it is high."""
    is_high = box.height > box.width
    image = FieldImage(page, box)
    length = image.height if is_high else image.width
    ramp = packed(scale.colours)[np.linspace(0, SHADES - 1, length).round().astype(int)]
    image.show(np.broadcast_to(ramp[:, None] if is_high else ramp, (image.height, image.width)))
    places, texts = bar_ticks(scale, words)
    for place, text in zip(places, texts, strict=True):
        part = (place - scale.low) / (scale.high - scale.low)
        if is_high:
            x, y = box.right + page.px(BESIDE), box.bottom + part * box.height - ASCENT / 2 * size
        else:
            x, y = box.left + part * box.width, box.bottom - page.px(UNDER) - ASCENT * size
        page.text(x, y, text, size, colour=page.theme.ticks, va="baseline",
                  ha="left" if is_high else "center")  # fmt: skip


def bar_ticks(scale: ValueScale, words: Translation) -> tuple[list[float], list[str]]:
    """Where a bar has numbers, and these."""
    places, texts = linear_ticks(scale.low, scale.high, 4)
    return places, [words.respelled(text.replace("\u2212", "-")) for text in texts]


def _hex(colour: NDArray[np.float64]) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in colour)
