"""A record of anybody's loop: what is kept, when, and what a wrong call does."""

import gc
import json
import os
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.program import DATA

import fitreel
from fitreel.model.record.reader import Record
from fitreel.recording.schedule import Schedule

X = np.linspace(-1, 1, 20)
Y = X**3


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def curve(step: int) -> Any:
    return (X * step).astype(np.float32)


def epochs(path: str = "r") -> list[int]:
    return Record(Path(path)).epochs.tolist()


def test_nothing_is_made_before_the_first_log_and_all_is_there_after_each(folder: Path) -> None:
    rec = fitreel.Recorder("deep/r", X, Y, info={"lr": np.float32(0.5)}, name="mine")
    assert not [*folder.iterdir()]
    assert rec.at.shape == (20, 1) and rec.at.dtype == np.float32
    buffer = curve(1)
    for step in range(3):
        rec.log(step, 1 / (step + 1), buffer, lr=0.1 * step if step else None)
        buffer += 1  # what was logged mustn't change with it
        run = fitreel.Run("deep/r")
        assert len(run) == step + 1 and run.ending is None
    np.testing.assert_array_equal(run.prediction, [curve(1) + n for n in range(3)])
    np.testing.assert_array_equal(run.loss, [1, 1 / 2, 1 / 3])
    np.testing.assert_array_equal(run.metrics["lr"], [np.nan, 0.1, 0.2])
    assert (run.x.dtype, run.loss.dtype) == (np.float64, np.float64)
    assert np.all(np.diff(run.seconds) >= 0) and run.seconds[0] == 0
    header = json.loads(Path("deep/r/run.json").read_text())
    assert header["info"] == {"lr": 0.5} and header["name"] == "mine"
    assert header["recorder"] == "program" and header["job"] == {}
    rec.close()
    assert fitreel.Run("deep/r").ending == "complete"
    assert not [*Path("deep/r").glob("journal*")]
    rec.close()  # once more does nothing
    assert rec.failed is None


def test_no_thread_and_no_signal_of_ours(folder: Path) -> None:
    before = threading.active_count()
    with fitreel.Recorder("r", X, Y) as rec:
        rec.log(0, 1.0, curve(1))
        assert threading.active_count() == before


def test_what_is_not_due_is_not_asked_for(folder: Path) -> None:
    asked: list[int] = []

    def predict(step: int) -> Any:
        asked.append(step)
        return curve(step)

    with fitreel.Recorder("r", X, Y, every=5) as rec:
        for step in range(3, 33, 3):
            rec.log(step, step, lambda step=step: predict(step), keep=step == 12)
    assert asked == [3, 9, 12, 15, 21, 27]
    assert epochs() == [*asked, 30]  # the last step's numbers, not its prediction
    run = fitreel.Run("r")
    assert run.loss[-1] == 30 and np.isnan(run.prediction[-1]).all()


@pytest.mark.parametrize(
    ("every", "kept"),
    [
        (1, [0, 1, 2, 7, 8, 20]),
        (2.5, [0, 7, 20]),
        (np.int64(6), [0, 7, 20]),
        ("log", [0, 1, 2, 7, 8, 20]),
        (lambda step: step % 2 == 0, [0, 2, 8, 20]),
    ],
)
def test_schedules(every: Any, kept: list[int]) -> None:
    steps = [0, 1, 2, 7, 8, 20]
    one, other = Schedule(every), Schedule(every)
    assert [step for step in steps if one.due(step) and one.due(step)] == kept
    assert [step for step in steps if other.due(step)] == kept


def test_far_steps_are_kept_by_their_logarithm() -> None:
    schedule = Schedule("log")
    kept = [step for step in range(1_000_000 // 50) if schedule.due(step)]
    assert kept[:50] == [*range(50)] and len(kept) < 400


def test_a_function_gets_the_places_where_it_takes_an_argument(folder: Path) -> None:
    x = np.random.default_rng(0).random((30, 2))
    with fitreel.Recorder("r", x, x[:, 0]) as rec:
        rec.log(prediction=lambda at: at[:, 0])
        rec.log(prediction=lambda: rec.at[:, 1])
    run = fitreel.Run("r")
    assert run.prediction_x.shape == rec.at.shape and run.prediction.shape == (2, len(rec.at))
    np.testing.assert_array_equal(run.prediction, rec.at.T)
    header = Record(Path("r")).header
    assert np.prod(header.grid_shape) == len(rec.at) and max(header.grid_shape) == 100
    margin = 0.08 * np.ptp(x, axis=0).max()
    np.testing.assert_allclose(rec.at.min(0), x.min(0) - margin, atol=1e-6)
    with fitreel.Recorder("points", x, x[:, 0]) as rec:
        rec.log(prediction=x[:, 1])  # as many rows as x: at the points
    assert Record(Path("points")).grid is None


def test_shapes_that_are_the_same(folder: Path) -> None:
    with fitreel.Recorder("r", X[:, None], Y[None, :], at=[[0.0], [0.5]], truth=np.square) as rec:
        for n, value in enumerate(([1, 2], [[1], [2]], [[1, 2]])):
            rec.log(n, prediction=value)
    run = Record(Path("r"))
    assert run.x.shape == run.y.shape == (20,) and run.truth is not None
    np.testing.assert_array_equal(run.truth, [0, 0.25])
    assert [each.prediction.tolist() for each in run.snapshots()] == [[1, 2]] * 3


@pytest.mark.parametrize(
    ("arguments", "error", "line"),
    [
        ((X,), ValueError, "y is missing"),
        ((X, Y[:-1]), ValueError, "20 points, y 19"),
        ((X, [*Y[:-1], np.nan]), ValueError, "y has 1 values that aren't finite"),
        ((X, [*Y[:-1], 1e200]), ValueError, "1e\\+200, too large to be drawn"),
        ((X, ["a"] * 20), TypeError, "must be numbers"),
        ((np.zeros((3, 65)), np.zeros(3)), ValueError, "at most 64 inputs"),
    ],
)
def test_points_that_are_none(arguments: Any, error: type[Exception], line: str) -> None:
    with pytest.raises(error, match=line):
        fitreel.Recorder("r", *arguments)


@pytest.mark.parametrize(
    ("settings", "error", "line"),
    [
        ({"every": 0}, ValueError, "more than 0"),
        ({"every": "often"}, TypeError, "often"),
        ({"info": {"a": {1, 2}}}, TypeError, "JSON"),
        ({"info": {"a": "b" * 2_000_000}}, ValueError, "characters"),
        ({"name": ""}, ValueError, "name"),
        ({"at": [[1, 2], [3, 4]]}, ValueError, "at has 2 columns, x 1"),
        ({"truth": [1, 2]}, ValueError, "truth has shape"),
        ({"resume": True, "overwrite": True}, ValueError, "one or the other"),
    ],
)
def test_settings_that_are_none(
    settings: dict[str, Any], error: type[Exception], line: str
) -> None:
    with pytest.raises(error, match=line):
        fitreel.Recorder("r", X, Y, **settings)


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"step": -1}, ValueError, "0 or more"),
    ({"step": 0.5}, TypeError, "whole number"),
    ({"step": True}, TypeError, "whole number"),
    ({"step": 2**70}, ValueError, "64 bits"),
    ({"loss": [1.0, 2.0]}, ValueError, r"loss has shape \(2,\).*one number"),
    ({"loss": 1j}, TypeError, "complex"),
    ({"loss": "low"}, TypeError, "numbers"),
    ({"prediction": curve(1)[:-1]}, ValueError, r"shape \(19,\); expected \(20,\)"),
    ({"prediction": [[1, 2], [3]]}, ValueError, "ragged"),
    ({"prediction": lambda: None}, TypeError, "None"),
    ({"lr": [0.1, 0.2]}, ValueError, "lr has shape"),
    ({f"m{n}": 1.0 for n in range(1001)}, ValueError, "at most 1000"),
]


@pytest.mark.parametrize(("call", "error", "line"), WRONG)
def test_a_wrong_call_raises_at_first_and_is_one_warning_later(
    folder: Path, call: dict[str, Any], error: type[Exception], line: str
) -> None:
    rec = fitreel.Recorder("r", X, Y)
    with pytest.raises(error, match=line):
        rec.log(**call)
    assert not [*folder.iterdir()] and rec.failed is None
    rec.log(3, 1.0, curve(1))
    with pytest.warns(UserWarning, match=f"(?s)recording stopped at step.*{line}") as caught:
        rec.log(**({"step": 4} | call))
    assert caught[0].filename == __file__ and isinstance(rec.failed, error)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rec.log(5, 1.0, curve(2))  # the loop goes on
        rec.close()
    assert epochs() == [3] and Record(Path("r")).ending is None


def test_where_warnings_are_errors_the_loop_goes_on_as_well(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rec = fitreel.Recorder("r", X, Y)
    rec.log(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rec.log(1, loss="high")
    assert "recording stopped at step 1" in caplog.text and rec.failed is not None


def test_steps_that_begin_anew_in_each_epoch_are_told(folder: Path) -> None:
    rec = fitreel.Recorder("r", every=10)
    for step in range(20):
        rec.log(step, 1.0)
    with pytest.warns(UserWarning, match=r"step 0 comes after step 19.*count them through"):
        rec.log(0, 1.0)
    assert epochs() == [0, 10]


def test_what_is_not_finite_is_data(folder: Path) -> None:
    with fitreel.Recorder("r", X, Y) as rec:
        rec.log(0, np.inf, curve(1) * np.nan, lr=np.nan)
        rec.log(1, np.nan, curve(1) * np.inf)
        rec.log(2, 1e300, curve(1) * np.float64(1e300))
    run = fitreel.Run("r")
    np.testing.assert_array_equal(run.loss, [np.inf, np.nan, 1e300])
    assert np.isinf(run.prediction[2]).any() and Record(Path("r")).has_predictions.all()


def test_endings(folder: Path) -> None:
    class Failure(Exception):
        pass

    with pytest.raises(Failure), fitreel.Recorder("a", X, Y, every=10) as rec:
        for step in range(7):
            rec.log(step, step)
        raise Failure
    assert fitreel.Run("a").ending == "interrupted" and epochs("a") == [0, 6]
    rec = fitreel.Recorder("b")
    rec.log(loss=1)
    with pytest.raises(ValueError, match="must be one of complete"):
        rec.close("done")  # type: ignore[arg-type]
    rec.close("diverged")
    assert fitreel.Run("b").ending == "diverged"
    with pytest.warns(UserWarning, match="closed"):
        rec.log(loss=1)
    fitreel.Recorder("c").close()
    assert not Path("c").exists()


def test_what_is_there_stays_unless_it_is_said(folder: Path) -> None:
    with fitreel.Recorder("r", X, Y) as rec:
        rec.log(0, 1.0, curve(1))
    with pytest.raises(FileExistsError, match=r"resume=True .* overwrite=True"):
        fitreel.Recorder("r", X, Y)
    Path("r/notes.txt").write_text("mine")
    with fitreel.Recorder("r", X, Y, overwrite=True) as rec:
        assert epochs() == [0] and len(fitreel.Run("r")) == 1  # only the first log replaces it
        rec.log(7)
    assert epochs() == [7] and Path("r/notes.txt").read_text() == "mine"
    Path("other").mkdir()
    Path("other/thesis.tex").touch()
    for settings in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(FileExistsError, match=r"holds no run but 'thesis\.tex'"):
            fitreel.Recorder("other", X, Y, **settings)  # type: ignore[arg-type]


def test_a_loop_goes_on_from_what_is_there(folder: Path) -> None:
    for start, ending in ((0, "interrupted"), (4, "complete")):
        with fitreel.Recorder("r", X, Y, resume=True) as rec:
            for step in range(start, start + 6):
                rec.log(step, start, curve(step), lr=1.0)
            rec.close(ending)  # type: ignore[arg-type]
    assert epochs() == [*range(10)]
    assert fitreel.Run("r").loss.tolist() == [0] * 4 + [4] * 6
    assert np.all(np.diff(fitreel.Run("r").seconds) >= 0)
    with fitreel.Recorder("r", X, Y, resume=True) as rec:
        rec.log(loss=9)  # a complete one, too, and the step that follows
    assert epochs() == [*range(11)]
    for points, line in (
        ((X + 1, Y), "another x"),
        ((X, Y, X[:3]), "another at"),
        ((), "1 inputs and 1 outputs, not 0 and 0"),
    ):
        with pytest.raises(ValueError, match=line):
            fitreel.Recorder("r", *points[:2], at=points[2] if len(points) > 2 else None,
                             resume=True)  # fmt: skip
    with pytest.raises(fitreel.BadInput, match="a job of fitreel's"):
        fitreel.Recorder(DATA / "records" / "demo", X, Y, resume=True)


def test_a_cell_that_is_run_again_closes_the_recorder_before(folder: Path) -> None:
    first = fitreel.Recorder("r", X, Y)
    first.log(0, 1.0)
    second = fitreel.Recorder(folder / "r", X, Y, overwrite=True)
    second.log(0, 2.0)
    with pytest.warns(UserWarning, match="closed"):
        first.log(1, 1.0)
    second.log(1, 2.0)
    second.close()
    assert fitreel.Run("r").loss.tolist() == [2, 2]


def test_one_that_is_let_go_of_lets_go_of_its_folder(folder: Path) -> None:
    fitreel.Recorder("r", X, Y).log(0, 1.0)
    gc.collect()
    assert [*Path("r").glob("snapshots-*")] and fitreel.Run("r").ending is None
    with fitreel.Recorder("r", X, Y, resume=True) as rec:
        rec.log(1, 1.0)
    assert epochs() == [0, 1]


def test_who_comes_by_a_link_meets_the_same_record(folder: Path) -> None:
    Path("disk").mkdir()
    Path("runs").symlink_to("disk")
    first = fitreel.Recorder("runs/r", X, Y)
    with pytest.raises(fitreel.BadInput, match="nothing is logged yet"):
        first.film("a.mp4")
    first.log(0)
    second = fitreel.Recorder("disk/r", X, Y, resume=True)
    second.log(1)
    second.close()
    with pytest.warns(UserWarning, match="closed"):
        first.log(1)
    assert epochs("disk/r") == [0, 1]


def test_what_is_recorded_is_found_after_the_current_folder_has_changed(folder: Path) -> None:
    with fitreel.Recorder("r", X, Y) as rec:
        rec.log(0, 1.0)
        Path("away").mkdir()
        os.chdir("away")
        rec.log(1, 1.0)
    assert epochs("../r") == [0, 1]
