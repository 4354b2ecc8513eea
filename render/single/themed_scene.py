"""The picture of a film for the lecture hall: the fit, its numbers in large type, and panels.

Nothing is written over the data: `themed_page` gives every text and panel a place of its own. The
limits of all axes stay as they are throughout the film, so that only the curves move.
"""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.artist import Artist

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import Caption
from fitreel.render.captions.phases.yardsticks import Yardsticks, yardsticks_of
from fitreel.render.geometry import Box
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.caption_line import CaptionLine, texts_at_foot
from fitreel.render.page.readouts import Readout, RunReadouts
from fitreel.render.page.type_sizes import shape_of
from fitreel.render.panel_kinds import needs_weights
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fit_axes import fit_limits, numbers_before_layout
from fitreel.render.plots.labels.key import draw_key, key_width
from fitreel.render.plots.losses.loss_scale import loss_scale
from fitreel.render.shown_snapshots import losses_from, shown_snapshots
from fitreel.render.single.fit_picture import Fit, FitPicture
from fitreel.render.single.layout.themed_layout import PanelPlace
from fitreel.render.single.layout.themed_page import Parts, ThemedPage, themed_page
from fitreel.render.single.panels.draw_panels import draw_panels
from fitreel.render.single.panels.panel import Panel, PanelStyle
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import NO_LABELS, axis_labels
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.scaled_loss import loss_label, unscaled_loss
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

LOOKED_AT = 60
"""So many snapshots, evenly spaced, decide the limits of panels."""
BETWEEN = " · "
"""What stands between two remarks."""
STRIP_ROWS = (3.0, 7.0)
"""How high a strip for the loss may be, in font sizes of its numbers."""
RIDER_GAP = 8.0
"""From the fit to what rides right of it; pixels at 720."""


class ThemedScene:
    """A run in any theme, size and language, with the panels that the settings ask for.

    `axis` is that of the film's pace, `captions` all that is said at the foot. `notes` say what
    somebody who looks for a reason should read.

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
        captions: Sequence[str] = (),
    ) -> None:
        self._said = texts_at_foot(settings, captions)
        self._run, self._settings, self._theme, self._words = run, settings, theme, words
        self._axis = axis
        self._losses_from = losses_from(run)
        self._format = LossFormat.of(run.losses, words)
        self._yardsticks: Yardsticks | None = yardsticks_of(run)
        self._truth = (
            run.header.is_curve
            and run.truth is not None
            and (settings.truth or "error" in settings.panels)
        )
        self._limits = fit_limits([run], self._truth) if run.header.is_curve else None
        self.notes: list[str] = []
        self._build(key=False)

    def _build(self, key: bool) -> None:
        """Make the page; with a row for a key where that is found to need one."""
        run, words = self._run, self._words
        settings = self._settings
        if self._limits is None:  # the first panel stands in the fit's place
            settings = replace(settings, panels=settings.panels[1:])
        readouts = self._readouts()
        rider = words.text("legend_prediction") if self._limits is not None else ""
        remark = self._longest_remark()
        parts = Parts(self._numbers(), readouts, rider, key, self._said, remark=remark)
        self._page = themed = themed_page(settings, self._theme, words, parts)
        page, layout = themed.page, themed.layout
        self.figure = page.figure
        shows: list[Callable[[RunState], None]] = []
        moving: list[Artist] = []
        panels = dict(layout.panels)
        if self._limits is not None:
            names = axis_labels(self._settings, [run.header])
            shown = Fit(run, self._limits, self._truth, names, self._yardsticks)
            fit = FitPicture(page, layout, shown, self._axis, words)
            if fit.plan.missing and not key and not self._has_key_row(fit):
                self._build(key=True)
                return
            self.notes = fit.plan.notes
            self._draw_key(fit)
            shows.append(fit.show)
            moving += fit.moving
        else:
            panels = {self._settings.panels[0]: _in_place_of_fit(themed)} | panels
        themed.headings.write()
        numbers = RunReadouts(page, layout.readouts, layout.types, readouts)
        self._remark = page.text(
            layout.right, layout.remark, "", layout.types.tick, colour=self._theme.muted, ha="right"
        )
        self._captions = CaptionLine(page, themed.captions, layout.left, layout.captions)
        if settings.caption is not None:
            self._captions.show(Caption(settings.caption))
        self._numbers_shown = numbers
        moving += [*numbers.moving, self._remark, *self._captions.moving]
        self._panels = self._draw_panels(themed, panels)
        moving += [part for panel in self._panels for part in panel.moving]
        self._shows = shows
        self.moving: Sequence[Artist] = moving

    def _numbers(self) -> list[str]:
        """What stands left of the axes over the left margin: of the fit, of a strip under it."""
        if self._limits is None:
            return []
        numbers = numbers_before_layout(self._limits, self._words)
        if "loss" in self._settings.panels and shape_of(self._settings.pixels) != "wide":
            for rows in STRIP_ROWS:
                numbers += loss_scale([self._run.losses], rows).ticks[1]
        return numbers

    def _readouts(self) -> list[Readout]:
        words, theme, run = self._words, self._theme, self._run
        epochs = [words.integer(int(run.epochs.max()))]
        readouts = [Readout(words.text("epoch"), epochs, theme.text)]
        if self._losses_from < math.inf:
            name, widest = loss_label(run, words), self._format.widest()
            readouts.append(Readout(name, widest, theme.prediction))
        return readouts

    def _has_key_row(self, fit: FitPicture) -> bool:
        """Whether the key has room beside the subtitle."""
        themed = self._page
        if not themed.has_subtitle_row:
            return False
        page, layout = themed.page, themed.layout
        width = key_width(page, fit.plan.missing, layout.types.tick)
        free = layout.right - layout.left - themed.headings.last_width() - page.px(30)
        return width <= free

    def _draw_key(self, fit: FitPicture) -> None:
        """Write in a key what found no place beside its thing, over the right end of the fit."""
        if not fit.plan.missing:
            return
        themed = self._page
        page, layout = themed.page, themed.layout
        width = key_width(page, fit.plan.missing, layout.types.tick)
        right = layout.fit.right
        start = layout.left
        if themed.has_subtitle_row:
            start += themed.headings.last_width() + page.px(30)
        if right - width < start:
            right = layout.right
        draw_key(
            page, fit.plan.missing, right=right, baseline=layout.key, size=layout.types.tick,
            points=fit.points,
        )  # fmt: skip

    def _longest_remark(self) -> str:
        """Of all frames' quiet words, the longest: of losses the first is about the widest."""
        losses = [self._unscaled(float(loss)) for loss in (*self._run.losses[:1], 1e9)]
        return BETWEEN.join(filter(None, (max(losses, key=len), self._words.text("interpolated"))))

    def _draw_panels(self, themed: ThemedPage, places: dict[str, PanelPlace]) -> list[Panel]:
        run, settings = self._run, self._settings
        samples = []
        if set(places) - {"loss"}:
            # What a divergence ended on would flatten all that came before.
            count = run.closing if run.ending == "diverged" and run.closing else len(run)
            indices = np.unique(np.linspace(0, count - 1, LOOKED_AT).round().astype(int)).tolist()
            samples = list(shown_snapshots(run, indices, weights=needs_weights(settings.panels)))
        page, layout = themed.page, themed.layout
        noise = self._yardsticks.noise if self._yardsticks is not None else None
        style = PanelStyle(
            page, self._words, layout.types.tick, layout.types.label, self._axis,
            axis_labels(settings, [run.header]) if run.header.is_curve else NO_LABELS,
            loss_label(run, self._words), noise,
            layout.fit.right + page.px(RIDER_GAP) if layout.loss_rides else None,
        )  # fmt: skip
        places = {name: places[name] for name in settings.panels if name in places}
        return draw_panels(run, places, style, samples)

    def _unscaled(self, loss: float) -> str:
        """The loss in the data's own units, where it is another one."""
        return unscaled_loss(self._run, loss, self._words)

    @in_force()
    def show(self, state: RunState) -> None:
        """Move everything to a frame."""
        snapshot, words = state.snapshot, self._words
        for show in self._shows:
            show(state)
        for panel in self._panels:
            panel.show(snapshot, state.epoch)
        numbers = [words.integer(int(snapshot.epoch))]
        is_known = state.epoch >= self._losses_from
        if self._losses_from < math.inf:
            numbers.append(self._format.write(snapshot.loss) if is_known else "")
        self._numbers_shown.show(numbers)
        remarks = [self._unscaled(snapshot.loss) if is_known else ""]
        if state.is_interpolated:
            remarks.append(words.text("interpolated"))
        if not self._page.layout.is_bare:
            self._remark.set_text(BETWEEN.join(filter(None, remarks)))
        if self._settings.caption is None:
            self._captions.show(state.caption)


def _in_place_of_fit(themed: ThemedPage) -> PanelPlace:
    """Where a panel stands alone, in place of a fit."""
    fit, tick = themed.layout.fit, themed.layout.types.tick
    numbers, foot, head = 2.87 * tick, 1.2 * tick, 1.3 * themed.layout.types.label
    box = Box(fit.left - numbers, fit.bottom + foot, fit.width + numbers, fit.height - foot - head)
    return PanelPlace(box, numbers, box.top + 0.35 * head)
