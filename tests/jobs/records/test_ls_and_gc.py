"""Records under `runs/` are listed, and go where nobody holds them."""

import json
import os
import time
from pathlib import Path

import pytest
from support.program import Fitreel, train_here

from fitreel import Recorder
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.read_lock import reading


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Path]:
    """Records by name, each a day older than the one before; beside them what is none."""
    folders = {}
    for age, name in enumerate(("a", "b", "c", "d")):
        folder = train_here(tmp_path, "train.epochs=6", f"seed={age}", f"name={name}").path
        written = time.time() - age * 86400 - 60
        for file in folder.iterdir():
            os.utime(file, (written, written))
        folders[name] = folder
    (tmp_path / "runs" / "mine").mkdir()
    (tmp_path / "runs" / "mine" / "run.json").write_text("{}")
    (tmp_path / "runs" / "link").symlink_to(folders["d"])
    (tmp_path / "runs" / "file").touch()
    return folders


def names(tmp_path: Path) -> set[str]:
    return {path.name[0] for path in (tmp_path / "runs").glob("?-*")}


def test_ls(runs: dict[str, Path], fitreel: Fitreel, tmp_path: Path) -> None:
    done = fitreel("ls")
    assert [Path(line.split()[0]).name[0] for line in done.stdout.splitlines()] == [*"abcd"]
    assert "6 epochs" in done.stdout and "snapshots" in done.stdout
    (chunk,) = runs["b"].glob("snapshots-*")
    chunk.write_bytes(b"no chunk")
    facts = json.loads(fitreel("ls", "--json").stdout)
    assert {each.get("name") for each in facts} == {"a", None, "c", "d"}
    assert {each["ending"] for each in facts} == {"complete", "damaged"}
    (damaged,) = [each for each in facts if each["ending"] == "damaged"]
    assert "damaged" in damaged["problem"]
    assert all(each["bytes"] > 0 and each["modified"].endswith("Z") for each in facts)


def test_the_folder_is_given_by_its_name_alone(
    runs: dict[str, Path], fitreel: Fitreel, tmp_path: Path
) -> None:
    (tmp_path / "runs").rename(tmp_path / "kept")
    assert fitreel("ls").returncode == 65
    assert fitreel("ls", "kept").stdout == fitreel("ls", "--runs", "kept").stdout != ""
    assert "2 of 4 records may go" in fitreel("gc", "kept", "--keep", "2").stdout
    assert fitreel("ls", "missing").returncode == 65
    for name in ("ls", "gc"):
        assert fitreel(name, "kept", "--runs", "kept").returncode == 2


def test_records_of_programs_and_open_ones_are_listed_too(fitreel: Fitreel, tmp_path: Path) -> None:
    with Recorder(tmp_path / "runs" / "mine") as rec:
        rec.log(0, 1.0)
        (facts,) = json.loads(fitreel("ls", "--json").stdout)
        assert (facts["recorder"], facts["ending"]) == ("program", "not finished")
        done = fitreel("gc", "--keep", "0", "--delete")
        assert done.returncode == 0 and "stays: another process uses it" in done.stdout
    assert fitreel("gc", "--keep", "0", "--delete").returncode == 0
    assert not (tmp_path / "runs" / "mine").exists()


@pytest.mark.parametrize(
    ("options", "stay"),
    [
        (("--keep", "2"), "ab"),
        (("--older", "1.5"), "ab"),
        (("--keep", "3", "--older", "0"), "abc"),
        (("--keep", "0", "--older", "2.5"), "abc"),
        (("--keep", "9"), "abcd"),
        (("--keep", "0"), ""),
    ],
)
def test_gc_removes_what_is_neither_new_nor_young(
    options: tuple[str, ...], stay: str, runs: dict[str, Path], fitreel: Fitreel, tmp_path: Path
) -> None:
    done = fitreel("gc", *options)
    assert (done.returncode, names(tmp_path)) == (0, set("abcd"))
    assert f"{4 - len(stay)} of 4 records may go" in done.stdout
    done = fitreel("gc", *options, "--delete")
    assert (done.returncode, names(tmp_path)) == (0, set(stay))
    assert (tmp_path / "runs" / "mine" / "run.json").exists()
    left = {path.name for path in (tmp_path / "runs").glob(".*.lock")}
    assert left == {f".{runs[name].name}.lock" for name in stay}


def test_what_is_held_or_holds_something_else_stays(
    runs: dict[str, Path], fitreel: Fitreel, tmp_path: Path
) -> None:
    (runs["c"] / "notes.txt").touch()
    with locked(runs["a"], "run"), reading(runs["b"]):
        done = fitreel("gc", "--keep", "0", "--delete")
    assert done.returncode == 0 and done.stdout.count("another process uses it") == 2
    assert names(tmp_path) == set("abc") and [*runs["c"].iterdir()] == [runs["c"] / "notes.txt"]
    assert fitreel("info", str(runs["a"])).returncode == 0


def test_bad_options(runs: dict[str, Path], fitreel: Fitreel, tmp_path: Path) -> None:
    for arguments, code in (
        (("gc", "--delete"), 65),
        (("gc", "--keep", "-1"), 2),
        (("gc", "--older", "x"), 2),
        (("gc", "--keep", "1", "--runs", "none"), 65),
        (("ls", "--runs", "none"), 65),
        (("ls", "--runs", "runs/file"), 65),
    ):
        done = fitreel(*arguments)
        assert done.returncode == code, arguments
        assert code == 2 or len(done.stderr.splitlines()) == 1
    assert names(tmp_path) == set("abcd")


def test_doctor_for_programs(fitreel: Fitreel) -> None:
    findings = json.loads(fitreel("doctor", "--json").stdout)
    assert {"Python", "ffmpeg", "disk"} <= {finding["what"] for finding in findings}
    assert all(finding.keys() == {"what", "ok", "detail", "needed"} for finding in findings)
