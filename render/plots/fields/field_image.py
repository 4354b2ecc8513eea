"""A picture over the plane, each pixel its own: nothing is scaled while a frame is drawn."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

UNDER_AXES = -1.0
"""Its `zorder`: axes, and all in them, lie over it."""


class PixelImage(Artist):
    """Pixels, shape (height, width, 4), rows from below, whose lower left corner is `at`."""

    @in_force()
    def __init__(
        self, at: tuple[int, int], pixels: NDArray[np.uint8], order: float = UNDER_AXES
    ) -> None:
        super().__init__()
        self._at, self._image = at, pixels
        self.set_zorder(order)
        right, top = at[0] + pixels.shape[1], at[1] + pixels.shape[0]
        self.set_clip_box(Bbox([at, (right, top)]))

    def draw(self, renderer: Any) -> None:
        """As every artist does."""
        if not self.get_visible():
            return
        context = renderer.new_gc()
        context.set_clip_rectangle(self.get_clip_box())
        alpha = self.get_alpha()
        if alpha is not None:
            context.set_alpha(alpha)
        renderer.draw_image(context, *self._at, self._image)
        context.restore()
        self.stale = False


class FieldImage:
    """An image over the whole pixels of `box`, which `show` paints anew."""

    @in_force()
    def __init__(self, page: Page, box: Box) -> None:
        left, bottom, right, top = map(round, (box.left, box.bottom, box.right, box.top))
        self.width, self.height = right - left, top - bottom
        """In pixels."""
        self._pixels = np.zeros((self.height, self.width, 4), np.uint8)
        self.image = PixelImage((left, bottom), self._pixels)
        page.figure.add_artist(self.image)

    def show_bytes(self, colours: NDArray[np.uint8]) -> None:
        """Paint opaque colours of shape (height, width, 4), the upper row first."""
        self.show(np.ascontiguousarray(colours).view(np.uint32)[::-1, :, 0])

    def show(self, colours: NDArray[np.uint32]) -> None:
        """Paint `colours`, shape (height, width), rows from below; see `packed`."""
        self._pixels.view(np.uint32)[..., 0] = colours
        self.image.stale = True


class Upsampling:
    """From a grid to the pixels of an image: bilinear, the grid's edges at the image's."""

    def __init__(self, shape: tuple[int, int], height: int, width: int) -> None:
        self._rows, self._up = _between(shape[0], height)
        self._columns, self._across = _between(shape[1], width)

    def of(self, field: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (rows, columns) to (height, width)."""
        low, high = field[:, self._columns], field[:, self._columns + 1]
        wide = low + (high - low) * self._across
        low, high = wide[self._rows], wide[self._rows + 1]
        return np.asarray(low + (high - low) * self._up[:, None])


def _between(places: int, pixels: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    at = np.linspace(0, places - 1, pixels)
    first = np.minimum(at.astype(np.int64), places - 2)
    return first, (at - first).astype(np.float32)


def packed(colours: NDArray[Any]) -> NDArray[np.uint32]:
    """Opaque colours, shape (…, 3), 0 to 1, each as one number; shape (…)."""
    pixels = np.full((*colours.shape[:-1], 4), 255, np.uint8)
    pixels[..., :3] = np.clip(np.asarray(colours) * 255 + 0.5, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
