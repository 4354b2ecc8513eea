"""What all views have in common in a grid: a family of cells, and each cell of it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import Protocol

from matplotlib.artist import Artist
from matplotlib.patches import Rectangle

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.needs import ALL_THE_SAME, CellNeeds, CellPlace
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

OUTLINE = 1.5
"""At 720 px."""


class Cell(Protocol):
    """A panel without its head."""

    @property
    def moving(self) -> Sequence[Artist]:
        """What may change from frame to frame."""

    def show(self, state: ComparisonState) -> None:
        """Move to a frame."""

    def values(self) -> Sequence[str]:
        """What its head says of the frame, from the longest spelling to the shortest; none: its
        loss.
        """


class Cells(Protocol):
    """The cells of a comparison, which share limits, colours and numbers."""

    @property
    def needs(self) -> CellNeeds:
        """What decides where they stand."""

    def widest_values(self, number: int) -> Sequence[str]:
        """The widest spellings of what a configuration's head says; none: its loss."""

    def cell(self, number: int, place: CellPlace) -> Cell:
        """Draw the cell of a configuration that has a run."""

    def draw_target(self, place: CellPlace) -> None:
        """Draw what all should learn."""

    def draw_foot(self, box: Box) -> None:
        """Draw what stands once under all panels, or under the target's."""

    def draw_side(self, box: Box) -> None:
        """Draw the same right of the panels."""


class PlainCells:
    """Cells that have nothing but themselves: no target, nothing at the foot, losses in heads."""

    needs = ALL_THE_SAME

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    @property
    def runs(self) -> list[Record]:
        """Of those configurations that have one."""
        return [each.runs[0] for each in self._setting.contenders if each.runs]

    def widest_values(self, number: int) -> Sequence[str]:
        """As `Cells`."""
        return ()

    def cell(self, number: int, place: CellPlace) -> Cell:
        """As `Cells`; of a configuration that has no run an outline."""
        if not self._setting.contenders[number].runs:
            self.draw_numbers(place)
            return Outline(self._setting.page, place.box)
        return self.cell_of_run(number, place)

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """Draw the cell of a configuration that has a run."""
        raise NotImplementedError

    def draw_numbers(self, place: CellPlace) -> None:
        """Write what panels share at the outer edges, of one that has no run."""

    def draw_target(self, place: CellPlace) -> None:
        """As `Cells`."""

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""

    def draw_side(self, box: Box) -> None:
        """As `Cells`."""


class RunCell:
    """The cell of one run, whose snapshots it shows; its head says the loss."""

    def __init__(self, setting: Setting, number: int) -> None:
        contender = setting.contenders[number]
        self.run = contender.runs[0]
        (self._entry,) = contender.numbers
        self.moving: Sequence[Artist] = ()

    def show(self, state: ComparisonState) -> None:
        """As `Cell`."""
        snapshot = state.snapshots[self._entry]
        if snapshot is not None:
            self.show_snapshot(snapshot, state)

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """Move to a snapshot, as it is in a frame."""
        raise NotImplementedError

    def values(self) -> Sequence[str]:
        """As `Cell`."""
        return ()


class CountingCell(RunCell):
    """One whose head says how many points are wrong."""

    def __init__(self, setting: Setting, number: int) -> None:
        super().__init__(setting, number)
        self._words = setting.words
        self.wrong = 0
        """In the frame that it shows."""

    def values(self) -> Sequence[str]:
        """As `Cell`."""
        return self._words.text("some_wrong", wrong=self.wrong), self._words.integer(self.wrong)


def widest_counts(setting: Setting, number: int) -> Sequence[str]:
    """The widest that the head of such a cell says."""
    contender, words = setting.contenders[number], setting.words
    if not contender.runs:
        return ()
    text = words.text("some_wrong", wrong=len(contender.runs[0].y))
    return [text, *([words.text("chapter_diverged").lower()] if contender.has_diverged else [])]


class Outline:
    """The place of a configuration that has nothing to show."""

    @in_force()
    def __init__(self, page: Page, box: Box) -> None:
        axes = page.axes(box)
        axes.set_axis_off()
        axes.add_patch(
            Rectangle(
                (0, 0), 1, 1, transform=axes.transAxes, fill=False, ec=page.theme.grid,
                lw=page.points(page.px(OUTLINE)),
            )
        )  # fmt: skip
        self.moving: Sequence[Artist] = ()

    def show(self, state: ComparisonState) -> None:
        """As `Cell`."""

    def values(self) -> Sequence[str]:
        """As `Cell`."""
        return ()
