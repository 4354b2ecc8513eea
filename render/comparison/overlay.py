"""A comparison as an overlay: the lines of all runs in one axes, ranked by their loss beside it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.axis_limits import Limits
from fitreel.render.comparison.frame_state import ComparisonState
from fitreel.render.comparison.loss_panel import LossPanel
from fitreel.render.comparison.overlay_legend import Legend
from fitreel.render.comparison.overlay_plan import OverlayPlan, plan_overlay
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.geometry import Box, unit_height
from fitreel.render.mpl.line_styles import MOST_DISTINCT, LineStyle, line_styles, mark_point
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import load_theme
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.text.axis_labels import (
    LABEL_ROOM,
    NO_LABELS,
    AxisLabels,
    axis_labels,
    write_axis_labels,
)
from fitreel.render.text.run_status import clock_text

BAND = (5.0, 50.0, 95.0)
"""Percentiles of the predictions: lower edge, line in the middle, upper edge."""


class OverlayScene:
    """All runs in one axes; `end` is the last value of the clock.

    Up to `MOST_DISTINCT` lines have each a look of its own, more are thin and the best of the
    moment is thick; where only the seed varies, that best stands over the band of all.
    """

    @in_force()
    def __init__(self, comparison: ComparisonPicture, limits: Limits, end: float) -> None:
        entries, size = comparison.entries, comparison.picture.pixels
        page = Page(size, load_theme(comparison.picture.theme))
        plan = plan_overlay(len(entries), size, comparison.loss_panel)
        unit = unit_height(size)
        self.figure = page.figure
        self._entries = entries
        self._clock_kind = comparison.clock
        many = len(entries) > MOST_DISTINCT
        styles = line_styles(len(entries), page.theme)
        runs = [entry.run for entry in entries if entry.run is not None]
        curves = [run for run in runs if run.header.is_curve]
        # Where no run has a curve, their losses stand in its place.
        losses_at = plan.losses if curves else plan.lines
        labels = axis_labels(comparison.picture, [run.header for run in curves])
        axes = _axes(page, plan, limits, labels if curves else NO_LABELS)
        axes.set_visible(bool(curves))
        _scatter(page, axes, curves, unit)
        self._band = (
            Band(axes, runs, limits, page.points(0.006 * unit), page.theme.band)
            if many and comparison.seeds_only
            else None
        )
        width = page.points((0.003 if many else 0.008) * unit)
        self._lines = [] if self._band is not None else _lines(axes, entries, styles, width)
        self._best: Line2D | None = None
        if many:
            self._best = Line2D(
                [], [], color=page.theme.strong, lw=page.points(0.012 * unit), zorder=2.4
            )
            axes.add_line(self._best)
        # In a band no line has its own colour; in a loss panel it has.
        coloured = self._band is None or comparison.loss_panel
        best = page.theme.strong if many else None
        self._legend = Legend(page, plan, entries, styles, best, coloured)
        self._clock: Text = page.text(
            axes.get_position().x0 * page.box.width,
            plan.clock.bottom + plan.clock.height / 2,
            "", 0.75 * plan.clock.height, va="center_baseline",
        )  # fmt: skip
        self._drawn = [-1] * len(entries)
        self.moving: list[Artist] = [line for _, line, _ in self._lines]
        self.moving += [self._clock, *self._legend.moving]
        self.moving += [] if self._best is None else [self._best]
        self.moving += [] if self._band is None else self._band.moving
        self._losses: LossPanel | None = None
        if losses_at is not None:
            self._losses = LossPanel(
                page, losses_at, [entry.run for entry in entries], styles, comparison.clock, end,
                plan.tick, (0.002 if many else 0.005) * unit,
            )  # fmt: skip
            self.moving += self._losses.moving

    @in_force()
    def show(self, state: ComparisonState) -> None:
        """Moves all runs to a state."""
        for number, line, order in self._lines:
            snapshot = state.snapshots[number]
            if snapshot is not None and state.indices[number] != self._drawn[number]:
                line.set_ydata(snapshot.prediction[order])
                self._drawn[number] = state.indices[number]
        ranked = order_of_loss(state.snapshots)
        drawn = [number for number in ranked if self._has_curve(number)]
        best = state.snapshots[drawn[0]] if drawn else None
        if self._best is not None and best is not None:
            run = self._entries[drawn[0]].run
            assert run is not None
            order = np.argsort(run.prediction_x, kind="stable")
            self._best.set_data(run.prediction_x[order], best.prediction[order])
            mark_point(self._best)
        if self._band is not None:
            self._band.show([each for each in state.snapshots if each is not None])
        self._clock.set_text(clock_text(self._clock_kind, state.time))
        self._legend.show(state, ranked)
        if self._losses is not None:
            self._losses.show(state)

    def _has_curve(self, number: int) -> bool:
        run = self._entries[number].run
        return run is not None and run.header.is_curve


def _lines(
    axes: Axes, entries: Sequence[Entry], styles: Sequence[LineStyle], width: float
) -> list[tuple[int, Line2D, NDArray[np.intp]]]:
    """Of each entry with a curve its number, its line, and the order in which this goes along x."""
    lines = []
    for number, (entry, style) in enumerate(zip(entries, styles, strict=True)):
        if entry.run is not None and entry.run.header.is_curve:
            line = _line_of(entry.run, style, width)
            axes.add_line(mark_point(line))
            lines.append((number, line, np.argsort(entry.run.prediction_x, kind="stable")))
    return lines


def order_of_loss(snapshots: Sequence[Snapshot | None]) -> list[int]:
    """The entries that have a snapshot, the lowest loss first, losses that aren't finite last."""
    there = [(each.loss, i) for i, each in enumerate(snapshots) if each is not None]
    return [i for loss, i in sorted(there, key=lambda pair: _rank(*pair))]


def _rank(loss: float, number: int) -> tuple[bool, float, int]:
    return (not math.isfinite(loss), loss if math.isfinite(loss) else 0.0, number)


class Band:
    """Where the middle nine tenths of many predictions are, and their median."""

    def __init__(
        self, axes: Axes, runs: Sequence[Record], limits: Limits, width: float, colour: str
    ) -> None:
        # Lines are drawn, and read off at other places, in the order of x.
        self._orders = [np.argsort(run.prediction_x, kind="stable") for run in runs if len(run)]
        self._own = [
            run.prediction_x[order]
            for run, order in zip([run for run in runs if len(run)], self._orders, strict=True)
        ]
        self._x = self._own[0] if self._own else np.zeros(1, np.float32)
        height = limits.y[1] - limits.y[0]
        # Agg fills no shape that reaches beyond some ten thousand pixels.
        self._reach = (limits.y[0] - height, limits.y[1] + height)
        self._area = Polygon(
            np.zeros((1, 2)), closed=True, facecolor=colour, alpha=0.3, edgecolor="none", zorder=2
        )
        axes.add_patch(self._area)
        (self._middle,) = axes.plot([], [], color=colour, lw=width, zorder=2.2)
        self.moving: list[Artist] = [self._area, self._middle]

    def show(self, snapshots: Sequence[Snapshot]) -> None:
        """Moves to one snapshot of each run."""
        if not snapshots:
            return
        values = np.empty((len(snapshots), len(self._x)), np.float64)
        for row, each, x, order in zip(values, snapshots, self._own, self._orders, strict=True):
            at_x = each.prediction[order]
            row[:] = at_x if np.array_equal(x, self._x) else np.interp(self._x, x, at_x)
        # A prediction that isn't a number has left the axes.
        values = np.clip(np.nan_to_num(values, nan=np.inf, posinf=np.inf), *self._reach)
        low, middle, high = np.percentile(values, BAND, axis=0)
        outline = np.column_stack([self._x, low]), np.column_stack([self._x, high])[::-1]
        self._area.set_xy(np.concatenate(outline))
        self._middle.set_data(self._x, middle)


def _axes(page: Page, plan: OverlayPlan, limits: Limits, labels: AxisLabels) -> Axes:
    places, texts = linear_ticks(*limits.y, 5)
    left = max(page.width_of(text, plan.tick) for text in texts) + 0.7 * plan.tick
    left += LABEL_ROOM * bool(labels.y) * plan.tick
    bottom = (1.9 + LABEL_ROOM * bool(labels.x)) * plan.tick
    lines = plan.lines
    inner = Box(
        lines.left + left, lines.bottom + bottom, lines.width - left - plan.tick,
        lines.height - bottom,
    )  # fmt: skip
    write_axis_labels(page, labels, inner, (left, bottom), 1.1 * plan.tick)
    axes = page.axes(inner)
    axes.set_xlim(*limits.x)
    axes.set_ylim(*limits.y)
    axes.set_yticks(places, texts)
    axes.set_xticks(*linear_ticks(*limits.x, max(2, int(inner.width / (5 * plan.tick)))))
    axes.tick_params(
        labelsize=page.points(plan.tick),
        length=page.points(0.25 * plan.tick),
        pad=page.points(0.2 * plan.tick),
    )
    return axes


def _scatter(page: Page, axes: Axes, runs: Sequence[Record], unit: float) -> None:
    """Every set of points once, pale: the lines are what is looked at."""
    different = {(run.x.tobytes(), run.y.tobytes()): run for run in runs}
    alpha = max(0.15, 1 / len(different)) if different else 1.0
    size = page.points(0.014 * unit) ** 2
    for run in different.values():
        axes.scatter(run.x, run.y, s=size, color=page.theme.pale, linewidths=0, alpha=alpha)


def _line_of(run: Record, style: LineStyle, width: float) -> Line2D:
    x = np.sort(run.prediction_x, kind="stable")
    return Line2D(
        x, np.full(len(x), np.nan), color=style.colour, linestyle=style.linestyle, lw=width,
        zorder=2.1, dash_capstyle="butt",
    )  # fmt: skip
