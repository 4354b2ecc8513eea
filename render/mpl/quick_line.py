"""A line that is drawn in every frame: what such lines need of matplotlib's own, and no more."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

PIXELS = IdentityTransform()
CIRCLE = Path.unit_circle()


class QuickLine(Line2D):
    """A plain line, or round marks, of floats on linear axes.

    A full draw calls the same method, so that frames are the same whoever draws them. Marks move by
    parts of a pixel. What it can't draw, such as dashes, is drawn as any line.
    """

    def draw(self, renderer: Any) -> None:
        """See `matplotlib.artist.Artist.draw`."""
        kind = self.get_linestyle(), self.get_marker()
        is_plain = self.get_visible() and self.get_transform().is_affine
        if not is_plain or kind not in (("-", "None"), ("None", "o")):
            super().draw(renderer)
            return
        gc = renderer.new_gc()
        if self.get_clip_on():
            gc.set_clip_rectangle(self.get_clip_box())
            gc.set_clip_path(self.get_clip_path())
        if kind[0] == "-":
            gc.set_linewidth(self.get_linewidth())
            gc.set_joinstyle(self.get_solid_joinstyle())
            gc.set_capstyle(self.get_solid_capstyle())
            gc.set_snap(self.get_snap())
            gc.set_foreground(to_rgba(self.get_color(), self.get_alpha()), isRGBA=True)
            renderer.draw_path(gc, Path(self._pixels()), PIXELS)
        else:
            gc.set_linewidth(self.get_markeredgewidth())
            gc.set_snap(False)
            gc.set_foreground(to_rgba(self.get_markeredgecolor(), self.get_alpha()), isRGBA=True)
            face = to_rgba(self.get_markerfacecolor(), self.get_alpha())
            radius = renderer.points_to_pixels(self.get_markersize()) / 2
            for place in self._pixels():
                if np.isfinite(place).all():
                    circle = Path(CIRCLE.vertices * radius + place, CIRCLE.codes)
                    renderer.draw_path(gc, circle, PIXELS, face)
        gc.restore()
        self.stale = False

    def _pixels(self) -> NDArray[np.float64]:
        """Where its places are, shape (M, 2), from the figure's lower left corner."""
        (a, b, c), (d, e, f), _ = self.get_transform().get_affine().get_matrix().tolist()
        x, y = (np.asarray(values, np.float64) for values in self.get_data(orig=True))
        places = np.empty((len(x), 2))
        places[:, 0] = a * x + b * y + c if b else a * x + c
        places[:, 1] = d * x + e * y + f if d else e * y + f
        return places
