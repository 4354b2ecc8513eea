"""The loss plot: whole from the first frame, exact, never empty, never left by its curve."""

import types
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import load_theme
from fitreel.render.plots.loss_plot import LossPath, LossPlot, LossPlotStyle
from fitreel.render.plots.losses.loss_path import OFF, placed
from fitreel.render.plots.losses.loss_scale import loss_scale
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.epoch_axis import EpochAxis

EPOCHS = np.arange(0, 4000, 5.0)
AXIS = EpochAxis(4000.0, 5.0)
FALLING = 0.0105 + 0.24 * np.exp(-EPOCHS / 60) + 0.03 * np.exp(-EPOCHS / 900)
KINDS = {
    "falling": FALLING,
    "twenty decades": 10 ** (-20 * EPOCHS / 4000),
    "zeros": np.zeros(800),
    "zero at the end": np.where(EPOCHS > 1000, 0.0, np.exp(-EPOCHS / 100)),
    "diverging": np.where(EPOCHS < 15, 0.25 * 30.0 ** np.minimum(EPOCHS, 15), np.inf),
    "not a number": np.where(EPOCHS < 5, 0.25, np.nan),
    "negative": -3 + 4 * np.exp(-EPOCHS / 200),
    "the same": np.full(800, 0.25),
    "spike": np.where(EPOCHS == 500, 1e6, FALLING),
}
LEAVING = ("diverging", "not a number", "spike")
MOMENTS = (0.0, 3.0, 12.0, 150.0, 700.5, 3995.0)


class Drawn:
    """A plot on a page of its own."""

    def __init__(
        self,
        losses: NDArray[np.float64],
        theme: str = "light",
        size: tuple[int, int] = (640, 480),
        height: int = 200,
        noise: float | None = None,
    ) -> None:
        self.page = Page(size, load_theme(theme))
        path = LossPath(EPOCHS, losses, self.page.theme.prediction, is_diverged=True)
        tick = 0.029 * min(size)
        style = LossPlotStyle(tick, translation_of("en"), self.page.px(4), noise)
        box = Box(0.3 * size[0], 0.3 * size[1], 0.4 * size[0], height)
        self.plot = LossPlot(self.page, box, [path], AXIS, style)
        self.figure = self.page.figure
        self.moving = self.plot.moving
        self.drawer = FrameDrawer(self)
        self.colour = [int(path.colour[n : n + 2], 16) for n in (1, 3, 5)]

    def frame(self, epoch: float, loss: float | None = None) -> NDArray[np.uint8]:
        self.plot.show([epoch], [loss])
        return np.array(self.drawer.draw())

    def lines(self) -> list[Line2D]:
        return [line for line in self.figure.axes[0].lines if len(line.get_xdata())]


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_full_draws_and_only_the_past_moves(kind: str) -> None:
    ours, plain = Drawn(KINDS[kind], noise=0.0105), Drawn(KINDS[kind], noise=0.0105)
    first = ours.frame(0)
    limits = [axes.get_xlim() + axes.get_ylim() for axes in ours.figure.axes]
    for epoch in MOMENTS:
        plain.plot.show([epoch], [None])
        full = np.array(FrameDrawer(types.SimpleNamespace(figure=plain.figure, moving=())).draw())
        assert np.array_equal(ours.frame(epoch), full), (kind, epoch)
    assert [axes.get_xlim() + axes.get_ylim() for axes in ours.figure.axes] == limits
    assert np.array_equal(ours.frame(0), first)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("height", [52, 200])
def test_a_curve_is_always_seen_and_never_drawn_along_the_edge(kind: str, height: int) -> None:
    drawn = Drawn(KINDS[kind], height=height)
    frame = drawn.frame(3995.0)[..., :3].astype(int)
    inner = drawn.plot.inner
    top, bottom = 480 - round(inner.top), 480 - round(inner.bottom)
    left, right = round(inner.left), round(inner.right)
    curve = np.abs(frame - drawn.colour).max(axis=2) < 60
    assert curve[top:bottom, left:right].any()
    if kind in LEAVING:
        assert curve[top : top + 3, left:right].sum(axis=1).max() < 40
    assert not curve[: top - 12].any() and not curve[bottom + 12 :].any()
    assert not curve[:, right + 1 :].any(), "the marker is seen whole"


def test_the_past_ends_at_the_marker_and_the_whole_path_is_there_from_the_start() -> None:
    drawn = Drawn(FALLING)
    axes = drawn.figure.axes[0]
    pale, past, marker = axes.lines[:3]
    drawn.frame(0.0)
    assert len(np.asarray(pale.get_xdata())) > 20 and pale.get_alpha() == pytest.approx(0.2)
    for epoch in (1.0, 152.5, 3000.0):
        loss = float(np.exp(np.interp(epoch, EPOCHS, np.log(FALLING))))
        drawn.frame(epoch, loss)
        x, y = (np.asarray(each, float) for each in marker.get_data())
        assert x[0] == pytest.approx(float(AXIS.places(epoch)))
        assert [np.asarray(each)[-1] for each in past.get_data()] == [x[0], y[0]]
        assert np.asarray(past.get_xdata())[0] == 0
        assert drawn.plot.marker_y(0) == pytest.approx(
            drawn.plot.inner.bottom + y[0] * drawn.plot.inner.height
        )


def test_what_leaves_has_a_triangle_where_it_does_and_no_marker_after_it() -> None:
    drawn = Drawn(KINDS["diverging"])
    marker, triangle = drawn.figure.axes[0].lines[-2:]
    drawn.frame(0.0)
    assert np.isfinite(np.asarray(marker.get_xdata(), float)).all()
    assert np.isnan(np.asarray(triangle.get_xdata(), float)).all()
    drawn.frame(100.0)
    assert np.isnan(np.asarray(marker.get_xdata(), float)).all()
    at = float(np.asarray(triangle.get_xdata(), float)[0])
    assert 0 < at <= AXIS.places(5.0)
    assert triangle.get_markerfacecolor() == drawn.page.theme.warning


@pytest.mark.parametrize("theme", ["light", "paper"])
@pytest.mark.parametrize("size", [(640, 480), (1280, 720)])
def test_numbers_stand_under_their_lines(theme: str, size: tuple[int, int]) -> None:
    drawn = Drawn(FALLING, theme, size)
    drawn.frame(0)
    axes = drawn.figure.axes[0]
    labels = [label for label in axes.get_xticklabels() if label.get_text()]
    assert [label.get_text() for label in labels] == ["0", "10", "100", "1000"]
    boxes = [label.get_window_extent() for label in labels]
    for label, box in zip(labels, boxes, strict=True):
        place = axes.transData.transform((label.get_position()[0], 0))[0]
        assert abs((box.x0 + box.x1) / 2 - place) <= 1
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_the_noise_is_named_where_no_path_runs() -> None:
    drawn = Drawn(FALLING, noise=0.0105)
    drawn.frame(0)
    (name,) = (text for text in drawn.figure.texts if text.get_text() == "noise in the data")
    box = name.get_window_extent()
    (path,) = drawn.plot._paths
    inner = drawn.plot.inner
    x = inner.left + path.x * inner.width
    y = inner.bottom + path.y * inner.height
    along = np.linspace(0, 1, 4000)
    x, y = (np.interp(along, np.linspace(0, 1, len(x)), each) for each in (x, y))
    assert not ((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)).any()
    assert not any("noise" in text.get_text() for text in Drawn(FALLING, noise=5.0).figure.texts)


@pytest.mark.parametrize("height", [60, 100, 200])
@pytest.mark.parametrize("decades", [0.3, 1.0, 3.0])
def test_the_noise_is_a_line_of_its_own_or_not_there(height: int, decades: float) -> None:
    """On the axis' own line nobody sees it; where the loss comes as low as it, it is seen."""
    losses = 0.01 * 10 ** (decades * np.exp(-EPOCHS / 100))
    for reached in (0.6, 1.0, 1.1):
        drawn = Drawn(losses, height=height, noise=float(losses.min() / reached))
        dashed = [line for line in drawn.lines() if line.is_dashed()]
        named = [t for t in drawn.figure.texts if t.get_text() == "noise in the data"]
        clear = drawn.page.px(3.9)
        assert dashed and named
        assert all(line.get_ydata()[0] * height > clear for line in dashed)
    for over in (1.12, 1.2, 1.5):
        drawn = Drawn(losses, height=height, noise=float(losses.min() / over))
        dashed = [line for line in drawn.lines() if line.is_dashed()]
        assert all(line.get_ydata()[0] * height > clear for line in dashed)


@given(
    losses=st.lists(st.floats(1e-6, 1e3), min_size=2, max_size=60),
    width=st.floats(20, 2000), height=st.floats(20, 900),
)  # fmt: skip
@settings(max_examples=60)
def test_a_thinned_path_passes_all_of_its_places(
    losses: list[float], width: float, height: float
) -> None:
    values = np.array(losses)
    epochs = np.linspace(0, 4000, len(values))
    scale = loss_scale([values], 12)
    axis = EpochAxis(4000.0)
    path = placed(LossPath(epochs, values, "red"), values, axis, scale, (width, height))
    x, y = axis.places(epochs) * width, scale.heights(values) * height
    lines = np.column_stack([path.x * width, path.y * height])
    for place in np.column_stack([x, y]):
        assert _distance(place, lines) <= OFF + 0.51  # half a pixel along x, where they crowd


def _distance(place: NDArray[np.float64], line: NDArray[np.float64]) -> float:
    starts, ends = line[:-1], line[1:]
    along = ends - starts
    part = ((place - starts) * along).sum(1) / np.maximum((along**2).sum(1), 1e-12)
    nearest = starts + np.clip(part, 0, 1)[:, None] * along
    return float(np.hypot(*(place - nearest).T).min())


def test_a_run_that_has_ended_or_not_begun_stands_still() -> None:
    drawn = Drawn(np.where(EPOCHS < 100, np.nan, FALLING))
    drawn.plot.show([0.0], [None])
    assert np.isnan(np.asarray(drawn.figure.axes[0].lines[2].get_xdata(), float)).all()
    drawn.plot.show([None], [None])
    assert np.isnan(np.asarray(drawn.figure.axes[0].lines[2].get_xdata(), float)).all()
