"""Records of large snapshots: fewer bytes, every bit, a snapshot at a time in memory."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import forged_record
from support.program import Fitreel

from fitreel.model.record.chunk import LARGE_SNAPSHOT, Damaged, Tensors
from fitreel.model.record.compressed_rows import CompressedRows, compress_rows
from fitreel.model.record.header import Column
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header

RNG = np.random.default_rng(3)
SIDE = 48
PARAMETERS = 7


def empty(path: Path, side: int = SIDE, outputs: int = 1) -> Record:
    """A record over two inputs, without snapshots."""
    places = np.stack(np.meshgrid(*2 * [np.linspace(0, 1, side)]), -1).reshape(-1, 2)
    header = replace(
        new_header("large", "b" * 64, {}, layout={"w": (PARAMETERS,)}),
        recorder="program",
        inputs=(Column("x"), Column("y")),
        outputs=tuple(Column(f"y{n}") for n in range(outputs)),
        grid_shape=(side, side),
    )
    y = np.zeros((4, outputs))
    return begin(path, header, {"x": places[:4], "y": y, "grid": places})


def learned(run: Record, count: int) -> list[Snapshot]:
    """What comes to its end ever more slowly, as predictions do, with the noise of float32."""
    size = len(run.prediction_x) * run.header.predicted_columns
    start, end = RNG.standard_normal((2, size)).astype(np.float32)
    weights = RNG.standard_normal((count, PARAMETERS)).astype(np.float32)
    return [
        Snapshot(n, 1.0, 0.1 * n, end + (start - end) * np.float32(0.995**n), weights=weights[n])
        for n in range(count)
    ]


def written(run: Record, snapshots: list[Snapshot]) -> Record:
    """The record with them, in two chunks."""
    writer = RecordWriter(run, {})
    for number, snapshot in enumerate(snapshots):
        writer.add(snapshot)
        if number == len(snapshots) // 3:
            writer.write()
    writer.finish("complete", len(snapshots))
    return Record(run.path)


def stored_bytes(run: Record) -> int:
    return sum(path.stat().st_size for path in run.path.glob("snapshots-*"))


@pytest.mark.parametrize("width", [1, 5, LARGE_SNAPSHOT])
def test_every_bit_comes_back_in_any_order(width: int) -> None:
    """Numbers of no pattern, with all kinds of nan, infinities and both zeros among them."""
    bits = RNG.integers(0, 2**32, (9, width), dtype=np.uint32)
    rows: NDArray[np.float32] = bits.view(np.float32)
    rows[2:7, 0] = np.nan, -0.0, np.inf, -np.inf, 0.0
    frames, ends = compress_rows(rows)
    read = CompressedRows(frames, ends, width)
    for number in (0, 1, 2, 8, 8, 3, 4, 0, 7):
        assert read[number].tobytes() == rows[number].tobytes(), number


def test_a_large_record_is_smaller_and_the_same(tmp_path: Path) -> None:
    run = empty(tmp_path / "r")
    snapshots = learned(run, 40)
    run = written(run, snapshots)
    assert stored_bytes(run) < 0.7 * sum(each.prediction.nbytes for each in snapshots)
    for weights in (True, False):
        for read, wrote in zip(run.snapshots(weights=weights), snapshots, strict=True):
            assert read.prediction.tobytes() == wrote.prediction.tobytes()
            assert (read.epoch, read.loss, read.seconds) == (wrote.epoch, 1.0, wrote.seconds)
            assert wrote.weights is not None
            assert (read.weights is not None) == weights
            assert read.weights is None or read.weights.tobytes() == wrote.weights.tobytes()
    for number in (39, 3, 17, 16, 2):
        read = next(run.snapshots([number]))
        assert read.prediction.tobytes() == snapshots[number].prediction.tobytes()


def test_small_snapshots_are_kept_as_before(tmp_path: Path) -> None:
    run = empty(tmp_path / "r", side=8)
    assert run.header.format == 2 and empty(tmp_path / "l").header.format == 3
    snapshots = learned(run, 5)
    run = written(run, snapshots)
    assert stored_bytes(run) > sum(each.prediction.nbytes for each in snapshots)


def test_a_large_record_of_the_format_before_goes_on_in_it(tmp_path: Path) -> None:
    begun = empty(tmp_path / "new")
    forged_record.write(tmp_path / "old", begun, header=lambda values: values | {"format": 2})
    snapshots = learned(begun, 6)
    run = written(Record(tmp_path / "old"), snapshots)
    assert stored_bytes(run) > sum(each.prediction.nbytes for each in snapshots)
    for read, wrote in zip(run.snapshots(weights=True), snapshots, strict=True):
        assert read.prediction.tobytes() == wrote.prediction.tobytes()


def peak(run: Record) -> int:
    """Bytes that reading all snapshots, one after the other, takes at most."""
    tracemalloc.start()
    assert sum(1 for _ in Record(run.path).snapshots()) > 0
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_a_snapshot_at_a_time_is_in_memory(tmp_path: Path) -> None:
    """And the bytes of a chunk."""
    run = empty(tmp_path / "r", side=64, outputs=3)
    snapshots = learned(run, 100)
    run = written(run, snapshots)
    raw = sum(each.prediction.nbytes for each in snapshots)
    assert peak(run) < stored_bytes(run) + 20 * snapshots[0].prediction.nbytes < 0.8 * raw


@pytest.mark.long
def test_four_hundred_colour_pictures_take_little_memory(tmp_path: Path) -> None:
    """314 MB of 256 x 256 colours."""
    run = empty(tmp_path / "r", side=256, outputs=3)
    writer = RecordWriter(run, {})
    for snapshot in learned(run, 400):
        writer.add(snapshot)
        if writer.due:
            writer.write()
    writer.finish("complete", 400)
    assert peak(run) < 64_000_000


def test_frames_that_are_none_are_named(tmp_path: Path) -> None:
    """Of a stranger's record whose digests are right: too long, too many, no frames at all."""
    run = written(empty(tmp_path / "r"), learned(empty(tmp_path / "s"), 4))

    def longer(tensors: Tensors, metadata: dict[str, str]) -> None:
        many = np.zeros((len(tensors["epoch"]), 100_000), np.float32)
        tensors["prediction"], tensors["prediction_ends"] = compress_rows(many)

    def ends(tensors: Tensors, metadata: dict[str, str]) -> None:
        tensors["prediction_ends"] = tensors["prediction_ends"] + 1

    def noise(tensors: Tensors, metadata: dict[str, str]) -> None:
        tensors["prediction"] = np.full_like(tensors["prediction"], 7)

    for name, change in (("longer", longer), ("ends", ends), ("noise", noise)):
        forged_record.write(tmp_path / name, run, chunk=change)
        opened = Record(tmp_path / name)
        with pytest.raises(Damaged, match=r"snapshots-0000\d-.* can't be read"):
            list(opened.snapshots())

    def without(tensors: Tensors, metadata: dict[str, str]) -> None:
        del tensors["prediction_ends"]

    forged_record.write(tmp_path / "without", run, chunk=without)
    with pytest.raises(Damaged, match="prediction_ends"):
        Record(tmp_path / "without")


def test_a_training_of_regions_goes_on_in_compressed_rows(fitreel: Fitreel, tmp_path: Path) -> None:
    """The bits of one that ran through, and the same again in an export."""

    def train(epochs: int, *options: str) -> None:
        keys = ("data.function=moons", "data.grid=50", "network.hidden=[4]",
                "train.snapshot_every=2", f"train.epochs={epochs}")  # fmt: skip
        done = fitreel("train", *(part for key in keys for part in ("--set", key)), *options)
        assert done.returncode == 0, done.stderr

    train(6)
    train(12)
    train(12, "--run", "whole")
    whole = Record(tmp_path / "whole")
    assert whole.header.format == 3 and len(whole) == 7
    (longer,) = [run for run in map(Record, (tmp_path / "runs").glob("demo-*")) if len(run) == 7]
    for one, other in zip(
        longer.snapshots(weights=True), whole.snapshots(weights=True), strict=True
    ):
        assert one.prediction.tobytes() == other.prediction.tobytes()
        assert one.weights is not None and other.weights is not None
        assert one.weights.tobytes() == other.weights.tobytes()
    assert fitreel("export", "whole", "-o", "a.npz").returncode == 0
    with np.load(tmp_path / "a.npz") as arrays:
        predictions = [each.prediction for each in whole.snapshots()]
        np.testing.assert_array_equal(arrays["prediction"], predictions)
