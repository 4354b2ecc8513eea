"""Any inputs, one by one: what the network says along each, all others at their median."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.theme import Theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.pictures.slices import (
    HEAD,
    Slices,
    SliceStyle,
    draw_slice,
    numbers_height,
    show_curves,
    slice_boxes,
    y_numbers,
)
from fitreel.render.single.shapes.shape_picture import Places
from fitreel.render.single.shapes.view_needs import slices_needs
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

MOST_IN_KEY = 8
SAMPLE = 1.5
"""Of a curve before its name, with what is between, in font sizes."""
LINE = 4.0
"""The curve's width at 720 px."""


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
        self._theme, self._words = theme, words
        self._slices = Slices(run)
        columns = run.header.predicted_columns
        self._colours = [theme.prediction]
        if run.header.classes:
            self._colours = [colour for colour, _ in class_styles(theme, columns)]
        elif columns > 1:
            self._colours = [theme.lines[n % len(theme.lines)] for n in range(columns)]
        outputs = [column.name for column in run.header.outputs]
        self._key = [drawable(name) for name in run.header.classes or outputs]
        self._key = self._key[:MOST_IN_KEY] if len(self._key) > 1 else []
        self.needs = slices_needs(
            y_numbers(self._slices.limits, 3, words)[1], self._slices.names, self._key
        )
        self.loss_colour = theme.prediction if len(self._colours) == 1 else theme.text
        self.moving: Sequence[Artist] = ()

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        count, box = len(self._slices.names), places.main
        columns = max(1, round(math.sqrt(count * box.width / box.height)))
        tick = places.types.tick
        foot = 0.0 if places.is_bare else numbers_height(page, tick)
        head = 0.0 if places.is_bare else HEAD * tick
        is_one = len(self._colours) == 1
        style = SliceStyle(
            self._words, tick, page.px(LINE) * self._theme.prediction_width, self._colours,
            [self._theme.points] if is_one else self._colours, self._slices.limits,
        )  # fmt: skip
        self._lines = [
            draw_slice(
                page, inner, self._slices, number, style, has_y_numbers=number % columns == 0,
                is_bare=places.is_bare,
            )
            for number, inner in enumerate(slice_boxes(page, box, count, columns, head, foot))
        ]  # fmt: skip
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

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        show_curves(self._lines, self._slices.curves(state.snapshot))

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return []

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`."""
        return ""
