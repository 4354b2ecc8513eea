"""The closing still of a comparison: the ranking as a table in large type."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Callable, Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from fitreel.render.comparison.ranking.rows import Row
from fitreel.render.geometry import SMALLEST_TEXT, unit_height
from fitreel.render.mpl.pixel_layout import Page, drawable
from fitreel.render.mpl.theme import comparison_theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.numbers import TABLE, write_number
from fitreel.render.text.translations import Translation, translation_of

MOST_ROWS = 16
BEST_ROWS = 12
"""So many of more than `MOST_ROWS` runs are in the table."""
PITCH = 1.6
"""From row to row, in font sizes."""
GAP = 1.1
"""Between columns, in font sizes."""
SHORTEST_LABEL = 9.0
"""A label gets at least this width, in font sizes, where it needs it; else a column goes."""
WIDEST_COLUMN = 16.0
"""In font sizes."""
LARGEST_TEXT = 2.2
"""Against the smallest that is allowed anywhere."""
GOOD_TEXT = 1.15
"""Against the same: under it, the table does without a column."""
FEWEST_COLUMNS = 3


class RankingCard:
    """The ranking, best first, and a line with `note` beneath. Nothing in it moves."""

    @in_force()
    def __init__(self, rows: Sequence[Row], picture: PictureSettings, note: str) -> None:
        words = translation_of(picture.language, picture.words)
        self._words = words
        self._page = page = Page(picture.pixels, comparison_theme(picture.theme))
        self.figure = page.figure
        self.moving: Sequence[Artist] = ()
        box = page.box
        edge = 0.05 * min(box.width, box.height)
        width = box.width - 2 * edge
        top_rows = list(rows) if len(rows) <= MOST_ROWS else list(rows[:BEST_ROWS])
        more = len(rows) - len(top_rows)
        lines = 1 + len(top_rows) + bool(more) + 1.3 * bool(note)
        smallest = SMALLEST_TEXT * unit_height(picture.pixels)
        largest = min((box.height - 2 * edge) / lines / PITCH, LARGEST_TEXT * smallest)
        columns = _columns(top_rows, words)
        text, widths, room = _fitted(page, columns, width, largest)
        # How a run ended is the first to go where the table would get small.
        while text < min(GOOD_TEXT * smallest, largest) and len(columns) > FEWEST_COLUMNS:
            del columns[-1]
            text, widths, room = _fitted(page, columns, width, largest)
        widths[1] = min(widths[1], room)
        table_width = sum(widths) + GAP * text * (len(columns) - 1)
        start, top = (box.width - table_width) / 2, (box.height + lines * PITCH * text) / 2
        self._write_table(columns, widths, text, start, top)
        self._draw_rule(text, start / box.width, (top - PITCH * text + 0.1 * text) / box.height)
        y = top - (1 + len(top_rows) + bool(more)) * PITCH * text + 0.5 * text
        if more:
            label_left = start + widths[0] + GAP * text
            page.text(
                label_left,
                y,
                words.text("more", count=more),
                text,
                va="baseline",
                color=page.theme.heading,
            )
        if note:
            line = page.shortened(drawable(note), width, text)
            page.text(box.width / 2, y - 1.3 * PITCH * text, line, text, ha="center",
                      va="baseline", color=page.theme.heading)  # fmt: skip

    def _write_table(
        self,
        columns: Sequence[Sequence[str]],
        widths: Sequence[float],
        text: float,
        left: float,
        top: float,
    ) -> None:
        page = self._page
        for number, (column, wide) in enumerate(zip(columns, widths, strict=True)):
            on_right = number != 1 and column[0] != self._words.text("table_ended")
            x = left + wide if on_right else left
            for row, cell in enumerate(column):
                page.text(
                    x, top - (row + 1) * PITCH * text + 0.5 * text,
                    page.shortened(cell, wide + 0.5, text), text,
                    ha="right" if on_right else "left", va="baseline",
                    color=page.theme.heading if row == 0 else page.theme.text,
                )  # fmt: skip
            left += wide + GAP * text

    def _draw_rule(self, text: float, start: float, at: float) -> None:
        """Beneath the headings, from `start` on and as far from the other edge."""
        page = self._page
        page.figure.add_artist(
            Line2D(
                [start, 1 - start], [at, at], color=page.theme.heading,
                lw=page.points(0.06 * text), transform=page.figure.transFigure,
            )
        )  # fmt: skip


def _fitted(
    page: Page, columns: Sequence[Sequence[str]], width: float, size: float
) -> tuple[float, list[float], float]:
    """The largest font size, up to `size`, columns' widths, and the room for the labels."""
    while True:
        widths = [_width(page, column, size) for column in columns]
        room = width - GAP * size * (len(columns) - 1) - sum(widths) + widths[1]
        if room >= min(widths[1], SHORTEST_LABEL * size) or size <= 1:
            return size, widths, max(room, 1.0)
        size *= 0.95


def _columns(rows: Sequence[Row], words: Translation) -> list[list[str]]:
    """Headings and cells, the most important columns first; what is the same in all is left out."""
    number: Callable[[object], str] = lambda value: "–" if value is None else f"{value}"  # noqa: E731
    columns = [
        ["", *(number(row.rank) for row in rows)],
        ["", *(drawable(row.label) for row in rows)],
        [words.text("table_final_loss"), *(_final(row) for row in rows)],
    ]
    more = [
        [words.text("table_epochs_to_delta"), *(number(row.epochs_to_delta) for row in rows)],
        [words.text("table_time"), *(_time(row.seconds, words) for row in rows)],
        [words.text("table_parameters"), *(number(row.parameters) for row in rows)],
        [words.text("table_ended"), *(drawable(row.ended) for row in rows)],
    ]
    return columns + [column for column in more if len(set(column[1:])) > 1]


def _final(row: Row) -> str:
    """The final loss, or in one word why it says nothing."""
    if row.rank is None or row.final_loss is None:
        return drawable(row.ended).split(":")[0].split(" at ")[0]
    return write_number(row.final_loss, TABLE)


def _time(seconds: float | None, words: Translation) -> str:
    if seconds is None:
        return "–"
    if seconds < 100:
        return words.text("seconds_value", seconds=f"{seconds:.2f}")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return words.text("minutes_value", time=f"{minutes}:{rest:02}")


def _width(page: Page, column: Sequence[str], size: float) -> float:
    """As wide as its widest cell; a failure's reason doesn't widen it without end."""
    # Measuring the start is enough: sixty letters are wider than that.
    return min(max(page.width_of(cell[:60], size) for cell in column), WIDEST_COLUMN * size)
