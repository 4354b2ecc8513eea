"""A picture of all named targets, for choosing one."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fitreel.model.data.formula_parser import parse
from fitreel.model.data.targets import Target

COLUMNS = 3
CELL = (4.0, 2.6)
"""Inches."""
CAPTION_WIDTH = 52
"""Characters of a lesson that fit beneath a cell."""


@in_force()
def sheet(targets: Sequence[Target]) -> NDArray[np.uint8]:
    """Draw each target on its domain, with its name and what is hard about it.

    Returns:
        RGBA, shape (H, W, 4), uint8.
    """
    rows = math.ceil(len(targets) / COLUMNS)
    figure = Figure((COLUMNS * CELL[0], rows * CELL[1]), dpi=100, layout="constrained")
    canvas: Any = FigureCanvasAgg(figure)
    cells = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes in cells[len(targets) :]:
        axes.set_axis_off()
    for axes, target in zip(cells, targets, strict=False):
        x = np.linspace(*target.domain, 1000, dtype=np.float32)
        axes.plot(x, parse(target.formula)(x), "r-", lw=2)
        axes.set_title(target.name, fontsize=14)
        axes.set_xlabel(textwrap.fill(target.lesson, CAPTION_WIDTH), fontsize=8)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())
