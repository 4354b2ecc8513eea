"""The legend of a themed film: what the points and the lines are."""

from fitreel.render.mpl.pixel_layout import Page  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from fitreel.render.mpl.theme import Theme
from fitreel.render.single.themed_layout import ThemedLayout
from fitreel.render.text.translations import Translation

SWATCH = 1.3
"""Room for the sign before a word of the legend, in font sizes."""


def legend_entries(
    theme: Theme, words: Translation, with_truth: bool
) -> list[tuple[str, str, str]]:
    """Sign, colour and word of each entry."""
    entries = [
        ("●", theme.points, words.text("legend_data")),
        ("━", theme.prediction, words.text("legend_prediction")),
    ]
    return [*entries, ("╍", theme.truth, words.text("legend_truth"))] if with_truth else entries


def draw_legend(page: Page, plan: ThemedLayout, entries: Sequence[tuple[str, str, str]]) -> None:
    """Write all entries in a row or in a column, in a type that fits into the legend's box."""
    box = plan.legend
    assert box is not None
    tall = box.height if plan.legend_in_row else box.height / len(entries)
    size = plan.label

    def widths() -> list[float]:
        return [entry_width(page, word, size) for _, _, word in entries]

    while (sum(widths()) if plan.legend_in_row else max(widths())) > box.width and size > 1:
        size *= 0.97
    left = box.left
    for number, (sign, colour, word) in enumerate(entries):
        base = box.top - tall * (0.7 if plan.legend_in_row else number + 0.7)
        page.text(left, base, sign, size, color=colour, va="baseline")
        page.text(left + SWATCH * size, base, word, size, color=page.theme.muted, va="baseline")
        left += entry_width(page, word, size) if plan.legend_in_row else 0.0


def entry_width(page: Page, word: str, size: float) -> float:
    """Of an entry of the legend: its sign, its word, and what keeps it from the next one."""
    return SWATCH * size + page.width_of(word, size) + size
