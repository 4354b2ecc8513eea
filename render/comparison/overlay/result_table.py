"""The table of an overlay: names and losses in the job's order, and at the end sorted."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.text import Text

from fitreel.render.comparison.overlay.overlay_plan import OverlayPlan
from fitreel.render.comparison.page.long_names import in_one_line
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.standings.values import value_of, widest_value

STAYS, GOES, COMES = 0.4, 0.2, 0.3
"""Seconds after the last snapshot: so long it stays; so long it goes; so long it comes, sorted."""
SAMPLE = (3.0, 25.0)
"""From where to where a row's line goes, in pixels at 720."""
SAMPLE_WIDTH = 6.5
NAME_AT, PLACE_AT, BETWEEN = 38.0, -10.0, 14.0
BASELINE = 0.74
"""From a row's top to its baseline, in font sizes."""


class ResultTable:
    """Rows of `shown` configurations; then how many more there are, and what is drawn of groups."""

    @in_force()
    def __init__(self, setting: Setting, plan: OverlayPlan, shown: Sequence[int]) -> None:
        self._setting, self._plan, self._shown = setting, plan, shown
        lettering, page = setting.lettering, setting.page
        self._size = size = min(setting.plan.name, plan.row / 1.25)
        numbers = max(lettering.width(text, size, "bold") for text in widest_value(setting.numbers))
        self._room = plan.table.width - page.px(NAME_AT + BETWEEN) - numbers
        names = in_one_line(
            setting.names, self._room, lambda text: lettering.width(text, size, "bold")
        )
        self._widths = [lettering.width(names[n], size, "bold") for n in shown]
        self._samples: list[Line2D] = []
        self._underlines: list[Line2D | None] = []
        self._texts: list[tuple[Text, Text, Text]] = []
        left, right = plan.table.left, plan.table.right
        for row, number in enumerate(shown):
            colour = setting.colours[number]
            sample = [left + page.px(at) for at in SAMPLE]
            has_curve = bool(setting.contenders[number].runs)
            self._samples.append(self._line(sample, SAMPLE_WIDTH if has_curve else 0.0, colour))
            start = left + page.px(NAME_AT)
            place = setting.places[number]
            is_winner = place == 1
            self._underlines.append(
                self._line([start, start + self._widths[row]], 2.5, colour) if is_winner else None
            )
            self._texts.append(
                (
                    lettering.write(start, 0, names[number], size, weight="bold", colour=colour),
                    lettering.write(right, 0, "", size, ha="right"),
                    lettering.write(
                        left + page.px(PLACE_AT), 0, "" if place is None else str(place), size,
                        ha="right", weight="bold" if is_winner else "regular",
                        colour=page.theme.text if is_winner else page.theme.muted,
                    ),
                )
            )  # fmt: skip
        self.moving: list[Artist] = [
            *self._samples, *(line for line in self._underlines if line is not None),
            *(text for row_texts in self._texts for text in row_texts),
        ]  # fmt: skip
        self._write_rest()

    def _line(self, x: Sequence[float], width: float, colour: str) -> Line2D:
        page = self._setting.page
        line = Line2D(
            [at / page.box.width for at in x], [0, 0], color=colour,
            lw=page.points(page.px(width)), solid_capstyle="round",
            transform=page.figure.transFigure,
        )  # fmt: skip
        page.figure.add_artist(line)
        return line

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
                line, size, "regular", self._plan.table.width, 0.7 * size
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
        setting, height = self._setting, self._setting.page.box.height
        opacity, is_sorted = turn(state.seconds_at_end, setting.fps)
        rows = self._sorted_rows() if is_sorted else list(range(len(self._shown)))
        for row, (number, (name, value, place)) in enumerate(
            zip(self._shown, self._texts, strict=True)
        ):
            baseline = self._top(rows[row]) + BASELINE * self._size
            for text in (name, value, place):
                text.set_y((height - baseline) / height)
                text.set_alpha(opacity)
            place.set_alpha(opacity if is_sorted else 0.0)
            middle = (height - baseline + 0.35 * self._size) / height
            self._samples[row].set_ydata([middle, middle])
            self._samples[row].set_alpha(opacity)
            if (underline := self._underlines[row]) is not None:
                low = (height - baseline - setting.page.px(6)) / height
                underline.set_ydata([low, low])
                underline.set_alpha(opacity if is_sorted else 0.0)
            self._show_value(number, row, value, state, is_sorted)

    def _show_value(
        self, number: int, row: int, text: Text, state: ComparisonState, is_sorted: bool
    ) -> None:
        setting = self._setting
        value = value_of(setting.contenders[number], state, setting.numbers, setting.words)
        room = self._plan.table.width - setting.page.px(NAME_AT + BETWEEN) - self._widths[row]
        width = setting.lettering.width
        fitting = (s for s in value.spellings if width(s, self._size) <= room)
        text.set_text(next(fitting, value.spellings[-1]))
        is_winner = is_sorted and setting.places[number] == 1
        text.set_fontweight("bold" if is_winner else "regular")
        theme = setting.page.theme
        text.set_color(theme.warning if value.is_warning else theme.text)

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
