"""Empty figures of an exact size in pixels."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DEMO_SIZE = (640, 480)
DEMO_DPI = 100.0


@in_force()
def figure_of_size(size: tuple[int, int]) -> Figure:
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
    FigureCanvasAgg(figure)
    return figure
