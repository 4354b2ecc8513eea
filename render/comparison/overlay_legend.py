"""The legend of an overlay: labels and losses, the lowest loss on top."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import math
from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.text import Text

from fitreel.render.comparison.frame_state import ComparisonState
from fitreel.render.comparison.overlay_plan import OverlayPlan
from fitreel.render.comparison_picture import Entry
from fitreel.render.mpl.line_styles import LineStyle
from fitreel.render.mpl.pixel_layout import LINE, Page, drawable
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.text.numbers import SHORT, write_number
from fitreel.render.text.run_status import ending_of, failure_of, has_ended, loss_text
from fitreel.render.text.translations import english


class Legend:
    """Labels and losses, the lowest loss on top; of many runs the best ones.

    `best` is the colour of the first, where that isn't its own; where lines aren't `coloured`,
    the others have none.
    """

    def __init__(
        self,
        page: Page,
        plan: OverlayPlan,
        entries: Sequence[Entry],
        styles: Sequence[LineStyle],
        best: str | None,
        coloured: bool,
    ) -> None:
        self._entries, self._styles, self._best = entries, styles, best
        self._coloured = coloured
        self._text = plan.text
        box, size = plan.legend, plan.text
        swatch = 2.6 * size
        self._page = page
        across = box.width / plan.columns
        self._wide = across - swatch - 0.5 * size
        labels = [drawable(entry.label) for entry in entries]
        self._labels = [self._shortened(label) for label in labels]
        self._failures = [self._shortened(drawable(failure_of(entry))) for entry in entries]
        self._endings: dict[int, str] = {}
        self._slots: list[tuple[Line2D, Text, Text]] = []
        self.moving: list[Artist] = []
        rows = math.ceil((plan.entries + (len(entries) > plan.entries)) / plan.columns)
        for slot in range(plan.entries):
            column, row = divmod(slot, rows)
            left, top = box.left + column * across, box.top - row * 2.6 * size
            y = [(top - 0.7 * size) / page.box.height] * 2
            ends = [left / page.box.width, (left + 2.1 * size) / page.box.width]
            line = Line2D(ends, y, lw=page.points(0.25 * size), transform=page.figure.transFigure)
            page.figure.add_artist(line)
            x = left + swatch
            label = page.text(x, top - size, "", size, va="baseline")
            value = page.text(
                x, top - size * (1 + LINE), "", size, va="baseline", color=page.theme.muted
            )
            self._slots.append((line, label, value))
            self.moving += [line, label, value]
        if len(entries) > plan.entries:
            column, row = divmod(plan.entries, rows)
            page.text(
                box.left + column * across + swatch, box.top - row * 2.6 * size - size,
                english().text("more", count=len(entries) - plan.entries), size, va="baseline",
            )  # fmt: skip
        self._said: list[tuple[int, str]] = [(-1, "")] * plan.entries

    def show(self, state: ComparisonState, ranked: Sequence[int]) -> None:
        """Writes the runs of a state, `ranked` by their loss."""
        without = [i for i, each in enumerate(state.snapshots) if each is None]
        order = [*ranked, *without][: len(self._slots)]
        for slot, number in enumerate(order):
            words = self._words(state, number)
            if (number, words) == self._said[slot]:
                continue
            line, label, value = self._slots[slot]
            if number != self._said[slot][0]:
                style = self._styles[number]
                line.set_color(self._best if self._best and slot == 0 else style.colour)
                line.set_linestyle(style.linestyle)
                has_line = self._coloured or (self._best is not None and slot == 0)
                line.set_visible(has_line and self._entries[number].run is not None)
                label.set_text(self._labels[number])
            value.set_text(words)
            self._said[slot] = (number, words)

    def _words(self, state: ComparisonState, number: int) -> str:
        entry, snapshot = self._entries[number], state.snapshots[number]
        if entry.run is None:
            return self._failures[number]
        if snapshot is None:
            return self._shortened(ending_of(entry.run))
        ending = ending_of(entry.run)
        if snapshot.epoch < losses_from(entry.run):
            ended = has_ended(entry.run, state.indices[number])
            return self._shortened(ending) if ended else ""
        if not has_ended(entry.run, state.indices[number]):
            return loss_text(entry.run, snapshot.loss)
        if number not in self._endings:
            loss = write_number(snapshot.loss, SHORT)
            whole = loss_text(entry.run, snapshot.loss)
            spellings = (f"{whole}, {ending}", f"{loss}, {ending}", ending)
            fitting = (text for text in spellings if self._shortened(text) == text)
            self._endings[number] = next(fitting, self._shortened(ending))
        return self._endings[number]

    def _shortened(self, text: str) -> str:
        return self._page.shortened(text, self._wide, self._text)
