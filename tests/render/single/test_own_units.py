"""What pictures say of columns and scaled losses, and predictions at one place."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from support.picture_rules import faults
from support.run_states import show_in

from fitreel.model.errors import BadInput
from fitreel.model.record.header import Column
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.comparison.comparable_losses import UNSCALED, comparable
from fitreel.render.comparison.frames import scene_of as comparison_scene
from fitreel.render.comparison.pacing import timetable_of
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.network.recorded_network import Loss, Network
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.text.axis_labels import axis_labels

MINUTES = np.linspace(0, 30, 31)
CELSIUS = 20 + 60 * np.exp(-MINUTES / 8)
RED = (255, 0, 0)


def record(
    folder: Path,
    x: NDArray[np.float64] = MINUTES,
    y: NDArray[np.float64] = CELSIUS,
    names: tuple[str, str] = ("minutes", "temp (°C)"),
    is_scaled: bool = True,
) -> Record:
    """Two snapshots, without a training: flat, and exact."""
    scales = [(v.std() or 1.0, v.mean()) if is_scaled else (1.0, 0.0) for v in (x, y)]
    columns = [Column(n, float(s), float(o)) for n, (s, o) in zip(names, scales, strict=True)]
    layout: dict[str, tuple[int, ...]] = {
        "0.weight": (2, 1), "0.bias": (2,), "2.weight": (1, 2), "2.bias": (1,)
    }  # fmt: skip
    job = {"data": {"file": "own.csv"}, "network": {"hidden": [2]}}
    header = new_header("test", "0" * 64, job, layout=layout)
    header = replace(header, inputs=(columns[0],), outputs=(columns[1],))
    run = begin(folder, header, {"x": x, "y": y})
    writer = RecordWriter(run, {})
    seen = columns[1].scaled(y).astype(np.float32)
    for epoch, prediction in ((0, np.full_like(seen, seen.mean())), (5, seen)):
        weights = np.array([1, -1, 0.5, 0.25, 0.5, -0.75, 0.125], np.float32)
        loss = float(np.mean((prediction - seen) ** 2)) + 0.0025
        writer.add(Snapshot(epoch, loss, 0.1, prediction, weights))
    writer.finish("complete", 6)
    return Record(folder)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]  # type: ignore[attr-defined]


def full_draw(figure: Figure) -> NDArray[np.uint8]:
    canvas: Any = figure.canvas
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


LOOKS = [
    PictureSettings(),
    PictureSettings(x_label="time $t$", y_label="100 \\$"),
    PictureSettings(theme="dark"),
    PictureSettings((854, 480), theme="light", panels=("loss", "residuals", "units", "gradients")),
    PictureSettings((480, 854), theme="paper", title="Coffee", panels=("loss",)),
    PictureSettings(theme="light", language="de", x_label=""),
]


@pytest.mark.parametrize("settings", LOOKS)
def test_pictures_of_scaled_points_are_full_draws_and_nothing_lies_over_a_label(
    tmp_path: Path, settings: PictureSettings
) -> None:
    run = record(tmp_path / "run")
    ours, plain = scene_of(run, settings), scene_of(run, settings)
    drawer = FrameDrawer(ours)
    for snapshot in [*run.snapshots(weights=True), *run.snapshots([0], weights=True)]:
        for each in (ours, plain):
            show_in(each, snapshot, "diverged at epoch 7")
        assert np.array_equal(drawer.draw(), full_draw(plain.figure))
    if settings.is_demo:
        return
    assert faults(plain.figure, settings.theme, 10) == []


def test_what_is_said_of_columns_and_losses(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    last = list(run.snapshots(weights=True))[-1]

    def said(**settings: Any) -> list[str]:
        scene = scene_of(run, PictureSettings(**settings))
        show_in(scene, last)
        return texts(scene.figure)

    unscaled = f"unscaled: {0.0025 * CELSIUS.var():.4f}"
    demo = said()
    assert {"Loss=0.0025", f"scaled · {unscaled}"} <= set(demo)
    assert not {"minutes", "temp (°C)"} & set(demo), "the demo's look, unless a job sets them"
    assert {"minutes", "°C"} <= set(said(x_label="minutes", y_label="°C"))
    light = said(theme="light")
    assert {"minutes", "temp (°C)", "loss (scaled)", "0.0025", unscaled} <= set(light)
    own = said(theme="light", x_label="", y_label="$T$ in °C")
    assert "$T$ in °C" in own and not {"minutes", "temp (°C)"} & set(own)
    plain = record(tmp_path / "plain", is_scaled=False, names=("x", "cost ($)"))
    scene = scene_of(plain, PictureSettings(theme="light"))
    show_in(scene, last)
    assert "loss" in texts(scene.figure) and "x" not in texts(scene.figure)
    assert r"cost (\$)" in texts(scene.figure), "no mathematics"


@pytest.mark.parametrize("name", ["a\u0301\U0001f468\u200d\U0001f469", "\U000e1234", "x" * 255])
def test_any_name_of_a_column_is_drawn_or_left_out(tmp_path: Path, name: str) -> None:
    run = record(tmp_path / "run", names=("t", name))
    scene = scene_of(run, PictureSettings(theme="light"))
    show_in(scene, next(run.snapshots()))
    assert "t" in texts(scene.figure) and len(full_draw(scene.figure))


def test_numbers_at_axes_far_from_zero_are_told_apart_and_inside(tmp_path: Path) -> None:
    places, words = linear_ticks(1709600000, 1709600060, 4)
    assert [float(text) for text in words] == places == [1709600000.0 + 20 * n for n in range(4)]
    assert linear_ticks(1013.25, 1013.2506, 3)[1] == [
        "1013.2500",
        "1013.2502",
        "1013.2504",
        "1013.2506",
    ]
    run = record(tmp_path / "run", 1709600000 + 2 * MINUTES)
    scene = scene_of(run, PictureSettings(theme="light", panels=("residuals", "loss")))
    show_in(scene, next(run.snapshots()), "diverged at epoch 99999")
    full_draw(scene.figure)
    boxes = [text.get_window_extent() for text in scene.figure.axes[0].get_xticklabels()]
    boxes += [text.get_window_extent() for text in scene.figure.axes[1].get_xticklabels()]
    assert boxes and all(box.x0 >= 0 and box.x1 <= 640 for box in boxes)


def test_a_wrong_label_is_refused() -> None:
    with pytest.raises(BadInput, match=r"film.y_label: column 1: a \$ has no partner"):
        axis_labels(PictureSettings(y_label="$x"))


def test_panels_are_in_the_units_of_the_file(tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    first, last = run.snapshots(weights=True)
    assert np.allclose(last.prediction, CELSIUS) and np.allclose(first.prediction, CELSIUS.mean())
    network = Network(run.header)
    assert last.weights is not None
    seen = (MINUTES - MINUTES.mean()) / MINUTES.std()
    units = np.array([0.5 * np.maximum(seen + 0.5, 0), -0.75 * np.maximum(-seen + 0.25, 0)])
    parts, bias = network.contributions(last.weights, MINUTES)
    assert np.allclose(parts, units * CELSIUS.std()) and bias == 0.125 * CELSIUS.std()
    error = units.sum(axis=0) + 0.125 - (CELSIUS - CELSIUS.mean()) / CELSIUS.std()
    gradient = network.gradient(last.weights, MINUTES, CELSIUS, Loss(run.header))
    expected = [2 * np.mean(error * units[0]) / 0.5, 2 * np.mean(error * units[1]) / -0.75]
    assert np.allclose(gradient[-1], [[*expected, 2 * np.mean(error)]])


@pytest.mark.parametrize("layout", ["grid", "overlay"])
def test_comparisons_have_labels_and_losses_that_can_be_compared(
    tmp_path: Path, layout: Any
) -> None:
    runs = [record(tmp_path / "a"), record(tmp_path / "b", is_scaled=False)]
    entries, remark = comparable([Entry(run.path.name, run) for run in runs])
    assert remark == UNSCALED
    settings = PictureSettings((960, 540), theme="light")
    picture = ComparisonPicture(entries, settings, layout, loss_panel=True)
    table = timetable_of(entries, "epoch")
    ours, plain = comparison_scene(picture, table), comparison_scene(picture, table)
    (state,) = states(entries, table, [len(table) - 1])
    for scene in (ours, plain):
        scene.show(state)
    assert np.array_equal(FrameDrawer(ours).draw(), full_draw(plain.figure))
    words = texts(plain.figure)
    assert {"minutes", "temp (°C)", "loss"} <= set(words)
    assert any(f"{0.0025 * CELSIUS.var():.4f}" in text for text in words)
    other = [Entry("a", runs[0]), Entry("c", record(tmp_path / "c", names=("s", "temp (°C)")))]
    scene = comparison_scene(ComparisonPicture(other, settings, layout), table)
    assert "temp (°C)" in texts(scene.figure) and "minutes" not in texts(scene.figure)
    demo = comparison_scene(ComparisonPicture(other, PictureSettings((960, 540)), layout), table)
    assert "temp (°C)" not in texts(demo.figure)


@pytest.mark.parametrize("x", [np.array([2.0]), np.full(3, 2.0), np.full(3, 1e20)])
def test_a_prediction_at_one_place_is_seen(tmp_path: Path, x: NDArray[np.float64]) -> None:
    run = record(tmp_path / "run", x, np.array([1.0, 2.0, 6.0][: len(x)]), is_scaled=False)
    scene = scene_of(run, PictureSettings())
    scene.show(next(run.snapshots()))
    frame = FrameDrawer(scene).draw()
    scene.show(replace(next(run.snapshots()), prediction=np.full(len(x), np.nan, np.float32)))
    seen = np.all(frame[..., :3] == RED, axis=-1).sum()
    without = np.all(FrameDrawer(scene).draw()[..., :3] == RED, axis=-1).sum()
    assert seen - without > 100
    for layout in ("grid", "overlay"):
        entries = [Entry("a", run), Entry("b", run)]
        picture = ComparisonPicture(entries, PictureSettings((960, 540)), layout)  # type: ignore[arg-type]
        lines = [
            line
            for axes in comparison_scene(picture, timetable_of(entries, "epoch")).figure.axes
            for line in axes.lines
        ]
        assert any(line.get_marker() == "o" for line in lines)
    themed = scene_of(run, PictureSettings((854, 480), theme="light", panels=("residuals",)))
    show_in(themed, next(run.snapshots()))
    assert any(line.get_marker() == "o" for line in themed.figure.axes[0].lines[1:])
