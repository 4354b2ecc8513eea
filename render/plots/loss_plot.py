"""Losses against epochs: whole paths in pale from the first frame, what is past solid, a marker."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import ArrayLike, NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.axes_furniture import ASCENT, UNDER, draw_furniture, widest
from fitreel.render.plots.losses.loss_backdrop import Backdrop, draw_backdrop
from fitreel.render.plots.losses.loss_path import LossPath as LossPath
from fitreel.render.plots.losses.loss_path import placed
from fitreel.render.plots.losses.loss_scale import LossScale, loss_scale
from fitreel.render.plots.losses.noise_line import draw_noise_line, draw_path_names
from fitreel.render.plots.losses.travelled_path import RIM, TravelledPath
from fitreel.render.text.translations import Translation
from fitreel.render.timing.comparison_timetable import Clock
from fitreel.render.timing.epoch_axis import EpochAxis

MARKER, SMALL_MARKER = 15.0, 12.0
"""How wide the marker is, the second in a plot that is lower than `HIGH`; pixels at 720."""
HIGH = 130.0
CLEAR = 4.0
"""From the lower edge to the noise's line, which is taken for the axis where it is nearer."""
REACHED = 1.1
"""A loss of so many times the noise may be called as low as it, and then its line is there."""
NO_BACKDROP = Backdrop()
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
    scale: LossScale | None = None
    """Of the upright axis; None: that of the losses."""
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
        backdrop: Backdrop = NO_BACKDROP,
    ) -> None:
        self._axis = axis
        losses = [each for path in paths for each in (path.losses, path.raw) if each is not None]
        losses += [path.losses for path in backdrop.paths]
        losses += [edge for band in backdrop.bands for edge in (band.low, band.high)]
        self._scale = style.scale or loss_scale(losses, box.height / style.tick)
        clear = page.px(CLEAR) / box.height
        if style.noise is not None and _lowest(losses) <= REACHED * style.noise:
            self._scale = self._scale.with_room_for(style.noise, clear)
        values, texts = self._scale.ticks
        texts = [style.words.respelled(text.replace("\u2212", "-")) for text in texts]
        left = widest(page, texts, style.tick) if style.left is None else style.left
        self.inner = Box(box.left + left, box.bottom, max(box.width - left, 1.0), box.height)
        """The inside of the axes, in pixels."""
        high = box.height > page.px(HIGH)
        marker = page.px(MARKER if high else SMALL_MARKER)
        # The marker is seen whole at its end.
        travel = max(self.inner.width - marker / 2 - page.px(RIM) / 2, 1.0)
        size = travel, self.inner.height
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
            _write_time_name(page, self.inner, axis, style)
        draw_backdrop(page, axes, backdrop, axis, self._scale, size)
        self._paths = [placed(path, path.losses, axis, self._scale, size) for path in paths]
        raws = [
            None if path.raw is None else placed(path, path.raw, axis, self._scale, size)
            for path in paths
        ]
        height = math.nan if style.noise is None else float(self._scale.heights(style.noise))
        if clear < height * (1 + 1e-9) and height < 1:
            others = [raw for raw in raws if raw is not None]
            draw_noise_line(page, axes, self.inner, height, [*self._paths, *others], style.tick,
                            style.words, marker / 2)  # fmt: skip
        names = {at: (path.name, path.colour) for at, path in enumerate(paths) if path.name}
        draw_path_names(page, axes, self.inner, names, self._paths, style.tick, marker / 2)
        self._travelled = [
            TravelledPath(
                page, axes, self.inner, (place, raw), path.colour, style.line_width, marker,
                0.001 * number,
            )
            for number, (path, place, raw) in enumerate(zip(paths, self._paths, raws, strict=True))
        ]  # fmt: skip
        self.moving: Sequence[Artist] = [part for each in self._travelled for part in each.moving]

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
                x = float(min(self._axis.places(epoch), path.x[-1]))
                x = x if x >= path.x[0] else math.nan
                y = math.nan if loss is None else float(self._scale.heights(loss))
                y = path.height_at(x) if math.isnan(y) else y
            self._travelled[number].show(x, y)

    def y_of(self, losses: ArrayLike) -> NDArray[np.float64]:
        """How high markers of these losses are, in pixels from the lower edge of the frame."""
        heights = np.nan_to_num(self._scale.heights(losses), nan=1.0)
        return np.asarray(self.inner.bottom + np.clip(heights, 0, 1) * self.inner.height)

    def marker_y(self, number: int) -> float:
        """How high a path's marker is, in pixels from the lower edge of the frame."""
        height = self._travelled[number].height
        if math.isnan(height):
            height = self._paths[number].height_at(0.0)
        height = 0.0 if math.isnan(height) else min(max(height, 0.0), 1.0)
        return self.inner.bottom + height * self.inner.height


def time_name(axis: EpochAxis, words: Translation, clock: Clock = "epoch") -> str:
    """What an axis of epochs or seconds is called."""
    name = words.text("axis_epoch" if clock == "epoch" else "axis_seconds")
    return name if axis.scale is None else words.text("log_scale", axis=name)


def _lowest(losses: Sequence[NDArray[np.floating[Any]]]) -> float:
    return min((float(np.nanmin(each, initial=np.inf)) for each in losses), default=np.inf)


def _number(words: Translation, value: float) -> str:
    if value == round(value):
        return words.integer(round(value))
    return words.respelled(f"{value:g}")


def _write_time_name(page: Page, inner: Box, axis: EpochAxis, style: LossPlotStyle) -> None:
    """What the axis under the ticks counts, centred beneath them."""
    base = inner.bottom - page.px(UNDER) - (ASCENT + NAME_UNDER) * style.tick
    page.text(
        inner.left + inner.width / 2, base, time_name(axis, style.words, style.clock), style.tick,
        color=page.theme.muted, ha="center", va="baseline",
    )  # fmt: skip
