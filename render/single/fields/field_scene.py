"""A field of numbers over the plane: colours, contour lines, points; the target beside it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist

from fitreel.model.record.reader import Record
from fitreel.render.captions.phases.yardsticks import yardsticks_of
from fitreel.render.field_grid import FieldGrid, Values
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.caption_line import texts_at_foot
from fitreel.render.page.readouts import RunReadouts, check_readouts
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fields.class_key import KeyEntry, draw_class_key, key_width
from fitreel.render.plots.fields.class_names import in_pixels
from fitreel.render.plots.fields.class_points import point_diameter
from fitreel.render.plots.fields.field_axes import draw_field_numbers, field_axes, field_ticks
from fitreel.render.plots.fields.input_names import input_names
from fitreel.render.plots.fields.value_map import (
    ValueImage,
    ValueLines,
    ValuePoints,
    bar_ticks,
    draw_value_bar,
    value_scale,
)
from fitreel.render.plots.fit_axes import BEFORE_LAYOUT
from fitreel.render.shown_snapshots import has_losses
from fitreel.render.single.fields.field_frame import (
    longest_remark,
    remark_of,
)
from fitreel.render.single.fields.field_layout import panels_of
from fitreel.render.single.fields.field_page import FieldFacts, is_pair, number_page
from fitreel.render.single.fields.field_panels import FieldPanelStyle, draw_field_panels
from fitreel.render.single.layout.themed_layout import SQUEEZED_ROWS
from fitreel.render.single.layout.view_page import PageTexts
from fitreel.render.single.panels.recorded import samples_of
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

DOT = 1.1
"""The size of points, in that of classes' points."""
NAME = 27 / 24
"""The size of what fields are called, in that of labels."""
OVER = 14.0
"""From a field up to what it is called, in pixels at 720."""


class FieldScene:
    """Two inputs and one number; see `RunScene`.

    Raises:
        BadInput: a text that doesn't fit or parse, a panel that this record has no numbers for, or
            predictions at no grid.
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
        self._run, self._words, self._theme = run, words, theme
        self._is_pair = is_pair(settings, has_target=run.truth is not None)
        # Of two fields each is small: no room for a margin where nothing is learned.
        self._grid = grid = FieldGrid(run, around=[run] if self._is_pair else ())
        self._target: Values | None = None if run.truth is None else grid.field(run.truth)
        known = [run.y] if self._target is None else [run.y, self._target]
        self._scale = value_scale(known)
        self._axes_names = input_names(run.header.inputs, settings)
        said = texts_at_foot(settings, captions)
        panels = panels_of(settings.panels, has_error=self._is_pair, has_loss=has_losses(run))
        has_aside = run.validation is not None
        facts = FieldFacts(
            grid.aspect, self._axes_names, panels, int(run.epochs.max()), has_aside,
            field_ticks(grid, BEFORE_LAYOUT, 1.0, words)[1][1], longest_remark(run, words),
            SQUEEZED_ROWS,
        )  # fmt: skip
        view, self._layout = number_page(
            settings, theme, words, said, facts,
            pair=self._is_pair, bar=bar_ticks(self._scale, words)[1],
        )  # fmt: skip
        self._view, epoch = view, facts.epoch(words, theme)
        page, types = view.page, view.types
        self.figure = page.figure
        self._texts = PageTexts(view, settings.caption)
        moving: list[Artist] = [*self._texts.moving, *self._draw_field()]
        self._panels = []
        for place in self._layout.readouts:
            check_readouts(page, place, types, [epoch])
            self._readouts = RunReadouts(page, place, types, [epoch])
            moving += self._readouts.moving
        if view.has_readouts:
            if has_aside:
                self._draw_key()
            sticks = yardsticks_of(run)
            noise = None if sticks is None else sticks.noise
            style = FieldPanelStyle(page, types, words, axis, grid, noise)
            samples = samples_of(run, panels)
            self._panels = draw_field_panels(run, style, self._layout.blocks, samples)
        self.moving: Sequence[Artist] = moving + [m for panel in self._panels for m in panel.moving]

    def _draw_field(self) -> list[Artist]:
        view, grid, words, layout = self._view, self._grid, self._words, self._layout
        page, size, box = view.page, view.types.tick, layout.fields[0]
        self._image = ValueImage(page, box, grid.shape, self._scale)
        axes = field_axes(page, box, grid)
        diameter = DOT * point_diameter(page, box, len(self._run.x))
        places = in_pixels(grid, box, self._run.x)
        values = np.asarray(self._run.y, np.float64)
        aside = self._run.validation
        if aside is not None:
            aside = in_pixels(grid, box, aside[0]), np.asarray(aside[1], np.float64)
        self._dots = ValuePoints(page, box, places, values, self._scale, diameter, aside)
        self._lines = ValueLines(page, axes, grid, self._scale)
        if view.has_numbers:
            ticks = field_ticks(grid, box, size, words)
            draw_field_numbers(page, box, grid, ticks, size, self._axes_names)
        if layout.bar is not None:
            draw_value_bar(page, layout.bar, self._scale, size, words)
        if self._is_pair:
            self._draw_target()
        return [*self._image.moving, *self._dots.moving, *self._lines.moving]

    def _draw_key(self) -> None:
        """What points with a rim are."""
        view, layout, page = self._view, self._layout, self._view.page
        name = self._words.text("kept_aside")
        entry = KeyEntry(name, page.theme.muted, "o", is_hollow=True)
        left, base = layout.key
        if self._is_pair:  # at the right end of the network's name
            box, width = layout.fields[0], key_width(page, entry, view.types.label)
            left, base = box.right - width, box.top + view.px(OVER)
        draw_class_key(page, [[entry]], (left, base), view.types.label, view.right - left)

    def _draw_target(self) -> None:
        """The target as the network should have it, and what both fields are called."""
        view, layout = self._view, self._layout
        page, types = view.page, view.types
        assert self._target is not None
        box, other = layout.fields
        image = ValueImage(page, other, self._grid.shape, self._scale)
        lines = ValueLines(page, field_axes(page, other, self._grid), self._grid, self._scale)
        image.show(self._target)
        lines.show(self._target)
        for place, key in ((box, "legend_prediction"), (other, "target")):
            name = self._words.text(key)
            type_ = page.size_to_fit([name], place.width, NAME * types.label)
            page.text(place.left, place.top + view.px(OVER), name, type_, weight="bold")

    @in_force()
    def show(self, state: RunState) -> None:
        """Move everything to a frame."""
        snapshot = state.snapshot
        field = self._grid.field(np.ravel(snapshot.prediction))
        self._image.show(field)
        self._lines.show(field)
        self._dots.show(state.seconds_at_end)
        self._texts.show(state.caption, remark_of(self._run, state, self._words))
        if self._layout.readouts:
            self._readouts.show([self._words.integer(int(snapshot.epoch))])
        for panel in self._panels:
            panel.show(snapshot, field, state.epoch)
