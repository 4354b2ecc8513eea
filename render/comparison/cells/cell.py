"""What all views have in common in a grid: a family of cells, and each cell of it."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from typing import Protocol

from matplotlib.artist import Artist

from fitreel.render.comparison.cells.needs import ALL_THE_SAME, CellNeeds, CellPlace
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box


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


class PlainCells:
    """Cells that have nothing but themselves: no target, nothing at the foot, losses in heads."""

    needs = ALL_THE_SAME

    def widest_values(self, number: int) -> Sequence[str]:
        """As `Cells`."""
        return ()

    def draw_target(self, place: CellPlace) -> None:
        """As `Cells`."""

    def draw_foot(self, box: Box) -> None:
        """As `Cells`."""
