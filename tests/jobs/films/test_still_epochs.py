"""`--at`: the epoch that is asked for, or refused with the nearest, which `--nearest` takes."""

import subprocess
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from support.program import Fitreel, train_here

SMALL = ("--set", "film.size=[480,360]")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Trainings with snapshots at 0, 5 … 20, and two at 0, 3 … 18."""
    folder = tmp_path_factory.mktemp("runs")
    dense = ("train.epochs=18", "train.snapshot_every=3", "network.hidden=[4]")
    sparse = train_here(folder, "train.epochs=20", "network.hidden=[4]")
    seeds = [train_here(folder, *dense, f"seed={seed}") for seed in (0, 1)]
    return [str(run.path) for run in (sparse, *seeds)]


def refused(done: "subprocess.CompletedProcess[str]", code: int, *parts: str) -> None:
    assert done.returncode == code and done.stdout == "", done
    assert all(part in done.stderr for part in parts), done.stderr


@pytest.mark.parametrize("layout", [pytest.param("grid", marks=pytest.mark.long), "overlay"])
def test_a_comparison_shows_that_epoch_or_none(
    layout: str, fitreel: Fitreel, tmp_path: Path, runs: list[str]
) -> None:
    render = ("render", *SMALL, "--set", f"compare.layout={layout}", "--set", "film.captions=none")
    short = (*render, "--set", "film.duration=0.1", *runs[1:])
    done = fitreel(*short, "-o", "a.png", "--at", "8")
    refused(done, 65, "epoch 8 has no snapshot; the nearest is epoch 9, which --nearest takes")
    assert not list(tmp_path.iterdir())
    near = fitreel(*short, "-o", "9.png", "--at", "8", "--nearest")
    assert near.returncode == 0 and "9.png: epoch 9, the nearest to 8" in near.stdout
    # The film of every snapshot has a frame of that epoch, the one of two frames goes past it.
    whole = (*render, "--set", "film.pace=even", *runs[1:])
    assert fitreel(*whole, "-o", "frame.png", "--at", "9").returncode == 0
    assert fitreel(*whole, "-o", "other.png", "--at", "12").returncode == 0
    still, frame, other = (
        iio.imread(tmp_path / name) for name in ("9.png", "frame.png", "other.png")
    )
    assert np.array_equal(still, frame) and not np.array_equal(still, other)


def test_a_still_changes_no_film(fitreel: Fitreel, tmp_path: Path, runs: list[str]) -> None:
    render = ("render", *runs, *SMALL, "--set", "film.duration=0.2")
    assert fitreel(*render, "-o", "alone.gif").returncode == 0
    # Of epochs that one of them has, between two frames.
    assert fitreel(*render, "-o", "with.gif", "-o", "a.png", "--at", "5").returncode == 0
    alone, beside = (iio.imread(tmp_path / name) for name in ("alone.gif", "with.gif"))
    assert np.array_equal(alone, beside)
    assert "a.png: up to date" in fitreel(*render, "-o", "a.png", "--at", "5").stdout


def test_one_run(fitreel: Fitreel, runs: list[str]) -> None:
    render = ("render", runs[0], "--set", "film.size=[64,48]", "-o", "a.png")
    refused(fitreel(*render, "--at", "7"), 65, "the nearest is epoch 5, which --nearest takes")
    done = fitreel(*render, "--at", "70", "--nearest")
    assert done.returncode == 0 and "a.png: epoch 20, the nearest to 70" in done.stdout
    refused(fitreel(*render, "--nearest"), 65, "--nearest", "--at EPOCH")
    for epoch, nearest in (("9" * 30, 20), ("9" * 400, 20), ("-" + "9" * 400, 0)):
        refused(fitreel(*render, f"--at={epoch}"), 65, f"the nearest is epoch {nearest}, which")


def test_before_anything_is_trained(fitreel: Fitreel, tmp_path: Path) -> None:
    for command in (["run"], ["check"], ["compare", "--vary", "seed=0,1"]):
        for epoch, nearest in (("13", "epoch 15"), ("5000", "epoch 4000")):
            done = fitreel(*command, "-o", "a.png", "--at", epoch)
            refused(done, 65, f"--at: epoch {epoch}", nearest)
    seconds = ("compare", "--vary", "seed=0,1", "--set", "compare.clock=time", "-o", "a.png")
    refused(fitreel(*seconds, "--at", "15"), 65, "--at", "compare.clock")
    assert not list(tmp_path.iterdir())


ONCE = {
    "run": ("--at", "--sheet", "--seed", "--workers", "--runs", "--log", "--wait-limit"),
    "compare": ("--at", "--cluster", "--log-format"),
    "train": ("--run", "--shard"),
    "film": ("--fps", "--every", "--limit", "--on", "-m"),
    "gc": ("--keep", "--older"),
    "targets": ("-o",),
}


@pytest.mark.parametrize("command", ONCE)
def test_no_option_is_lost_without_a_word(command: str, fitreel: Fitreel, tmp_path: Path) -> None:
    values = {"--sheet": "2x2", "--log-format": "json", "--on": "save", "--cluster": "slurm"}
    for option in ONCE[command]:
        value = values.get(option, "1")
        done = fitreel(
            command, option, value, f"{option}={value}" if option[1] == "-" else option + value
        )
        assert done.returncode == 2 and "is given twice" in done.stderr and option in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_epochs_of_long_trainings_take_no_memory(fitreel: Fitreel) -> None:
    """A hundred million of them: spread on a logarithmic axis, as many would take gigabytes."""
    long = ("check", "--set", "train.epochs=1e8", "--set", "train.snapshot_every=1")
    asked = fitreel(*long, "-o", "a.png", "--at", "77000000")
    assert asked.returncode == 0, asked
    refused(fitreel(*long, "--set", "train.snapshot_at=log"), 65, "snapshot_every = 100 or more")
    log = (*long, "--set", "train.snapshot_every=100", "--set", "train.snapshot_at=log")
    refused(fitreel(*log, "-o", "a.png", "--at", "77000000"), 65, "the nearest is epoch 77000251")
