"""Classes over any inputs: how many points of each class were taken for which."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, CountingCell, PlainCells, widest_counts
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.page.type_sizes import ASCENT
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.point_predictions import PointClasses

GAP = 4.0
"""Between two cells, at 720 px; less where they are many."""
FAINTEST, STRONGEST = 0.06, 0.48
"""Of a cell's colour on the ground, by its share of the row."""
LARGEST, SMALLEST = 0.04, 14.0
"""Of numbers: in parts of the shorter side, and at 720 px; cells too small for it have shades."""
BESIDE, UNDER = 8.0, 4.0
"""From a matrix to the names beside it and under it, at 720 px."""
BEFORE_NUMBER, ROW, SMALLEST_NAME = 0.4, 1.02, 0.85
"""From a class' name to its number, from one row to the next, and to what names shrink that have no
room under columns before numbers stand there; in font sizes."""


class ConfusionCells(PlainCells):
    """Square panels: rows are the true classes, columns those that were predicted."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.needs = CellNeeds(aspect=1.0, over=0.4 * setting.plan.tick)

    def widest_values(self, number: int) -> Sequence[str]:
        """As `Cells`."""
        return widest_counts(self._setting, number)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return ConfusionCell(self._setting, number, place)

    def draw_numbers(self, place: CellPlace) -> None:
        """As `PlainCells`."""
        run, page = self.runs[0], self._setting.page
        side, gap = _parts(page, place.box, len(run.header.classes))
        ClassNames(self._setting, run, place, (side[0] + gap, side[1] + gap)).write()


class ConfusionCell(CountingCell):
    """The matrix of a run."""

    @in_force()
    def __init__(self, setting: Setting, number: int, place: CellPlace) -> None:
        super().__init__(setting, number)
        run, page, box = self.run, setting.page, place.box
        self._theme = page.theme
        self._points = PointClasses(run)
        self._count = count = len(run.header.classes)
        side, gap = _parts(page, box, count)
        axes = page.axes(box)
        axes.set_axis_off()
        axes.set_xlim(0, box.width)
        axes.set_ylim(0, box.height)
        self._ground = np.array(to_rgb(page.theme.background))
        self._colours = [np.array(to_rgb(c)) for c, _ in class_styles(page.theme, count)]
        self._cells: list[Rectangle] = []
        corners: list[tuple[float, float]] = []
        for row, column in product(range(count), repeat=2):
            corner = column * (side[0] + gap), box.height - row * (side[1] + gap) - side[1]
            cell = Rectangle(corner, *side, lw=0, fc=page.theme.background)
            axes.add_patch(cell)
            self._cells.append(cell)
            corners.append(
                (box.left + corner[0] + side[0] / 2, box.bottom + corner[1] + side[1] / 2)
            )
        self._texts = self._numbers_at(setting, corners, side)
        ClassNames(setting, run, place, (side[0] + gap, side[1] + gap)).write()
        self.moving = [*self._cells, *self._texts]

    def _numbers_at(
        self, setting: Setting, middles: Sequence[tuple[float, float]], side: tuple[float, float]
    ) -> list[Text]:
        """The numbers of the cells, row after row; none where they would be too small."""
        page = setting.page
        longest = self._words.integer(int(np.bincount(self._points.true).max()))
        room = 0.86 * side[0] / max(page.width_of(longest, 1.0, "bold"), 1e-9)
        size = min(LARGEST * min(setting.plan.size), room, 0.8 * side[1])
        if size < max(page.px(SMALLEST), 10.0):
            return []
        return [
            page.text(
                x, y - 0.36 * size, "", size, ha="center",
                weight="bold" if number % (self._count + 1) == 0 else "regular",
            )
            for number, (x, y) in enumerate(middles)
        ]  # fmt: skip

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        true, taken = self._points.true, self._points.of(snapshot.prediction)
        counts: NDArray[np.int64] = np.zeros((self._count, self._count), np.int64)
        np.add.at(counts, (true, taken), 1)
        self.wrong = int((taken != true).sum())
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        for number, (cell, share) in enumerate(
            zip(self._cells, shares.ravel().tolist(), strict=True)
        ):
            part = FAINTEST + (STRONGEST - FAINTEST) * share
            colour = self._colours[number % self._count]
            red, green, blue = ((1 - part) * self._ground + part * colour).tolist()
            cell.set_facecolor((red, green, blue))
        for text, each in zip(self._texts, counts.ravel().tolist(), strict=False):
            text.set_text(self._words.integer(each))
            text.set_color(self._theme.text if each else self._theme.muted)


def _parts(page: Page, box: Box, count: int) -> tuple[tuple[float, float], float]:
    """How wide and high a cell of a matrix of `count` classes is, and what is between two."""
    gap = min(page.px(GAP), 0.08 * box.width / count)
    free = gap * (count - 1)
    return ((box.width - free) / count, (box.height - free) / count), gap


class ClassNames:
    """The classes beside the rows of the first panels and under the columns of the lowest ones.

    Where names have no room under columns, their numbers stand there, and beside the rows both.
    `step` is from one cell to the next, across and down, in pixels.
    """

    def __init__(
        self, setting: Setting, run: Record, place: CellPlace, step: tuple[float, float]
    ) -> None:
        self._setting, self._page, self._place = setting, setting.page, place
        self._step, self._tick = step, setting.plan.tick
        self._least = max(setting.page.px(SMALLEST), 10.0)
        self._names = [drawable(name) for name in run.header.classes]
        self._numbers = [setting.words.integer(n + 1) for n in range(len(self._names))]
        room = step[0] - setting.page.px(UNDER)
        least = max(SMALLEST_NAME * self._tick, self._least)
        self._size = self._page.size_to_fit(self._names, room, self._tick)
        self._has_numbers = self._size < least
        if self._has_numbers:
            self._size = self._page.size_to_fit(self._numbers, room, self._tick)

    def write(self) -> None:
        """Write those that stand at this panel, and what rows and columns are."""
        words, box, page = self._setting.words, self._place.box, self._page
        left, under = box.left - page.px(BESIDE), box.bottom - page.px(UNDER) - ASCENT * self._tick
        muted = page.theme.muted
        if self._place.has_y_numbers:
            self._write_rows(left)
        if self._place.is_first:
            true = words.text("true")
            page.text(left, box.top + 0.3 * self._tick, true, self._tick, colour=muted, ha="right")
        if self._place.has_x_numbers:
            self._write_columns(under)
        if self._place.has_x_numbers and self._place.has_y_numbers:
            predicted = words.text("predicted")
            size = page.size_to_fit([predicted], self._room(left), self._tick)
            page.text(left, under, predicted, size, colour=muted, ha="right")

    def _room(self, left: float) -> float:
        """What is free up to the page's edge."""
        return left - 0.025 * min(self._setting.plan.size)

    def _write_rows(self, left: float) -> None:
        page, box, step = self._page, self._place.box, self._step[1]
        size = max(min(self._tick, step / ROW), self._least)
        every = math.ceil(ROW * size / step)
        end, room = left, self._room(left)
        if self._has_numbers:
            end -= page.width_of(self._numbers[-1], size) + BEFORE_NUMBER * size
            room -= left - end
        size = max(page.size_to_fit(self._names, room, size), self._least)
        for row in range(0, len(self._names), every):
            y = box.top - row * step - (step - self._gap) / 2 - ASCENT / 2 * size
            name = page.shortened(self._names[row], room, size)
            page.text(end, y, name, size, colour=page.theme.ticks, ha="right")
            if self._has_numbers:
                number = self._numbers[row]
                page.text(left, y, number, size, colour=page.theme.ticks, ha="right")

    @property
    def _gap(self) -> float:
        """Between two cells."""
        return len(self._names) * self._step[0] - self._place.box.width

    def _write_columns(self, under: float) -> None:
        page, box, step = self._page, self._place.box, self._step[0]
        size = max(self._size, self._least)
        texts = self._numbers if self._has_numbers else self._names
        widest = max(page.width_of(text, size) for text in texts)
        every = math.ceil((widest + page.px(UNDER)) / step)
        for column in range(0, len(texts), every):
            x = box.left + column * step + (step - self._gap) / 2
            page.text(x, under, texts[column], size, colour=page.theme.ticks, ha="center")
