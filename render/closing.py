"""The closing still of a comparison: the ranking as a table in large type."""

import fitreel.render.defaults  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Callable, Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from fitreel.render.grid import SMALLEST_TEXT, unit_height
from fitreel.render.page import Page, drawable
from fitreel.render.ranking import Row

MOST_ROWS = 16
BEST_ROWS = 12
"""So many of more than `MOST_ROWS` runs are in the table."""
PITCH = 1.6
"""From row to row, in font sizes."""
GAP = 1.1
"""Between columns, in font sizes."""
SHORTEST_LABEL = 9.0
"""A label gets at least this width, in font sizes, where it needs it; else a column goes."""
LARGEST_TEXT = 2.2
"""Against the smallest."""


class ClosingScene:
    """The ranking, best first, and a line with `note` beneath. Nothing in it moves."""

    def __init__(self, rows: Sequence[Row], size: tuple[int, int], note: str) -> None:
        page = Page(size)
        self.figure = page.figure
        self.moving: Sequence[Artist] = ()
        box = page.box
        edge = 0.05 * min(box.width, box.height)
        width = box.width - 2 * edge
        shown = list(rows) if len(rows) <= MOST_ROWS else list(rows[:BEST_ROWS])
        more = len(rows) - len(shown)
        lines = 1 + len(shown) + bool(more) + 1.3 * bool(note)
        smallest = SMALLEST_TEXT * unit_height(size)
        text = min((box.height - 2 * edge) / lines / PITCH, LARGEST_TEXT * smallest)
        columns = _columns(shown)
        while True:
            widths = [_width(page, column, text) for column in columns]
            room = width - GAP * text * (len(columns) - 1) - sum(widths) + widths[1]
            if room >= min(widths[1], SHORTEST_LABEL * text):
                break
            if text > smallest:
                text *= 0.97
            elif len(columns) > 3:
                del columns[-1]
            else:
                break
        widths[1] = min(widths[1], room)
        taken = sum(widths) + GAP * text * (len(columns) - 1)
        left = (box.width - taken) / 2
        top = (box.height + lines * PITCH * text) / 2
        for number, (column, wide) in enumerate(zip(columns, widths, strict=True)):
            on_right = number != 1 and column[0] != "ended"
            x = left + wide if on_right else left
            for row, cell in enumerate(column):
                page.text(
                    x, top - (row + 1) * PITCH * text + 0.5 * text,
                    page.shortened(cell, wide + 0.5, text), text,
                    ha="right" if on_right else "left", va="baseline",
                    color="0.4" if row == 0 else "black",
                )  # fmt: skip
            left += wide + GAP * text
        rule = (top - PITCH * text + 0.1 * text) / box.height
        start = (box.width - taken) / 2 / box.width
        page.figure.add_artist(
            Line2D(
                [start, 1 - start], [rule, rule], color="0.4", lw=page.points(0.06 * text),
                transform=page.figure.transFigure,
            )
        )  # fmt: skip
        y = top - (1 + len(shown) + bool(more)) * PITCH * text + 0.5 * text
        if more:
            label_left = start * box.width + widths[0] + GAP * text
            page.text(label_left, y, f"… and {more} more", text, va="baseline", color="0.4")
        if note:
            words = page.shortened(drawable(note), width, text)
            page.text(box.width / 2, y - 1.3 * PITCH * text, words, text, ha="center",
                      va="baseline", color="0.4")  # fmt: skip


def _columns(rows: Sequence[Row]) -> list[list[str]]:
    """Headings and cells, the most important columns first; one without a value is left out."""
    number: Callable[[object], str] = lambda value: "–" if value is None else f"{value}"  # noqa: E731
    columns = [
        ["", *(number(row.rank) for row in rows)],
        ["", *(drawable(row.label) for row in rows)],
        ["final loss", *("–" if r.final_loss is None else _loss(r.final_loss) for r in rows)],
    ]
    if any(row.epochs_to_delta is not None for row in rows):
        columns.append(["epochs to δ", *(number(row.epochs_to_delta) for row in rows)])
    columns.append(["time", *("–" if r.seconds is None else _time(r.seconds) for r in rows)])
    columns.append(["parameters", *(number(row.parameters) for row in rows)])
    columns.append(["ended", *(drawable(row.ended) for row in rows)])
    return columns


def _loss(loss: float) -> str:
    return f"{loss:.4f}" if 1e-3 <= abs(loss) < 1e4 or loss == 0 or loss != loss else f"{loss:.2e}"


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02} min"


def _width(page: Page, column: Sequence[str], size: float) -> float:
    """As wide as its widest cell; a failure's reason doesn't widen it without end."""
    return min(max(page.width_of(cell, size) for cell in column), 16 * size)
