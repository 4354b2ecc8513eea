"""Pages of a run: pictures that differ, in every cell, with the whole line in them."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import io
import re
from collections.abc import Sequence
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.handout.contact_sheet import contact_sheet
from fitreel.render.handout.frame_sheet import even_frames, frame_sheet
from fitreel.render.handout.sheet_snapshots import full_grid, nearest_apart, sheet_snapshots
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline

X = np.linspace(-1, 1, 30, dtype=np.float32)


def record(folder: Path, losses: Sequence[float], scale: float = 1.0) -> Record:
    """A run whose line falls onto the points, its first guess `scale` above them."""
    header = new_header("test", "0" * 64, {"data": {"noise": 0.2}}, network="none", layout={})
    recorder = RecordWriter(begin(folder, header, {"x": X, "y": X**3}), {})
    for step, loss in enumerate(losses):
        prediction = X**3 + np.float32(scale * loss)
        recorder.add(Snapshot(5 * step, loss, 0.5 * step, prediction))
    recorder.finish("complete", 5 * len(losses))
    return Record(folder)


def sheet_of(run: Record, settings: PictureSettings, across: int, down: int) -> str:
    timeline = make_timeline(run.epochs, run.losses, Pacing())
    return contact_sheet(run, settings, timeline, across, down, "svg").decode()


def epochs_of(svg: str) -> list[int]:
    return [int(epoch) for epoch in re.findall(r">epoch[ =](\d+)<", svg)]


@pytest.mark.parametrize("pace", ["even", "log", "loss", "path"])
def test_a_page_shows_what_differs_and_fills_every_cell(tmp_path: Path, pace: str) -> None:
    """All is learned within the first twentieth, and no film's pace hides it."""
    losses = [0.01 + 0.5 * 0.8**step for step in range(400)]
    run = record(tmp_path / "run", losses)
    timeline = make_timeline(run.epochs, run.losses, Pacing(pace=pace))
    numbers = sheet_snapshots(run, timeline.axis, 12)
    assert len(numbers) == 12 and numbers == sorted(set(numbers))
    assert numbers[0] == 0 and numbers[-1] == len(run) - 1
    assert sum(number <= 20 for number in numbers) >= 6
    svg = contact_sheet(run, PictureSettings(), timeline, 3, 4, "svg").decode()
    assert epochs_of(svg) == [5 * number for number in numbers]


def test_predictions_that_stay_are_shown_once(tmp_path: Path) -> None:
    header = new_header("test", "0" * 64, {"data": {"noise": 0.2}}, network="none", layout={})
    recorder = RecordWriter(begin(tmp_path / "run", header, {"x": X, "y": X**3}), {})
    for step in range(40):
        prediction = X * step if step % 5 == 0 else np.full_like(X, np.nan)
        recorder.add(Snapshot(step, 1 / (step + 1), 0.1, prediction, has_prediction=step % 5 == 0))
    recorder.finish("complete", 40)
    run = Record(tmp_path / "run")
    numbers = sheet_snapshots(run, EpochAxis(39.0), 6)
    assert len(numbers) == 6 and all(number % 5 == 0 for number in numbers[:-1])


@pytest.mark.parametrize(
    ("count", "shape"),
    [(1, (1, 1)), (2, (2, 1)), (5, (4, 1)), (7, (3, 2)), (11, (3, 3)), (12, (4, 3)), (99, (4, 3))],
)
def test_no_cell_is_empty(count: int, shape: tuple[int, int]) -> None:
    assert full_grid(count, 4, 3) == shape


def test_places_that_are_taken_go_to_their_neighbours() -> None:
    times = np.arange(6.0)
    assert nearest_apart(times, np.array([0, 0.1, 0.2, 5])) == [0, 1, 2, 5]
    assert nearest_apart(times, np.array([0, 4.9, 5, 5])) == [0, 3, 4, 5]
    assert nearest_apart(times, times) == [0, 1, 2, 3, 4, 5]


def pixels(content: bytes) -> NDArray[np.int64]:
    return np.asarray(iio.imread(io.BytesIO(content))[..., :3], np.int64)


@pytest.mark.parametrize("theme", ["demo", "light", "dark"])
def test_a_line_beside_the_data_is_on_the_page(tmp_path: Path, theme: str) -> None:
    """The first guess lies a third of the data's height above all points, and is seen whole."""
    run = record(tmp_path / "run", [1.3, 0.7, 0.01], scale=0.5)
    timeline = make_timeline(run.epochs, run.losses, Pacing())
    settings = PictureSettings(theme=theme)
    picture = pixels(contact_sheet(run, settings, timeline, 1, 1, "png"))
    colour = {"demo": (255, 0, 0), "light": (200, 55, 75), "dark": (255, 176, 32)}[theme]
    page = pixels(contact_sheet(run, settings, timeline, 3, 1, "png"))
    line = np.abs(page - np.array(colour)).sum(axis=-1) < 12
    columns = line[:, : page.shape[1] // 3].any(axis=0)
    assert columns.sum() > 0.7 * page.shape[1] / 3 - 150
    assert picture.shape[0] > picture.shape[1]


def test_what_left_the_picture_is_marked_and_data_stay_in_sight(tmp_path: Path) -> None:
    near, far = (
        sheet_of(record(tmp_path / name, [1.0, 0.01], scale), PictureSettings(theme="light"), 2, 1)
        for name, scale in (("near", 0.1), ("far", 1e9))
    )
    ticks = [re.findall(r">([−0-9.]+)<", svg) for svg in (near, far)]
    assert {"0", "1"} <= set(ticks[0]) and {"0", "1"} <= set(ticks[1])
    timeline = make_timeline([0, 5], [1.0, 0.01], Pacing())
    page = pixels(contact_sheet(
        Record(tmp_path / "far"), PictureSettings(theme="light"), timeline, 2, 1, "png"
    ))  # fmt: skip
    middle = page[:, int(0.2 * page.shape[1]) : int(0.3 * page.shape[1])]
    triangle = np.abs(middle - np.array((200, 55, 75))).sum(axis=-1) < 12
    assert 20 < triangle.sum() < 500


def test_captions_are_in_the_look_and_language_of_the_film(tmp_path: Path) -> None:
    run = record(tmp_path / "run", [0.6, 0.3, 0.00012])
    for settings, texts in (
        (PictureSettings(), [">epoch=10<", ">loss=1.2·10⁻⁴<"]),
        (PictureSettings(theme="light"), [">epoch 10<", ">loss 1.2·10⁻⁴<"]),
        (PictureSettings(theme="dark", language="de"), [">Epoche 10<", ">Verlust 1,2·10⁻⁴<"]),
    ):
        svg = sheet_of(run, settings, 3, 1)
        for text in texts:
            assert text in svg, settings


def test_frames_are_laid_out_whole_and_in_order() -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9)]
    frames = [np.full((90, 160, 4), (*colour, 255), np.uint8) for colour in colours]
    captions = ["epoch 0", "epoch 1", "", "last"]
    page = frame_sheet(frames, captions, PictureSettings(theme="light"), 2, 2, "png")
    again = frame_sheet(frames, captions, PictureSettings(theme="light"), 2, 2, "png")
    assert page == again
    places = []
    for colour in colours:
        rows, columns = np.nonzero((pixels(page) == colour).all(axis=-1))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert width / height == pytest.approx(160 / 90, rel=0.01)
        places.append((rows.min(), columns.min()))
    assert places[0][0] == places[1][0] < places[2][0] == places[3][0]
    assert places[0][1] == places[2][1] < places[1][1] == places[3][1]


def test_frames_of_a_comparison_are_even_on_its_path() -> None:
    epochs = np.arange(0, 401.0, 5)
    runs = [(epochs, 0.01 + 0.5 * rate ** np.arange(81.0)) for rate in (0.8, 0.9)]
    times = np.concatenate([[0] * 20, np.linspace(0, 400, 100), [400] * 30])
    frames = even_frames(times, EpochAxis(400.0, 5.0), runs, 6)
    assert len(set(frames)) == 6 and frames == sorted(frames)
    assert times[frames[0]] == 0 and times[frames[-1]] == 400
    assert len(set(times[frames])) == 6
