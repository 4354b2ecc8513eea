"""A picture whose pixels are the frame's own: nothing is resampled when it is drawn."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page

Pixels = NDArray[np.uint8]


class PixelImage(Artist):
    """Pixels over the whole pixels of `box`; nothing until some are set."""

    def __init__(self, page: Page, box: Box, zorder: float = 1.0) -> None:
        super().__init__()
        self.left, self.bottom = round(box.left), round(box.bottom)
        self.width, self.height = round(box.width), round(box.height)
        self._pixels = np.zeros((self.height, self.width, 4), np.uint8)
        self.set_zorder(zorder)
        page.figure.add_artist(self)
        ends = [[self.left, self.bottom], [self.left + self.width, self.bottom + self.height]]
        self.set_clip_path(None)
        self.set_clip_box(Bbox(ends))

    def set_pixels(self, pixels: Pixels) -> None:
        """Show colours of shape (height, width, 3), the upper row first; opaque."""
        self._pixels[:, :, :3] = pixels[::-1]
        self._pixels[:, :, 3] = 255
        self.stale = True

    def draw(self, renderer: RendererBase) -> None:
        """As `matplotlib.artist.Artist.draw`."""
        if not self.get_visible():
            return
        gc: Any = renderer.new_gc()
        gc.set_clip_rectangle(self.get_clip_box())
        renderer.draw_image(gc, self.left, self.bottom, self._pixels)
        gc.restore()
        self.stale = False
