"""--force: nothing is touched before all checks are through, and only what is ours ever goes."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.program import FITREEL, Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole

SHORT = ("--set", "train.epochs=20", "-q")
FILM = ("--set", "film.size=[320,240]", "-o", "a.gif")
LARGER = ("--set", "film.size=[640,480]")
FOREIGN = (".DS_Store", "._run.json", ".nfs0000001", "run (conflict copy).json", "notes.txt")


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every name under `folder`, and what the files say."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def add_foreign(folder: Path) -> dict[str, bytes | None]:
    before = contents(folder)
    for name in FOREIGN:
        (folder / name).write_text("mine")
    (folder / "figures").mkdir()
    (folder / "figures" / "run.json").write_text("{}")
    return {name: text for name, text in contents(folder).items() if name not in before}


@pytest.mark.parametrize("own", [True, False])
def test_what_is_not_ours_stays_and_is_in_nobodys_way(
    own: bool, fitreel: Fitreel, tmp_path: Path
) -> None:
    where = () if own else ("--run", "mine")
    assert fitreel("train", *SHORT, *where).returncode == 0
    folder = next((tmp_path / "runs").glob("demo-*[!k]")) if own else tmp_path / "mine"
    before, foreign = Record(folder).digest, add_foreign(folder)
    done = fitreel("train", *SHORT, *where, "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(Record(folder)) == 5 and Record(folder).digest != before
    assert contents(folder).items() >= foreign.items()
    # As it was left by one that was killed: the header and what was trained are gone.
    for file in (folder / "run.json", *folder.glob("snapshots-*")):
        file.unlink()
    done = fitreel("train", *SHORT, *where)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(Record(folder)) == 5 and contents(folder).items() >= foreign.items()


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("header", ['{"distance": 5.2}', "[1]", "not even JSON", "", None])
def test_a_folder_that_was_never_a_run(
    header: str | None, force: tuple[str, ...], fitreel: Fitreel, tmp_path: Path
) -> None:
    folder = tmp_path / "marathon"
    folder.mkdir()
    add_foreign(folder)
    if header is None:
        (folder / "run.json").mkdir()
    else:
        (folder / "run.json").write_text(header)
    before = contents(tmp_path)
    done = fitreel("train", *SHORT, "--run", "marathon", *force)
    assert done.returncode == 65 and "run.json" in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert contents(tmp_path) == before


def test_a_folder_with_nothing_but_what_systems_leave(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".DS_Store").write_text("mine")
    assert fitreel("train", *SHORT, "--run", "mine").returncode == 0
    assert len(Record(tmp_path / "mine")) == 5
    assert (tmp_path / "mine" / ".DS_Store").read_text() == "mine"


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("name", ["run.json", "points-*", "snapshots-*"])
def test_a_damaged_record_can_be_forced(
    name: str, own: bool, fitreel: Fitreel, tmp_path: Path
) -> None:
    where = () if own else ("--run", "mine")
    assert fitreel("train", *SHORT, *where).returncode == 0
    folder = next((tmp_path / "runs").glob("demo-*[!k]")) if own else tmp_path / "mine"
    next(folder.glob(name)).write_bytes(b"rotten")
    assert fitreel("train", *SHORT, *where).returncode == 65
    done = fitreel("train", *SHORT, *where, "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(Record(folder)) == 5


@pytest.mark.parametrize("engine", ["exact", "batched"])
def test_a_job_that_cannot_be_trained_costs_no_record(
    engine: str, fitreel: Fitreel, tmp_path: Path
) -> None:
    assert fitreel("train", *SHORT, "--run", "mine").returncode == 0
    before = contents(tmp_path / "mine")
    for wrong, code in (("train.device=cuda:99", 69), ("train.optimizer=Nothing", 65)):
        asked = ("--set", f"train.engine={engine}", "--set", wrong)
        done = fitreel("train", *SHORT, *asked, "--run", "mine", "--force")
        assert done.returncode == code, done.stderr
        assert contents(tmp_path / "mine") == before


@contextmanager
def drawn_from(folder: Path) -> Iterator[None]:
    """As another process does that draws from this record."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(descriptor)


def test_what_is_drawn_from_is_not_made_anew_meanwhile(fitreel: Fitreel, tmp_path: Path) -> None:
    assert fitreel("train", *SHORT, "--run", "r").returncode == 0
    before = contents(tmp_path / "r")
    vary = ("--vary", "seed=0,1", "--workers", "1", "-o", "b.png", *LARGER)
    with drawn_from(tmp_path / "r"):
        refused = fitreel("train", *SHORT, "--run", "r", "--force")
        assert refused.returncode == 75 and "--wait" in refused.stderr
        assert contents(tmp_path / "r") == before
        assert fitreel("render", "r", "-q", *FILM).returncode == 0  # many may draw at once
    assert fitreel("train", *SHORT, "--run", "r", "--force").returncode == 0
    assert fitreel("compare", *SHORT, *vary).returncode == 0
    with drawn_from(next((tmp_path / "runs").glob("*[!k]"))):
        refused = fitreel("compare", *SHORT, *vary, "--force")
        assert refused.returncode == 75 and "draws from" in refused.stderr


@pytest.mark.parametrize(
    ("command", "count"),
    [
        (("run", *SHORT, *FILM), 2),
        pytest.param(("run", *SHORT, *FILM), 3, marks=pytest.mark.long),
        pytest.param(
            ("compare", *SHORT, *LARGER, "-o", "a.gif", "--vary", "seed=0,1", "--workers", "1"),
            3,
            marks=pytest.mark.long,
        ),
    ],
    ids=["run", "run", "compare"],
)
def test_several_by_force_at_once_that_wait(
    command: tuple[str, ...], count: int, tmp_path: Path
) -> None:
    running = [
        subprocess.Popen(
            [*FITREEL, *command, "--force", "--wait"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    said = [process.communicate(timeout=90)[1] for process in running]
    assert [process.returncode for process in running] == [0] * count, said
    assert said == [""] * count
    check_whole(tmp_path / "a.gif")
