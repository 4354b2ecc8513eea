"""A record is found by its folder, its job's name, and its job file, whatever it was called."""

import json
from pathlib import Path

import pytest
from support.program import Fitreel, train_here


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """A record called `before`, whose job is called `now`; the fingerprint is the folder's end."""
    run = train_here(tmp_path, "train.epochs=7", "name=before")
    (tmp_path / "now.toml").write_text("[train]\nepochs = 7\n")
    (tmp_path / "untrained.toml").write_text("[train]\nepochs = 8\n")
    return run.path


def test_each_name_of_a_record(renamed: Path, fitreel: Fitreel, tmp_path: Path) -> None:
    end = renamed.name.rpartition("-")[2]
    small = ("--set", "film.size=[64,64]")
    for name in ("now.toml", "now", f"now-{end}", renamed.name, "before", str(renamed)):
        done = fitreel("info", name, "--json")
        assert done.returncode == 0, done.stderr
        assert Path(json.loads(done.stdout)["run"]).name == renamed.name
        done = fitreel("export", name, "-o", "a.csv")
        assert (done.returncode, done.stderr) == (0, "")
        done = fitreel("render", name, "-o", f"{Path(name).stem}.png", *small)
        assert (done.returncode, done.stderr) == (0, ""), name


def test_what_is_no_name_of_one_record(renamed: Path, fitreel: Fitreel, tmp_path: Path) -> None:
    train_here(tmp_path, "train.epochs=6", "name=before")
    (tmp_path / "bad.toml").write_text("[train]\nepoch = 7\n")
    for name, why in (
        ("before", "2 records are called so: before-"),
        ("now-0123456789ab", "there is no such"),
        ("none", "no such"),
        ("untrained.toml", "nothing is recorded of this job; fitreel train untrained.toml"),
        ("untrained", "nothing is recorded of this job"),
        ("bad", 'did you mean "epochs"'),
        ("missing.toml", "no such"),
        ("", ""),
    ):
        for command in (("info",), ("render",), ("export", "-o", "a.csv")):
            done = fitreel(command[0], name, *command[1:])
            assert done.returncode == 65 and why in done.stderr, (command, name)
            assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "a.csv").exists()
