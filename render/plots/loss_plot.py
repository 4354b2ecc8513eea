"""Losses against epochs: whole paths in pale from the first frame, what is past solid, a marker."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from fitreel.render.geometry import Box
from fitreel.render.mpl.loss_scale import loss_scale
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.axes_furniture import ASCENT, UNDER, draw_furniture, widest
from fitreel.render.plots.loss_path import LossPath as LossPath
from fitreel.render.plots.loss_path import PlacedPath, placed
from fitreel.render.plots.noise_line import draw_noise_line
from fitreel.render.text.translations import Translation
from fitreel.render.timing.comparison_timetable import Clock
from fitreel.render.timing.epoch_axis import EpochAxis

PALE = 0.85
"""How wide the path to come is, in widths of the past one."""
RAW = 1.5
"""How wide a noisy run's own losses are, in pixels at 720."""
MARKER, SMALL_MARKER, RIM = 15.0, 12.0, 2.5
"""How wide the marker is, also in a plot that is lower than `HIGH`, and its rim of the ground."""
HIGH = 130.0
TRIANGLE, TRIANGLE_RIM = 17.0, 2.0
"""Where a path leaves through the top."""
NAME_UNDER = 1.2
"""From the numbers' base line to what the axis is called, in their font sizes."""


@dataclass(frozen=True)
class LossPlotStyle:
    """What a loss plot looks like; lengths in pixels."""

    tick: float
    """Font size of the numbers."""
    words: Translation
    line_width: float
    """Of the past path."""
    noise: float | None = None
    """The true function's own loss: a dashed line."""
    clock: Clock = "epoch"
    """What the axis counts."""
    x_labels: bool = True
    """Whether numbers stand under the axes."""
    x_name: bool = True
    """Whether what it counts stands under these."""
    left: float | None = None
    """From the box's left edge to the axes; None: as the numbers there need."""


class LossPlot:
    """Loss curves on axes that never change.

    `box` holds the axes and the numbers left of them; its lower edge is the axes'. Losses above
    1000 times a path's first one leave through the top; a triangle says where.
    """

    @in_force()
    def __init__(
        self,
        page: Page,
        box: Box,
        paths: Sequence[LossPath],
        axis: EpochAxis,
        style: LossPlotStyle,
    ) -> None:
        self._axis = axis
        losses = [each for path in paths for each in (path.losses, path.raw) if each is not None]
        self._scale = loss_scale(losses, box.height / style.tick)
        values, texts = self._scale.ticks
        texts = [style.words.respelled(text.replace("\u2212", "-")) for text in texts]
        left = widest(page, texts, style.tick) if style.left is None else style.left
        self.inner = Box(box.left + left, box.bottom, max(box.width - left, 1.0), box.height)
        """The inside of the axes, in pixels."""
        high = box.height > page.px(HIGH)
        self._marker = page.px(MARKER if high else SMALL_MARKER)
        # The marker is seen whole at its end.
        travel = max(self.inner.width - self._marker / 2 - page.px(RIM) / 2, 1.0)
        axes = page.axes(self.inner)
        axes.set_xlim(0, self.inner.width / travel)
        axes.set_ylim(0, 1)
        ticks = [at for at in axis.ticks() if 0 <= float(axis.places(at)) <= 1.0]
        draw_furniture(
            page, axes, self.inner,
            ([float(axis.places(at)) for at in ticks], [_number(style.words, at) for at in ticks]),
            (self._scale.heights(values).tolist(), texts), tick=style.tick,
            x_labels=style.x_labels,
        )  # fmt: skip
        if style.x_labels and style.x_name:
            base = box.bottom - page.px(UNDER) - (ASCENT + NAME_UNDER) * style.tick
            page.text(
                self.inner.left + self.inner.width / 2, base, time_name(axis, style), style.tick,
                color=page.theme.muted, ha="center", va="baseline",
            )  # fmt: skip
        self._paths = [placed(path, path.losses, axis, self._scale, travel) for path in paths]
        raws = [
            placed(path, path.raw, axis, self._scale, travel)
            for path in paths
            if path.raw is not None
        ]
        if style.noise is not None and 0 < (height := float(self._scale.heights(style.noise))) < 1:
            draw_noise_line(page, axes, self.inner, height, [*self._paths, *raws], style.tick,
                            travel, style.words, self._marker / 2)  # fmt: skip
        self._draw_paths(page, axes, paths, style.line_width, travel)
        self._heights = [math.nan] * len(paths)

    def _draw_paths(
        self, page: Page, axes: Axes, paths: Sequence[LossPath], width: float, travel: float
    ) -> None:
        """The pale paths, and what moves on them."""
        pale, warning = page.theme.past_opacity, page.theme.warning
        self._past: list[Line2D] = []
        self._markers: list[Line2D] = []
        self._exits: list[Line2D] = []
        clip = Bbox.from_extents(
            self.inner.left - width, self.inner.bottom - width, self.inner.right, self.inner.top
        )
        # A triangle's own height under the edge, so that nothing of it lies outside.
        under = 1 - page.px(6.0) / self.inner.height
        for number, (path, place) in enumerate(zip(paths, self._paths, strict=True)):
            if path.raw is not None:
                raw = placed(path, path.raw, self._axis, self._scale, travel)
                _line(axes, raw, clip, color=path.colour, lw=page.points(page.px(RAW)),
                      alpha=pale, zorder=2)  # fmt: skip
            _line(axes, place, clip, color=path.colour, lw=page.points(PALE * width),
                  alpha=pale, zorder=2.5)  # fmt: skip
            order = 0.001 * number
            past = _line(axes, None, clip, color=path.colour, lw=page.points(width),
                         zorder=4 + order)  # fmt: skip
            marker = _mark(axes, page, "o", self._marker, path.colour, RIM, 5 + order)
            exit_ = _mark(axes, page, "^", page.px(TRIANGLE), warning, TRIANGLE_RIM, 6 + order)
            self._past.append(past)
            self._markers.append(marker)
            self._exits.append(exit_)
        self._under = under
        self.moving: Sequence[Artist] = [*self._past, *self._markers, *self._exits]

    def show(self, epochs_now: Sequence[float | None], losses_now: Sequence[float | None]) -> None:
        """Moves each path's marker.

        Args:
            epochs_now: where each run is; None: it has not begun, and nothing of it is past.
            losses_now: its loss there; None: what its path has there.
        """
        for number, (epoch, loss) in enumerate(zip(epochs_now, losses_now, strict=True)):
            path = self._paths[number]
            x = y = math.nan
            if epoch is not None and len(path.x):
                x = float(self._axis.places(epoch))
                y = math.nan if loss is None else float(self._scale.heights(loss))
                y = path.height_at(x) if math.isnan(y) else y
            count = int(np.searchsorted(path.x, x)) if x == x else 0
            self._past[number].set_data(np.append(path.x[:count], x), np.append(path.y[:count], y))
            at = x if y <= 1 else math.nan
            self._markers[number].set_data([at], [y])
            exit_x = path.exit_x if path.exit_x <= x else math.nan
            self._exits[number].set_data([exit_x], [self._under])
            self._heights[number] = y

    def marker_y(self, number: int) -> float:
        """How high a path's marker is, in pixels from the lower edge of the frame."""
        height = self._heights[number]
        if math.isnan(height):
            height = self._paths[number].height_at(0.0)
        height = 0.0 if math.isnan(height) else min(max(height, 0.0), 1.0)
        return self.inner.bottom + height * self.inner.height


def time_name(axis: EpochAxis, style: LossPlotStyle) -> str:
    """What an axis of epochs or seconds is called."""
    words = style.words
    name = words.text("axis_epoch" if style.clock == "epoch" else "axis_seconds")
    return name if axis.scale is None else words.text("log_scale", axis=name)


def _number(words: Translation, value: float) -> str:
    if value == round(value):
        return words.integer(round(value))
    return words.respelled(f"{value:g}")


def _line(axes: Axes, path: PlacedPath | None, clip: Bbox, **style: Any) -> Line2D:
    """A path that only the upper edge cuts."""
    nothing = np.empty(0)
    x, y = (nothing, nothing) if path is None else (path.x, path.y)
    (line,) = axes.plot(x, y, solid_capstyle="round", solid_joinstyle="round", **style)
    line.set_clip_path(None)
    line.set_clip_box(clip)
    return line


def _mark(
    axes: Axes, page: Page, marker: str, size: float, colour: str, rim: float, zorder: float
) -> Line2D:
    (mark,) = axes.plot(
        [], [], marker, ms=page.points(size), mfc=colour, mec=page.theme.background,
        mew=0.0 if page.transparent else page.points(page.px(rim)), zorder=zorder, clip_on=False,
    )  # fmt: skip
    return mark
