"""What dashes and dots stand for, under the readouts."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.labels.direct_labels import DirectLabel
from fitreel.render.plots.labels.key import draw_key, key_width
from fitreel.render.plots.points import PointStyle
from fitreel.render.text.translations import Translation

SMALLEST, LINE = 0.8, 1.3
"""To which the type shrinks; what is too wide then stands in two rows."""


@in_force()
def draw_key_line(
    page: Page,
    left: float,
    baseline: float,
    width: float,
    size: float,
    words: Translation,
    *,
    truth: bool,
    points: PointStyle,
) -> None:
    """Draw the key of the data and, with `truth`, of the target, from pixel `left` on."""
    theme = page.theme
    labels = [DirectLabel(words.text("legend_data"), "data", theme.data_text)]
    if truth:
        labels.insert(0, DirectLabel(words.text("target"), "truth", theme.truth))
    least = SMALLEST * size
    while key_width(page, labels, size) > width and size > least:
        size *= 0.97
    rows = [labels] if key_width(page, labels, size) <= width else [[each] for each in labels]
    for number, row in enumerate(rows):
        draw_key(
            page, row, right=left + key_width(page, row, size),
            baseline=baseline - LINE * size * number, size=size, points=points,
        )  # fmt: skip
