"""A key in one line, for names that find no place: samples look like what they stand for."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.labels.direct_labels import DirectLabel
from fitreel.render.plots.points import PointStyle
from fitreel.render.plots.truth import WIDTH_OVER, truth_dashes

SAMPLE = {"data": 22.0, "truth": 32.0}
"""How wide a sample is; lengths are those of 720 px."""
BESIDE = 8.0
"""From a sample to its name."""
APART = 22.0
"""From a name to the next sample."""
DOTS = ((2.0, 2.5), (11.0, -3.5), (20.0, 1.0))
"""Where the dots of the data's sample stand, from its left end's middle."""
MIDDLE = 0.33
"""Of a line of text over its baseline, in font sizes."""


def key_width(page: Page, labels: Sequence[DirectLabel], size: float) -> float:
    """How wide the key of `labels` is, in pixels; 0 without any."""
    parts = [
        page.px(SAMPLE[each.kind] + BESIDE) + page.width_of(each.text, size) for each in labels
    ]
    return sum(parts) + page.px(APART) * max(len(parts) - 1, 0)


@in_force()
def draw_key(
    page: Page,
    labels: Sequence[DirectLabel],
    *,
    right: float,
    baseline: float,
    size: float,
    points: PointStyle,
) -> None:
    """Draw the key of `labels` so that it ends at pixel `right`.

    Args:
        page: to draw on.
        labels: from the left.
        right: pixels from the left edge.
        baseline: pixels from the lower edge.
        size: of the names, in pixels.
        points: what the data look like.
    """
    x, middle = right - key_width(page, labels, size), baseline + MIDDLE * size
    for label in labels:
        if label.kind == "data":
            across, up = np.array(DOTS).T
            _add(page, x + page.px(1) * across, middle + page.px(1) * up, points.properties(page))
        else:
            width = page.px(WIDTH_OVER)
            ends = np.array([x, x + page.px(SAMPLE["truth"])])
            style = {"color": label.colour, "lw": page.points(width), "dash_capstyle": "butt"}
            _add(page, ends, np.full(2, middle), style | {"dashes": truth_dashes(page, WIDTH_OVER)})
        x += page.px(SAMPLE[label.kind] + BESIDE)
        page.text(x, baseline, label.text, size, colour=label.colour, va="baseline")
        x += page.width_of(label.text, size) + page.px(APART)


def _add(page: Page, x: Any, y: Any, properties: dict[str, Any]) -> None:
    transform = page.figure.transFigure
    line = Line2D(x / page.box.width, y / page.box.height, transform=transform, **properties)
    page.figure.add_artist(line)
