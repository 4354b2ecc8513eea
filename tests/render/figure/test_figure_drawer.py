"""Frames of anybody's figure, held against full draws by matplotlib, byte for byte."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fitreel.render.figure.figure_drawer import FigureDrawer


def test_a_frame_is_what_agg_draws() -> None:
    figures = [Figure(), Figure()]
    lines = [figure.subplots().plot([0, 1], [0, 1])[0] for figure in figures]
    drawer = FigureDrawer(figures[0])
    canvas = FigureCanvasAgg(figures[1])
    for value in (1.0, 2.0, 2.0):
        for line in lines:
            line.set_ydata([0, value])
        canvas.draw()
        assert drawer.draw().tobytes() == bytes(canvas.buffer_rgba()), value
    assert np.asarray(canvas.buffer_rgba()).shape == drawer.draw().shape
