"""Several curves in one plot."""

from pathlib import Path

import numpy as np
from support.program import train_here

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import load_theme
from fitreel.render.plots.fit_axes import fit_axes
from fitreel.render.plots.pictures.limits import curve_limits
from fitreel.render.plots.several_curves import CurvesStyle, SeveralCurves


def test_points_in_any_order_are_joined_from_left_to_right(tmp_path: Path) -> None:
    table = tmp_path / "any-order.csv"
    table.write_text("t,a,b\n3,1,0\n1,2,5\n4,3,1\n2,4,3\n0,5,2\n")
    run = train_here(
        tmp_path, f"data.file={table}", 'data.inputs=["t"]', 'data.outputs=["a", "b"]',
        "train.epochs=1", "network.hidden=[3]", "network.activations=tanh",
    )  # fmt: skip
    assert run.prediction_x.ravel().tolist() == [3, 1, 4, 2, 0]
    page = Page((320, 240), load_theme("light"))
    axes = fit_axes(page, Box(20, 20, 280, 200), curve_limits(run))
    style = CurvesStyle(width=4, many_width=3, truth=2, dot=5, point_opacity=0.5)
    curves = SeveralCurves(page, axes, run, ("red", "blue"), style)
    curves.show(np.array([[30, 35], [10, 15], [40, 45], [20, 25], [0, 5]], np.float32) / 50)
    for line, first in zip(curves.moving, (0, 0.1), strict=True):
        assert np.asarray(line.get_xdata()).tolist() == [0, 1, 2, 3, 4]
        assert np.allclose(line.get_ydata(), first + np.arange(5) / 5)
