"""A picture of all named targets, for choosing one."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
import textwrap
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fitreel.model.data.formula_parser import parse
from fitreel.model.data.targets import Target
from fitreel.render.mpl.setup import text_families
from fitreel.render.mpl.theme import Theme, load_theme
from fitreel.render.mpl.ticks import linear_ticks

COLUMNS = 3
CELL = (4.0, 2.6)
"""Inches. By the size of the whole a sheet is known again that was made before."""
DPI = 100
NAME, LESSON, TICK = 13.0, 8.0, 7.5
"""Font sizes in points."""
LINE = 1.3
"""From one line of a lesson to the next, in font sizes."""
LESSON_WIDTH = 62
"""Characters of a lesson in a line."""
PLOT = (0.36, 0.28, 3.5, 1.52)
"""Left, bottom, width and height of a plot in its cell, in inches."""
NAME_AT, LESSON_AT = 2.32, 2.12
"""Height of their baselines, in inches; the lesson's first."""


@in_force()
def sheet(targets: Sequence[Target]) -> NDArray[np.uint8]:
    """Draw each target on its domain, with its name and what is hard about it, in theme light.

    Returns:
        RGBA, shape (H, W, 4), uint8.
    """
    theme = load_theme("light")
    rows = math.ceil(len(targets) / COLUMNS)
    width, height = COLUMNS * CELL[0], rows * CELL[1]
    with rc_context(cast(Any, {"font.family": list(text_families()), "text.hinting": "none"})):
        figure = Figure((width, height), dpi=DPI, facecolor=theme.background)
        canvas: Any = FigureCanvasAgg(figure)
        for number, target in enumerate(targets):
            row, column = divmod(number, COLUMNS)
            left, bottom = column * CELL[0], height - (row + 1) * CELL[1]
            place = (
                (left + PLOT[0]) / width, (bottom + PLOT[1]) / height,
                PLOT[2] / width, PLOT[3] / height,
            )  # fmt: skip
            _draw_target(figure.add_axes(place), target, theme)
            x = (left + PLOT[0]) / width
            figure.text(x, (bottom + NAME_AT) / height, target.name, fontsize=NAME,
                        fontweight="bold", color=theme.text)  # fmt: skip
            for line, text in enumerate(textwrap.wrap(target.lesson, LESSON_WIDTH)):
                y = bottom + LESSON_AT - line * LINE * LESSON / 72
                figure.text(x, y / height, text, fontsize=LESSON, color=theme.muted)
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def _draw_target(axes: Axes, target: Target, theme: Theme) -> None:
    x = np.linspace(*target.domain, 1000, dtype=np.float32)
    y = parse(target.formula)(x)
    axes.plot(x, y, color=theme.prediction, lw=2.2, solid_capstyle="round", clip_on=False, zorder=3)
    axes.set_facecolor(theme.background)
    low, high = float(y.min()), float(y.max())
    air = 0.06 * (high - low)
    axes.set_xlim(*target.domain)
    axes.set_ylim(low - air, high + air)
    axes.set_xticks(*linear_ticks(*target.domain, 5))
    axes.set_yticks(*linear_ticks(low - air, high + air, 3))
    axes.grid(color=theme.grid, lw=0.6)
    axes.tick_params(labelsize=TICK, labelcolor=theme.ticks, length=0, pad=4)
    for side, spine in axes.spines.items():
        spine.set_visible(side in theme.spines_shown)
        spine.set_color(theme.spines)
