"""A sweep on three hosts that share no folder: one loses its power, one has no space."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.hosts import HOME, Host, are_possible, hosts, signal_to
from support.many import assert_same, records, wait_until
from support.program import FITREEL, Fitreel

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not are_possible(), reason="no namespaces here, or not root"),
]
DASK = (sys.executable, "-m", "dask")
SWEEP = ("train", "--vary", "seed=1,2,3,4,5,6", "--set", "train.epochs=6000")


SIZE = 300
OWN = """
import torch
class Own(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
"""


def write_sweep(folder: Path) -> None:
    """A sweep of 300: of moments, in batches, of code and points of one's own, and a few longer."""
    (folder / "net.py").write_text(OWN)
    (folder / "points.csv").write_text("x,y\n" + "".join(f"{n / 9},{n % 4}\n" for n in range(20)))
    kinds = [
        (210, "'train.epochs' = {epochs}"),
        (60, "'train.epochs' = 33, 'train.engine' = 'batched'"),
        (10, "'train.epochs' = 40, 'network.module' = 'net.py:Own'"),
        (10, "'train.epochs' = 40, 'data.file' = 'points.csv'"),
        (10, "'train.epochs' = 3000, 'network.hidden' = [24, 24]"),
    ]
    panels = [
        f"label = 'kind {kind} seed {n}', seed = {n}, {keys.format(epochs=20 + n % 31)}"
        for kind, (count, keys) in enumerate(kinds)
        for n in range(count)
    ]
    assert len(panels) == SIZE
    random.Random(1).shuffle(panels)
    rows = ",\n".join(f"{{{panel}}}" for panel in panels)
    (folder / "sweep.toml").write_text(f"[compare]\npanel = [\n{rows}\n]\n")


@pytest.fixture(scope="module")
def trained_here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of that sweep, trained without a cluster."""
    folder = tmp_path_factory.mktemp("here")
    write_sweep(folder)
    subprocess.run([*FITREEL, "train", "sweep.toml", "-q"], cwd=folder, check=True)
    return folder / "runs"


def count_of(runs: Path) -> int:
    """How many have come home, in part or whole."""
    return sum(1 for _ in runs.glob("[!.]*/run.json"))


def begin_scheduler(host: Host) -> str:
    """Its address."""
    host.begin(*DASK, "scheduler", "--no-dashboard", "--host", host.address, "--port", "8786")
    return f"tcp://{host.address}:8786"


def begin_worker(host: Host, scheduler: str, *more: str) -> "subprocess.Popen[str]":
    return host.begin(
        *(*DASK, "worker", scheduler, "--nthreads", "1", "--no-dashboard", "--host", host.address),
        *more, DASK_TEMPORARY_DIRECTORY=str(HOME),
    )  # fmt: skip


def test_a_host_without_power_costs_another_try(program: Fitreel, tmp_path: Path) -> None:
    with hosts(3, tmp_path) as (one, two, three):
        address = begin_scheduler(one)
        for host in (two, three):
            begin_worker(host, address)
        driver = one.begin(*FITREEL, *SWEEP, "--cluster", address, "--wait", "--wait-limit", "200")
        # Each sees its own folder only; what is trained on the second is there.
        wait_until(lambda: list(two.folder.rglob("snapshots-*")), 300)
        two.cut_power()
        said, errors = driver.communicate(timeout=900)
        assert (driver.returncode, errors) == (0, ""), said
        assert said.count("tried again elsewhere") == 1 and "host2: its worker was lost" in said
        assert "trained on host3" in said
        assert not list(three.folder.rglob("run.json"))
        assert len(records(one.folder / "runs")) == 6
    assert program(*SWEEP, "--runs", "here", timeout=900).returncode == 0
    assert_same(tmp_path / "here", tmp_path / "host1" / "runs")


def test_a_host_without_space_is_said_and_what_it_had_is_trained_elsewhere(tmp_path: Path) -> None:
    sweep = ("train", "--vary", "seed=1,2,3,4,5,6", "--set", "train.epochs=4000")
    with hosts(3, tmp_path) as (one, two, three):
        address = begin_scheduler(one)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", two.folder], check=True)
        try:
            worker = begin_worker(two, address)
            # Alone, it can't: each of them fails, by a line that says where and why.
            done = one.begin(*FITREEL, *sweep, "--cluster", address, "--wait")
            said, errors = done.communicate(timeout=900)
            assert done.returncode == 74, (said, errors)
            assert "seed 1: host2: cannot write runs/demo-" in errors
            assert "No space left on device" in errors
            assert worker.poll() is None and str(HOME) not in errors
            begin_worker(three, address)
            done = one.begin(*FITREEL, *sweep, "--cluster", address, "--wait")
            said, errors = done.communicate(timeout=900)
            assert (done.returncode, errors) == (0, ""), said
            assert len(records(one.folder / "runs")) == 6
        finally:
            two.end()
            subprocess.run(["umount", two.folder], check=True)


@pytest.mark.parametrize(
    ("home", "hosts_cut", "comes_back"),
    [(0, 1, False), (120, 1, False), (290, 1, False), (100, 1, True), (100, 2, True)],
)
def test_a_sweep_of_300_on_three_hosts_of_which_some_lose_their_power(
    trained_here: Path, tmp_path: Path, home: int, hosts_cut: int, comes_back: bool
) -> None:
    """After so many have come home; one that comes back has nothing of what it had."""
    with hosts(3, tmp_path) as (one, *others):
        address = begin_scheduler(one)
        for host in others:
            begin_worker(host, address)
        write_sweep(one.folder)
        runs = one.folder / "runs"
        command = ("train", "sweep.toml", "--cluster", address, "--wait", "--wait-limit", "300")
        driver = one.begin(*FITREEL, *command)
        wait_until(lambda: runs.exists() and count_of(runs) >= home, 300)
        for host in others[:hosts_cut]:
            host.cut_power()
        if comes_back:
            time.sleep(2)
            others[0].boot()
            begin_worker(others[0], address)
        said, errors = driver.communicate(timeout=900)
        assert (driver.returncode, errors) == (0, ""), said
        assert said.count("its worker was lost; tried again elsewhere") <= 2 * hosts_cut * 32
        assert f"trained on {(others[0] if comes_back else others[1]).name}" in said
        living = others[0] if comes_back else others[1]
        assert not list(living.folder.rglob("run.json"))
    assert_same(trained_here, runs)


@pytest.mark.parametrize("numbers", [[signal.SIGKILL], [signal.SIGTERM], [signal.SIGINT] * 2])
def test_a_sweep_of_300_whose_command_is_ended_three_times_goes_on(
    trained_here: Path, tmp_path: Path, numbers: list[int]
) -> None:
    with hosts(3, tmp_path) as (one, *others):
        address = begin_scheduler(one)
        for host in others:
            begin_worker(host, address)
        write_sweep(one.folder)
        runs = one.folder / "runs"
        command = (*FITREEL, "train", "sweep.toml", "--cluster", address, "--wait")
        for home in (20, 130, 260):
            driver = one.begin(*command)
            wait_until(lambda home=home: count_of(runs) >= home, 300)  # type: ignore[misc]
            for number in numbers:
                signal_to(driver, number)
                time.sleep(0.1)
            _, errors = driver.communicate(timeout=60)
            assert "Traceback" not in errors and errors.count("\n") <= 1, errors
            assert home <= count_of(runs) < SIZE
        driver = one.begin(*command)
        said, errors = driver.communicate(timeout=900)
        assert (driver.returncode, errors) == (0, ""), said
        assert f"of {SIZE} configurations already trained" in said
    assert_same(trained_here, runs)
