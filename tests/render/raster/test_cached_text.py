"""Artists that are drawn without all of matplotlib's steps, against full draws, byte for byte."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from fitreel.render.mpl.figure import figure_of_size
from fitreel.render.raster.frame_drawer import FrameDrawer


class Curve:
    """One thick curve and a text, both moving, in axes whose spines lie over the curve."""

    def __init__(self, x: Any, y: Any, margin: float, **style: Any) -> None:
        self.figure = figure_of_size((320, 240))
        self.axes = self.figure.add_subplot()
        (self.line,) = self.axes.plot(x, y, **style)
        self.text = self.axes.text(0.7, 0.5, "a", size=15, color="red")
        self.axes.set_xlim(-margin, 1 + margin)
        self.axes.set_ylim(-1, 1)
        self.moving = (self.line, self.text)


def full_draw(figure: Any) -> NDArray[np.uint8]:
    figure.canvas.draw()
    return np.array(figure.canvas.buffer_rgba())


def height(seed: int, count: int) -> NDArray[Any]:
    return np.random.default_rng(seed).uniform(-0.9, 0.9, count).cumsum() / 5


changes = st.lists(
    st.one_of(
        st.tuples(st.just("ydata"), st.integers(0, 9), st.sampled_from(["f4", "f8", "list"])),
        st.tuples(st.just("hole"), st.integers(0, 9), st.sampled_from([np.nan, np.inf, 1e30])),
        st.tuples(st.just("masked"), st.integers(0, 9)),
        st.tuples(st.just("data"), st.integers(0, 9)),
        st.tuples(st.just("ylim"), st.sampled_from([1.0, 0.1, 7.0])),
        st.tuples(st.just("color"), st.sampled_from(["red", "#00ff0080", "k"])),
        st.tuples(st.just("linewidth"), st.sampled_from([0.5, 3.0, 12.0])),
        st.tuples(st.just("linestyle"), st.sampled_from(["-", "--", "none"])),
        st.tuples(st.just("marker"), st.sampled_from(["o", ""])),
        st.tuples(st.just("drawstyle"), st.sampled_from(["steps-mid", "default"])),
        st.tuples(st.just("visible"), st.booleans()),
        st.tuples(st.just("alpha"), st.sampled_from([None, 0.3])),
        st.tuples(st.just("clip_on"), st.booleans()),
        st.tuples(st.just("solid_capstyle"), st.sampled_from(["butt", "round", "projecting"])),
        st.tuples(st.just("solid_joinstyle"), st.sampled_from(["miter", "round", "bevel"])),
        st.tuples(st.just("path_effects"), st.sampled_from([[], [withStroke(linewidth=9)]])),
        st.tuples(st.just("text"), st.text("Loss=0.1234e−", max_size=12)),
    ),
    min_size=2,
    max_size=7,
)


def examples(count: int) -> settings:
    return settings(
        deadline=None,
        max_examples=count,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )


any_line = given(changes, st.sampled_from([2, 30, 200, 1500]), st.sampled_from([0.0, 0.05, 0.4]))


@examples(6)
@any_line
def test_a_line_is_what_matplotlib_draws(changes: Any, count: int, margin: float) -> None:
    check_line(changes, count, margin)


@pytest.mark.long
@examples(200)
@any_line
def test_many_lines_are_what_matplotlib_draws(changes: Any, count: int, margin: float) -> None:
    check_line(changes, count, margin)


def check_line(changes: Any, count: int, margin: float) -> None:
    x = np.linspace(0, 1, count)
    scene = Curve(x, height(0, count), margin, lw=5)
    drawer = FrameDrawer(scene)
    line: Any = scene.line
    for number, (what, *values) in enumerate(changes):
        value = values[0]
        if what == "ydata":
            y = height(value, count)
            line.set_ydata(y.tolist() if values[1] == "list" else y.astype(values[1]))
        elif what == "hole":
            y = height(value, count)
            y[:: value + 2] = values[1]
            line.set_ydata(y)
        elif what == "masked":
            line.set_ydata(np.ma.masked_less(height(value, count), -0.1))
        elif what == "data":
            line.set_data(x[value % count :], height(value, count)[value % count :])
        elif what == "ylim":
            scene.axes.set_ylim(-value, value)
        elif what == "text":
            scene.text.set_text(value)
        else:
            getattr(line, f"set_{what}")(value)
        if len(line.get_xdata(orig=True)) != len(line.get_ydata(orig=True)):
            line.set_data(x, height(number, count))
        frame = drawer.draw().copy()
        assert np.array_equal(frame, full_draw(scene.figure)), (number, what, values)


def test_other_lengths_are_an_error_as_in_matplotlib() -> None:
    x = np.linspace(0, 1, 50)
    scene = Curve(x, height(0, 50), 0.2)
    drawer = FrameDrawer(scene)
    drawer.draw()
    scene.line.set_ydata(height(1, 49))
    with pytest.raises(ValueError, match="49"):
        drawer.draw()


def test_what_lies_over_a_curve_is_painted_again_only_where_it_crosses() -> None:
    x = np.linspace(0, 1, 50)
    scene = Curve(x, np.zeros(50), 0.3, lw=5)
    drawer = FrameDrawer(scene)
    renderer: Any = drawer._renderer
    strokes: list[Path] = []

    class Watched:
        """Agg, with its strokes counted."""

        def __init__(self, agg: Any) -> None:
            self._agg = agg

        def __getattr__(self, name: str) -> Any:
            return getattr(self._agg, name)

        def draw_path(self, gc: Any, path: Path, *args: Any) -> None:
            strokes.append(path)
            self._agg.draw_path(gc, path, *args)

    renderer._renderer = Watched(renderer._renderer)
    for level, crosses in [(0.0, False), (0.1, False), (0.99, True), (1.0, True), (0.2, False)]:
        scene.line.set_ydata(np.full(50, level))
        strokes.clear()
        frame = drawer.draw().copy()
        assert np.array_equal(frame, full_draw(scene.figure)), level
        if level in (0.1, 1.0):  # as in the frame before
            assert len(strokes) == (5 if crosses else 1)
