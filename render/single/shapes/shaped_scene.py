"""The picture of a run whose data aren't one curve: a middle part, its numbers, and the loss."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Callable, Sequence

from matplotlib.artist import Artist
from matplotlib.text import Text

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import Caption
from fitreel.render.captions.phases.yardsticks import yardsticks_of
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.caption_line import CaptionLine, texts_at_foot
from fitreel.render.page.readouts import Readout, RunReadouts
from fitreel.render.page.type_sizes import shape_of
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_names import write_name
from fitreel.render.plots.loss_plot import LossPath, LossPlot, LossPlotStyle
from fitreel.render.plots.losses.loss_path import paths_kept_aside
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.single.layout.themed_layout import SQUEEZED_ROWS, PanelPlace
from fitreel.render.single.layout.themed_page import Parts
from fitreel.render.single.panels.draw_panels import draw_panels
from fitreel.render.single.panels.panel import PanelStyle
from fitreel.render.single.panels.recorded import samples_of
from fitreel.render.single.shapes.shape_picture import Places, ShapePicture
from fitreel.render.single.shapes.shaped_layout import (
    panels_beside,
    readouts_beside,
    shaped_page,
)
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.scaled_loss import loss_label, unscaled_loss
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

BETWEEN = " · "
"""What stands between two remarks."""
BESIDE_NAME = 0.4
"""From the loss' name to its number, in font sizes; the number is `NUMBER` times as large."""
NUMBER = 1.33
HIGH = 130.0
"""A plot of the loss that is lower has a thinner path; at 720 px."""

MakePicture = Callable[[Record, PictureSettings, Theme, Translation, EpochAxis], ShapePicture]


class ShapedScene:
    """A run in any theme, size and language; `make` gives its middle part.

    Raises:
        BadInput: a text that doesn't fit or parse, or a panel that this record has no numbers for.
        Unavailable: no font here has the characters.
    """

    @in_force()
    def __init__(
        self,
        make: MakePicture,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
        captions: Sequence[str] = (),
    ) -> None:
        self._run, self._settings, self._theme, self._words = run, settings, theme, words
        self._axis = axis
        self._losses_from = losses_from(run)
        self._format = LossFormat.of(run.losses, words)
        self._picture = picture = make(run, settings, theme, words, axis)
        said = texts_at_foot(settings, captions)
        self._readouts = [] if settings.in_cell else self._all_readouts()
        parts = Parts(readouts=self._readouts, captions=said, remark=self._longest_remark())
        has_losses = self._losses_from < math.inf
        panels = panels_beside(settings, picture.needs, has_losses=has_losses)
        themed, layout = shaped_page(
            settings, theme, words, picture.needs, parts, panels, SQUEEZED_ROWS
        )  # fmt: skip
        self._themed, self._layout = themed, layout
        page, types = themed.page, themed.layout.types
        self.figure = page.figure
        is_bare = shape_of(settings.pixels) == "small" and not settings.in_cell
        self._has_line_under = not (is_bare or settings.in_cell)
        picture.draw(page, Places(types, layout.main, layout.aside, is_bare))
        themed.headings.write()
        self._numbers = RunReadouts(page, layout.readouts, types, self._readouts)
        self._remark = page.text(themed.layout.right, layout.remark or 0.0, "", types.tick,
                                 colour=theme.muted, ha="right")  # fmt: skip
        self._under = page.text(self._numbers.last_left, layout.under, "", types.label,
                                colour=theme.muted)  # fmt: skip
        places = themed.layout
        self._captions = CaptionLine(page, themed.captions, places.left, places.captions)
        if settings.caption is not None:
            self._captions.show(Caption(settings.caption))
        self._loss_plot: LossPlot | None = None
        self._loss_number: Text | None = None
        self._draw_panels()
        self.moving: Sequence[Artist] = [
            *picture.moving, *self._numbers.moving, self._remark, self._under,
            *self._captions.moving, *(self._loss_plot.moving if self._loss_plot else ()),
            *([self._loss_number] if self._loss_number else ()),
            *(part for panel in self._panels for part in panel.moving),
        ]  # fmt: skip

    def _all_readouts(self) -> list[Readout]:
        loss = None
        if self._losses_from < math.inf:
            name, widest = loss_label(self._run, self._words), self._format.widest()
            loss = Readout(name, widest, self._picture.loss_colour)
        last = int(self._run.epochs.max())
        return readouts_beside(self._picture.needs, last, loss, self._theme, self._words)

    def _longest_remark(self) -> str:
        losses = [self._unscaled(float(loss)) for loss in (*self._run.losses[:1], 1e9)]
        return BETWEEN.join(filter(None, (max(losses, key=len), self._words.text("interpolated"))))

    def _unscaled(self, loss: float) -> str:
        return unscaled_loss(self._run, loss, self._words)

    def _draw_panels(self) -> None:
        """The loss in this picture's own way, all others as beside a fit."""
        types, places = self._themed.layout.types, dict(self._layout.panels)
        loss = places.pop("loss", None)
        if loss is not None:
            self._draw_loss(loss)
        needs = self._picture.needs
        style = PanelStyle(
            self._themed.page, self._words, types.tick, types.label, self._axis,
            AxisLabels(needs.along, ""), in_plane=needs.in_plane,
        )  # fmt: skip
        samples = samples_of(self._run, tuple(places)) if places else []
        self._panels = draw_panels(self._run, places, style, samples)

    def _draw_loss(self, place: PanelPlace) -> None:
        """The plot of the loss; over it what it is called, and its number."""
        run, page, picture = self._run, self._themed.page, self._picture
        types = self._themed.layout.types
        known = run.epochs >= self._losses_from
        path = LossPath(run.epochs[known], run.losses[known], picture.loss_colour,
                        is_diverged=run.ending == "diverged")  # fmt: skip
        width = page.px(4.0 if place.box.height > page.px(HIGH) else 3.0)
        sticks = yardsticks_of(run)
        noise = sticks.noise if sticks is not None else None
        style = LossPlotStyle(types.tick, self._words, width, noise, x_labels=place.x_labels)
        aside = paths_kept_aside(run, self._theme.muted, self._words)
        self._aside = len(aside)
        self._loss_plot = LossPlot(page, place.box, [path, *aside], self._axis, style)
        if place.head is None:
            return
        room, gap = place.box.width, BESIDE_NAME * types.label
        number = NUMBER * types.label
        wide = max(page.width_of(text, number, "bold") for text in self._format.widest())
        name = loss_label(run, self._words)
        left = place.box.left
        left += gap + write_name(page, name, (left, place.head), types.label, room - wide - gap)
        self._loss_number = page.text(left, place.head, "", number, weight="bold",
                                      colour=picture.loss_colour)  # fmt: skip

    @in_force()
    def show(self, state: RunState) -> None:
        """Move everything to a frame."""
        snapshot, words, picture = state.snapshot, self._words, self._picture
        picture.show(state)
        is_known = state.epoch >= self._losses_from
        loss = self._format.write(snapshot.loss) if is_known else ""
        numbers = [words.integer(int(snapshot.epoch)), *picture.numbers(state), loss]
        self._numbers.show(numbers[: len(self._readouts)])
        if self._has_line_under:
            self._under.set_text(picture.line_under(state))
        if self._loss_plot is not None:
            epochs = [state.epoch if is_known else None, *[state.epoch] * self._aside]
            self._loss_plot.show(epochs, [float(snapshot.loss), *[None] * self._aside])
        if self._loss_number is not None:
            self._loss_number.set_text(loss)
        for panel in self._panels:
            panel.show(snapshot, state.epoch)
        remarks = [self._unscaled(snapshot.loss) if is_known else ""]
        if state.is_interpolated:
            remarks.append(words.text("interpolated"))
        if self._layout.remark is not None:
            self._remark.set_text(BETWEEN.join(filter(None, remarks)))
        if self._settings.caption is None:
            self._captions.show(state.caption)
