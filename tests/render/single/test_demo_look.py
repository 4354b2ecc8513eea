"""The demo's look for other functions: limits of the whole film, and text where nothing comes."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.plain_frames import plain_demo_frame

from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Ending, Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.mpl.theme import load_theme
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.demo.whole_film import whole_film
from fitreel.render.single.demo_scene import DemoScene, DemoText
from fitreel.render.single.scene_choice import scene_of as scene_of_run
from fitreel.render.single.snapshot_frames import drawn_snapshots
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline

X = np.linspace(-1, 1, 60)


@dataclass(frozen=True)
class State:
    """A snapshot."""

    epoch: int
    loss: float
    prediction: NDArray[np.float32]


def states(predictions: Sequence[NDArray[Any]]) -> list[State]:
    return [State(5 * n, 0.0123, p.astype("f4")) for n, p in enumerate(predictions)]


def scene_of(
    x: NDArray[Any],
    y: NDArray[Any],
    film: list[State],
    size: tuple[int, int] = (640, 480),
    **more: Any,
) -> DemoScene:
    area = whole_film((x, y), x, [state.prediction for state in film])
    return DemoScene(x, y, x, size, text=DemoText(**more), film=area)


def full_draw(scene: DemoScene) -> NDArray[np.uint8]:
    canvas: Any = scene.figure.canvas
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def assert_text_is_clear(scene: DemoScene) -> None:
    """Nothing is drawn under the text that is there now, and all of it is in the picture."""
    with_text = full_draw(scene)
    texts = [text for text in scene.figure.axes[0].texts if text.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    for text in texts:
        text.set_visible(False)
    ground = full_draw(scene)
    for text in texts:
        text.set_visible(True)
    height, width = ground.shape[:2]
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        rows = slice(int(height - box.y1), int(np.ceil(height - box.y0)))
        under = ground[rows, int(box.x0) : int(np.ceil(box.x1)), :3]
        assert (under == 255).all()
    assert (with_text != ground).any()


def place_of(scene: DemoScene) -> float:
    """How high the epoch stands, in parts of the axes."""
    return float(scene.figure.axes[0].texts[0].get_position()[1])


@st.composite
def films(draw: st.DrawFn) -> tuple[NDArray[Any], NDArray[Any], list[State]]:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.sampled_from([1, 2, 5, 60, 400]))
    x = random.uniform(-1, 1, count) * draw(st.sampled_from([1e-3, 1, 6e3])) + draw(
        st.sampled_from([0.0, 10.0])
    )
    bends = random.normal(size=(6, 3)) * draw(st.sampled_from([1, 3, 20]))
    unit = (x - x.min()) / (np.ptp(x) or 1)

    def curve(of: NDArray[Any]) -> NDArray[Any]:
        return np.sin(np.multiply.outer(unit, of[0]) + of[1]) @ of[2]

    scale = draw(st.sampled_from([1.0, 1e6, 1e-6]))
    wild = draw(st.sampled_from([1.0, 1.0, 5.0, 1e20, np.nan]))
    y = scale * (curve(bends[:3]) + 0.1 * random.normal(size=count))
    first, last = 0.3 * scale * curve(bends[3:]), scale * curve(bends[:3])
    predictions = [(1 - part) * first + part * last for part in np.linspace(0, 1, 5)]
    predictions[2][: count // 2] *= wild
    return x, y, states(predictions)


@settings(deadline=None, max_examples=15)
@given(film=films(), size=st.sampled_from([(640, 480), (320, 240), (480, 854), (854, 480)]))
def test_no_point_and_no_curve_is_ever_under_the_text(
    film: tuple[NDArray[Any], NDArray[Any], list[State]], size: tuple[int, int]
) -> None:
    x, y, shown = film
    scene = scene_of(x, y, shown, size)
    drawer = FrameDrawer(scene)
    limits = scene.figure.axes[0].viewLim.get_points().copy()
    for state in shown:
        scene.show(state)
        assert np.array_equal(drawer.draw(), full_draw(scene))
        assert_text_is_clear(scene)
        assert (scene.figure.axes[0].viewLim.get_points() == limits).all()


def test_what_lies_between_two_snapshots_is_clear_of_the_text_too() -> None:
    """A line that jumps from below to above is interpolated right across."""
    y = np.full(60, 1.0)
    shown = states([np.full(60, -1.0), np.full(60, 0.9)])
    scene = scene_of(X, y, shown)
    for share in np.linspace(0, 1, 9):
        between = (1 - share) * shown[0].prediction + share * shown[1].prediction
        scene.show(State(3, 0.5, between))
        assert_text_is_clear(scene)


def test_a_place_is_found_as_near_as_can_be_to_the_demos() -> None:
    """Below on the right where that is empty, else elsewhere, else above the axes."""
    rising, falling = states([X**3]), states([-(X**3)])
    assert place_of(scene_of(X, X**3, rising)) < 0.4
    assert place_of(scene_of(X, -(X**3), falling)) < 0.4
    x, y = (part.ravel() for part in np.meshgrid(np.linspace(-1, 1, 30), np.linspace(-1, 1, 30)))
    scene = scene_of(x, y, states([0 * x]))
    assert place_of(scene) > 1
    assert scene.figure.axes[0].get_position().y1 < 0.88
    scene.show(State(1_000_000, 0.5, np.float32(0 * x)))
    assert_text_is_clear(scene)


@pytest.mark.parametrize("remark", ["", "diverged at epoch 104"])
@pytest.mark.parametrize("scale", [1.0, 1e6])
def test_above_the_axes_nothing_overlaps(remark: str, scale: float) -> None:
    """The text, the remark, what stands above the y axis and what is said beneath the loss."""
    y = scale * np.sin(20 * X)
    beneath = "scaled · unscaled: 7.9e+05"
    widest = (("epoch=0000",), ("Loss=0.0000",), (beneath,))
    scene = scene_of(X, y, states([0 * X]), beneath_loss=lambda loss: beneath, widest=widest)
    scene.show(State(3, 0.5, np.float32(0 * X)), remark)
    full_draw(scene)
    axes: Any = scene.figure.axes[0]
    texts = [*axes.texts, axes.title, axes.yaxis.get_offset_text()]
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    assert len(boxes) == 3 + bool(remark) + (scale > 1)
    assert place_of(scene) > 1 and axes.texts[2].get_text()
    for n, box in enumerate(boxes):
        assert box.y1 <= 480 and box.x1 <= 640
        assert not any(box.overlaps(other) for other in boxes[:n])


def test_data_stay_in_sight_and_a_triangle_says_where_the_line_left() -> None:
    y = X**3
    shown = states([0 * X, 1e9 * (X - 0.5), np.full(60, -1e30), np.full(60, np.nan)])
    scene = scene_of(X, y, shown)
    low, high = scene.figure.axes[0].get_ylim()
    assert -2 < low < -1 and 1 < high < 2
    marks = [line for line in scene.figure.axes[0].lines if line.get_marker() in ("^", "v")]
    places = []
    for state in shown:
        scene.show(state)
        places.append([list(line.get_xdata()) for line in marks])
    assert places[0] == [[], []] and places[3] == [[], []]
    (up,), (down,) = places[1]
    assert up == pytest.approx(0.5, abs=0.04) and down == pytest.approx(0.5, abs=0.04)
    assert places[2] == [[], [0.0]]


def record(
    folder: Path,
    data: dict[str, Any],
    losses: Sequence[float] = (0.5, 0.01),
    ending: Ending = "complete",
) -> Record:
    """A run of a job with this table `data`; its untrained network is far above the points."""
    x = np.linspace(-1, 1, 100, dtype=np.float32)
    header = new_header("test", "0" * 64, {"data": data}, network="none", layout={})
    recorder = RecordWriter(begin(folder, header, {"x": x, "y": x**3, "truth": x**3}), {})
    for step, loss in enumerate(losses):
        recorder.add(Snapshot(5 * step, loss, 0.5 * step, x**3 + np.float32(1 - step)))
    recorder.finish(ending, 5 * len(losses))
    return Record(folder)


def frames_of(run: Record, **settings: Any) -> list[NDArray[np.uint8]]:
    timeline = make_timeline(run.epochs, run.losses, Pacing())
    drawn = drawn_snapshots(run, PictureSettings(**settings), timeline, {0, 1}, film=False)
    return [each.frame.copy() for each in drawn]


OWN_DATA = [{}, {"seed": 3}, {"function": "cubic"}]


@pytest.mark.parametrize("data", OWN_DATA)
def test_the_demos_own_job_is_the_plain_script(tmp_path: Path, data: dict[str, Any]) -> None:
    run = record(tmp_path / "run", data, (0.5, 0.00001))
    for limits in (None, "frame"):
        for frame, shown in zip(frames_of(run, limits=limits), run.snapshots(), strict=True):
            assert np.array_equal(frame, plain_demo_frame(run.x, run.y, run.x, shown))


@pytest.mark.parametrize(
    ("data", "setting"),
    [
        ({"points": 100, "noise": 0.2}, {}),
        ({"standardize": True}, {}),
        ({"function": "x**3 + 0"}, {}),
        ({}, {"truth": True}),
        ({}, {"x_label": "time"}),
        ({}, {"limits": "film"}),
    ],
)
def test_any_other_job_has_limits_of_the_whole_film(
    tmp_path: Path, data: dict[str, Any], setting: dict[str, Any]
) -> None:
    run = record(tmp_path / "run", data, (0.5, 0.00001))
    settings = PictureSettings(**setting)
    scene = scene_of_run(run, settings)
    assert isinstance(scene, DemoScene)
    limits, losses = set(), []
    for snapshot in run.snapshots():
        scene.show(snapshot)
        limits.add(scene.figure.axes[0].get_ylim())
        losses.append(scene.figure.axes[0].texts[1].get_text())
    assert len(limits) == 1
    assert losses == ["Loss=5.0·10⁻¹", "Loss=1.0·10⁻⁵"]


def test_a_divergence_is_in_the_colour_of_a_warning_but_in_the_demos_own_job(
    tmp_path: Path,
) -> None:
    warning = tuple(bytes.fromhex(load_theme("demo").warning[1:]))
    for name, data in (("own", {}), ("other", {"noise": 0.2})):
        run = record(tmp_path / name, data, ending="diverged")
        first, last = frames_of(run)
        warned = [bool((each[..., :3] == warning).all(2).any()) for each in (first, last)]
        assert warned == [False, name == "other"]


def test_limits_of_each_frame_move_and_the_text_is_above(tmp_path: Path) -> None:
    run = record(tmp_path / "run", {"noise": 0.2})
    scene = scene_of_run(run, PictureSettings(limits="frame"))
    assert isinstance(scene, DemoScene)
    limits = set()
    for snapshot in run.snapshots():
        scene.show(snapshot)
        limits.add(scene.figure.axes[0].get_ylim())
        assert_text_is_clear(scene)
    assert len(limits) == 2 and place_of(scene) > 1


@pytest.mark.parametrize("setting", ["film.theme=dark", "film.title=Title", 'film.language="de"'])
def test_only_the_demos_look_has_limits_of_each_frame(setting: str) -> None:
    with pytest.raises(BadInput, match=r"film.*limits.*demo"):
        load_job(DEMO, ["film.limits=frame", setting])
    load_job(DEMO, ["film.limits=film", setting])


def test_values_at_float32s_end_are_looked_through_without_a_warning() -> None:
    """Warnings are errors here; what is a little beyond the points is beyond float32, too."""
    x = np.linspace(-1, 1, 5, dtype=np.float32)
    largest = np.finfo(np.float32).max
    y = x * largest
    film = whole_film((x, y), x, [y, np.full(5, np.inf, np.float32)])
    assert (film.low, film.high) == (-largest, largest)
