"""A run folder: what is written is read back, what is damaged is named, what is cut goes on."""

import json
import shutil
import signal
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.forked import Fault, forge
from support.program import train_here

from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header


@pytest.fixture
def copy(short_run: Record, tmp_path: Path) -> Path:
    return shutil.copytree(short_run.path, tmp_path / "copy")


def begun(folder: Path, points: int = 3) -> Record:
    x = np.linspace(-1, 1, points, dtype=np.float32)
    return begin(
        folder,
        new_header("test", "0" * 64, {}, layout={"weight": (2,)}, environment={"threads": 1}),
        {"x": x, "y": x},
    )


def snapshots(count: int, points: int = 3, first: int = 0) -> list[Snapshot]:
    rng = np.random.default_rng(count)
    return [
        Snapshot(
            epoch=first + 5 * i,
            loss=float(np.float32(rng.random())),
            seconds=0.1 * i,
            prediction=rng.random(points, dtype=np.float32),
            weights=rng.random(2, dtype=np.float32),
        )
        for i in range(count)
    ]


@given(sizes=st.lists(st.integers(0, 5), min_size=1, max_size=6), points=st.integers(1, 40))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_chunking_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], points: int
) -> None:
    folder = tmp_path_factory.mktemp("chunks") / "run"
    written = snapshots(sum(sizes), points)
    recorder = RecordWriter(begun(folder, points), {"threads": 1})
    rest = list(written)
    for number, size in enumerate(sizes):
        for snapshot in rest[:size]:
            recorder.add(snapshot)
        rest = rest[size:]
        if number == len(sizes) - 1:
            recorder.finish("complete", 99)
        else:
            recorder.write({"t0": np.zeros(2)}, "{}")
    run = Record(folder)
    assert run.ending == "complete" and run.ending_epoch == 99
    assert run.state_file is None and not list(folder.glob("state-*"))
    for read, snapshot in zip(run.snapshots(weights=True), written, strict=True):
        assert (read.epoch, read.loss, read.seconds) == (
            snapshot.epoch,
            snapshot.loss,
            snapshot.seconds,
        )
        assert read.prediction.tobytes() == snapshot.prediction.tobytes()
        assert read.weights is not None and snapshot.weights is not None
        assert read.weights.tobytes() == snapshot.weights.tobytes()


def test_every_flipped_bit_and_every_truncation_is_named(copy: Path) -> None:
    rng = np.random.default_rng(0)
    files = sorted(copy.iterdir())
    assert len(files) == 4

    def read() -> None:
        """Who draws needs no state; who goes on from it reads it."""
        Record(copy).state()

    for _ in range(100):
        for file in files:
            content = file.read_bytes()
            damaged = bytearray(content)
            damaged[rng.integers(len(content))] ^= 1 << rng.integers(8)
            file.write_bytes(damaged)
            with pytest.raises(BadInput, match=r"damaged|newer") as caught:
                read()
            assert file.name in str(caught.value)
            # A header without its last line break has all of its content.
            file.write_bytes(content[: rng.integers(len(content) - 1)])
            with pytest.raises(BadInput, match="damaged") as caught:
                read()
            assert file.name in str(caught.value)
            file.write_bytes(content)
    assert len(Record(copy)) == 13


def test_memory_does_not_grow_with_a_record(tmp_path: Path) -> None:
    """Of a record there is one chunk's predictions in memory, and nothing for what is kept."""
    count, points = 400, 2000

    def written(name: str, chunks: int) -> Record:
        run = begun(tmp_path / name, points)
        recorder = RecordWriter(run, {})
        for number in range(chunks):
            for snapshot in snapshots(count, points, 5 * count * number):
                recorder.add(snapshot)
            recorder.write({}, "")
        return run

    def peak(path: Path) -> int:
        tracemalloc.start()
        kept = [s for n, s in enumerate(Record(path).snapshots()) if n % count == 0]
        assert len(kept) >= 1
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(written("few", 1).path), peak(written("many", 6).path)
    chunk = 4 * count * points
    assert few < 1.5 * chunk and many < 1.1 * few


def test_without_digests_some_damage_would_pass(copy: Path) -> None:
    """The control: a reader that trusts safetensors alone takes flipped numbers for good."""
    from safetensors.numpy import load

    file = next(copy.glob("snapshots-*"))
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    load(bytes(content))


def test_missing_and_swapped_chunks_are_named(tmp_path: Path) -> None:
    def make(name: str) -> Path:
        folder = tmp_path / name
        recorder = RecordWriter(begun(folder), {"threads": 1})
        for number in range(3):
            for snapshot in snapshots(4 + number, first=100 * number):
                recorder.add(snapshot)
            if number < 2:
                recorder.write({"t0": np.zeros(2)}, "{}")
        recorder.finish("complete", 300)
        return folder

    whole = make("whole")
    assert len(Record(whole)) == 15
    for number in range(3):
        folder = shutil.copytree(whole, tmp_path / f"without-{number}")
        next(folder.glob(f"snapshots-0000{number}-*")).unlink()
        with pytest.raises(BadInput, match=r"missing|follow"):
            Record(folder)
    swapped = shutil.copytree(whole, tmp_path / "swapped")
    first, second = sorted(swapped.glob("snapshots-*"))[:2]
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    with pytest.raises(BadInput, match="digest"):
        Record(swapped)
    foreign = shutil.copytree(whole, tmp_path / "foreign")
    time.sleep(0.01)
    other = RecordWriter(begun(tmp_path / "other", points=3), {"threads": 2})
    other.add(snapshots(1, first=900)[0])
    other.write({"t0": np.zeros(2)}, "{}")
    next(foreign.glob("snapshots-00000-*")).unlink()
    strange = next((tmp_path / "other").glob("snapshots-00000-*"))
    shutil.copy(strange, foreign)
    with pytest.raises(BadInput, match="damaged"):
        Record(foreign)
    no_points = shutil.copytree(whole, tmp_path / "no-points")
    next(no_points.glob("points-*")).unlink()
    with pytest.raises(BadInput, match=r"points.* is missing"):
        Record(no_points)


def test_a_newer_version_says_update(copy: Path) -> None:
    header = json.loads((copy / "run.json").read_text())
    header["format"] = 99
    (copy / "run.json").write_text(json.dumps(header))
    with pytest.raises(BadInput, match="newer fitreel"):
        Record(copy)


def test_links_are_not_followed(copy: Path) -> None:
    chunk = next(copy.glob("snapshots-*"))
    chunk.rename(copy.parent / chunk.name)
    chunk.symlink_to(copy.parent / chunk.name)
    with pytest.raises(BadInput, match="link"):
        Record(copy)


def test_epoch_without_snapshot_names_the_nearest(short_run: Record) -> None:
    assert short_run.index_of(25) == 5
    with pytest.raises(BadInput, match="nearest is epoch 25"):
        short_run.index_of(27)


def predictions(run: Record) -> bytes:
    return b"".join(snapshot.prediction.tobytes() for snapshot in run.snapshots())


@pytest.mark.long  # the quick part kills at each write: tests/faults/test_kill.py
def test_killed_training_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    """SIGKILL after the first chunk; the same command again; the same bits as uninterrupted."""
    asked = [
        "train.epochs=200",
        "train.optimizer=Adam",
        "train.lr=0.001",
        "network.dropout=0.1",
        "train.batch_size=20",
    ]
    arguments = [part for text in asked for part in ("--set", text)]
    killed = Fault(chunk=1, after="runs/*/snapshots-00000-*", signals=[(0.0, signal.SIGKILL)])
    assert forge("train", "-q", *arguments, cwd=tmp_path, fault=killed).killed
    (folder,) = [p for p in (tmp_path / "runs").iterdir() if p.is_dir()]
    cut = Record(folder)
    assert cut.ending is None and 0 < len(cut) < 40
    (folder / ".run.json.999999999-0123456789abcdef.fitreel.tmp").write_text("left behind")
    again = train_here(tmp_path, *asked)
    assert again.path == folder and again.ending == "complete"
    assert not list(folder.glob(".*"))
    uninterrupted = train_here(tmp_path / "other", *asked)
    assert len(uninterrupted) == len(again) == 41 and again.closing == 40
    assert predictions(again) == predictions(uninterrupted)
    assert again.losses.tobytes() == uninterrupted.losses.tobytes()


def test_a_found_run_is_not_trained_again(short_run: Record) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in short_run.path.iterdir()}
    again = train_here(short_run.path.parent.parent, "train.epochs=60")
    assert again.path == short_run.path
    assert before == {file.name: file.stat().st_mtime_ns for file in short_run.path.iterdir()}


def test_name_and_film_do_not_change_the_run_but_a_seed_does(short_run: Record) -> None:
    home = short_run.path.parent.parent
    same = train_here(home, "train.epochs=60", "name=other", "film.fps=30")
    assert same.path == short_run.path
    assert train_here(home, "train.epochs=60", "seed=1").path != short_run.path


def test_report_is_quiet_when_asked(capfd: pytest.CaptureFixture[str]) -> None:
    report = Report(quiet=True)
    report.say("news")
    report.warn("warning")
    assert capfd.readouterr() == ("", "")
    report.error("wrong")
    assert "wrong" in capfd.readouterr().err
    assert sys.stdout is not None
