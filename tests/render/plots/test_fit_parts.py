"""What stands in a fit's axes: exact, never out of them, and what moves says how far it is."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from support.fit_scene import SIZE, FitScene

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import THEMES, load_theme
from fitreel.render.plots.fit_axes import fit_axes, fit_limits
from fitreel.render.plots.gaps import Gaps
from fitreel.render.plots.network_line import NetworkLine
from fitreel.render.plots.points import draw_points, point_style
from fitreel.render.plots.trail import OPACITIES
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_snapshots

Pixels = NDArray[np.uint8]


def predictions(run: Record) -> list[NDArray[np.floating]]:
    """Of some snapshots, and what no training should give."""
    some = [each.prediction for each in shown_snapshots(run, [0, 1, len(run) // 2, len(run) - 1])]
    last = some[-1]
    gaps = np.where(np.arange(len(last)) % 7 == 0, np.nan, last)
    beyond = [40 * last, last + 1e30, np.full_like(last, np.inf), np.full_like(last, np.nan)]
    return [*some, gaps, *beyond, -3 * last, some[0]]


@pytest.mark.parametrize(("theme", "over"), [("light", False), ("chalkboard", True)])
@pytest.mark.parametrize("name", ["short_run", "crowd"])
def test_frames_are_full_draws(
    request: pytest.FixtureRequest, name: str, theme: str, over: bool
) -> None:
    run = request.getfixturevalue(name)
    scene = FitScene(run, theme, over=over)
    drawer = FrameDrawer(scene)
    assert not drawer.is_full
    for number, prediction in enumerate(predictions(run)):
        epoch = float(run.epochs[-1]) * (number % 4) / 3
        scene.show(epoch, prediction, 0.1 if number == 3 else None)
        frame = drawer.draw()[..., :3].copy()
        assert np.array_equal(frame, scene.picture()), number


@pytest.mark.parametrize("name", ["short_run", "diverged"])
def test_limits_keep_the_data_in_sight(request: pytest.FixtureRequest, name: str) -> None:
    run = request.getfixturevalue(name)
    limits = fit_limits([run], truth=True)
    low, high = float(run.y.min()), float(run.y.max())
    assert limits.y[0] < low and high < limits.y[1]
    assert limits.y[1] - limits.y[0] <= 1.7 * 1.12 * 1.2 * (high - low)
    assert limits.x[0] < run.x.min() and run.x.max() < limits.x[1]
    # Less air at the right, where the network's name begins.
    assert run.x.min() - limits.x[0] > 2 * (limits.x[1] - run.x.max())


def test_limits_hold_every_run_and_the_truth_where_it_is_drawn(
    short_run: Record, constant: Record
) -> None:
    both = fit_limits([short_run, constant], truth=False)
    assert both.y[0] < short_run.y.min() and both.y[1] > 5
    assert short_run.truth is not None
    with_truth, without = (fit_limits([short_run], truth) for truth in (True, False))
    assert with_truth.y[0] <= without.y[0] and with_truth.y[1] >= without.y[1]


def test_data_that_are_one_value_have_air_and_show_where_the_network_started(
    constant: Record,
) -> None:
    low, high = fit_limits([constant], truth=True).y
    first = next(shown_snapshots(constant, [0])).prediction
    assert high > 5.5
    assert low < first.min() < 5


def inked(picture: Pixels, ground: str) -> NDArray[np.bool_]:
    """Where anything is drawn."""
    return np.asarray((picture != np.round(np.array(to_rgb(ground)) * 255)).any(axis=2))


def alone(run: Record) -> tuple[Page, Box, "object"]:
    page = Page(SIZE, load_theme("light"))
    box = Box(60, 60, 400, 240)
    return page, box, fit_axes(page, box, fit_limits([run], truth=True))


@pytest.mark.parametrize("part", [Gaps, NetworkLine])
def test_what_leaves_the_picture_is_cut_at_its_edges(short_run: Record, part: type) -> None:
    scene = FitScene(short_run, labelled=False)
    page, box = Page(SIZE, load_theme("light")), scene.box
    axes = fit_axes(page, box, scene.limits)
    options = {"opacity": 1.0} if part is Gaps else {}
    moved = part(page, axes, short_run, colour="#000000", **options)
    scene.figure = page.figure
    for sign in (1, -1):
        moved.show(sign * np.linspace(-50, 50, len(short_run.x)))
        marks = inked(scene.picture(), page.theme.background)
        rows = np.flatnonzero(marks.any(axis=1))
        assert rows.min() >= SIZE[1] - box.top and rows.max() < SIZE[1] - box.bottom
        assert marks.sum() > 100


def test_gaps_reach_from_the_points_to_the_curve(short_run: Record) -> None:
    scene = FitScene(short_run, labelled=False)
    page = Page((1280, 720), load_theme("light"))
    box = Box(100, 100, 800, 500)
    axes = fit_axes(page, box, scene.limits)
    gaps = Gaps(page, axes, short_run, colour="#000000", opacity=1.0)
    gaps.show(np.full(len(short_run.x), 0.5))
    scene.figure = page.figure
    marks = inked(scene.picture(), page.theme.background)
    ends = axes.transData.transform(np.stack([short_run.x, short_run.y], axis=1))
    level = axes.transData.transform((0, 0.5))[1]
    for x, y in ends:
        column = marks[:, int(x) - 1 : int(x) + 2].any(axis=1)
        assert column[720 - int(max(y, level)) + 1 : 720 - int(min(y, level)) - 1].all()


def test_a_curve_has_round_ends_that_no_edge_cuts(short_run: Record) -> None:
    scene = FitScene(short_run, labelled=False)
    page = Page(SIZE, load_theme("light"))
    axes = fit_axes(page, Box(60, 60, 400, 240), scene.limits)
    axes.set_xlim(float(short_run.x.min()), float(short_run.x.max()))
    line = NetworkLine(page, axes, short_run, colour="#000000", width=20)
    line.show(np.zeros(len(short_run.x)))
    scene.figure = page.figure
    columns = np.flatnonzero(inked(scene.picture(), page.theme.background).any(axis=0))
    radius = page.px(10)
    assert columns.min() == pytest.approx(60 - radius, abs=1.1)
    assert columns.max() == pytest.approx(459 + radius, abs=1.1)


def test_the_name_rides_at_the_curves_end_and_stays_inside(short_run: Record) -> None:
    scene = FitScene(short_run, labelled=False)
    last = int(np.argmax(short_run.prediction_x))
    (text,) = scene.rider.moving
    heights = []
    for value in (0.0, 0.5, 1e9, -np.inf):
        prediction = np.zeros(len(short_run.x))
        prediction[last] = value
        scene.show(0.0, prediction)
        extent = text.get_window_extent()
        middle = (extent.y0 + extent.y1) / 2
        heights.append(middle)
        assert scene.box.bottom <= middle <= scene.box.top
        assert scene.box.right < extent.x0 < scene.box.right + scene.page.px(12)
    expected = scene.axes.transData.transform([(0, 0.0), (0, 0.5)])[:, 1]
    assert heights[:2] == pytest.approx(expected.tolist(), abs=scene.page.px(5))
    assert heights[3] < heights[0] < heights[1] < heights[2]


@pytest.mark.parametrize("theme", THEMES)
def test_a_dense_cloud_looks_dense(cloud: Record, theme: str) -> None:
    page = Page(SIZE, load_theme(theme))
    axes = fit_axes(page, Box(40, 40, 560, 280), fit_limits([cloud], truth=True))
    style = point_style(
        page, len(cloud.x),
        colour=page.theme.points, opacity=page.theme.points_opacity,
    )  # fmt: skip
    draw_points(page, axes, cloud, style)
    scene = FitScene.__new__(FitScene)
    scene.figure = page.figure
    picture = scene.picture()
    assert cloud.truth is not None
    # Along the true function every pixel is the data's colour.
    order = np.argsort(cloud.x)[500:-500:500]
    middle = np.stack([cloud.x, cloud.truth], axis=1)[order]
    places = axes.transData.transform(middle).astype(int)
    core = picture[SIZE[1] - 1 - places[:, 1], places[:, 0]]
    full = np.round(np.array(to_rgb(style.colour)) * 255)
    assert (np.abs(core - full).max(axis=1) <= 12).mean() > 0.95
    # And the outermost points are seen.
    top = axes.transData.transform((cloud.x[np.argmax(cloud.y)], cloud.y.max())).astype(int)
    near = picture[SIZE[1] - top[1] - 3 : SIZE[1] - top[1] + 3, top[0] - 3 : top[0] + 3]
    assert inked(near, page.theme.axes).any()


def test_few_points_are_full_dots_and_more_are_smaller(short_run: Record) -> None:
    page = Page((1280, 720), load_theme("light"))
    styles = [
        point_style(page, count, colour="#4f78b0", opacity=1.0) for count in (3, 150, 2000, 50000)
    ]
    diameters = [style.diameter for style in styles]
    assert diameters[:2] == [8.0, 8.0]
    assert diameters == sorted(diameters, reverse=True) and len(set(diameters)) == 3
    assert [style.colour for style in styles[:2]] == ["#4f78b0"] * 2


def test_points_of_an_overfitted_run_lie_over_the_network(short_run: Record) -> None:
    prediction = np.asarray(short_run.y)
    counts = []
    for over in (False, True):
        scene = FitScene(short_run, over=over, labelled=False)
        scene.show(0.0, prediction)
        picture = scene.picture()
        colour = np.round(np.array(to_rgb(scene.page.theme.points)) * 255)
        counts.append((np.abs(picture - colour).max(axis=2) < 8).sum())
    assert counts[1] > 5 * counts[0] + 200


def test_the_trail_comes_and_goes(crowd: Record) -> None:
    scene = FitScene(crowd, labelled=False)
    assert scene.trail is not None and scene.gaps is None
    shown = []
    last = float(crowd.epochs[-1])
    for epoch, seconds in [(0.0, None), (last / 2, None), (last, None), (last, 0.15), (last, 0.3)]:
        scene.trail.show(epoch, seconds)
        shown.append([line.get_alpha() for line in reversed(scene.trail.moving)])
    assert shown[0] == shown[4] == [0, 0, 0]
    assert shown[1] == shown[2] == pytest.approx([*OPACITIES])
    assert shown[3] == pytest.approx([each / 2 for each in OPACITIES])


def test_triangles_mark_where_the_curve_left(short_run: Record) -> None:
    scene = FitScene(short_run, labelled=False)
    upper, lower, above, below = scene.marks.moving
    order = np.argsort(short_run.x)
    inside = np.zeros(len(order))
    twice = inside.copy()
    twice[order[10:20]] = twice[order[40:50]] = 9.0
    scene.show(0.0, twice)
    assert len(upper.get_xdata()) == 2 and not len(lower.get_xdata())  # type: ignore[attr-defined]
    assert not above.get_text()  # type: ignore[attr-defined]
    scene.show(0.0, np.full(len(order), -300.0), 0.0)
    assert not len(upper.get_xdata()) and len(lower.get_xdata()) == 1  # type: ignore[attr-defined]
    assert below.get_text() == "-3e+02"  # type: ignore[attr-defined]
    assert below.get_color() == scene.page.theme.warning  # type: ignore[attr-defined]
    scene.show(0.0, np.full(len(order), np.nan))
    assert len(upper.get_xdata()) == 1 and not above.get_text()  # type: ignore[attr-defined]
    scene.show(0.0, inside)
    assert not any(len(mark.get_xdata()) for mark in (upper, lower))  # type: ignore[attr-defined]
    assert not above.get_text() and not below.get_text()  # type: ignore[attr-defined]
