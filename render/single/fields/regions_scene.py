"""The plane parted into classes: regions, the boundary, points, and how many are wrong."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.artist import Artist

from fitreel.model.record.reader import Record
from fitreel.render.field_grid import FieldGrid, PointValues, log_field
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.caption_line import texts_at_foot
from fitreel.render.page.readouts import RunReadouts, check_readouts
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fields.class_key import KeyEntry, draw_class_key, key_rows
from fitreel.render.plots.fields.class_names import (
    NamePlaces,
    draw_class_names,
    in_pixels,
    name_places,
    regions_of,
)
from fitreel.render.plots.fields.class_points import ClassPoints, point_diameter
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.fields.field_axes import draw_field_numbers, field_axes, field_ticks
from fitreel.render.plots.fields.input_names import input_names
from fitreel.render.plots.fields.regions import Boundary, Regions
from fitreel.render.plots.fit_axes import BEFORE_LAYOUT
from fitreel.render.shown_snapshots import has_losses
from fitreel.render.single.fields.field_frame import (
    last_prediction,
    longest_remark,
    remark_of,
)
from fitreel.render.single.fields.field_layout import (
    LINE,
    FieldLayout,
    panels_of,
)
from fitreel.render.single.fields.field_page import MOST_NAMES, FieldFacts, RegionsPage
from fitreel.render.single.fields.field_panels import FieldPanelStyle, draw_field_panels
from fitreel.render.single.layout.themed_layout import SQUEEZED_ROWS
from fitreel.render.single.layout.view_page import PageTexts
from fitreel.render.single.panels.recorded import samples_of
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

NAME = 23 / 24
"""The size of names in a field, in that of labels."""


class RegionsScene:
    """Two inputs and classes; see `RunScene`.

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
        self._run, self._words = run, words
        self._grid = grid = FieldGrid(run)
        self._classes = np.asarray(run.y, np.int64)
        self._points = PointValues(grid, run.x)
        self._names = [drawable(name) for name in run.header.classes]
        self._styles = class_styles(theme, len(self._names))
        self._axes_names = input_names(run.header.inputs, settings)
        said = texts_at_foot(settings, captions)
        panels = panels_of(settings.panels, has_error=False, has_loss=has_losses(run))
        facts = FieldFacts(
            grid.aspect, self._axes_names, panels, int(run.epochs.max()),
            run.validation is not None, field_ticks(grid, BEFORE_LAYOUT, 1.0, words)[1][1],
            longest_remark(run, words), SQUEEZED_ROWS,
        )  # fmt: skip
        self._page = RegionsPage(
            settings, theme, words, said, facts, self._names, len(self._classes)
        )  # fmt: skip
        self._view = view = self._page.view
        self._readout_texts = self._page.readouts
        self.figure = view.page.figure
        self._texts = PageTexts(view, settings.caption)
        moving: list[Artist] = [*self._texts.moving]
        layout, places = self._places()
        moving += self._draw_field(layout, places)
        if view.has_readouts:
            moving += self._draw_readouts(layout)
            style = FieldPanelStyle(view.page, view.types, words, axis, grid)
            samples = samples_of(run, panels)
            self._panels = draw_field_panels(run, style, layout.blocks, samples)
        else:
            moving += self._draw_small_readouts(layout)
            self._panels = []
        self.moving: Sequence[Artist] = moving + [m for panel in self._panels for m in panel.moving]

    def _places(self) -> tuple[FieldLayout, NamePlaces | None]:
        """Where everything stands: once the field has its place it is known which names have."""
        view, page, types = self._view, self._view.page, self._view.types
        entries = [*self._page.aside]
        layout = self._page.layout(len(entries))
        self._key_rows: list[list[KeyEntry]] = [entries] if entries else []
        if not view.has_numbers:
            return layout, None
        places = self._name_places(layout.fields[0])
        if places is None and view.has_readouts:
            entries += [
                KeyEntry(name, colour, marker)
                for name, (colour, marker) in zip(self._names, self._styles, strict=True)
            ]
            room = view.right - layout.key[0]
            self._key_rows = key_rows(page, entries, types.label, room)
            layout = self._page.layout(len(self._key_rows))
        return layout, places

    def _name_places(self, box: Box) -> NamePlaces | None:
        """Where the names of classes stand in the field; None: one of them has no place."""
        if len(self._names) > MOST_NAMES:
            return None
        page, size = self._view.page, NAME * self._view.types.label
        diameter = point_diameter(page, box, len(self._classes))
        last = last_prediction(self._run)
        return name_places(
            page, box, self._names, size, in_pixels(self._grid, box, self._run.x),
            self._classes, regions_of(self._grid, self._grid.field(last.prediction)), diameter,
        )  # fmt: skip

    def _draw_field(self, layout: FieldLayout, places: NamePlaces | None) -> list[Artist]:
        view, grid, words = self._view, self._grid, self._words
        page, box = view.page, layout.fields[0]
        colours = [colour for colour, _ in self._styles]
        self._regions = Regions(page, box, grid, colours)
        axes = field_axes(page, box, grid, outline=True)
        self._boundary = Boundary(page, axes, grid)
        diameter = point_diameter(page, box, len(self._classes))
        self._dots = ClassPoints(page, axes, self._run.x, self._classes, self._styles, diameter,
                                 aside=self._run.validation)  # fmt: skip
        if view.has_numbers:
            ticks = field_ticks(grid, box, view.types.tick, words)
            draw_field_numbers(page, box, grid, ticks, view.types.tick, self._axes_names)
        if places is not None:
            draw_class_names(page, axes, box, self._names, places)
        return [*self._regions.moving, *self._boundary.moving, *self._dots.moving]

    def _draw_small_readouts(self, layout: FieldLayout) -> list[Artist]:
        """Epoch and wrong points in one row, in a frame that has no room for more."""
        page, types = self._view.page, self._view.types
        epoch, wrong = self._readout_texts
        readouts = [epoch, replace(wrong, name=self._words.text("wrong_points"))]
        self._readouts = []
        for place in layout.readouts:
            check_readouts(page, place, types, readouts)
            self._readouts.append(RunReadouts(page, place, types, readouts))
        return [artist for each in self._readouts for artist in each.moving]

    def _draw_readouts(self, layout: FieldLayout) -> list[Artist]:
        view, page, types = self._view, self._view.page, self._view.types
        self._readouts = []
        for place, readout in zip(layout.readouts, self._readout_texts, strict=True):
            check_readouts(page, place, types, [readout])
            self._readouts.append(RunReadouts(page, place, types, [readout]))
        numbers = [artist for each in self._readouts for artist in each.moving]
        left = layout.readouts[-1].left
        if view.shape == "tall":  # beside the number there is room, under it there is none
            self._right = page.text(
                view.right, layout.readouts[0].baseline, "", types.label,
                colour=page.theme.muted, ha="right",
            )  # fmt: skip
        else:
            total = len(self._classes)
            widest = self._words.text("of_right", total=total, percent=100)
            size = page.size_to_fit([widest], view.right - left, types.label)
            self._right = page.text(left, layout.under_readouts, "", size, colour=page.theme.muted)
        (left, base), size = layout.key, types.label
        room = view.right - left
        if self._page.boundary:
            draw_class_key(page, [self._page.boundary], (left, base), size, room)
        draw_class_key(page, self._key_rows, (left, base - LINE * size), size, room)
        return [*numbers, self._right]

    @in_force()
    def show(self, state: RunState) -> None:
        """Move everything to a frame."""
        snapshot, words = state.snapshot, self._words
        field = self._grid.field(snapshot.prediction)
        logs = log_field(field)
        wrong = self._points.wrong(logs, self._classes)
        self._regions.show(logs)
        self._boundary.show(logs)
        self._dots.show(wrong, state.seconds)
        self._texts.show(state.caption, remark_of(self._run, state, words))
        count, total = int(wrong.sum()), len(self._classes)
        texts = [words.integer(int(snapshot.epoch)), words.integer(count)]
        if not self._view.has_readouts:
            for small in self._readouts:
                small.show(texts)
            return
        for readout, text in zip(self._readouts, texts, strict=True):
            readout.show([text])
        # Rounded down: 100 % means all.
        percent = math.floor(100 * (total - count) / total) if total else 0
        self._right.set_text(words.text("of_right", total=total, percent=percent))
        for panel in self._panels:
            panel.show(snapshot, field, state.epoch)
