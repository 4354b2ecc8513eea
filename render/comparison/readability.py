"""Whether a comparison can be read: how many entries a layout takes, and how small it may be."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.render.comparison.grid_plan import MOST_CELLS, SMALLEST_TICK, plan_grid
from fitreel.render.comparison.overlay_plan import MOST_RUNS, plan_overlay
from fitreel.render.comparison_picture import ComparisonPicture, Layout
from fitreel.render.film_settings import LARGEST_SIDE
from fitreel.render.geometry import SMALLEST_TEXT, unit_height

SMALLEST_FONT = 11.0
"""In pixels: smaller letters can't be read."""
SMALLEST_DIGITS = 8.8
"""In pixels, at the ticks."""


def layout_of(count: int, layout: Layout) -> Literal["grid", "overlay"]:
    """What "auto" means for so many entries."""
    if layout == "auto":
        return "grid" if count <= MOST_CELLS else "overlay"
    return layout


def check_comparison(comparison: ComparisonPicture) -> None:
    """Make sure that this comparison can be drawn; needs no runs.

    Raises:
        BadInput: no entry at all, more than the layout shows, or a size too small for them to be
            readable; the line names the limit, or the smallest size that works.
    """
    count, size, loss_panel = (
        len(comparison.entries),
        comparison.picture.pixels,
        comparison.loss_panel,
    )
    if not count:
        raise BadInput("a comparison without a single panel")
    layout = layout_of(count, comparison.layout)
    limit = MOST_CELLS if layout == "grid" else MOST_RUNS
    if count > limit:
        instead = f'; layout = "overlay" shows up to {MOST_RUNS}' if layout == "grid" else ""
        raise BadInput(f"{count} panels: {layout} shows up to {limit}{instead}")
    readable = _grid_is_readable if layout == "grid" else _overlay_is_readable
    if not readable(count, size, loss_panel):
        raise BadInput(
            f"film.size {size[0]} x {size[1]}: too small for {count} panels "
            f"({layout}{', loss panel' if loss_panel else ''}) to be readable; "
            f"{_smallest(size, lambda larger: readable(count, larger, loss_panel))}"
        )


def _grid_is_readable(count: int, size: tuple[int, int], loss_panel: bool) -> bool:
    plan = plan_grid(count, size, loss_panel, with_clock=True)
    # Three digits, a sign and a point at the ticks; a letter is 0.6 font sizes wide.
    width, height = plan.axes_size(3.6 * plan.tick, 1.9 * plan.tick)
    return plan.values(width, height) >= SMALLEST_FONT and plan.tick >= SMALLEST_DIGITS


def _overlay_is_readable(count: int, size: tuple[int, int], loss_panel: bool) -> bool:
    plan = plan_overlay(count, size, loss_panel)
    base = unit_height(size)
    boxes = [plan.lines] if plan.losses is None else [plan.lines, plan.losses]
    return (
        min(plan.text, SMALLEST_TEXT * base) >= SMALLEST_FONT
        and SMALLEST_TICK * base >= SMALLEST_DIGITS
        and all(box.width >= 14 * plan.tick and box.height >= 8 * plan.tick for box in boxes)
    )


def _smallest(size: tuple[int, int], readable: Callable[[tuple[int, int]], bool]) -> str:
    """What to say of the smallest even size of the same shape that can be read."""
    width, height = size
    for factor in np.arange(1.0, LARGEST_SIDE / max(size), 0.004):
        larger = _even(width * factor), _even(height * factor)
        if readable(larger):
            return f"the smallest of this shape that works is {larger[0]} x {larger[1]}"
    return "none of this shape works: take 1920 x 1080"


def _even(pixels: float) -> int:
    return 2 * math.ceil(pixels / 2)
