"""One panel of a grid: name and loss over what a configuration shows of its own."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from matplotlib.artist import Artist

from fitreel.render.comparison.cells.cell import Cells
from fitreel.render.comparison.grid.grid_plan import GridPlan
from fitreel.render.comparison.grid.panel_head import PanelHead
from fitreel.render.comparison.page.lettering import one_line
from fitreel.render.comparison.page.long_names import Fitted
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.values import failure_text, value_of
from fitreel.render.geometry import Box


class GridPanel:
    """A head and under it a cell; where there is no run, why there is none."""

    @in_force()
    def __init__(
        self, setting: Setting, number: int, plan: GridPlan, heads: Fitted, cells: Cells
    ) -> None:
        self._setting, self._contender = setting, setting.contenders[number]
        place = plan.place_of(number)
        self._cell = cells.cell(number, place)
        if not self._contender.runs:
            self._write_failure(place.box)
        over = cells.needs.over
        box = place.box._replace(height=place.box.height + over)
        self._head = PanelHead(
            setting, number, box, heads.lines[number], heads.size,
            setting.places[number] if plan.gutter is None else None,
        )  # fmt: skip
        self.moving: list[Artist] = [*self._cell.moving, *self._head.moving]

    def _write_failure(self, box: Box) -> None:
        setting, size = self._setting, self._setting.plan.tick
        text = one_line(failure_text(self._contender, setting.words))
        lines = max(1, min(4, int(box.height / (1.4 * size))))
        setting.page.text(
            box.left + box.width / 2, box.bottom + box.height / 2,
            setting.page.wrapped(text, box.width - size, size, lines), size, ha="center",
            va="center", color=setting.page.theme.warning,
        )  # fmt: skip

    def show(self, state: ComparisonState, opacity: float) -> None:
        """Moves to a state; places and what marks the winner are so opaque."""
        setting = self._setting
        self._cell.show(state)
        value = value_of(self._contender, state, setting.numbers, setting.words)
        own = () if value.is_warning else self._cell.values()
        self._head.show(own or value.spellings, value.is_warning, opacity)
