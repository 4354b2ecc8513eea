"""One input, several outputs or classes: a curve each, in the same colours in all panels."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, PlainCells, RunCell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.cells.shared_axes import FootKey, draw_shared_axes
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.plots.fields.class_key import KeyEntry
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.several_curves import CurvesStyle, SeveralCurves

ASPECT, NARROWEST = 1.4, 1.0
"""Width by height of a panel, and where height is left over."""
STYLE = CurvesStyle(width=4.0, many_width=3.0, truth=1.6, dot=5.0, point_opacity=0.45)


class CurveCells(PlainCells):
    """Panels of several curves over shared axes; the key names them."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        theme = setting.page.theme
        runs = self.runs
        most = max(runs, key=lambda run: run.header.predicted_columns)
        self._colours = [
            colour for colour, _ in class_styles(theme, most.header.predicted_columns)
        ]  # fmt: skip
        names = [_names(run) for run in runs]
        longest = _names(most)
        entries: list[KeyEntry] = []
        if all(each == longest[: len(each)] for each in names):
            pairs = zip(longest, self._colours, strict=True)
            entries = [KeyEntry(name, colour) for name, colour in pairs]
        if any(_has_truth(run) for run in runs):
            target = setting.words.text("target")
            entries.append(KeyEntry(target, theme.truth, dashes=(2.0, 1.4)))
        self._key = FootKey(setting, entries)
        self.needs = CellNeeds(
            aspect=ASPECT, narrowest=NARROWEST, foot=self._key.height
        )  # fmt: skip

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return CurveCell(self._setting, number, place, self._colours)

    def draw_numbers(self, place: CellPlace) -> None:
        """As `PlainCells`."""
        draw_shared_axes(self._setting, place, self._setting.labels)

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
        self._key.draw(box)


class CurveCell(RunCell):
    """The curves of a run."""

    @in_force()
    def __init__(
        self, setting: Setting, number: int, place: CellPlace, colours: Sequence[str]
    ) -> None:
        super().__init__(setting, number)
        axes = draw_shared_axes(setting, place, setting.labels)
        own = colours[: self.run.header.predicted_columns]
        self._curves = SeveralCurves(setting.page, axes, self.run, own, STYLE)
        self.moving = self._curves.moving

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        self._curves.show(snapshot.prediction)


def _names(run: Record) -> list[str]:
    header = run.header
    names = header.classes or [column.name for column in header.outputs]
    return [drawable(name) for name in names]


def _has_truth(run: Record) -> bool:
    return run.truth is not None and not run.header.classes
