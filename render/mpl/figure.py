"""Empty figures of an exact size in pixels, with text as matplotlib has it or not hinted."""

from fitreel.render.mpl.setup import in_force, without_hinting  # isort: skip  (before matplotlib)

import math
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

DEMO_SIZE = (640, 480)
DEMO_DPI = 100.0


class UnhintedRenderer(RendererAgg):
    """matplotlib's Agg renderer, its text not hinted."""

    def draw_text(self, *args: Any, **kwargs: Any) -> None:
        """Draws text; see `matplotlib.backend_bases.RendererBase.draw_text`."""
        base: Any = super()
        with without_hinting():
            base.draw_text(*args, **kwargs)

    def get_text_width_height_descent(
        self, *args: Any, **kwargs: Any
    ) -> tuple[float, float, float]:
        """The size in pixels of a line of text."""
        base: Any = super()
        with without_hinting():
            width, height, descent = base.get_text_width_height_descent(*args, **kwargs)
        return width, height, descent


class UnhintedCanvas(FigureCanvasAgg):
    """A canvas whose full draws, and measures, are not hinted."""

    def get_renderer(self) -> RendererAgg:
        """The renderer of the figure as it is; the same one while its size stays."""
        width, height, dpi = *self.figure.bbox.size, self.figure.dpi
        newest: RendererAgg | None = getattr(self, "renderer", None)
        if newest is None or (newest.width, newest.height, newest.dpi) != (width, height, dpi):
            make: Any = UnhintedRenderer
            newest = self.renderer = make(width, height, dpi)
        return newest


def is_hinted(figure: Figure) -> bool:
    """Whether a figure's text is drawn as matplotlib has it."""
    return not isinstance(figure.canvas, UnhintedCanvas)


@in_force()
def figure_of_size(size: tuple[int, int], hinted: bool = True) -> Figure:
    """An empty figure of exactly `size` (width, height) pixels.

    Its resolution makes everything the largest that lets the demo's 640 x 480 fit into it.
    """
    width, height = size
    dpi = DEMO_DPI * min(width / DEMO_SIZE[0], height / DEMO_SIZE[1])
    inches = [width / dpi, height / dpi]
    for axis, pixels in enumerate(size):
        while int(inches[axis] * dpi) < pixels:  # 3.9 cuts 853.9999 down to 853
            inches[axis] = math.nextafter(inches[axis], math.inf)
    figure = Figure((inches[0], inches[1]), dpi=dpi)
    (FigureCanvasAgg if hinted else UnhintedCanvas)(figure)
    return figure
