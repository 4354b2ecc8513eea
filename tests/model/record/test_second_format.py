"""The record's second format: many columns, metrics, a closing snapshot, snapshots replaced."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import forged_record

from fitreel.model.record.chunk import Damaged
from fitreel.model.record.header import Column
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header

RNG = np.random.default_rng(7)
HEADER = replace(
    new_header("mine", "a" * 64, {}),
    recorder="program",
    inputs=(Column("minutes", 12.5, 40.0), Column("°C")),
    outputs=(Column("u"), Column("v"), Column("w")),
    info={"who": "me"},
)
X, Y, GRID = RNG.random((5, 2)), RNG.random((5, 3)), RNG.random((4, 2))


def snapshot(epoch: int, **rest: Any) -> Snapshot:
    prediction = RNG.random((4, 3), dtype=np.float32)
    return replace(Snapshot(epoch, 1 / (epoch + 3), 0.5 * epoch, prediction), **rest)


def test_many_columns_and_metrics_read_back_as_written(tmp_path: Path) -> None:
    writer = RecordWriter(begin(tmp_path / "r", HEADER, {"x": X, "y": Y, "grid": GRID}), {})
    nothing = np.full((4, 3), np.nan, np.float32)
    chunks = [
        [snapshot(0), snapshot(3, metrics={"val loss": 2.5})],
        [snapshot(4, metrics={"lr": 1e-300, "val loss": 1.5})],
        [snapshot(9, prediction=nothing, has_prediction=False), snapshot(11, loss=np.nan)],
    ]
    for chunk in chunks:
        for each in chunk:
            writer.add(each)
        writer.write()
    run = Record(tmp_path / "r")
    written = [each for chunk in chunks for each in chunk]
    assert run.header.inputs == HEADER.inputs and run.header.info == {"who": "me"}
    assert (run.x.dtype, run.losses.dtype) == (np.float64, np.float64)
    np.testing.assert_array_equal(run.x, X)
    np.testing.assert_array_equal(run.y, Y)
    np.testing.assert_array_equal(run.prediction_x, GRID)
    np.testing.assert_array_equal(run.losses, [each.loss for each in written])
    np.testing.assert_array_equal(run.metrics["val loss"], [np.nan, 2.5, 1.5, np.nan, np.nan])
    np.testing.assert_array_equal(run.metrics["lr"], [np.nan, np.nan, 1e-300, np.nan, np.nan])
    assert run.has_predictions.tolist() == [True, True, True, False, True]
    for read, wrote in zip(run.snapshots(), written, strict=True):
        np.testing.assert_array_equal(read.prediction, wrote.prediction)
        assert read.has_prediction == wrote.has_prediction
        assert not read.is_closing and read.weights is None
    assert run.ending is None and run.state_file is None


def test_numbers_only_and_classes(tmp_path: Path) -> None:
    numbers = replace(HEADER, inputs=(), outputs=())
    writer = RecordWriter(begin(tmp_path / "n", numbers, {}), {})
    writer.add(Snapshot(0, 0.25, 0.0, np.empty(0, np.float32), metrics={"accuracy": 0.5}))
    writer.finish("interrupted", None)
    run = Record(tmp_path / "n")
    assert len(run) == 1 and run.ending == "interrupted" and not run.has_predictions[0]
    assert run.x.shape == run.prediction_x.shape == (0,)
    assert next(run.snapshots()).prediction.size == 0

    classes = replace(HEADER, outputs=(Column("kind"),), classes=("cat", "dog"))
    labels = np.array([0, 1, 1, 0, 1])
    begin(tmp_path / "c", classes, {"x": X, "y": labels})
    run = Record(tmp_path / "c")
    assert run.y.dtype == np.int64 and run.y.tolist() == labels.tolist()
    assert run.header.predicted_columns == 2


def test_one_column_is_as_it_was(tmp_path: Path) -> None:
    x = np.linspace(0, 1, 3, dtype=np.float32)
    run = begin(tmp_path / "r", new_header("a", "0" * 64, {}), {"x": x, "y": x})
    assert run.x.shape == run.y.shape == run.prediction_x.shape == (3,)
    assert run.x.dtype == run.losses.dtype == np.float32


def test_what_is_replaced_is_gone_and_the_files_stay(tmp_path: Path) -> None:
    """As a loop that begins again from a checkpoint repeats steps."""
    run = begin(tmp_path / "r", HEADER, {"x": X, "y": Y, "grid": GRID})
    writer = RecordWriter(run, {})
    for epoch in (0, 5, 10):
        writer.add(snapshot(epoch, metrics={"lr": float(epoch)}))
        if epoch == 5:
            writer.write()
    writer.add(snapshot(11, is_closing=True))
    writer.finish("complete", 11)
    ended = Record(tmp_path / "r")
    assert ended.closing == 3 and [each.is_closing for each in ended.snapshots()][-1]
    files = {path.name for path in (tmp_path / "r").iterdir()}
    writer = RecordWriter(ended, {}, replaces_from=5)
    again = [snapshot(6), snapshot(7, metrics={"lr": 70.0})]
    for each in again:
        writer.add(each)
    writer.write()
    run = Record(tmp_path / "r")
    assert run.epochs.tolist() == [0, 6, 7]
    assert (run.ending, run.ending_epoch, run.closing) == (None, None, None)
    np.testing.assert_array_equal(run.metrics["lr"], [0.0, np.nan, 70.0])
    for read, wrote in zip(run.snapshots([1, 2]), again, strict=True):
        np.testing.assert_array_equal(read.prediction, wrote.prediction)
    assert files < {path.name for path in (tmp_path / "r").iterdir()}
    writer = RecordWriter(run, {}, replaces_from=0)
    writer.add(snapshot(1))
    writer.finish("complete", 1)
    assert Record(tmp_path / "r").epochs.tolist() == [1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recorder", "somebody"),
        ("inputs", [{"name": "x", "scale": 0.0, "offset": 0.0}]),
        ("inputs", [{"name": "x", "scale": 1.0}]),
        ("inputs", []),
        ("outputs", [{"name": "y", "scale": "1", "offset": 0.0}] * 21),
        ("classes", [3]),
        ("grid_shape", [1, 2, 3]),
        ("info", []),
        ("parameters", 7),
        ("layout", [["w", [2, 3]]]),
        ("job", {"train": 3}),
        ("job", {"train": {"loss": ["mse"]}}),
        ("job", {"data": {"function": ["x", {}]}}),
    ],
)
def test_a_header_that_is_none_is_named(tmp_path: Path, field: str, value: Any) -> None:
    run = begin(tmp_path / "r", HEADER, {"x": X, "y": Y, "grid": GRID})
    forged_record.write(tmp_path / "f", run, header=lambda values: values | {field: value})
    with pytest.raises(Damaged, match=r"run\.json: damaged"):
        Record(tmp_path / "f")


@pytest.mark.parametrize(
    ("name", "value"),
    [("x", np.nan), ("y", -np.inf), ("grid", 1e200), ("truth", np.nan), ("validation_y", np.inf)],
)
def test_points_that_no_writer_lets_through_are_named(
    tmp_path: Path, name: str, value: float
) -> None:
    """With right digests, as a stranger writes them; what is just within is drawn elsewhere."""
    points = {"x": X, "y": Y, "grid": GRID, "truth": Y[:4], "validation_x": X, "validation_y": Y}
    run = begin(tmp_path / "r", HEADER, points)
    assert run.validation is not None

    def change(tensors: Any) -> Any:
        array = tensors[name].copy()
        array[-1, -1] = value
        return tensors | {name: array}

    forged_record.write(tmp_path / "f", run, points=change)
    with pytest.raises(Damaged, match=f"a value of the points' {name} is too large, or no number"):
        Record(tmp_path / "f")


@pytest.mark.parametrize("number", [-1, 2, 2**62])
def test_numbers_of_no_class_are_named(tmp_path: Path, number: int) -> None:
    header = replace(HEADER, outputs=(Column("kind"),), classes=("a", "b"))
    run = begin(tmp_path / "r", header, {"x": X, "y": np.array([0, 1, 1, 0, 0])})
    y = np.array([0, 1, 1, 0, number])
    forged_record.write(tmp_path / "f", run, points=lambda tensors: tensors | {"y": y})
    with pytest.raises(Damaged, match="y is the number of no class"):
        Record(tmp_path / "f")


def test_a_chunk_of_other_shapes_is_named(tmp_path: Path) -> None:
    run = begin(tmp_path / "r", HEADER, {"x": X, "y": Y, "grid": GRID})
    writer = RecordWriter(run, {})
    writer.add(snapshot(0, metrics={"lr": 1.0}))
    writer.write()

    def two_names(tensors: Any, metadata: dict[str, str]) -> None:
        metadata["metrics"] = json.dumps(["lr", "loss2"])

    def same_names(tensors: Any, metadata: dict[str, str]) -> None:
        metadata["metrics"] = json.dumps(["lr", "lr"])

    def narrow(tensors: Any, metadata: dict[str, str]) -> None:
        tensors["prediction"] = tensors["prediction"][:, :4].copy()

    for number, (change, line) in enumerate(
        [(two_names, "metrics should be"), (same_names, "metadata"), (narrow, "prediction should")]
    ):
        forged_record.write(tmp_path / str(number), run, chunk=change)
        with pytest.raises(Damaged, match=line):
            Record(tmp_path / str(number))


def test_a_record_of_the_first_format_goes_on_as_it_began(tmp_path: Path) -> None:
    """Its readers are older: no state stays, and nothing that they don't know is written."""
    folder = shutil.copytree(Path(__file__).parents[2] / "data/records/open", tmp_path / "r")
    run = Record(folder)
    assert run.header.format == 1 and run.ending is None
    writer = RecordWriter(run, run.environment)
    assert not writer.takes_closing
    last = next(run.snapshots([len(run) - 1], weights=True))
    writer.add(replace(last, epoch=last.epoch + 1))
    writer.finish("complete", last.epoch + 2, {"t0": np.zeros(2)}, "{}")
    ended = Record(folder)
    assert ended.ending == "complete" and ended.state_file is None and ended.closing is None
    assert not list(folder.glob("state-*"))
