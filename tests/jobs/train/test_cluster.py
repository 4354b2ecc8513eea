"""Trainings on a Dask cluster of two processes, as the command line asks for them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from support.program import FITREEL, Fitreel, ROOT

from fitreel.model.record.reader import Record

pytest.importorskip("distributed")
LONG = pytest.mark.long
CHILD = b"fitreel.jobs.train.pool.worker"


@contextmanager
def cluster_of(count: int, folder: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """The address of a scheduler with so many workers, and its process."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "support" / "dask_cluster.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
        env=os.environ | {"WORKERS": str(count), "DASK_TEMPORARY_DIRECTORY": str(folder)} | environment,
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        address = process.stdout.readline().strip()
        assert address
        yield address, process.pid
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster_of(2, tmp_path_factory.mktemp("cluster")) as (address, _):
        yield address


def train(*arguments: str) -> tuple[str, ...]:
    return ("train", "--vary", "seed=1,2", *arguments)


def begin(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*FITREEL, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def records(runs: Path) -> dict[str, Record]:
    return {path.parent.name: Record(path.parent) for path in sorted(runs.glob("[!.]*/run.json"))}


def assert_same(here: Path, there: Path) -> None:
    """All but the seconds is the same, bit for bit."""
    one, other = records(here), records(there)
    assert one.keys() == other.keys() and one
    for name in one:
        a, b = one[name], other[name]
        assert a.header == b.header and a.ending == b.ending is not None
        assert a.environment == b.environment
        assert np.array_equal(a.epochs, b.epochs) and np.array_equal(a.losses, b.losses)
        for left, right in zip(a.snapshots(weights=True), b.snapshots(weights=True), strict=True):
            assert np.array_equal(left.prediction, right.prediction)
            assert np.array_equal(left.weights, right.weights)
        assert (a.state_file is None) == (b.state_file is None)
        if a.state_file is not None:
            assert a.state()[0].keys() == b.state()[0].keys()
            assert all(np.array_equal(v, b.state()[0][k]) for k, v in a.state()[0].items())


def children() -> dict[int, int]:
    """The processes that train on workers, and the worker that each is of."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and CHILD in (entry / "cmdline").read_bytes():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(entry.name)] = parent
        except OSError:
            continue
    return found


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_cluster_trains_the_same_bits_and_only_what_is_not_trained(
    address: str, program: Fitreel, tmp_path: Path
) -> None:
    (tmp_path / "points.csv").write_text("x,y\n" + "".join(f"{n / 9},{n % 4}\n" for n in range(20)))
    (tmp_path / "net.py").write_text(
        "import torch\nclass Own(torch.nn.Sequential):\n    def __init__(self):\n"
        "        super().__init__(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))\n"
    )
    jobs = {
        "exact": "[train]\nepochs = 40\n",
        "batched": '[train]\nepochs = 40\nengine = "batched"\n',
        "own": '[train]\nepochs = 10\n[data]\nfile = "points.csv"\n[network]\nmodule = "net.py:Own"\n',
    }
    for name, text in jobs.items():
        (tmp_path / f"{name}.toml").write_text(f"{text}[compare.vary]\nseed = [1, 2, 3]\n")
        there = program("train", f"{name}.toml", "--cluster", address, "--runs", "there",
                        "--log", "log")  # fmt: skip
        assert (there.returncode, there.stderr) == (0, ""), there
        here = program("train", f"{name}.toml", "--runs", "here", "--workers", "1", "-q")
        assert here.returncode == 0, here
        again = program(
            "train", f"{name}.toml", "--cluster", "tcp://127.0.0.1:1", "--runs", "there"
        )
        assert (again.returncode, again.stdout) == (0, "3 of 3 configurations already trained\n")
    assert_same(tmp_path / "here", tmp_path / "there")
    said = (tmp_path / "log").read_text()
    assert f"trained on {os.uname().nodename}" in said
    port = address.rpartition(":")[2]
    assert address not in said and port not in said
    assert not [f for f in tmp_path.glob("there/*/*") if address.encode() in f.read_bytes()]
    assert not children() or all(parent != os.getpid() for parent in children().values())


def test_a_killed_worker_costs_a_second_try(address: str, tmp_path: Path) -> None:
    before = set(children())
    process = begin(tmp_path, *train("--cluster", address, "--set", "train.epochs=6000"))
    wait_until(lambda: len(set(children()) - before) or process.poll() is not None)
    wait_until(lambda: list(tmp_path.glob("runs/.*.lock")))
    time.sleep(1)
    os.kill(next(iter(children().values())), signal.SIGKILL)
    said, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (0, ""), said
    assert said.count("tried again elsewhere") == 1
    assert len(records(tmp_path / "runs")) == 2
