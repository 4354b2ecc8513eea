"""The true function: dashed over the points, and once more over the network."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import numpy as np
from matplotlib.axes import Axes

from fitreel.model.record.reader import Record
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order, curve_order

WIDTH, WIDTH_OVER = 3.0, 2.0
"""At 720 px."""


def truth_dashes(page: Page, width: float) -> tuple[float | None, ...]:
    """The theme's dashes for a line of `width`: as long as those of the wider one."""
    dashes = page.theme.truth_dashes
    return tuple(WIDTH / width * each for each in dashes) if dashes else (None, None)


@in_force()
def draw_truth(
    page: Page, axes: Axes, run: Record, *, colour: str, opacity: float = 1.0, over: bool = True
) -> None:
    """Draw a run's true function; with `over` once more, thinner, over the network."""
    assert run.truth is not None
    order = curve_order(axes, run.prediction_x)
    x, y = run.prediction_x[order], np.ravel(run.truth)[order]
    layers = [(WIDTH, Order.TRUTH), (WIDTH_OVER, Order.TRUTH_OVER)][: 2 if over else 1]
    for width, layer in layers:
        axes.plot(
            x, y, color=colour, alpha=opacity, lw=page.points(page.px(width)),
            dashes=truth_dashes(page, width), dash_capstyle="butt", zorder=layer,
        )  # fmt: skip
