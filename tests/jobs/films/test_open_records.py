"""Records that aren't finished are drawn, compared and exported as far as they go.

Also while another process adds to them: what was opened is what is drawn.
"""

import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from support.forked import Fault, forge
from support.program import DATA, Fitreel, train_here

from fitreel.model.record.chunk import Damaged
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.metadata.provenance import read_provenance

OPEN = DATA / "records" / "open"
SMALL = ("--set", "film.size=[320,240]")
X = np.linspace(-1, 1, 5, dtype=np.float32)


def begun(folder: Path) -> RecordWriter:
    return RecordWriter(begin(folder, new_header("growing", "0" * 64, {}), {"x": X, "y": X}), {})


def add(writer: RecordWriter, epoch: int) -> None:
    """A snapshot in a chunk of its own, with the state to go on from."""
    writer.add(Snapshot(epoch, 1 / (epoch + 1), 0.1 * epoch, X * np.float32(epoch)))
    writer.write({"t0": np.arange(4.0)}, "{}")


@contextmanager
def growing(writer: RecordWriter, start: int) -> Iterator[None]:
    """Chunk after chunk is added, as fast as it goes, until the block ends."""
    enough = threading.Event()

    def grow() -> None:
        epoch = start
        while not enough.is_set():
            add(writer, epoch)
            epoch += 1

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@pytest.mark.parametrize("theme", ["demo", "dark"])
def test_its_film_goes_as_far_as_it_does(fitreel: Fitreel, tmp_path: Path, theme: str) -> None:
    run = Record(OPEN)
    last = int(run.epochs[-1])
    outputs = ("-o", "a.gif", "-o", "a.png", "-o", "a.srt", "-o", "a.pdf")
    even = ("--set", f"film.theme={theme}", "--set", "film.pace=even")
    done = fitreel("render", str(OPEN), *outputs, *SMALL, *even)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"open: this run is not finished: up to epoch {last}" in done.stdout
    assert f"a.gif: {len(run)} frames" in done.stdout and f"a.png: epoch {last}" in done.stdout
    assert fitreel("render", str(OPEN), "-o", "b.png", *SMALL, "-q").stdout == ""


def test_it_is_compared_exported_and_told_of(fitreel: Fitreel, tmp_path: Path) -> None:
    last = int(Record(OPEN).epochs[-1])
    line = f"this run is not finished: up to epoch {last}"
    done = fitreel("render", str(OPEN), str(DATA / "records" / "sine"), "-o", "a.png", "--table",
                   "t.csv")  # fmt: skip
    assert done.returncode == 0 and line in done.stdout
    assert "unfinished" in (tmp_path / "t.csv").read_text()
    done = fitreel("export", str(OPEN), "-o", "a.npz", "-o", "a.csv")
    assert (done.returncode, done.stderr) == (0, "") and line in done.stdout
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["epoch"][-1] == last
    told = fitreel("info", str(OPEN)).stdout
    assert "ending: not finished" in told and f"last epoch: {last}" in told


def test_where_nothing_is_recorded_yet_that_is_said(fitreel: Fitreel, tmp_path: Path) -> None:
    begun(tmp_path / "new")
    for command in (("render", "new", "-o", "a.png"), ("export", "new", "-o", "a.csv")):
        done = fitreel(*command)
        assert done.returncode == 65 and len(done.stderr.splitlines()) == 1
        assert "new: this run is not finished, and no snapshot is recorded yet" in done.stderr
    assert "snapshots: 0" in fitreel("info", "new").stdout
    assert not (tmp_path / "a.png").exists()


def test_one_that_was_killed_is_drawn_and_goes_on(fitreel: Fitreel, tmp_path: Path) -> None:
    job = ("train.epochs=60", "data.points=20", "network.hidden=[4]", "train.batch_size=5")
    words = [word for text in job for word in ("--set", text)]
    killed = Fault(chunk=1, after="runs/*/snapshots-00002-*", signals=[(0.0, signal.SIGKILL)])
    assert forge("train", *words, cwd=tmp_path, fault=killed).killed
    (folder,) = [path for path in (tmp_path / "runs").iterdir() if path.is_dir()]
    files = {path.name for path in folder.iterdir()}
    cut = Record(folder)
    done = fitreel("render", folder.name, "-o", "a.gif", *SMALL)
    assert (done.returncode, done.stderr) == (0, "") and f"{len(cut)} frames" in done.stdout
    assert {path.name for path in folder.iterdir()} == files
    whole = train_here(tmp_path, *job)
    assert whole.path == folder and whole.losses[: len(cut)].tobytes() == cut.losses.tobytes()
    uninterrupted = train_here(tmp_path / "other", *job)
    assert whole.losses.tobytes() == uninterrupted.losses.tobytes() and whole.closing is not None
    done = fitreel("render", folder.name, "-o", "a.gif", *SMALL)
    assert "not finished" not in done.stdout and f"{whole.closing} frames" in done.stdout


def test_a_film_is_up_to_date_until_something_is_added(fitreel: Fitreel, tmp_path: Path) -> None:
    writer = begun(tmp_path / "run")
    add(writer, 0)
    assert fitreel("render", "run", "-o", "a.gif", *SMALL).returncode == 0
    assert "a.gif: up to date" in fitreel("render", "run", "-o", "a.gif", *SMALL).stdout
    add(writer, 7)
    done = fitreel("render", "run", "-o", "a.gif", *SMALL)
    assert "up to epoch 7" in done.stdout and "a.gif: 2 frames" in done.stdout
    writer.finish("complete", 8)  # as of what nothing but the ending has come to
    assert "a.gif: 2 frames" in fitreel("render", "run", "-o", "a.gif", *SMALL).stdout


def test_it_is_read_at_any_time_while_it_grows(tmp_path: Path) -> None:
    writer = begun(tmp_path / "run")
    add(writer, 0)
    before = 0
    with growing(writer, 1):
        for _ in range(120):
            run = Record(tmp_path / "run")
            assert run.epochs.tolist() == list(range(len(run))) and len(run) >= before
            assert run.state_file is not None
            before = len(run)
            next(run.snapshots([before - 1]))
    assert before > 1


def test_what_was_there_at_the_start_is_drawn(program: Fitreel, tmp_path: Path) -> None:
    """The process that draws opens the record later than the one that asks it to."""
    writer = begun(tmp_path / "run")
    for epoch in range(3):
        add(writer, epoch)
    with growing(writer, 3):
        done = program("render", "run", "-o", "a.gif", *SMALL)
        again = program("render", "run", "run2", "-o", "b.png")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert again.returncode == 65  # there is no run2
    digest = read_provenance(tmp_path / "a.gif")["runs"][0]["digest"]
    drawn = Record(tmp_path / "run", until=digest)
    assert drawn.digest == digest and f"a.gif: {len(drawn)} frames" in done.stdout
    assert f"up to epoch {drawn.epochs[-1]}" in done.stdout
    assert len(Record(tmp_path / "run")) > len(drawn) >= 3


def test_a_file_that_is_missing_is_named_all_the_same(tmp_path: Path) -> None:
    folder = shutil.copytree(OPEN, tmp_path / "open")
    next(folder.glob("state-*")).unlink()
    with pytest.raises(Damaged, match="the last snapshots or the state are missing"):
        Record(folder)
