"""What stands left of a comparison's panels: numbers of axes that all share, or each one's own."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

from fitreel.model.record.reader import Record
from fitreel.render.comparison.page.panel_limits import panel_grids
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.mpl.ticks import Ticks
from fitreel.render.plots.fields.field_axes import field_ticks
from fitreel.render.plots.fit_axes import BEFORE_LAYOUT
from fitreel.render.text.translations import Translation
from fitreel.render.view import ViewName


def left_numbers(
    view: ViewName, runs: Sequence[Record], y_ticks: Ticks, words: Translation
) -> Sequence[str]:
    """All of these numbers, before the panels have their places."""
    if view in ("regions", "field"):
        return [
            text
            for grid in panel_grids(view, runs)
            for text in field_ticks(grid, BEFORE_LAYOUT, 1.0, words)[1][1]
        ]  # fmt: skip
    if view == "confusion":
        # Each with its number, which stands under a column that is too narrow for the name.
        return [words.text("predicted")] + [
            f"{drawable(name)} {len(run.header.classes)}"
            for run in runs for name in run.header.classes
        ]  # fmt: skip
    return y_ticks[1]
