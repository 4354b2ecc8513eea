"""Whether a comparison can be read: how many entries a layout takes, and how small it may be."""

import math
from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.render.comparison.cells.needs import CellNeeds
from fitreel.render.comparison.grid.grid_plan import HEAD, MOST_PANELS, plan_grid
from fitreel.render.comparison.grid.shaped_plan import StripTexts, plan_shaped
from fitreel.render.comparison.overlay.overlay_plan import BEST, MOST_NAMED, MOST_RUNS, plan_overlay
from fitreel.render.comparison.page.page_plan import plan_page
from fitreel.render.comparison_picture import ComparisonPicture, Layout
from fitreel.render.film_settings import LARGEST_SIDE
from fitreel.render.view import ViewName

SMALLEST_PANEL = (56.0, 30.0)
"""Width and height of a panel's axes, in pixels."""
SMALLEST_SHAPE, LETTERS = 72.0, 2.6
"""The same of panels of a given shape, and in font sizes of names."""
SMALLEST_FIT = (160.0, 110.0)
SMALLEST_LOSSES = (90.0, 36.0)
SHAPES: dict[ViewName, CellNeeds] = {
    "field": CellNeeds(aspect=1.0, foot=2.0, side=3.5, has_target=True),
    "picture": CellNeeds(aspect=1.0, has_target=True),
    "curves": CellNeeds(aspect=1.4, narrowest=1.0, foot=1.24),
    "plane": CellNeeds(aspect=1.0, foot=1.24),
    "scatter": CellNeeds(aspect=1.0),
    "confusion": CellNeeds(aspect=1.0, foot=1.0),
    "slices": CellNeeds(aspect=1.4, narrowest=0.9, foot=1.24),
    "regions": CellNeeds(aspect=1.0, foot=1.24),
}
"""Of views whose panels have a shape of their own: about, with lengths in font sizes of labels."""
LINE = 1.3
"""From one line of text to the next, in font sizes."""
LETTER = 0.55
"""How wide a digit is, in font sizes."""


def layout_of(count: int, layout: Layout) -> Literal["grid", "overlay"]:
    """What "auto" means for so many entries."""
    if layout == "auto":
        return "grid" if count <= MOST_PANELS else "overlay"
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
    if reason := too_many(comparison):
        raise BadInput(reason)
    layout = layout_of(count, comparison.layout)
    readable = _readable(layout, comparison.view)
    if not readable(count, size, loss_panel):
        raise BadInput(
            f"film.size {size[0]} x {size[1]}: too small for {count} panels "
            f"({layout}{', loss panel' if loss_panel else ''}) to be readable; "
            f"{_smallest(size, lambda larger: readable(count, larger, loss_panel))}"
        )


def too_many(comparison: ComparisonPicture) -> str:
    """That it has more than its layout shows, and what shows more; "" where it hasn't.

    In an overlay a group counts as one.
    """
    entries = comparison.entries
    layout = layout_of(len(entries), comparison.layout)
    groups = {entry.group for entry in entries}
    count = len(groups) if layout == "overlay" and "" not in groups else len(entries)
    limit = MOST_PANELS if layout == "grid" else MOST_RUNS
    if count <= limit:
        return ""
    instead = f'; layout = "overlay" shows up to {MOST_RUNS}' if layout == "grid" else ""
    return f"{count} panels: {layout} shows up to {limit}{instead}"


def is_readable(comparison: ComparisonPicture) -> bool:
    """Whether the size is large enough for all that is in it."""
    count = len(comparison.entries)
    readable = _readable(layout_of(count, comparison.layout), comparison.view)
    return readable(count, comparison.picture.pixels, comparison.loss_panel)


def _readable(
    layout: Literal["grid", "overlay"], view: ViewName
) -> Callable[[int, tuple[int, int], bool], bool]:
    if layout == "overlay":
        return _overlay_is_readable
    if view in SHAPES:
        return partial(_shapes_are_readable, SHAPES[view])
    return _grid_is_readable


def _shapes_are_readable(
    needs: CellNeeds, count: int, size: tuple[int, int], loss_panel: bool
) -> bool:
    page = plan_page(size, has_subtitle=True)
    left = max(page.margin, page.px(33) + 4 * LETTER * page.tick)
    needs = needs._replace(foot=needs.foot * page.label, side=needs.side * page.label)
    names = (page.px(110), count * 1.3 * page.name)
    plan = plan_shaped(
        page, count + needs.has_target, left, loss_panel, names, StripTexts(names), needs
    )
    panel = plan.panels[0]
    least = max(SMALLEST_SHAPE, LETTERS * page.name)
    if min(panel.width, panel.height) < least or page.px(HEAD) < LINE * page.name:
        return False
    if plan.losses is None:
        return True
    numbers = 4 * LETTER * page.tick
    return (
        plan.losses.width - numbers >= SMALLEST_LOSSES[0]
        and plan.losses.height >= SMALLEST_LOSSES[1]
    )  # fmt: skip


def _grid_is_readable(count: int, size: tuple[int, int], loss_panel: bool) -> bool:
    page = plan_page(size, has_subtitle=True)
    left = max(page.margin, page.px(33) + 4 * LETTER * page.tick)
    plan = plan_grid(page, count, left, loss_panel, (page.px(110), count * 1.3 * page.name))
    boxes = [(box, SMALLEST_PANEL) for box in plan.panels]
    if plan.losses is not None:
        numbers = 4 * LETTER * page.tick
        boxes.append((plan.losses._replace(width=plan.losses.width - numbers), SMALLEST_LOSSES))
    return page.px(HEAD) >= LINE * page.name and all(
        box.width >= least[0] and box.height >= least[1] for box, least in boxes
    )


def _overlay_is_readable(count: int, size: tuple[int, int], loss_panel: bool) -> bool:
    page = plan_page(size, has_subtitle=True)
    left = max(page.margin, page.px(33) + 4 * LETTER * page.tick)
    rows = count if count <= MOST_NAMED else BEST + 2
    plan = plan_overlay(page, rows, left, loss_panel, has_curves=True)
    boxes = [(plan.fit, SMALLEST_FIT), (plan.losses, SMALLEST_LOSSES)]
    return plan.row >= LINE * 10 and all(
        box.width >= least[0] and box.height >= least[1] for box, least in boxes if box is not None
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
