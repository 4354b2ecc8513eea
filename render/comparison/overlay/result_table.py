"""The table of an overlay: names and losses in the job's order, and at the end sorted."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist

from fitreel.render.comparison.overlay.overlay_plan import OverlayPlan
from fitreel.render.comparison.overlay.table_row import BETWEEN, NAME_AT, TableRow
from fitreel.render.comparison.page.long_names import fitted
from fitreel.render.comparison.page.page_plan import SMALLEST_TEXT
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.values import value_of

STAYS, GOES, COMES = 0.4, 0.2, 0.3
"""Seconds after the last snapshot: so long it stays; so long it goes; so long it comes, sorted."""
BASELINE = 0.74
"""From a row's top to its baseline, in font sizes."""


class ResultTable:
    """Rows of `shown` configurations; then how many more there are, and what is drawn of groups."""

    @in_force()
    def __init__(self, setting: Setting, plan: OverlayPlan, shown: Sequence[int]) -> None:
        self._setting, self._plan, self._shown = setting, plan, shown
        page = setting.page
        self._size = size = max(min(setting.plan.name, plan.row / 1.25), SMALLEST_TEXT)
        beside = page.px(NAME_AT + BETWEEN)
        rooms = [
            plan.table.width - beside - setting.value_width(n, size)
            for n in range(len(setting.contenders))
        ]
        sizes = size, max(0.85 * size, SMALLEST_TEXT), max(0.62 * size, SMALLEST_TEXT)
        names = fitted(
            setting.names, rooms, None, sizes,
            lambda text, size: setting.lettering.width(text, size, "bold"),
        )  # fmt: skip
        self._rows = [
            TableRow(setting, n, plan.table, names.lines[n], (names.size, size)) for n in shown
        ]
        self.moving: list[Artist] = [artist for row in self._rows for artist in row.moving]
        self._write_rest()

    def _write_rest(self) -> None:
        setting, size = self._setting, self._setting.plan.tick
        lines = []
        more = len(setting.contenders) - len(self._shown)
        if more:
            lines.append(setting.words.text("more", count=more))
        if remark := group_remark(setting):
            lines.append(remark)
        top = self._top(len(self._shown))
        for number, line in enumerate(lines):
            fitting = setting.lettering.fitting(
                line, size, "regular", self._plan.table.width, max(0.7 * size, SMALLEST_TEXT)
            )
            setting.lettering.write(
                self._plan.table.left, top + BASELINE * size + number * 1.3 * size, line, fitting,
                colour=setting.page.theme.muted,
            )  # fmt: skip

    def _top(self, row: float) -> float:
        """Of a row, from the page's top."""
        return self._setting.page.box.height - self._plan.table.top + row * self._plan.row

    def show(self, state: ComparisonState) -> None:
        """Moves to a state; after the last snapshot all goes and comes back sorted."""
        setting = self._setting
        opacity, is_sorted = turn(state.seconds_at_end, setting.fps)
        rows = self._sorted_rows() if is_sorted else list(range(len(self._shown)))
        for row, number, place in zip(self._rows, self._shown, rows, strict=True):
            row.move(self._top(place) + BASELINE * self._size, opacity, is_sorted)
            contender = setting.contenders[number]
            row.show(value_of(contender, state, setting.numbers, setting.words), is_sorted)

    def _sorted_rows(self) -> list[int]:
        """In which row each stands at the end."""
        places = self._setting.places
        order = sorted(
            range(len(self._shown)),
            key=lambda row: (places[self._shown[row]] or len(places) + 1, row),
        )
        rows = [0] * len(order)
        for row, number in enumerate(order):
            rows[number] = row
        return rows


def turn(seconds_at_end: float | None, fps: float) -> tuple[float, bool]:
    """How opaque the table is, and whether it is sorted."""
    if seconds_at_end is None or seconds_at_end < STAYS:
        return 1.0, False
    passed = seconds_at_end - STAYS + 1 / fps
    if passed <= GOES:
        return 1 - passed / GOES, False
    return min((passed - GOES) / COMES, 1.0), True


def group_remark(setting: Setting) -> str:
    """What is drawn of groups, and how many runs each has; "" without groups."""
    sizes = {len(each.runs) for each in setting.contenders if each.is_group}
    if not sizes:
        return ""
    count = sizes.pop() if len(sizes) == 1 else 0
    if count and len(setting.contenders) > 1:
        return setting.words.text("groups_of", count=count)
    if count:
        return setting.words.text("group_of", count=count)
    return setting.words.text("groups_of", count="/".join(map(str, sorted(
        len(each.runs) for each in setting.contenders))))  # fmt: skip
