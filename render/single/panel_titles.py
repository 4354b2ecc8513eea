"""The line over a panel: what it shows, or the names of its curves in their colours."""

from collections.abc import Sequence

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.single.layout_candidates import LABEL_TYPE
from fitreel.render.single.themed_layout import ThemedLayout

SMALLEST_LABEL = 0.7 * LABEL_TYPE
"""To which the words about the fit shrink where there is little room."""
BETWEEN = 0.8
"""From one name to the next, in font sizes."""


def write_panel_title(page: Page, plan: ThemedLayout, box: Box, title: str) -> None:
    """Write what is shown over the inside of a panel's axes, `box`."""
    smallest = SMALLEST_LABEL / LABEL_TYPE * plan.label
    size = max(page.size_to_fit([title], box.width, plan.label), smallest)
    page.text(
        box.left, box.top + 0.35 * plan.head, page.shortened(title, box.width, size), size,
        color=page.theme.muted, va="baseline",
    )  # fmt: skip


def write_curve_names(
    page: Page, plan: ThemedLayout, box: Box, names: Sequence[tuple[str, str]]
) -> None:
    """Write names, each with its colour, in one line; those that are too long are shortened."""
    texts = [drawable(name) for name, _ in names]
    smallest = SMALLEST_LABEL / LABEL_TYPE * plan.label
    size = max(page.size_to_fit(["  ".join(texts)], box.width, plan.label), smallest)
    left, share = box.left, box.width / len(texts) - BETWEEN * size
    is_tight = sum(page.width_of(text, size) + BETWEEN * size for text in texts) > box.width
    for text, (_, colour) in zip(texts, names, strict=True):
        shown = page.shortened(text, share, size) if is_tight else text
        page.text(left, box.top + 0.35 * plan.head, shown, size, color=colour, va="baseline")
        left += page.width_of(shown, size) + BETWEEN * size
