"""The names of a network's layers under their blocks."""

from collections.abc import Sequence

from fitreel.render.geometry import Box
from fitreel.render.plots.axes_furniture import ASCENT
from fitreel.render.single.panels.panel import PanelStyle

UNDER = 5.0
"""From the blocks down to their names, in pixels at 720."""
SMALLEST = 0.75
"""To which names shrink before they are only numbers."""
BETWEEN = 0.5
"""From one name to the next, in font sizes."""


def draw_layer_names(style: PanelStyle, box: Box, spans: Sequence[tuple[float, float]]) -> None:
    """Write which layer each block is.

    Args:
        style: of the panels.
        box: of the picture, in pixels.
        spans: from where to where each block goes, in parts of the picture's width.
    """
    page, words = style.page, style.words
    count = len(spans)
    numbers = [str(number) for number in range(1, count + 1)]
    long = [words.text("layer", number=number) for number in range(1, count)]
    for names, size in (
        ([*long, words.text("output_layer")], style.tick),
        ([*long, words.text("output_layer")], SMALLEST * style.tick),
        ([*numbers[:-1], words.text("output_layer")], style.tick),
        (numbers, style.tick),
        (numbers, SMALLEST * style.tick),
    ):
        places = _places(style, box, spans, names, size)
        if places is not None:
            break
    else:
        return
    baseline = box.bottom - page.px(UNDER) - ASCENT * style.tick
    for name, x in zip(names, places, strict=True):
        page.text(x, baseline, name, size, colour=page.theme.muted, va="baseline")


def _places(
    style: PanelStyle,
    box: Box,
    spans: Sequence[tuple[float, float]],
    names: Sequence[str],
    size: float,
) -> list[float] | None:
    """Where names begin: each under the middle of its block, within the picture; None: too long."""
    places: list[float] = []
    end = box.left
    for (start, stop), name in zip(spans, names, strict=True):
        width = style.page.width_of(name, size)
        middle = box.left + box.width * (start + stop) / 2
        x = min(max(middle - width / 2, box.left), box.right - width)
        if places and x < end + BETWEEN * size:
            return None
        places.append(x)
        end = x + width
    return places
