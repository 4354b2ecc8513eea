"""Pictures as networks see them: the target and all runs as equals, pixel by pixel."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.cells.cell import Cell, PlainCells, RunCell
from fitreel.render.comparison.cells.needs import CellNeeds, CellPlace
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fields.field_image import FieldImage
from fitreel.render.plots.pictures.colours import bytes_of, colours_of, outline, target_of
from fitreel.render.plots.pictures.enlarged import Enlargement


class PictureCells(PlainCells):
    """Panels of colours; the first is the picture that all should learn, where it is one."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        runs = self.runs
        targets = [target_of(run) for run in runs]
        first = targets[0]
        self._target = first
        if first is None or any(t is None or not np.array_equal(t, first) for t in targets):
            self._target = None
        self._first = runs[0]
        rows = max(run.header.grid_shape[0] for run in runs)
        columns = max(run.header.grid_shape[1] for run in runs)
        self.needs = CellNeeds(
            aspect=columns / rows, pixels=(rows, columns), has_target=self._target is not None
        )

    def cell_of_run(self, number: int, place: CellPlace) -> Cell:
        """As `PlainCells`."""
        return PictureCell(self._setting, number, place)

    def draw_target(self, place: CellPlace) -> None:
        """As `Cells`."""
        assert self._target is not None
        PictureImage(self._setting.page, self._first, place.box).show(self._target)


class PictureImage:
    """The picture of a run, as large as fits into `box`, at its upper left."""

    @in_force()
    def __init__(self, page: Page, run: Record, box: Box) -> None:
        rows, columns = run.header.grid_shape
        self._shape = rows, columns
        self._is_upward = bool(run.prediction_x[0, 1] < run.prediction_x[-1, 1])
        self._enlargement = Enlargement.by_quarters(self._shape, box.width, box.height)
        width, height = self._enlargement.size
        place = Box(round(box.left), round(box.top) - height, width, height)
        self._image = FieldImage(page, place)
        outline(page, place)
        self.moving: Sequence[Artist] = [self._image.image]

    def show(self, colours: NDArray[np.float32]) -> None:
        """Paint colours of shape (M, 3), from 0 to 1."""
        pixels = bytes_of(colours).reshape(*self._shape, 3)
        self._image.show_bytes(self._enlargement.of(pixels[::-1] if self._is_upward else pixels))


class PictureCell(RunCell):
    """What a run paints."""

    def __init__(self, setting: Setting, number: int, place: CellPlace) -> None:
        super().__init__(setting, number)
        self._image = PictureImage(setting.page, self.run, place.box)
        self.moving = self._image.moving

    def show_snapshot(self, snapshot: Snapshot, state: ComparisonState) -> None:
        """As `RunCell`."""
        self._image.show(colours_of(snapshot.prediction))
