"""What a figure, its canvas and matplotlib are after a frame: as if nobody had drawn it."""

import gc
import pickle
import weakref
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import pytest
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text

from fitreel.render.figure.figure_drawer import FigureDrawer


def line_figure() -> tuple[Figure, Any]:
    figure = Figure((3, 2))
    axes = figure.add_subplot(title="title", xlabel="x")
    axes.plot([0, 1], [0, 1])
    return figure, axes


def full(figure: Figure) -> bytes:
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return bytes(canvas.buffer_rgba())


@pytest.mark.parametrize("kind", [FigureCanvasAgg, FigureCanvasSVG])
def test_the_canvas_and_its_picture_stay(kind: Any) -> None:
    figure, axes = line_figure()
    canvas = kind(figure)
    if kind is FigureCanvasAgg:
        canvas.draw()
        renderer, picture = canvas.renderer, bytes(canvas.buffer_rgba())
    before = {name: value for name, value in vars(canvas).items() if name != "figure"}
    axes.set_ylim(-3, 3)
    frame = FigureDrawer(figure).draw().tobytes()
    assert figure.canvas is canvas
    assert {name: value for name, value in vars(canvas).items() if name != "figure"} == before
    if kind is FigureCanvasAgg:
        assert canvas.get_renderer() is renderer and bytes(canvas.buffer_rgba()) == picture
    assert frame == full(figure)


def test_what_is_stale_stays_stale_and_no_more() -> None:
    figure, axes = line_figure()
    drawer = FigureDrawer(figure)
    drawer.draw()
    assert figure.stale and axes.stale and axes.lines[0].stale
    full(figure)
    heard: list[bool] = []
    figure.stale_callback = lambda _, value: heard.append(value)
    drawer.draw()
    assert not heard and not figure.stale and not axes.stale and not axes.lines[0].stale
    assert figure.stale_callback is not None
    axes.lines[0].set_color("r")
    assert heard and figure.stale


def test_an_interactive_figure_is_not_drawn_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = plt.figure()
    try:
        drawn: list[object] = []
        monkeypatch.setattr(figure.canvas, "draw", lambda: drawn.append(1))
        with plt.ion():
            axes = figure.add_subplot()
            drawn.clear()
            axes.set_ylim(0, 7)
            before = len(drawn)
            FigureDrawer(figure).draw()
            assert len(drawn) == before
    finally:
        plt.close(figure)


def test_whoever_listens_hears_of_a_draw_once_and_paints_into_the_frame() -> None:
    figure, _ = line_figure()
    canvas = FigureCanvasAgg(figure)
    marker = Text(0.5, 0.5, "painted by a listener", figure=figure, animated=True)
    figure.add_artist(marker)
    heard: list[object] = []

    def paint(event: Any) -> None:
        heard.append(event.canvas)
        figure.draw_artist(marker)

    canvas.mpl_connect("draw_event", paint)
    frame = FigureDrawer(figure).draw().tobytes()
    assert heard == [canvas]
    canvas.draw()
    assert frame == bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def test_animated_artists_are_drawn_where_a_film_is_saved() -> None:
    figure, axes = line_figure()
    drawer = FigureDrawer(figure)
    shown = drawer.draw().tobytes()
    axes.lines[0].set_animated(True)
    hidden = drawer.draw().tobytes()
    assert hidden == full(figure) != shown
    assert drawer.draw(saving=True).tobytes() == shown
    assert not figure.canvas.is_saving()


def test_matplotlib_is_as_it_was_also_after_an_error() -> None:
    figure, axes = line_figure()
    drawer = FigureDrawer(figure)
    drawer.draw()
    classes = (Text, Path, type(axes.xaxis), Artist)
    settings, before = dict.copy(matplotlib.rcParams), [dict(vars(each)) for each in classes]
    own = {name: set(vars(axis)) for name, axis in axes._axis_map.items()}
    whole = drawer.draw().tobytes()

    def fail(renderer: object) -> None:
        raise RuntimeError("of the user's own")

    axes.lines[0].draw = fail
    axes.set_xlim(0, 3)
    with pytest.raises(RuntimeError, match="own"):
        drawer.draw()
    del axes.lines[0].draw
    axes.set_xlim(auto=True)
    axes.autoscale_view()
    assert drawer.draw().tobytes() == whole == full(figure)
    assert dict.__eq__(matplotlib.rcParams, settings)
    assert [dict(vars(each)) for each in classes] == before
    assert {name: set(vars(axis)) for name, axis in axes._axis_map.items()} == own


def described(axes: Any) -> list[object]:
    """What a user can see of the ticks that are there."""
    return [
        (
            tick.get_loc(), label.get_text(), label.get_position(), label.get_color(),
            label.get_fontsize(), label.get_window_extent().bounds, line.get_xydata().tolist(),
            line.get_visible(), tick.axes is axes, label.figure is axes.figure,
            label.get_va(), label.get_ha(), line.get_transform().transform((0.3, 0.7)).tolist(),
            line.get_clip_box() and line.get_clip_box().bounds,
        )
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.majorTicks, *axis.minorTicks)
        for label in (tick.label1, tick.label2)
        for line in (tick.tick1line, tick.tick2line, tick.gridline)
    ]  # fmt: skip


def test_ticks_are_those_of_a_plain_draw() -> None:
    figures, all_axes = zip(line_figure(), line_figure(), strict=True)
    drawer = FigureDrawer(figures[0])
    for number in range(4):
        for axes in all_axes:
            axes.cla()
            axes.set_ylim(0, 10.0 ** (number % 3))
            axes.tick_params(labelcolor=["r", "g"][number // 2])
            if number == 0:
                axes.spines.left.set_position(("outward", 9))
                axes.xaxis.majorTicks[0].label1.set_color("k")
        full(figures[1])
        drawer.draw()
        for axes in all_axes:
            FigureCanvasAgg(axes.figure)
        assert described(all_axes[0]) == described(all_axes[1])
    labels = all_axes[0].get_yticklabels()
    labels[1].set_color("b")
    assert labels[2].get_color() == "g" and labels[0].get_color() == "g"


def test_ticks_that_somebody_has_in_hand_are_not_taken_again() -> None:
    figure, axes = line_figure()
    drawer = FigureDrawer(figure)
    for _ in range(3):
        axes.cla()
        drawer.draw()
    tick, label, line = (
        axes.xaxis.majorTicks[1],
        axes.get_xticklabels()[2],
        axes.get_xticklines()[6],
    )
    seen = weakref.ref(axes.xaxis.majorTicks[4])
    before = (tick.get_loc(), label.get_text(), line.get_xdata()[0])
    for _ in range(3):
        axes.cla()
        axes.set_xlim(100, 200)
        drawer.draw()
    assert (tick.get_loc(), label.get_text(), line.get_xdata()[0]) == before
    assert not {tick, label, line} & {
        artist for tick in axes.xaxis.majorTicks for artist in (tick, *tick.get_children())
    }
    assert seen() is None or seen() not in axes.xaxis.majorTicks


def test_a_figure_can_be_pickled_and_goes_with_its_drawer() -> None:
    figure, axes = line_figure()
    drawer = FigureDrawer(figure)
    frame = drawer.draw().tobytes()
    copy = pickle.loads(pickle.dumps(figure))
    assert full(copy) == frame
    gone = weakref.ref(figure)
    del figure, axes, drawer
    gc.collect()
    assert gone() is None
