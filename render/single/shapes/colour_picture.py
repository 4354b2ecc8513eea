"""What a network paints: from the place of each pixel to its colour, the target beside it."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_names import write_name
from fitreel.render.plots.fields.field_image import FieldImage
from fitreel.render.plots.pictures.colours import (
    bytes_of,
    colours_of,
    error_of,
    outline,
    target_of,
)
from fitreel.render.plots.pictures.enlarged import QUARTERS, Enlargement
from fitreel.render.plots.pictures.error_colours import ErrorColours, full_error
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.shapes.shape_picture import Places
from fitreel.render.single.shapes.view_needs import picture_needs
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis

HEAD = 1.3
"""Over a picture, for its name, in font sizes."""
BETWEEN = 24.0
"""From one picture to the next; at 720 px."""


class ColourPicture:
    """The network's picture, large; beside it the target, and how far each pixel is from it."""

    def __init__(
        self,
        run: Record,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        axis: EpochAxis,
    ) -> None:
        self._run, self._theme, self._words = run, theme, words
        rows, columns = run.header.grid_shape
        self._shape = rows, columns
        self._is_upward = bool(run.prediction_x[0, 1] < run.prediction_x[-1, 1])
        self._target = target_of(run)
        has_target = self._target is not None
        self.needs = picture_needs((rows, columns), settings.panels, has_target=has_target)
        self.loss_colour = theme.prediction
        self._aside: tuple[FieldImage, Enlargement, ErrorColours] | None = None
        self.moving: Sequence[Artist] = ()

    @in_force()
    def draw(self, page: Page, places: Places) -> None:
        """As `ShapePicture`."""
        size = round(places.main.width), round(places.main.height)
        self._enlargement = Enlargement.of_size(self._shape, *size)
        self._image = FieldImage(page, places.main)
        outline(page, places.main)
        moving: list[Artist] = [self._image.image]
        if places.aside is not None and self._target is not None:
            moving += self._draw_aside(page, places.aside, places.types.label)
        self.moving = moving

    def _draw_aside(self, page: Page, box: Box, label: float) -> list[Artist]:
        """The target and the error, side by side or under each other: as they are larger."""
        assert self._target is not None
        head, gap = HEAD * label, page.px(BETWEEN)
        room = (box.width - gap) / 2
        fitted = Enlargement.to_fit(self._shape, room, box.height - head)
        under = Enlargement.to_fit(self._shape, box.width, (box.height - gap) / 2 - head)
        step = room + gap, 0.0
        if under.quarters > fitted.quarters:
            fitted, room, step = under, box.width, (0.0, (box.height + gap) / 2)
        width, height = fitted.size
        first = next(shown_snapshots(self._run, [0]))
        most = full_error(error_of(colours_of(first.prediction), self._target))
        colours = ErrorColours(self._theme, most)
        names = (self._words.text("target"), self._theme.text), (
            self._words.text("field_error"), self._theme.prediction)  # fmt: skip
        images = []
        for number, (name, colour) in enumerate(names):
            left, top = box.left + number * step[0], box.top - number * step[1]
            place = Box(round(left), round(top - head) - height, width, height)
            write_name(page, name, (place.left, top - 0.74 * label), label, width)
            page.figure.texts[-1].set_color(colour)
            page.figure.texts[-1].set_fontweight("bold")
            images.append(FieldImage(page, place))
            outline(page, place)
        images[0].show_bytes(fitted.of(self._placed(bytes_of(self._target))))
        self._aside = images[1], fitted, colours
        return [images[1].image]

    def _placed(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Pixels of shape (M, 3) as shape (rows, columns, 3), the upper row first."""
        rows = pixels.reshape(*self._shape, 3)
        return rows[::-1] if self._is_upward else rows

    def show(self, state: RunState) -> None:
        """As `ShapePicture`."""
        colours = colours_of(state.snapshot.prediction)
        self._image.show_bytes(self._enlargement.of(self._placed(bytes_of(colours))))
        if self._aside is not None and self._target is not None:
            image, fitted, error = self._aside
            away = error_of(colours, self._target).reshape(self._shape)
            away = away[::-1] if self._is_upward else away
            is_smaller = fitted.quarters % QUARTERS
            image.show_bytes(
                error.of(fitted.averaged(away)) if is_smaller else fitted.of(error.of(away))
            )

    def numbers(self, state: RunState) -> list[str]:
        """As `ShapePicture`."""
        return []

    def line_under(self, state: RunState) -> str:
        """As `ShapePicture`."""
        return ""
