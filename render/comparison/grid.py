"""A comparison as a grid: every run in a cell of its own, all with the same axes."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)


import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from fitreel.model.record.reader import Record
from fitreel.render.comparison.axis_limits import Limits
from fitreel.render.comparison.frame_state import ComparisonState
from fitreel.render.comparison.grid_plan import GridPlan, plan_grid
from fitreel.render.comparison.loss_panel import LossPanel
from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.geometry import SMALLEST_TEXT, Box, unit_height
from fitreel.render.mpl.line_styles import LineStyle, line_styles, mark_point
from fitreel.render.mpl.pixel_layout import LINE, Page, drawable
from fitreel.render.mpl.theme import load_theme
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.text.axis_labels import (
    LABEL_ROOM,
    AxisLabels,
    axis_labels,
    write_axis_labels,
)
from fitreel.render.text.run_status import clock_text, ending_of, failure_of, has_ended, loss_text
from fitreel.render.text.translations import english

LINE_WIDTH = 6.9
MARKER = 8.3
LINE_SPACING = 1.33
"""In matplotlib's measure, what makes two lines of text `LINE` font sizes apart."""


class GridScene:
    """All entries of a comparison; `show` moves each to its run's snapshot.

    `end` is the last value of the clock. An entry without a run says why it has none.
    """

    @in_force()
    def __init__(self, comparison: ComparisonPicture, limits: Limits, end: float) -> None:
        entries, clock = comparison.entries, comparison.clock
        size, theme = comparison.picture.pixels, load_theme(comparison.picture.theme)
        page = Page(size, theme)
        plan = plan_grid(len(entries), size, comparison.loss_panel, clock == "time")
        self.figure = page.figure
        self.moving: list[Artist] = []
        styles = line_styles(len(entries), page.theme)
        self._cells: list[tuple[int, GridCell]] = []
        headers = [entry.run.header for entry in entries if entry.run is not None]
        labels = axis_labels(comparison.picture, headers)
        places = _CellPlaces(page, plan, limits, len(entries), labels)
        for number, entry in enumerate(entries):
            axes, box = places.axes(number)
            style = styles[number] if comparison.loss_panel and entry.run is not None else None
            _write_title(page, box, drawable(entry.label), plan.text, style)
            if entry.run is None:
                _write_failure(page, axes, box, drawable(failure_of(entry)), plan.text)
                continue
            cell = GridCell(page, axes, box, entry.run, limits, plan)
            self._cells.append((number, cell))
            self.moving += cell.moving
        self._clock: Text | None = None
        if plan.clock is not None:
            middle = plan.clock.bottom + plan.clock.height / 2
            self._clock = page.text(
                plan.cells.left, middle, "", 1.3 * SMALLEST_TEXT * unit_height(size),
                va="center_baseline",
            )  # fmt: skip
            self.moving.append(self._clock)
        self._losses: LossPanel | None = None
        if plan.losses is not None:
            self._losses = LossPanel(
                page, plan.losses, [entry.run for entry in entries], styles, clock, end, plan.tick,
                0.2 * plan.tick,
            )  # fmt: skip
            self.moving += self._losses.moving

    @in_force()
    def show(self, state: ComparisonState) -> None:
        """Moves all cells to a state."""
        for number, cell in self._cells:
            cell.show(state, number)
        if self._clock is not None:
            self._clock.set_text(clock_text("time", state.time))
        if self._losses is not None:
            self._losses.show(state)


class _CellPlaces:
    """Axes for each of `count` cells, all alike; only the outer ones have numbers."""

    def __init__(
        self, page: Page, plan: GridPlan, limits: Limits, count: int, labels: AxisLabels
    ) -> None:
        self._page, self._plan, self._limits, self._count = page, plan, limits, count
        self._ticks_y = linear_ticks(*limits.y, 4)
        widest = max(page.width_of(text, plan.tick) for text in self._ticks_y[1])
        self._left = widest + (0.8 + LABEL_ROOM * bool(labels.y)) * plan.tick
        foot = (1.9 + LABEL_ROOM * bool(labels.x)) * plan.tick
        self._width, self._height = plan.axes_size(self._left, foot)
        cells = plan.cells
        inside = Box(
            cells.left + self._left, cells.bottom + foot, cells.width - self._left,
            cells.height - foot - plan.title,
        )  # fmt: skip
        write_axis_labels(page, labels, inside, (self._left, foot), 1.1 * plan.tick)
        label = max(page.width_of(text, plan.tick) for text in linear_ticks(*limits.x, 4)[1])
        self._ticks_x = linear_ticks(*limits.x, min(5, int(self._width / (2 * label))))

    def axes(self, number: int) -> tuple[Axes, Box]:
        """The axes of a cell, and their inside."""
        plan, width, height = self._plan, self._width, self._height
        across, along = plan.gap
        row, column = divmod(number, plan.columns)
        box = Box(
            plan.cells.left + self._left + column * (width + across),
            plan.cells.top - plan.title - height - row * (height + plan.title + along),
            width,
            height,
        )
        axes = self._page.axes(box)
        axes.set_xlim(*self._limits.x)
        axes.set_ylim(*self._limits.y)
        is_lowest = number + plan.columns >= self._count
        x, y = self._ticks_x, self._ticks_y
        _set_ticks(self._page, axes, plan.tick, x if is_lowest else (x[0], []),
                   y if column == 0 else (y[0], []))  # fmt: skip
        return axes, box


class GridCell:
    """One run's points, its prediction as a thick red line, its epoch and loss."""

    def __init__(
        self, page: Page, axes: Axes, box: Box, run: Record, limits: Limits, plan: GridPlan
    ) -> None:
        self._run = run
        self._losses_from = losses_from(run)
        theme = page.theme
        axes.scatter(
            run.x, run.y, s=page.points(MARKER * plan.scale) ** 2, edgecolors=theme.points,
            facecolors=theme.points if theme.points_filled else "none",
            linewidths=page.points(1.39 * plan.scale),
        )  # fmt: skip
        # Under the line, not over it, the frame needn't be painted anew for every frame.
        axes.spines[:].set_zorder(1.5)
        # Lines are drawn in the order of x.
        self._order = np.argsort(run.prediction_x, kind="stable")
        x = run.prediction_x[self._order]
        self._line = Line2D(
            x, np.full(len(x), np.nan), color=theme.prediction,
            lw=page.points(LINE_WIDTH * theme.prediction_width * plan.scale),
        )  # fmt: skip
        axes.add_line(mark_point(self._line))
        strings = _widest_values(run)
        edge = 0.45 * plan.text
        size = page.size_to_fit(strings, box.width - 2 * edge, plan.values(box.width, box.height))
        wide = max(page.width_of(string, size) for string in strings)
        on_right, on_top = _emptiest_corner(run, limits, box, wide + edge, (2 * LINE) * size + edge)
        tall = 0.85 * size + LINE * size
        # One artist for both lines: it costs half of two.
        self._values = page.text(
            box.right - edge if on_right else box.left + edge,
            box.top - edge - tall if on_top else box.bottom + edge,
            "", size, color=theme.value, ha="right" if on_right else "left", va="baseline",
            linespacing=LINE_SPACING,
        )  # fmt: skip
        self._drawn = -1
        if not len(run):
            self._values.set_text(ending_of(run))
        self.moving: list[Artist] = [self._line, self._values]

    def show(self, state: ComparisonState, number: int) -> None:
        """Moves to the snapshot of entry `number`."""
        index, snapshot = state.indices[number], state.snapshots[number]
        if snapshot is None or index == self._drawn:
            return
        self._drawn = index
        self._line.set_ydata(snapshot.prediction[self._order])
        is_known = snapshot.epoch >= self._losses_from
        loss = loss_text(self._run, snapshot.loss) if is_known else ""
        self._values.set_text(f"{_epoch_text(self._run, index)}\n{loss}")


def _epoch_text(run: Record, index: int) -> str:
    words = english()
    epoch = words.text("epoch_value", epoch=str(run.epochs[index]))
    if not has_ended(run, index):
        return epoch
    return words.text("epoch_done", epoch=epoch) if run.ending == "complete" else ending_of(run)


def _widest_values(run: Record) -> list[str]:
    """Texts than which no other of this run's is wider; digits are all of one width."""
    finite = run.losses[np.isfinite(run.losses)].tolist()
    losses = [min(finite, default=0.0), max(finite, default=0.0)]
    epochs = [_epoch_text(run, len(run) - 1)] if len(run) else [ending_of(run)]
    return [*epochs, *(loss_text(run, loss) for loss in (*losses, 0.0))]


def _emptiest_corner(
    run: Record, limits: Limits, box: Box, wide: float, tall: float
) -> tuple[bool, bool]:
    """Whether the corner where text hides the fewest points is on the right, and on top."""
    across = (run.x - limits.x[0]) / (limits.x[1] - limits.x[0]) * box.width
    along = (run.y - limits.y[0]) / (limits.y[1] - limits.y[0]) * box.height

    def hidden(corner: tuple[bool, bool]) -> int:
        on_right, on_top = corner
        x = box.width - across if on_right else across
        y = box.height - along if on_top else along
        return int(np.count_nonzero((x < wide) & (y < tall)))

    # In a tie the first: the lower right corner is nearest to where the demo has its text.
    return min([(True, False), (False, True), (False, False), (True, True)], key=hidden)


def _set_ticks(page: Page, axes: Axes, size: float, x: Ticks, y: Ticks) -> None:
    for axis, (places, texts) in ((axes.xaxis, x), (axes.yaxis, y)):
        axis.set_ticks(places, texts or [""] * len(places))
    axes.tick_params(
        labelsize=page.points(size), length=page.points(0.25 * size), pad=page.points(0.2 * size)
    )


def _write_title(page: Page, box: Box, label: str, size: float, style: LineStyle | None) -> None:
    """The label above the axes; before it the line that the run has in the loss panel."""
    y = box.top + 0.4 * size
    swatch = 0.0 if style is None else 2.2 * size
    text = page.shortened(label, box.width - swatch, size)
    start = box.left + (box.width - swatch - page.width_of(text, size)) / 2
    page.text(start + swatch, y, text, size, va="baseline")
    if style is not None:
        ends = [start / page.box.width, (start + 1.8 * size) / page.box.width]
        height = (y + 0.35 * size) / page.box.height
        page.figure.add_artist(
            Line2D(
                ends, [height, height], color=style.colour, linestyle=style.linestyle,
                lw=page.points(0.2 * size), transform=page.figure.transFigure,
            )
        )  # fmt: skip


def _write_failure(page: Page, axes: Axes, box: Box, text: str, size: float) -> None:
    axes.set_facecolor(page.theme.empty)
    lines = max(1, int((box.height - 0.8 * size) / (LINE * size)))
    page.text(
        box.left + box.width / 2, box.bottom + box.height / 2,
        page.wrapped(text, box.width - 0.8 * size, size, min(lines, 4)),
        size, ha="center", va="center", color=page.theme.failure,
    )  # fmt: skip
