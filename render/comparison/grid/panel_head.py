"""What stands over a panel: a name in its colour, and at the right what a frame says of it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.text import Text

from fitreel.render.comparison.page.long_names import Fitted, cut, fitted
from fitreel.render.comparison.page.setting import Setting
from fitreel.render.comparison.page.shown import show_opacity, show_text
from fitreel.render.geometry import Box

OVER = 8.0
"""From the axes up to the head's baseline; lengths are those of 720 px."""
BETWEEN = 12.0
"""At least, between name and number."""
SMALLEST_HEAD = 0.8
"""To which a head shrinks, against the type of names; then names are cut."""
SMALLEST_SHAPED = 0.84
"""Over panels of a given shape: at 3 % of the shorter side bold letters of all colours are read."""
LINE = 1.05
"""From one line of a name to the next, in font sizes."""
ALONE = 1.3
"""From a name to the value in a line of its own under it: the winner's is underlined."""


def heads_of(
    setting: Setting,
    width: float,
    first_width: float,
    has_places: bool,
    values: Sequence[Sequence[str]],
    smallest: float = SMALLEST_HEAD,
) -> Fitted:
    """The names over panels that are so wide, beside the widest of their values.

    Args:
        setting: what is compared.
        width: of the panels, in pixels.
        first_width: how wide the first of two lines may be.
        has_places: whether places stand before the names.
        values: of each configuration the texts among which the widest is; none: its losses.
        smallest: to which the type shrinks, in that of names.
    """
    size, page = setting.plan.name, setting.page
    least = max(smallest * size, 10.0)
    shift = place_width(setting, size) if has_places else 0.0
    rooms = [
        width - setting.value_width(number, size, own) - page.px(BETWEEN) - shift
        for number, own in enumerate(values)
    ]
    return fitted(
        setting.names, rooms, first_width - shift, (size, least, least),
        lambda text, size: setting.lettering.width(text, size, "bold"),
    )  # fmt: skip


def place_width(setting: Setting, size: float) -> float:
    """What is kept free before a name for its place."""
    digits = str(len(setting.contenders))
    return setting.lettering.width(digits, size, "bold") + setting.page.px(BETWEEN) / 2


class PanelHead:
    """The head over `box`, whose name has lines of one size with all others.

    `place` is the one at the end that stands before the name; None where it stands elsewhere.
    """

    @in_force()
    def __init__(
        self,
        setting: Setting,
        number: int,
        box: Box,
        lines: Sequence[str],
        size: float,
        place: int | None,
    ) -> None:
        self._setting, self._number, self._size = setting, number, size
        lettering, page = setting.lettering, setting.page
        baseline = page.box.height - box.top - page.px(OVER)
        shift, step = 0.0, (LINE if lines[-1] else ALONE) * size
        self.moving: list[Artist] = []
        self._place: Text | None = None
        if place is not None:
            shift = place_width(setting, size)
            self._place = lettering.write(
                box.left, baseline - (len(lines) - 1) * step, str(place), size,
                weight="bold" if place == 1 else "regular", alpha=0.0,
                colour=page.theme.text if place == 1 else page.theme.muted,
            )  # fmt: skip
            self.moving.append(self._place)
        start, colour = box.left + shift, setting.colours[number]
        for row, line in enumerate(reversed(lines)):
            lettering.write(start, baseline - row * step, line, size, weight="bold", colour=colour)
        self._room = box.width - shift - lettering.width(lines[-1], size, "bold") - page.px(BETWEEN)
        self._width = box.width
        self._value = lettering.write(box.right, baseline, "", size, ha="right")
        self.moving.append(self._value)
        self._underline: Line2D | None = None
        if setting.places[number] == 1:
            lowest = baseline if lines[-1] else baseline - step
            width = lettering.width(lines[-1] or lines[0], size, "bold")
            self._underline = self._underline_at(start, width, lowest)
            self.moving.append(self._underline)

    def _underline_at(self, start: float, width: float, baseline: float) -> Line2D:
        page = self._setting.page
        y = (page.box.height - baseline - page.px(6)) / page.box.height
        line = Line2D(
            [start / page.box.width, (start + width) / page.box.width], [y, y],
            color=self._setting.colours[self._number], lw=page.points(page.px(2.5)), alpha=0.0,
            transform=page.figure.transFigure,
        )  # fmt: skip
        page.figure.add_artist(line)
        return line

    def show(self, spellings: Sequence[str], is_warning: bool, opacity: float) -> None:
        """Say the first spelling that fits; places and what marks the winner are so opaque."""
        setting, lettering = self._setting, self._setting.lettering
        is_winner = opacity > 0 and setting.places[self._number] == 1
        weight = "bold" if is_winner else "regular"
        size = self._size
        fitting = (s for s in spellings if lettering.width(s, size) <= self._room)
        text = next(fitting, None) or cut(
            spellings[-1], self._width, lambda text: lettering.width(text, size, "bold")
        )
        theme = setting.page.theme
        colour = theme.warning if is_warning else theme.text
        show_text(self._value, text, weight, colour)
        for artist in (self._place, self._underline):
            if artist is not None:
                show_opacity(artist, opacity)
