"""A sweep on three hosts that share no folder: one loses its power, one has no space."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.hosts import HOME, Host, are_possible, hosts
from support.many import assert_same, records, wait_until
from support.program import FITREEL, Fitreel

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not are_possible(), reason="no namespaces here, or not root"),
]
DASK = (sys.executable, "-m", "dask")
SWEEP = ("train", "--vary", "seed=1,2,3,4,5,6", "--set", "train.epochs=6000")


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
