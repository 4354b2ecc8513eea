"""Classes over any inputs: how many points of each class were taken for which."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

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
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.point_predictions import PointClasses

GAP = 4.0
"""Between two cells, at 720 px; less where they are many."""
FAINTEST, STRONGEST = 0.06, 0.48
"""Of a cell's colour on the ground, by its share of the row."""
LARGEST, SMALLEST = 0.04, 14.0
"""Of numbers: in parts of the shorter side, and at 720 px; cells too small for it have shades."""
BESIDE = 8.0
"""From a matrix to the names beside it."""
NAMES = 1.1
"""Under a matrix for the names of columns, and under that for what they are, in font sizes."""


class ConfusionCells(PlainCells):
    """Square panels: rows are the true classes, columns those that were predicted."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        tick = setting.plan.tick
        self.needs = CellNeeds(aspect=1.0, over=0.4 * tick, foot=NAMES * tick)

    def widest_values(self, number: int) -> Sequence[str]:
        """As `Cells`."""
        return widest_counts(self._setting, number)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return ConfusionCell(self._setting, number, place)

    def draw_foot(self, box: Box) -> None:
        """What columns are; rows say so themselves."""
        setting, tick = self._setting, self._setting.plan.tick
        setting.page.text(
            box.left, box.top - 0.74 * tick, setting.words.text("predicted"), tick,
            colour=setting.page.theme.muted,
        )  # fmt: skip


class ConfusionCell(CountingCell):
    """The matrix of a run."""

    @in_force()
    def __init__(self, setting: Setting, number: int, place: CellPlace) -> None:
        super().__init__(setting, number)
        run, page, box = self.run, setting.page, place.box
        self._theme = page.theme
        self._points = PointClasses(run)
        self._count = count = len(run.header.classes)
        gap = min(page.px(GAP), 0.08 * box.width / count)
        side = ((box.width - gap * (count - 1)) / count, (box.height - gap * (count - 1)) / count)
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
        _write_names(setting, run, place, side, gap)
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


def _write_names(
    setting: Setting, run: Record, place: CellPlace, side: tuple[float, float], gap: float
) -> None:
    """The classes beside the rows of the first column of panels, and under the lowest columns."""
    page, tick, box = setting.page, setting.plan.tick, place.box
    names = [drawable(name) for name in run.header.classes]
    step = -(-1.15 * tick // (side[1] + gap)) or 1.0
    if place.has_y_numbers:
        room = box.left - page.px(BESIDE) - 0.025 * min(setting.plan.size)
        for row, name in enumerate(names):
            if row % step == 0:
                y = box.top - row * (side[1] + gap) - side[1] / 2 - 0.36 * tick
                page.text(box.left - page.px(BESIDE), y, page.shortened(name, room, tick), tick,
                          colour=page.theme.ticks, ha="right")  # fmt: skip
        if place.is_first:
            page.text(box.left - page.px(BESIDE), box.top + 0.3 * tick, setting.words.text("true"),
                      tick, colour=page.theme.muted, ha="right")  # fmt: skip
    if place.has_x_numbers:
        _write_columns(setting, names, box, side[0], gap)


def _write_columns(
    setting: Setting, names: Sequence[str], box: Box, side: float, gap: float
) -> None:
    """The names of columns where they have room; none where they haven't."""
    page, tick = setting.page, setting.plan.tick
    widths = [page.width_of(name, tick) for name in names]
    if max(widths) > side + gap - page.px(4):
        names = [page.shortened(name, side + gap - page.px(4), tick) for name in names]
    if side < 1.5 * tick:
        return
    for column, name in enumerate(names):
        x = box.left + column * (side + gap) + side / 2
        page.text(x, box.bottom - page.px(4) - 0.74 * tick, name, tick,
                  colour=page.theme.ticks, ha="center")  # fmt: skip
