"""Any inputs, one by one: a small plot for each of the first that have room, in every panel."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence

from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, PlainCells, RunCell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.shared_axes import FootKey
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.plots.fields.class_key import KeyEntry
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.pictures.slices import (
    ACROSS,
    HEAD,
    Slices,
    SliceStyle,
    draw_slice,
    numbers_height,
    show_curves,
    slice_boxes,
)

ASPECT, NARROWEST = 1.4, 0.9
"""Width by height of a panel, and where height is left over."""
LEAST_WIDTH, LEAST_HEIGHT = 4.6, 2.6
"""Of a plot, in font sizes of its numbers."""
BEST = 1.5
"""Width by height of a plot, which is sought."""
LINE, OVERHANG = 3.5, 4.5
"""How wide curves are, and how far numbers reach beyond an axis, at 720 px."""


class SliceCells(PlainCells):
    """Panels of the same inputs; the key names outputs, and says how many inputs there are."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        runs = self.runs
        most = max(runs, key=lambda run: run.header.predicted_columns)
        count = most.header.predicted_columns
        self._colours = [colour for colour, _ in class_styles(setting.page.theme, count)]
        names = [
            run.header.classes or [column.name for column in run.header.outputs] for run in runs
        ]
        longest = names[runs.index(most)]
        self._entries: list[KeyEntry] = []
        if count > 1 and all(each == longest[: len(each)] for each in names):
            pairs = zip(longest, self._colours, strict=True)
            self._entries = [KeyEntry(drawable(name), colour) for name, colour in pairs]
        self._inputs = max(len(run.header.inputs) for run in runs)
        self._shown = self._inputs
        # A panel has always room for one.
        least = min(self._inputs - 1, 1)
        self.needs = CellNeeds(
            aspect=ASPECT, narrowest=NARROWEST, foot=self._key_of(self._inputs - least).height
        )  # fmt: skip

    def _key_of(self, shown: int) -> FootKey:
        """What the curves are called, and that so many inputs are shown, where it isn't all."""
        remarks = []
        if shown < self._inputs:
            text = self._setting.words.text("some_inputs", some=shown, all=self._inputs)
            remarks = [KeyEntry(text, "none")]
        return FootKey(self._setting, [*self._entries, *remarks], remarks)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        cell = SliceCell(self._setting, number, place, self._colours)
        self._shown = min(self._shown, cell.shown)
        return cell

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
        self._key_of(self._shown).draw(box)


class SliceCell(RunCell):
    """What a run's network says along the inputs that have room."""

    @in_force()
    def __init__(
        self, setting: Setting, number: int, place: CellPlace, colours: Sequence[str]
    ) -> None:
        super().__init__(setting, number)
        assert setting.limits is not None
        page, theme, tick = setting.page, setting.page.theme, setting.plan.tick
        self._slices = slices = Slices(self.run)
        own = colours[: self.run.header.predicted_columns]
        is_one = len(own) == 1
        style = SliceStyle(
            setting.words, tick, page.px(LINE) * theme.prediction_width,
            [setting.colours[number]] if is_one else own,
            [theme.quiet_points] if is_one else own, setting.limits.y, page.px(OVERHANG),
        )  # fmt: skip
        self.shown, columns = _arranged(page, place.box, len(slices.names), tick)
        """How many inputs have room."""
        boxes = slice_boxes(
            page, place.box, self.shown, columns, HEAD * tick, numbers_height(page, tick)
        )
        last = len(boxes) - 1 - (len(boxes) - 1) % columns
        self._lines = [
            draw_slice(
                page, box, slices, at, style,
                has_y_numbers=place.has_y_numbers and at % columns == 0,
                has_x_numbers=place.has_x_numbers or at < last,
            )
            for at, box in enumerate(boxes)
        ]  # fmt: skip
        self.moving = [line for lines in self._lines for line in lines]

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        show_curves(self._lines, self._slices.curves(snapshot))


def _arranged(page: Page, box: Box, count: int, tick: float) -> tuple[int, int]:
    """How many of `count` inputs have room in a panel, one at least, and in how many columns."""
    across, foot, head = page.px(ACROSS), numbers_height(page, tick), HEAD * tick
    most = max(1, int((box.width + across) / (LEAST_WIDTH * tick + across)))
    rows_most = max(1, int((box.height + foot) / (LEAST_HEIGHT * tick + head + foot)))
    shown = min(count, most * rows_most)

    def misfit(columns: int) -> float:
        """How far plots are from the best shape."""
        rows = math.ceil(shown / columns)
        wide = (box.width - across * (columns - 1)) / columns
        high = (box.height - (rows - 1) * foot - rows * head) / rows
        empty = rows * columns - shown
        return abs(math.log(max(wide, 1.0) / max(high, 1.0) / BEST)) + 0.2 * empty

    fitting = [n for n in range(1, most + 1) if math.ceil(shown / n) <= rows_most]
    return shown, min(fitting, key=misfit)
