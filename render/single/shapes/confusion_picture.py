"""Classes over any inputs: how many points of each class were taken for which."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.theme import Theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.point_predictions import PointClasses
from fitreel.render.single.shapes.shape_picture import Places
from fitreel.render.single.shapes.view_needs import confusion_needs
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

GAP = 6.0
"""Between two cells, at 720 px; less where they are many."""
FAINTEST, STRONGEST = 0.06, 0.48
"""Of a cell's colour on the ground, by its share of the row."""
DIAGONAL, OTHER = 0.06, 0.047
"""The size of numbers, in parts of the shorter side."""
SMALLEST_NUMBER = 14.0
"""At 720 px: no number is smaller; cells have shades alone then."""
LONGEST_NAME = 0.24
"""Of the middle's width, that names left of the rows take."""


class ConfusionPicture:
    """Rows are the true classes, columns those that were predicted."""

    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
    ) -> None:
        self._theme, self._words = theme, words
        self._at_points = PointClasses(run)
        self._true = self._at_points.true
        self._names = [drawable(name) for name in run.header.classes]
        self.needs = confusion_needs(self._names, len(self._true), theme, words)
        self.loss_colour = theme.text
        self.moving: Sequence[Artist] = ()

    def _wrong(self, wrong: int) -> str:
        count = len(self._true)
        return self._words.text("some_of", some=wrong, all=count)

    def _right(self, wrong: int) -> str:
        count = len(self._true)
        # Rounded down: 100 % is all of them.
        return self._words.text("percent_right", percent=(count - wrong) * 100 // count)

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        types, theme = places.types, self._theme
        label, classes = types.label, len(self._names)
        box = places.main
        if not places.is_bare:
            box = self._write_names(page, box, label, types.tick)
        gap = min(page.px(GAP), 0.08 * box.width / classes)
        wide = (box.width - gap * (classes - 1)) / classes
        high = (box.height - gap * (classes - 1)) / classes
        colours = [colour for colour, _ in class_styles(theme, classes)]
        axes = page.axes(box)
        axes.set_axis_off()
        axes.set_xlim(0, box.width)
        axes.set_ylim(0, box.height)
        self._cells: list[Rectangle] = []
        self._grounds: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        ground = np.array(to_rgb(theme.background))
        for row, column in product(range(classes), repeat=2):
            corner = column * (wide + gap), box.height - row * (high + gap) - high
            cell = Rectangle(corner, wide, high, lw=0, fc=theme.background)
            self._cells.append(cell)
            self._grounds.append((ground, np.array(to_rgb(colours[column]))))
            axes.add_patch(cell)
        self._texts = self._numbers_in(page, box, (wide, high), gap)
        self.moving = [*self._cells, *self._texts]

    def _numbers_in(
        self, page: Page, box: Box, cell: tuple[float, float], gap: float
    ) -> list[Text]:
        """The numbers of the cells, row after row; none where they would be too small."""
        (wide, high), classes = cell, len(self._names)
        side = min(page.box.width, page.box.height)
        longest = self._words.integer(int(np.bincount(self._true).max()))
        room = 0.86 * wide / max(page.width_of(longest, 1.0, "bold"), 1e-9)
        least = max(page.px(SMALLEST_NUMBER), 10.0)
        limit = min(room, 0.8 * high)
        if limit < least:
            return []
        texts = []
        for row, column in product(range(classes), repeat=2):
            is_right = row == column
            size = min(limit, max((DIAGONAL if is_right else OTHER) * side, least))
            x = box.left + column * (wide + gap) + wide / 2
            y = box.top - row * (high + gap) - high / 2 - 0.36 * size
            texts.append(page.text(x, y, "", size, weight="bold" if is_right else "regular",
                                   ha="center"))  # fmt: skip
        return texts

    def _write_names(self, page: Page, box: Box, label: float, tick: float) -> Box:
        """Names of rows and columns; returns what is left for the cells."""
        words, muted, classes = self._words, self._theme.muted, len(self._names)
        most = LONGEST_NAME * box.width
        true = words.text("true")
        left = max([page.width_of(name, label, "bold") for name in self._names]
                   + [page.width_of(true, label)]) + page.px(14)  # fmt: skip
        left = min(left, most)
        head = 2.55 * label
        inner = Box(box.left + left, box.bottom, box.width - left, box.height - head)
        page.text(inner.left + inner.width / 2, box.top - 0.74 * label, words.text("predicted"),
                  label, colour=muted, ha="center")  # fmt: skip
        base = inner.top + 0.45 * label
        page.text(box.left, base, page.shortened(true, left, label), label, colour=muted)
        across, up = inner.width / classes, inner.height / classes
        size = page.size_to_fit(self._names, across - page.px(8), label)
        is_readable = size >= min(tick, 0.86 * label) * 0.8
        step = 1 if up >= 1.1 * label else math.ceil(1.1 * label / up)
        for number, name in enumerate(self._names):
            if number % step == 0:
                shown = page.shortened(name, left - page.px(14), label)
                y = inner.top - (number + 0.5) * up - 0.34 * label
                page.text(box.left, y, shown, label, weight="bold")
            if is_readable:
                page.text(inner.left + (number + 0.5) * across, base, name, size, weight="bold",
                          ha="center")  # fmt: skip
        return inner

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        classes = len(self._names)
        taken = self._at_points.of(state.snapshot.prediction)
        counts = np.zeros((classes, classes), np.int64)
        np.add.at(counts, (self._true, taken), 1)
        self._number_wrong = int((taken != self._true).sum())
        shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        pairs = zip(self._cells, self._grounds, shares.ravel().tolist(), strict=True)
        for cell, (ground, colour), share in pairs:
            part = FAINTEST + (STRONGEST - FAINTEST) * share
            red, green, blue = ((1 - part) * ground + part * colour).tolist()
            cell.set_facecolor((red, green, blue))
        for text, count in zip(self._texts, counts.ravel().tolist(), strict=False):
            text.set_text(self._words.integer(count))
            text.set_color(self._theme.text if count else self._theme.muted)

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return [self._wrong(self._number_wrong)]

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`."""
        return self._right(self._number_wrong)
