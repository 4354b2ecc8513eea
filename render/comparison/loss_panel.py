"""The loss panel: all loss curves on one axis, as far as the clock has come."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.comparison.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.line_styles import LineStyle
from fitreel.render.mpl.loss_axis import loss_axis
from fitreel.render.mpl.pixel_layout import LINE, Page
from fitreel.render.mpl.ticks import linear_ticks, log_ticks
from fitreel.render.text.scaled_loss import loss_label
from fitreel.render.text.translations import english
from fitreel.render.timing.comparison_timetable import Clock


class LossPanel:
    """Loss curves in `box` of a page, over epochs or seconds; axes are those of the whole clip.

    `runs` has None where training failed; font size `size` and line widths are in pixels. Losses
    that have no logarithm leave a gap.
    """

    def __init__(
        self,
        page: Page,
        box: Box,
        runs: Sequence[Record | None],
        styles: Sequence[LineStyle],
        clock: Clock,
        end: float,
        size: float,
        line_width: float,
    ) -> None:
        (low, high), is_log, losses = loss_axis([run.losses for run in runs if run is not None])
        end = end if end > 0 else 1.0
        ticks = log_ticks if is_log else linear_ticks
        values, value_texts = ticks(low, high, max(2, int(box.height / (4 * size))))
        widest = max((page.width_of(text, size) for text in value_texts), default=0.0)
        left, bottom, top = widest + 0.7 * size, 2 * LINE * size + 0.5 * size, 1.8 * size
        inner = Box(
            box.left + left,
            box.bottom + bottom,
            max(box.width - left - size, 1),
            max(box.height - bottom - top, 1),
        )
        ends, end_texts = linear_ticks(0.0, end, max(2, int(inner.width / (5 * size))))
        axes = page.axes(inner)
        if is_log:
            axes.set_yscale("log")
        axes.set_xlim(0, end)
        axes.set_ylim(low, high)
        axes.set_yticks(values, value_texts)
        axes.set_yticks([], minor=True)
        axes.set_xticks(ends, end_texts)
        axes.tick_params(
            labelsize=page.points(size),
            length=page.points(0.25 * size),
            pad=page.points(0.2 * size),
        )
        axes.grid(color=page.theme.loss_grid, lw=page.points(max(0.08 * size, 1)))
        words = english()
        labels = [loss_label(run, words) for run in runs if run is not None]
        page.text(box.left, inner.top + 0.75 * size, labels[0], size * 1.1, va="baseline")
        page.text(
            inner.left + inner.width / 2, box.bottom + 0.4 * size,
            words.text("axis_epoch" if clock == "epoch" else "axis_seconds"), size, ha="center",
            va="baseline",
        )  # fmt: skip
        self._now = Line2D(
            [0, 0], [low, high], color=page.theme.cursor, lw=page.points(max(size / 10, 1))
        )
        axes.add_line(self._now)
        self._curves: list[tuple[int, Line2D, NDArray[np.float64], NDArray[np.float64]]] = []
        values_of = iter(losses)
        for number, (run, style) in enumerate(zip(runs, styles, strict=True)):
            if run is not None:
                line = _curve(style, page.points(line_width))
                axes.add_line(line)
                self._curves.append((number, line, _times(run, clock), next(values_of)))
        self._drawn: list[int] = [-1] * len(runs)
        self.moving: list[Artist] = [self._now, *(line for _, line, _, _ in self._curves)]

    def show(self, state: ComparisonState) -> None:
        """Draws the curves on to the snapshots on screen."""
        self._now.set_xdata([state.time, state.time])
        for number, line, times, losses in self._curves:
            index = state.indices[number]
            if index != self._drawn[number]:
                line.set_data(times[: index + 1], losses[: index + 1])
                self._drawn[number] = index


def _times(run: Record, clock: Clock) -> NDArray[np.float64]:
    return (run.epochs if clock == "epoch" else run.seconds).astype(np.float64)


def _curve(style: LineStyle, width: float) -> Line2D:
    return Line2D(
        [], [], color=style.colour, linestyle=style.linestyle, lw=width, zorder=3,
        solid_joinstyle="round",
    )  # fmt: skip
