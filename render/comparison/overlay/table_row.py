"""One row of an overlay's table: place, sample of the line, name, loss."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.page.shown import (
    show_height,
    show_level,
    show_opacity,
    show_text,
)
from fitreel.render.comparison.standings.values import Value
from fitreel.render.geometry import Box

SAMPLE = (3.0, 25.0)
"""From where to where a row's line goes, in pixels at 720."""
SAMPLE_WIDTH = 6.5
NAME_AT, PLACE_AT, BETWEEN = 38.0, -10.0, 14.0
LINE = 1.1
"""From one line of a name to the next, in font sizes."""
MIDDLE = 0.35
"""Of a line of text over its baseline, in font sizes."""


class TableRow:
    """A row that stands anywhere in `box`, its places left of that."""

    @in_force()
    def __init__(
        self, setting: Setting, number: int, box: Box, lines: Sequence[str],
        sizes: tuple[float, float],
    ) -> None:  # fmt: skip
        """Make what is in it.

        Args:
            setting: what is compared.
            number: of the configuration.
            box: of the table.
            lines: of the name, one or two.
            sizes: of the name and of all else, in pixels.
        """
        self._setting = setting
        self._name_size, self._size = sizes
        page, lettering = setting.page, setting.lettering
        colour, place = setting.colours[number], setting.places[number]
        self.is_winner = place == 1
        start = box.left + page.px(NAME_AT)
        self._names = [
            lettering.write(start, 0, line, self._name_size, weight="bold", colour=colour)
            for line in lines
        ]
        widths = [lettering.width(line, self._name_size, "bold") for line in lines]
        self._room = box.width - page.px(NAME_AT + BETWEEN) - max(widths)
        self._value = lettering.write(box.right, 0, "", self._size, ha="right")
        self._place = lettering.write(
            box.left + page.px(PLACE_AT), 0, "" if place is None else str(place), self._size,
            ha="right", weight="bold" if self.is_winner else "regular",
            colour=page.theme.text if self.is_winner else page.theme.muted,
        )  # fmt: skip
        self._sample: Line2D | None = None
        if setting.contenders[number].runs:
            ends = [box.left + page.px(at) for at in SAMPLE]
            self._sample = self._line(ends, SAMPLE_WIDTH, colour)
        self._underline: Line2D | None = None
        if self.is_winner:
            self._underline = self._line([start, start + widths[-1]], 2.5, colour)
        lines_of_row = [each for each in (self._sample, self._underline) if each is not None]
        self.moving: list[Artist] = [*self._names, self._value, self._place, *lines_of_row]

    def _line(self, x: Sequence[float], width: float, colour: str) -> Line2D:
        page = self._setting.page
        line = Line2D(
            [at / page.box.width for at in x], [0, 0], color=colour,
            lw=page.points(page.px(width)), solid_capstyle="round",
            transform=page.figure.transFigure,
        )  # fmt: skip
        page.figure.add_artist(line)
        return line

    def show(self, value: Value, is_sorted: bool) -> None:
        """Write its loss."""
        setting, width = self._setting, self._setting.lettering.width
        fitting = (s for s in value.spellings if width(s, self._size) <= self._room)
        weight = "bold" if is_sorted and self.is_winner else "regular"
        theme = setting.page.theme
        colour = theme.warning if value.is_warning else theme.text
        show_text(self._value, next(fitting, value.spellings[-1]), weight, colour)

    def move(self, baseline: float, opacity: float, is_sorted: bool) -> None:
        """Stand `baseline` pixels under the page's top; places are seen once it is sorted."""
        height = self._setting.page.box.height
        up = height - baseline
        middle = up + MIDDLE * self._size
        for text in (self._value, self._place):
            show_height(text, up / height)
        show_opacity(self._value, opacity)
        show_opacity(self._place, opacity if is_sorted else 0.0)
        first = up if len(self._names) == 1 else middle + (LINE / 2 - MIDDLE) * self._name_size
        for number, text in enumerate(self._names):
            show_height(text, (first - number * LINE * self._name_size) / height)
            show_opacity(text, opacity)
        if self._sample is not None:
            show_level(self._sample, middle / height, middle / height)
            show_opacity(self._sample, opacity)
        if self._underline is not None:
            last = first - (len(self._names) - 1) * LINE * self._name_size
            low = (last - self._setting.page.px(6)) / height
            show_level(self._underline, low, low)
            show_opacity(self._underline, opacity if is_sorted else 0.0)
