"""Curves of one input: points or the true function, the network's curve, and its gaps."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fitreel.render.comparison.cells.cell import PlainCells
from fitreel.render.comparison.cells.needs import CellPlace
from fitreel.render.comparison.cells.shared_axes import draw_shared_axes
from fitreel.render.comparison.lines.band import Band
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.predictions import predictions_of
from fitreel.render.plots.edge_marks import EdgeMarks
from fitreel.render.plots.fit_axes import Order
from fitreel.render.plots.gaps import Gaps, has_gaps
from fitreel.render.plots.network_line import NetworkLine
from fitreel.render.plots.points import draw_points, point_style
from fitreel.render.plots.truth import draw_truth
from fitreel.render.text.axis_labels import NO_LABELS

CURVE = 5.0
"""Widths and lengths at 720 px."""
GAP = 1.5
POINT = 6.0
POINTS_OPACITY = 0.7
OVER_POINTS = Order.POINTS + 0.05
"""As matplotlib's zorder: points lie under all that moves, so that they needn't be painted in every
frame."""
PALE_TRUTH = 0.6
BESIDE_MARK = 20.0
"""What the mark of a curve that has left takes of the axes, up to its value."""


class FitCells(PlainCells):
    """Fits that share their axes."""

    def cell(self, number: int, place: CellPlace) -> "FitCell":
        """As `Cells`."""
        return FitCell(self._setting, number, place)


class FitCell:
    """The fit of a run, or the median and the band of a group."""

    @in_force()
    def __init__(self, setting: Setting, number: int, place: CellPlace) -> None:
        self._setting, self._width = setting, place.box.width
        self._contender = setting.contenders[number]
        self._gaps: Gaps | None = None
        self._line: NetworkLine | None = None
        self._band: Band | None = None
        self.moving: list[Artist] = []
        names = setting.labels if place.is_first else NO_LABELS
        axes = draw_shared_axes(setting, place, names)
        if self._contender.curves:
            self._draw(axes, setting.colours[number])

    def _draw(self, axes: Axes, colour: str) -> None:
        setting, page = self._setting, self._setting.page
        run, theme = self._contender.curves[0], page.theme
        if len(run.x):
            style = point_style(
                page, len(run.x), colour=theme.quiet_points, opacity=POINTS_OPACITY, diameter=POINT
            )
            draw_points(page, axes, run, style)
        elif run.truth is not None:
            draw_truth(page, axes, run, colour=theme.truth, opacity=PALE_TRUTH, over=False)
        if setting.comparison.picture.truth and len(run.x) and run.truth is not None:
            draw_truth(page, axes, run, colour=theme.truth, over=False)
        if self._contender.is_group:
            self._band = Band(axes, run, colour)
            self.moving += self._band.moving
        elif has_gaps(run):
            self._gaps = Gaps(
                page, axes, run, colour=colour, opacity=theme.gap_opacity, width=GAP,
                over=OVER_POINTS,
            )  # fmt: skip
            self.moving += self._gaps.moving
        self._line = NetworkLine(page, axes, run, colour=colour, width=CURVE)
        self._marks = EdgeMarks(
            page, axes, run, colour=colour, size=setting.plan.tick, write=self._beyond
        )
        self.moving += [*self._line.moving, *self._marks.moving]

    def _beyond(self, value: float) -> str:
        """What a curve is that has left, where there is room for that on one side of its mark."""
        setting = self._setting
        text = setting.words.short(value)
        room = self._width / 2 - setting.page.px(BESIDE_MARK)
        return text if setting.lettering.width(text, setting.plan.tick, "bold") <= room else ""

    def show(self, state: ComparisonState) -> None:
        """As `Cell`."""
        predictions = predictions_of(self._contender, state)
        if predictions is None or self._line is None:
            return
        self._line.show(predictions.middle)
        self._marks.show(predictions.middle, self._contender.has_diverged)
        if self._gaps is not None:
            self._gaps.show(predictions.middle)
        if self._band is not None:
            self._band.show(predictions.band)

    def values(self) -> Sequence[str]:
        """As `Cell`."""
        return ()
