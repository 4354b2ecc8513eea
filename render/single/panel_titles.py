"""The line over a panel: what it shows, or the names of its curves in their colours."""

from collections.abc import Sequence

from fitreel.render.mpl.pixel_layout import Page, drawable

SMALLEST = 0.85
"""To which a name shrinks where there is little room, in labels' font sizes."""
BETWEEN = 0.8
"""From one name to the next, in font sizes."""
Line = tuple[float, float, float]
"""Left and right end and baseline, in pixels."""


def write_panel_title(page: Page, line: Line, title: str, label: float) -> None:
    """Write what is shown over a panel, in a type of at most `label` pixels."""
    left, right, baseline = line
    size = max(page.size_to_fit([title], right - left, label), SMALLEST * label)
    page.text(
        left, baseline, page.shortened(title, right - left, size), size, colour=page.theme.muted
    )


def write_curve_names(
    page: Page, line: Line, names: Sequence[tuple[str, str]], label: float
) -> None:
    """Write names, each with its colour, in one line; those that are too long are shortened."""
    left, right, baseline = line
    texts = [drawable(name) for name, _ in names]
    size = max(page.size_to_fit(["  ".join(texts)], right - left, label), SMALLEST * label)
    share = (right - left) / len(texts) - BETWEEN * size
    is_tight = sum(page.width_of(text, size) + BETWEEN * size for text in texts) > right - left
    for text, (_, colour) in zip(texts, names, strict=True):
        shown = page.shortened(text, share, size) if is_tight else text
        page.text(left, baseline, shown, size, colour=colour)
        left += page.width_of(shown, size) + BETWEEN * size
