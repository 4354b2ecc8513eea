"""A comparison as a grid: every configuration in a panel of its own, all on the same axes."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from matplotlib.artist import Artist

from fitreel.render.comparison.cells.cell import Cells
from fitreel.render.comparison.cells.cell_kinds import cells_of
from fitreel.render.comparison.grid.grid_panel import GridPanel
from fitreel.render.comparison.grid.grid_plan import HEAD, SECOND_LINE, GridPlan, plan_grid
from fitreel.render.comparison.grid.panel_head import BETWEEN, OVER, SMALLEST_SHAPED, heads_of
from fitreel.render.comparison.grid.shaped_plan import (
    BEFORE_NAMES,
    NAME_OVER_STRIP,
    OVER_STRIP,
    WIDEST_UNDER,
    StripTexts,
    plan_shaped,
)
from fitreel.render.comparison.losses.gutter import gutter_size
from fitreel.render.comparison.losses.losses_beside import Losses
from fitreel.render.comparison.page.long_names import Fitted
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState

FADE_SECONDS = 0.3
"""In which places come at the end."""
GUTTER_TYPE = 0.031
"""Of the shorter side: a name beside its marker."""

SHORT_NAME = 110.0
"""What losses are called stands beside a strip, where it is no wider at 720 px."""


class GridScene:
    """All configurations of a comparison; `show` moves each to its runs' snapshots.

    One without a run says why it has none.
    """

    @in_force()
    def __init__(self, setting: Setting) -> None:
        self.figure = setting.page.figure
        self._setting = setting
        size = _gutter_type(setting)
        names = gutter_size(setting.lettering, setting.names, size, any(setting.places))
        count = len(setting.contenders)
        cells = cells_of(setting)
        self.plan = _planned(setting, cells, names, HEAD)
        heads = self._heads(cells)
        if heads.are_two:
            self.plan = _planned(setting, cells, names, HEAD + SECOND_LINE)
            heads = self._heads(cells)
        if self.plan.has_target:
            self._draw_target(cells, heads.size)
        self._panels = [
            GridPanel(setting, number, self.plan, heads, cells) for number in range(count)
        ]
        if self.plan.foot is not None:
            cells.draw_foot(self.plan.foot)
        if self.plan.side is not None:
            cells.draw_side(self.plan.side)
        self._losses = None
        if self.plan.losses is not None:
            self._losses = Losses(
                setting, self.plan.losses, 3.0, self.plan.gutter, size,
                beside=self.plan.is_strip and _has_short_name(setting),
                after=self.plan.has_name_after,
            )  # fmt: skip
        moving = [setting.header, setting.foot, *self._panels, self._losses]
        self.moving: list[Artist] = [
            artist for part in moving if part is not None for artist in part.moving
        ]

    def _heads(self, cells: Cells) -> Fitted:
        """The names over the panels where these stand now."""
        setting, plan = self._setting, self.plan
        has_places = plan.gutter is None and any(setting.places)
        values = [cells.widest_values(number) for number in range(len(setting.contenders))]
        width = plan.panels[0].width
        if cells.needs.aspect is None:
            return heads_of(setting, width, width, has_places, values)
        # Names may be wider than panels that are apart.
        first = max(width, plan.pitch - setting.page.px(BETWEEN))
        return heads_of(setting, width, first, has_places, values, SMALLEST_SHAPED)

    def _draw_target(self, cells: Cells, size: float) -> None:
        """What all should learn, in the first panel."""
        setting, place = self._setting, self.plan.place_of(-1)
        cells.draw_target(place)
        baseline = setting.page.box.height - place.box.top - setting.page.px(OVER)
        name = setting.words.text("target")
        size = setting.lettering.fitting(name, size, "bold", place.box.width, 10.0)
        setting.lettering.write(place.box.left, baseline, name, size, weight="bold")

    @in_force()
    def show(self, state: ComparisonState) -> None:
        """Moves all panels to a state."""
        setting = self._setting
        setting.header.show(state.time)
        setting.foot.show(state.caption)
        seconds = state.seconds_at_end
        opacity = 0.0 if seconds is None else min((seconds + 1 / setting.fps) / FADE_SECONDS, 1.0)
        for panel in self._panels:
            panel.show(state, opacity)
        if self._losses is not None:
            self._losses.show(state, opacity)


def _planned(setting: Setting, cells: Cells, names: tuple[float, float], head: float) -> GridPlan:
    """Where everything stands under heads of this height at 720 px."""
    count, needs = len(setting.contenders), cells.needs
    loss_panel = setting.comparison.loss_panel
    if needs.aspect is None:
        return plan_grid(setting.plan, count, setting.left, loss_panel, names, head)
    size = _gutter_type(setting)
    room = setting.page.px(WIDEST_UNDER - BEFORE_NAMES)
    strip = StripTexts(
        gutter_size(setting.lettering, setting.names, size, any(setting.places), room),
        OVER_STRIP if _has_short_name(setting) else NAME_OVER_STRIP,
        setting.lettering.width(setting.time_name, setting.plan.tick),
    )
    return plan_shaped(
        setting.plan, count + needs.has_target, setting.left, loss_panel, names, strip, needs, head
    )


def _gutter_type(setting: Setting) -> float:
    """The size of names beside losses."""
    return max(GUTTER_TYPE * min(setting.plan.size), 10.0)


def _has_short_name(setting: Setting) -> bool:
    """Whether what losses are called has room beside them."""
    width = setting.lettering.width(setting.loss_name, setting.plan.label)
    return width <= setting.page.px(SHORT_NAME)
