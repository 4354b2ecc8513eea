"""The picture of a film for the lecture hall: the fit, its numbers in large type, and panels.

Nothing is written over the data: `lay_out` gives every text and panel a place of its own. The
limits of all axes stay as they are throughout the film, so that only the curves move.
"""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box, unit_height
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme, load_theme
from fitreel.render.panel_kinds import needs_weights
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import losses_from, shown_snapshots
from fitreel.render.single.axes_style import AxesStyle, style_axes
from fitreel.render.single.headings import HEADINGS, Headings
from fitreel.render.single.layout_candidates import TICK_FOOT, Contents
from fitreel.render.single.legend import draw_legend, entry_width, legend_entries
from fitreel.render.single.metric_panel import MetricCurves
from fitreel.render.single.panel_titles import SMALLEST_LABEL, write_curve_names, write_panel_title
from fitreel.render.single.panels import make_panel
from fitreel.render.single.run_state import RunState
from fitreel.render.single.themed_layout import SMALLEST_TYPE, ThemedLayout, lay_out
from fitreel.render.text.axis_labels import (
    LABEL_ROOM,
    NO_LABELS,
    AxisLabels,
    axis_labels,
    write_axis_labels,
)
from fitreel.render.text.fonts import fonts_for
from fitreel.render.text.mathtext import check_mathtext
from fitreel.render.text.scaled_loss import loss_label, unscaled_loss
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.epoch_axis import EpochAxis

LOOKED_AT = 60
"""So many snapshots, evenly spaced, decide the limits of axes."""
WITHIN = 0.6
"""How far beyond the data, in parts of their range, the fit's axes follow a prediction."""
REMARKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("interpolated", {}),
    ("diverged", {"epoch": "99999"}),
    ("delta_reached", {"epoch": "99999"}),
)
"""What may be said of a frame, at its longest."""
BETWEEN = " · "
"""What stands between two remarks."""
DEFAULT_LEFT = 3.2
"""Room for the numbers left of axes, in their font size, where no more is needed."""
SIGNS = "0123456789.,−-·⁻⁰¹²³⁴⁵⁶⁷⁸⁹●━╍ "


class ThemedScene:
    """A run in any theme, size and language, with the panels that the settings ask for.

    Raises:
        BadInput: a text that doesn't fit or parse, or a panel that this record has no numbers for.
        Unavailable: no font here has the characters.
    """

    @in_force()
    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
        captions: Sequence[str],
    ) -> None:
        self._words, self._run = words, run
        self._axis, self._captions = axis, captions
        self._build(run, settings, theme, Lefts())
        lefts = self._lefts()
        if lefts != Lefts():  # numbers at the axes that are wider than most
            try:
                self._build(run, settings, theme, lefts)
            except BadInput:
                self._build(run, settings, theme, Lefts())

    def _lefts(self) -> "Lefts":
        """What the numbers left of the axes need."""
        page, tick = self._page, self._tick
        widths = [
            max(
                (page.width_of(text.get_text(), tick) for text in axes.get_yticklabels()), default=0
            )
            for axes in self.figure.axes
        ]
        beside = 0.5 + page.theme.tick_length
        fit, *panels = (max(DEFAULT_LEFT, width / tick + beside) for width in widths)
        return Lefts(fit, max(panels, default=DEFAULT_LEFT))

    def _build(self, run: Record, settings: PictureSettings, theme: Theme, lefts: "Lefts") -> None:
        is_curve = run.header.is_curve
        # Without a curve the first panel stands in its place.
        beside = settings if is_curve else replace(settings, panels=settings.panels[1:])
        has_truth = is_curve and run.truth is not None
        labels = axis_labels(settings, [run.header]) if is_curve else NO_LABELS
        layout = _themed_page(beside, theme, self._words, labels, has_truth, lefts)
        page, plan = layout.page, layout.plan
        self._page, self._tick = page, plan.tick
        self.figure = page.figure
        for key in HEADINGS:
            layout.headings.write(key, getattr(plan, key))
        # What a divergence ended on would flatten all that came before.
        count = run.closing if run.ending == "diverged" and run.closing else len(run)
        indices = np.unique(np.linspace(0, count - 1, LOOKED_AT).round().astype(int)).tolist()
        weights = needs_weights(settings.panels)
        samples = list(shown_snapshots(run, indices, weights=weights))
        style = AxesStyle(page, theme, plan.unit, plan.tick, self._words)
        self._line: Line2D | None = None
        boxes = dict(plan.panels)
        if is_curve:
            self._order = np.argsort(run.prediction_x, kind="stable")
            self._line = self._draw_fit(run, style, layout, samples)
        else:
            boxes[settings.panels[0]] = plan.fit._replace(height=plan.fit.height - plan.head)
        self._losses_from = losses_from(run)
        self._epoch, self._loss = self._numbers(page, plan, run)
        self._remark = self._remark_line(page, plan, run)
        if plan.legend is not None:
            draw_legend(page, plan, layout.entries)
        self._panels: list[Callable[[Snapshot], None]] = []
        moving: list[Artist] = [self._line] if self._line is not None else []
        moving += [self._epoch, self._loss, self._remark]
        for name in settings.panels:
            panel = make_panel(name, run, style, boxes[name], samples)
            if isinstance(panel, MetricCurves):
                write_curve_names(page, plan, boxes[name], panel.names)
            else:
                write_panel_title(page, plan, boxes[name], self._words.text(f"panel_{name}"))
            self._panels.append(panel.show)
            moving += panel.moving
        self.moving: Sequence[Artist] = moving

    def _draw_fit(
        self, run: Record, style: AxesStyle, layout: "_ThemedPage", samples: Sequence[Snapshot]
    ) -> Line2D:
        """The axes of the fit with all that stands still in them; returns the prediction's line."""
        page, theme, unit, box = style.page, style.theme, style.unit, layout.plan.fit
        truth = run.truth if layout.truth else None
        axes = page.axes(box)
        y = _limits(run.y, truth, [snapshot.prediction for snapshot in samples])
        left, right = (
            float(min(run.x.min(), run.prediction_x.min())),
            float(max(run.x.max(), run.prediction_x.max())),
        )
        room = 0.03 * (right - left) or max(1.0, 0.05 * abs(left))
        style_axes(axes, style, (left - room, right + room), y, box)
        _scatter(axes, style, run)
        x = run.prediction_x[self._order]
        if truth is not None:
            axes.plot(
                x, truth[self._order], color=theme.truth, zorder=2.5,
                lw=page.points(0.006 * unit), dashes=theme.truth_dashes or (None, None),
            )  # fmt: skip
        (line,) = axes.plot(
            x, np.full(len(x), np.nan), color=theme.prediction, zorder=3,
            lw=page.points(0.012 * theme.prediction_width * unit), solid_joinstyle="round",
            solid_capstyle="round",
        )  # fmt: skip
        return mark_point(line)

    def _unscaled(self, run: Record, loss: float) -> str:
        """The loss in the data's own units, where it is another one."""
        unscaled = unscaled_loss(run, loss, self._words)
        return f"{self._words.text('loss')}, {unscaled}" if unscaled else ""

    def _remark_line(self, page: Page, plan: ThemedLayout, run: Record) -> Text:
        remarks = [self._words.text(key, **values) for key, values in REMARKS]
        # Of all losses the first is about the widest, and of those in powers of ten any.
        remarks += [self._unscaled(run, float(loss)) for loss in (*run.losses[:1], 1e9)]
        self._remark_room = plan.remark.width if plan.remark else math.inf
        self._remark_size = size = page.size_to_fit(remarks, self._remark_room, plan.label)
        return _text_in(page, plan.remark, size, page.theme.accent)

    def _remark_of(self, snapshot: Snapshot, remark: str) -> str:
        """The remark, and the unscaled loss where there is room beside it."""
        unscaled = self._unscaled(self._run, snapshot.loss)
        if not unscaled or not remark:
            return unscaled or remark
        both = f"{unscaled}{BETWEEN}{remark}"
        has_room = self._page.width_of(both, self._remark_size) <= self._remark_room
        return both if has_room else remark

    @in_force()
    def show(self, state: RunState) -> None:
        """Move everything to a frame."""
        snapshot = state.snapshot
        remark = self._words.text("interpolated") if state.is_interpolated else state.caption.text
        if self._line is not None:
            self._line.set_ydata(np.ravel(snapshot.prediction)[self._order])
        self._epoch.set_text(self._words.integer(snapshot.epoch))
        is_known = snapshot.epoch >= self._losses_from
        self._loss.set_text(self._words.number(snapshot.loss) if is_known else "")
        self._remark.set_text(self._remark_of(snapshot, remark))
        for show in self._panels:
            show(snapshot)

    def _numbers(self, page: Page, plan: ThemedLayout, run: Record) -> tuple[Text, Text]:
        """Epoch and loss: what they are called stays, the numbers move."""
        widest = [self._words.integer(int(run.epochs.max()))]
        losses = np.unique(np.concatenate([run.losses[:1], run.losses[-1:]]))
        numbers = [self._words.number(float(loss)) for loss in losses]
        numbers += [self._words.number(float(run.losses[np.isfinite(run.losses)].max(initial=0)))]
        theme, texts = page.theme, []
        for key, box, strings in (
            ("epoch", plan.epoch, widest),
            ("loss", plan.loss, numbers),
        ):
            label = self._words.text("epoch")
            if key == "loss":
                label = loss_label(run, self._words) if self._losses_from < math.inf else ""
            base = box.bottom + 0.15 * plan.number
            if plan.numbers_in_row:
                small = page.size_to_fit([label], 0.4 * box.width, plan.label)
                page.text(box.left, base, label, small, color=theme.muted, va="baseline")
                left = box.left + page.width_of(label, small) + 0.6 * small
            else:
                left = box.left
                small = page.size_to_fit([label], box.width, plan.label)
                page.text(
                    left, box.top - 1.05 * small, label, small, color=theme.muted, va="baseline"
                )
            type_ = page.size_to_fit(strings, box.right - left, plan.number)
            texts.append(page.text(left, base, "", type_, color=theme.text, va="baseline"))
        return texts[0], texts[1]


class Lefts(NamedTuple):
    """Room for the numbers left of axes, in their font size."""

    fit: float = DEFAULT_LEFT
    panel: float = DEFAULT_LEFT


class _ThemedPage(NamedTuple):
    """What there is before any run."""

    page: Page
    headings: Headings
    plan: ThemedLayout
    truth: bool
    entries: list[tuple[str, str, str]]


def _themed_page(
    settings: PictureSettings,
    theme: Theme,
    words: Translation,
    labels: AxisLabels,
    has_truth: bool = True,
    lefts: Lefts = Lefts(),  # noqa: B008
) -> _ThemedPage:
    """Check every text and find every place, before there is any run."""
    size = settings.pixels
    texts = {key: getattr(settings, key) for key in HEADINGS if getattr(settings, key)}
    for key, text in texts.items():
        check_mathtext(text, f"film.{key}")
    fonts = fonts_for(
        [*texts.values(), *labels, *words.entries.values(), SIGNS],
        settings.font,
        settings.language,
        ("normal", "bold") if theme.title_weight == "bold" and texts else ("normal",),
    )
    page = Page(size, theme, settings.transparent, fonts.families)
    fit_left = lefts.fit + (LABEL_ROOM if labels.y else 0)
    headings = Headings(page, fonts, texts, size, fit_left)
    truth = has_truth and (settings.truth or "error" in settings.panels)
    entries = legend_entries(theme, words, truth)
    label, least = (each * unit_height(size) for each in (SMALLEST_LABEL, SMALLEST_TYPE))
    plan = lay_out(
        size,
        Contents(
            panels=tuple(settings.panels),
            title=headings.height("title"),
            subtitle=headings.height("subtitle"),
            caption=headings.height("caption"),
            remark=max(page.width_of(words.text(key, **values), label) for key, values in REMARKS),
            legend=len(entries) if truth else 0,
            legend_width=sum(entry_width(page, word, least) for _, _, word in entries),
            fit_left=fit_left,
            panel_left=lefts.panel,
            fit_foot=TICK_FOOT + (LABEL_ROOM if labels.x else 0),
        ),
    )
    room = fit_left * plan.tick, (TICK_FOOT + LABEL_ROOM) * plan.tick
    write_axis_labels(page, labels, plan.fit, room, 1.1 * plan.tick)
    return _ThemedPage(page, headings, plan, truth, entries)


@in_force()
def check_themed_scene(settings: PictureSettings) -> None:
    """Refuse what can't be drawn, before anything is trained.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn.
        Unavailable: no font here has the characters.
    """
    words = translation_of(settings.language, settings.words)
    _themed_page(settings, load_theme(settings.theme), words, axis_labels(settings))


def _limits(
    y: NDArray[np.float32],
    truth: NDArray[np.float32] | None,
    predictions: Sequence[NDArray[np.float32]],
) -> tuple[float, float]:
    """Of the fit's axes: all data, and predictions as far as they don't flatten these."""
    fixed = np.concatenate([y, truth if truth is not None else y]).astype(np.float64)
    low, high = float(np.min(fixed)), float(np.max(fixed))
    reach = WITHIN * (high - low) or 1.0
    values = np.concatenate([np.ravel(each) for each in predictions]).astype(np.float64)
    values = values[np.isfinite(values)]
    if len(values):
        low = max(min(low, float(values.min())), low - reach)
        high = min(max(high, float(values.max())), high + reach)
    room = 0.06 * (high - low) or max(0.5, 0.05 * abs(low))
    return low - room, high + room


def _scatter(axes: Axes, style: AxesStyle, run: Record) -> None:
    theme, page = style.theme, style.page
    crowd = min(1.0, (300 / len(run.x)) ** 0.25)
    axes.plot(
        run.x, run.y, "o", ms=page.points(0.017 * theme.points_size * crowd * style.unit),
        mfc=theme.points if theme.points_filled else "none", mec=theme.points_edge,
        mew=page.points(0.002 * style.unit), zorder=2,
    )  # fmt: skip


def _text_in(page: Page, box: Box | None, size: float, colour: str) -> Text:
    """A line without words yet; without a box it has no place, and no words either."""
    left, base = (0.0, 0.0) if box is None else (box.left, box.bottom + 0.3 * size)
    return page.text(left, base, "", 0.9 * size, color=colour, va="baseline")
