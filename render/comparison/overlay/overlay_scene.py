"""A comparison as an overlay: one fit with all curves, a table and the losses beside it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import numpy as np
from matplotlib.artist import Artist

from fitreel.render.comparison.losses.losses_beside import Losses
from fitreel.render.comparison.overlay.overlay_fit import OverlayFit
from fitreel.render.comparison.overlay.overlay_plan import BEST, MOST_NAMED, plan_overlay
from fitreel.render.comparison.overlay.result_table import ResultTable
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState

LOSS_LINE = 3.0
"""In pixels at 720."""
REMARK_ROWS = 0.7
"""Of a line under the table, against one of its rows."""


class OverlayScene:
    """All configurations in one fit; of many the best and the last have colours."""

    @in_force()
    def __init__(self, setting: Setting) -> None:
        self.figure = setting.page.figure
        self._setting = setting
        shown = shown_of(setting)
        count = len(setting.contenders)
        remarks = (len(shown) < count) + any(each.is_group for each in setting.contenders)
        self.plan = plan_overlay(
            setting.plan, len(shown) + REMARK_ROWS * remarks, setting.left,
            setting.comparison.loss_panel, setting.limits is not None,
        )  # fmt: skip
        self._fit = None if self.plan.fit is None else OverlayFit(setting, self.plan.fit, shown)
        self._table = ResultTable(setting, self.plan, shown)
        self._losses = None
        if self.plan.losses is not None:
            self._losses = Losses(setting, self.plan.losses, LOSS_LINE, shown=shown)
        self.moving: list[Artist] = [
            *setting.header.moving, *setting.foot.moving, *self._table.moving,
            *([] if self._fit is None else self._fit.moving),
            *([] if self._losses is None else self._losses.moving),
        ]  # fmt: skip

    @in_force()
    def show(self, state: ComparisonState) -> None:
        """Moves all curves, the table and the losses to a state."""
        self._setting.header.show(state.time)
        self._setting.foot.show(state.caption)
        if self._fit is not None:
            self._fit.show(state)
        self._table.show(state)
        if self._losses is not None:
            self._losses.show(state, 0.0)


def shown_of(setting: Setting) -> list[int]:
    """The configurations that have a colour and a row, in the job's order."""
    finals = [each.final_loss for each in setting.contenders]
    if len(finals) <= MOST_NAMED:
        return list(range(len(finals)))
    order = np.argsort(finals, kind="stable").tolist()
    return sorted([*order[:BEST], order[-1]])
