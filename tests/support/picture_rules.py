"""What must hold of every picture in a theme, read from its artists as they are drawn."""

import itertools
from typing import Any

from matplotlib.text import Text

from fitreel.render.mpl.theme import contrast, load_theme

BESIDE = 0.02
"""Nothing is painted nearer to the frame's edge, in parts of its shorter side."""
BOLD_FROM = 0.03
"""Bold text of such a part of the shorter side needs less contrast."""


def drawn_texts(figure: Any) -> list[Text]:
    """All texts that are seen in the figure as it is."""
    texts = [text for text in figure.texts if text.get_text().strip()]
    for axes in figure.axes:
        texts += [text for text in axes.texts if text.get_text().strip()]
        if axes.axison:
            for axis, (low, high) in (
                (axes.xaxis, sorted(axes.get_xlim())),
                (axes.yaxis, sorted(axes.get_ylim())),
            ):
                for label, at in zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True):
                    if label.get_text().strip() and low <= at <= high:
                        texts.append(label)
    return [text for text in texts if text.get_visible() and text.get_alpha() != 0]


def faults(figure: Any, theme: str, least: float) -> list[str]:
    """What of the figure, which has been drawn, breaks a rule; each in words."""
    width, height = figure.canvas.get_width_height()
    side, ground = min(width, height), load_theme(theme).background
    found = []
    boxes = [(text, text.get_window_extent()) for text in drawn_texts(figure)]
    for text, box in boxes:
        name = repr(text.get_text())
        edge = BESIDE * side - 0.5
        if box.x0 < edge or box.x1 > width - edge or box.y0 < edge or box.y1 > height - edge:
            found.append(f"{name} is clipped or near the edge: {box.extents.round()}")
        size = text.get_fontsize() * figure.dpi / 72
        if size < 0.999 * least:
            found.append(f"{name} has only {size:.1f} px")
        is_bold = text.get_fontweight() == "bold" and size >= BOLD_FROM * side - 0.01
        ratio = contrast(text.get_color(), ground)
        if (text.get_alpha() or 1) == 1 and ratio < (3.0 if is_bold else 4.5):
            found.append(f"{name} has a contrast of {ratio:.1f}")
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        sizes = [each.get_fontsize() * figure.dpi / 72 for each in (one, other)]
        # A line's box is higher than its letters are.
        low, high = (min(0.22 * size, 8) for size in sizes)
        across = a.x0 < b.x1 - 1 and b.x0 < a.x1 - 1
        if across and a.y0 + low < b.y1 - high and b.y0 + high < a.y1 - low:
            found.append(f"{one.get_text()!r} lies over {other.get_text()!r}")
    return found


def fixed_places(figure: Any) -> list[object]:
    """What may not move in a film: limits, ticks, and texts that are not in `moving`."""
    return [
        (axes.get_xlim(), axes.get_ylim(), axes.get_xticks().tolist(), axes.get_yticks().tolist(),
         axes.get_position().bounds)
        for axes in figure.axes
    ]  # fmt: skip
