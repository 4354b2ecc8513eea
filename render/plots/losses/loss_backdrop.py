"""What stands behind the paths of a loss plot: those of runs without colours, and groups' bands."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.losses.loss_path import LossPath, placed
from fitreel.render.plots.losses.loss_scale import LossScale
from fitreel.render.timing.epoch_axis import EpochAxis

FAINT, FAINT_WIDTH = 0.30, 1.2
"""Opacity and width, in pixels at 720, of a path without a marker."""
BAND = 0.13
BEYOND = 2.0
"""In heights of the axes: what lies further out is drawn so far out."""


@dataclass(frozen=True)
class LossBand:
    """Where most losses of a group lie."""

    epochs: NDArray[Any]
    """Shape (S,), ascending; or seconds, where the plot's axis has these."""
    low: NDArray[np.floating[Any]]
    """Shape (S,)."""
    high: NDArray[np.floating[Any]]
    colour: str


@dataclass(frozen=True)
class Backdrop:
    """What doesn't move."""

    paths: Sequence[LossPath] = ()
    bands: Sequence[LossBand] = ()


@in_force()
def draw_backdrop(
    page: Page, axes: Axes, backdrop: Backdrop, axis: EpochAxis, scale: LossScale,
    size: tuple[float, float],
) -> None:  # fmt: skip
    """Draw it under a loss plot's paths; `size`: of the axes' way and height, in pixels."""
    lines = [placed(path, path.losses, axis, scale, size) for path in backdrop.paths]
    if lines:
        axes.add_collection(
            LineCollection(
                [np.column_stack([line.x, line.y]) for line in lines],
                colors=[path.colour for path in backdrop.paths], alpha=FAINT,
                linewidths=page.points(page.px(FAINT_WIDTH)), zorder=1.7,
            ),
            autolim=False,
        )  # fmt: skip
    for band in backdrop.bands:
        x = axis.places(band.epochs)
        low, high = (
            np.nan_to_num(np.clip(scale.heights(edge), -BEYOND, BEYOND), nan=BEYOND)
            for edge in (band.low, band.high)
        )
        edges = np.column_stack([x, low]), np.column_stack([x, high])[::-1]
        axes.add_patch(
            Polygon(
                np.concatenate(edges), closed=True, facecolor=band.colour, alpha=BAND,
                edgecolor="none", zorder=1.8,
            )
        )  # fmt: skip
