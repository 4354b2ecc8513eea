"""Several curves in one plot."""

from pathlib import Path

import numpy as np
import pytest
from support.program import train_here

from fitreel.model.record.reader import Record
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
    curves = _drawn(run)
    curves.show(np.array([[30, 35], [10, 15], [40, 45], [20, 25], [0, 5]], np.float32) / 50)
    for line, first in zip(curves.moving, (0, 0.1), strict=True):
        assert np.asarray(line.get_xdata()).tolist() == [0, 1, 2, 3, 4]
        assert np.allclose(line.get_ydata(), first + np.arange(5) / 5)


@pytest.mark.parametrize("count", [2, 279, 280, 281, 1000])
def test_more_places_than_pixels(count: int, tmp_path: Path) -> None:
    run = train_here(
        tmp_path, 'data.function=["x", "-x"]', f"data.grid={count}", "data.domain=[0, 1]",
        "data.points=9", "data.noise=0", "train.epochs=1", "network.hidden=[3]",
        "network.activations=tanh",
    )  # fmt: skip
    curves = _drawn(run)
    x = run.prediction_x
    curves.show(np.stack([x / 2, -x / 4], axis=-1))
    for line, slope in zip(curves.moving, (1 / 2, -1 / 4), strict=True):
        drawn = np.asarray(line.get_xdata())
        assert np.allclose(line.get_ydata(), slope * drawn)
        assert drawn[0] == 0 and drawn[-1] == 1
        assert len(drawn) == len(set(drawn.tolist())) >= min(count, 250)


def _drawn(run: Record) -> SeveralCurves:
    """Two curves in axes 280 pixels wide."""
    page = Page((320, 240), load_theme("light"))
    axes = fit_axes(page, Box(20, 20, 280, 200), curve_limits(run))
    style = CurvesStyle(width=4, many_width=3, truth=2, dot=5, point_opacity=0.5)
    return SeveralCurves(page, axes, run, ("red", "blue"), style)
