"""A comparison as a grid: every configuration in a panel of its own, all on the same axes."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import numpy as np
from matplotlib.artist import Artist

from fitreel.render.comparison.grid.grid_panel import GridPanel, heads_of
from fitreel.render.comparison.grid.grid_plan import HEAD, SECOND_LINE, GridPlan, plan_grid
from fitreel.render.comparison.losses.gutter import gutter_size
from fitreel.render.comparison.losses.losses_beside import Losses
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.mpl.ticks import linear_ticks

FADE_SECONDS = 0.3
"""In which places come at the end."""
GUTTER_TYPE = 0.031
"""Of the shorter side: a name beside its marker."""
MOST_X_TICKS = 3


class GridScene:
    """All configurations of a comparison; `show` moves each to its runs' snapshots.

    One without a run says why it has none.
    """

    @in_force()
    def __init__(self, setting: Setting) -> None:
        comparison, plan = setting.comparison, setting.plan
        self.figure = setting.page.figure
        self._setting = setting
        size = max(GUTTER_TYPE * min(plan.size), 10.0)
        names = gutter_size(setting.lettering, setting.names, size, any(setting.places))
        count = len(setting.contenders)
        self.plan = plan_grid(plan, count, setting.left, comparison.loss_panel, names)
        has_places = self.plan.gutter is None and any(setting.places)
        heads = heads_of(setting, self.plan.panels[0].width, has_places)
        if heads.are_two:
            self.plan = plan_grid(
                plan, count, setting.left, comparison.loss_panel, names, HEAD + SECOND_LINE
            )
        self._panels = [
            GridPanel(setting, number, self.plan, heads, _x_ticks(setting, self.plan))
            for number in range(count)
        ]
        self._losses = None
        if self.plan.losses is not None:
            self._losses = Losses(setting, self.plan.losses, 3.0, self.plan.gutter, size)
        moving = [setting.header, setting.foot, *self._panels, self._losses]
        self.moving: list[Artist] = [
            artist for part in moving if part is not None for artist in part.moving
        ]

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


def _x_ticks(setting: Setting, plan: GridPlan) -> tuple[list[float], list[str]]:
    """As many as have room under a panel."""
    if setting.limits is None:
        return [], []
    count = MOST_X_TICKS
    while count > 1:
        places, texts = linear_ticks(*setting.limits.x, count)
        widths = [setting.lettering.width(text, setting.plan.tick) for text in texts]
        if np.sum(widths) + 0.8 * setting.plan.tick * len(texts) <= plan.panels[0].width:
            break
        count -= 1
    return places, texts
