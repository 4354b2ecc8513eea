"""What a program finds in a log of JSON lines, and a training that diverged as a failure."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.program import Fitreel

from fitreel.jobs.runtime.locks import locked

SMALL = (
    *("--set", "train.epochs=10", "--set", "network.hidden=[4]"),
    *("--set", "film.size=[64, 48]", "-q"),
)
LOG = ("--log", "log", "--log-format", "json")
DIVERGES = ("--set", "train.lr=1e30")


def events(folder: Path) -> list[dict[str, Any]]:
    """Those of the log, which begins anew; each of its lines is strict JSON and says what of."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    log = folder / "log"
    lines = [json.loads(line, parse_constant=refuse) for line in log.read_text().splitlines()]
    log.unlink()
    assert {line["pid"] for line in lines} == {os.getpid()}
    assert all("job" in line for line in lines)
    return [line for line in lines if "event" in line]


def names(lines: list[dict[str, Any]]) -> list[str]:
    return [line["event"] for line in lines]


def test_what_a_job_went_through(fitreel: Fitreel, tmp_path: Path) -> None:
    assert fitreel("run", *SMALL, *LOG, "-o", "a.png", "-o", "a.srt").returncode == 0
    lines = events(tmp_path)
    assert names(lines) == ["trained", "made", "made", "ended"]
    trained, subtitles, still, ended = lines
    (run,) = (tmp_path / "runs").glob("demo-*")
    assert trained["run"] == str(run.relative_to(tmp_path)) and trained["snapshots"] == 3
    assert 0 < trained["loss"] < 1 and trained["seconds"] > 0 and trained["epoch"] == 10
    assert (subtitles["output"], still["output"]) == ("a.srt", "a.png")
    assert {line["job"] for line in lines} == {"demo"} and ended["code"] == 0 < ended["seconds"]
    assert fitreel("run", *SMALL, *LOG, "-o", "a.png").returncode == 0
    assert names(events(tmp_path)) == ["already_trained", "up_to_date", "ended"]


def test_of_several_jobs_each_line_says_whose_it_is(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[film]\noutputs = ['a.png']\n")
    done = fitreel("run", "none.toml", "a.toml", *SMALL, *LOG)
    assert done.returncode == 65
    log = (tmp_path / "log").read_text().splitlines()
    lines = [line for line in map(json.loads, log) if "event" in line]
    said = [(line.get("job"), line["event"], line.get("code")) for line in lines]
    assert said == [
        ("none.toml", "failed", 65), ("a", "trained", None), ("a", "made", None),
        (None, "ended", 65),
    ]  # fmt: skip


def test_waiting_is_said(fitreel: Fitreel, tmp_path: Path) -> None:
    with locked(tmp_path / "a.png", "film"):
        done = fitreel("run", *SMALL[:-1], *LOG, "-o", "a.png", "--wait-limit", "0.2")
    assert done.returncode == 75 and done.stdout.count("a.png: waiting for another process") == 1
    lines = events(tmp_path)
    assert names(lines) == ["trained", "waiting", "failed", "ended"]
    assert [line.get("code") for line in lines[2:]] == [75, 75]


def test_a_training_that_diverged(fitreel: Fitreel, tmp_path: Path) -> None:
    run = ("run", *SMALL, *DIVERGES, *LOG, "-o", "a.png")
    assert fitreel(*run).returncode == 0
    lines = events(tmp_path)
    assert names(lines) == ["trained", "diverged", "made", "ended"]
    assert lines[1]["loss"] is None and lines[1]["run"] == lines[0]["run"]
    (tmp_path / "a.png").unlink()
    for event in ("made", "up_to_date"):  # the next night it is the same failure
        done = fitreel(*run, "--fail-diverged")
        assert (done.returncode, len(done.stderr.splitlines())) == (65, 1)
        assert "diverged at epoch" in done.stderr and "--fail-diverged" in done.stderr
        assert (tmp_path / "a.png").exists()
        lines = events(tmp_path)
        assert names(lines) == ["already_trained", "diverged", event, "failed", "ended"]
    train = ("train", *SMALL[:4], *DIVERGES, "-q", "--fail-diverged")
    assert fitreel(*train).returncode == 65
    render = ("render", lines[0]["run"], *SMALL[4:], "-o", "b.png", "--fail-diverged")
    assert fitreel(*render).returncode == 65 and (tmp_path / "b.png").exists()
    assert fitreel("run", *SMALL, "-o", "c.png", "--fail-diverged").returncode == 0


@pytest.mark.parametrize("command", ["compare", "train"])
def test_of_a_comparison_by_its_label(command: str, fitreel: Fitreel, tmp_path: Path) -> None:
    vary = ("--vary", "train.lr=0.01,1e30", *SMALL[:4], *LOG, "--workers", "1", "-q")
    size = ("--set", "film.size=[480,360]", "-o", "a.png") if command == "compare" else ()
    done = fitreel(command, *vary, *size, "--fail-diverged")
    assert done.returncode == 65 and "lr 1e+30: diverged at epoch" in done.stderr
    assert command == "train" or (tmp_path / "a.png").exists()
    lines = [line for line in events(tmp_path) if "configuration" in line]
    assert names(lines) == ["trained", "diverged"]
    assert [line["configuration"] for line in lines] == ["lr 0.01", "lr 1e+30"]
    assert all(line["snapshots"] and line["run"] for line in lines)
