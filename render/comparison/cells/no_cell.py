"""The place of a configuration that has nothing to show."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.patches import Rectangle

from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

OUTLINE = 1.5
"""At 720 px."""


class NoCell:
    """An outline."""

    @in_force()
    def __init__(self, page: Page, box: Box) -> None:
        axes = page.axes(box)
        axes.set_axis_off()
        axes.add_patch(
            Rectangle(
                (0, 0), 1, 1, transform=axes.transAxes, fill=False, ec=page.theme.grid,
                lw=page.points(page.px(OUTLINE)),
            )
        )  # fmt: skip
        self.moving: Sequence[Artist] = ()

    def show(self, state: ComparisonState) -> None:
        """As `Cell`."""

    def values(self) -> Sequence[str]:
        """As `Cell`."""
        return ()
