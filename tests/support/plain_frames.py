"""The demo's frame as plain matplotlib calls draw it: what ours is held against, byte for byte."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fitreel.render.raster.scene import FrameState

DEMO_TEXT = (0.3, -0.6)
"""Where the demo has its epoch, in its data's units."""


def plain_demo_frame(
    x: Any,
    y: Any,
    px: Any,
    moment: FrameState,
    size: tuple[int, int] = (640, 480),
    remark: str = "",
) -> NDArray[np.uint8]:
    """The demo's frame, from nothing, with plain matplotlib calls."""
    width, height = size
    dpi = 100 * min(width / 640, height / 480)
    figure = Figure((width / dpi, height / dpi), dpi=dpi)
    canvas: Any = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.clear()
    axes.scatter(x, y)
    order = np.argsort(px, kind="stable")  # a curve is drawn from left to right
    # A line over one place has no length, and a marker stands for it.
    point = {"marker": "o", "ms": 12} if px.min() == px.max() else {}
    axes.plot(px[order], moment.prediction[order], "r-", lw=5, **point)
    style = {"size": 20, "color": "red"}
    axes.text(*DEMO_TEXT, "epoch=%d" % moment.epoch, fontdict=style)  # noqa: UP031
    axes.text(0.3, -0.8, "Loss=%.4f" % moment.loss, fontdict=style)  # noqa: UP031
    if remark:
        axes.set_title(remark)
    canvas.draw()
    return np.array(canvas.buffer_rgba())
