"""Trainings on GPUs that are pretended: which worker takes which, and their records found again.

Each process that trains pretends as many as GPUS says. What torch would put on one of them it makes
on the CPU; a GPU is called by its number on the machine, as CUDA_VISIBLE_DEVICES counts.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from support.clusters import cluster_of
from support.many import records, wait_until
from support.program import ROOT, Fitreel

pytestmark = pytest.mark.long

PRETENCE = """
import os, sys
if "fitreel.jobs.train.pool.worker" in sys.orig_argv:
    import torch
    from torch.overrides import TorchFunctionMode
    numbers = [str(number) for number in range(int(os.environ["GPUS"]))]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", ",".join(numbers)).split(",")
    numbers = [number for number in visible if number in numbers]
    def on_the_cpu(value):
        is_gpu = isinstance(value, torch.device) and value.type == "cuda"
        return torch.device("cpu") if is_gpu else value
    class Pretence(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            args = [on_the_cpu(each) for each in args]
            kwargs = {key: on_the_cpu(each) for key, each in (kwargs or {}).items()}
            return function(*args, **kwargs)
    Pretence().__enter__()
    torch.cuda.is_available = lambda: bool(numbers)
    torch.cuda.device_count = lambda: len(numbers)
    torch.cuda.get_rng_state = lambda device: torch.get_rng_state()
    torch.cuda.set_rng_state = lambda state, device: None
    torch.cuda.get_device_name = lambda device: f"GPU {numbers[device.index or 0]}"
"""
Gpus = Callable[..., None]


@pytest.fixture
def gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gpus:
    """Have so many, of which those are visible."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(PRETENCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))

    def have(count: int, visible: str | None = None) -> None:
        monkeypatch.setenv("GPUS", str(count))
        if visible is not None:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)

    return have


def sweep(count: int, workers: int, *more: str, device: str = "cuda") -> tuple[str, ...]:
    return ("train", "--vary", f"seed=1..{count}", "--set", "train.epochs=5",
            "--set", f"train.device={device}", "--workers", str(workers), *more)  # fmt: skip


def used(runs: Path) -> Counter[str]:
    """How many trainings each GPU has had."""
    return Counter(str(run.environment["device"]) for run in records(runs).values())


@pytest.mark.parametrize(
    ("count", "workers", "visible", "trainings"),
    [
        (8, 8, None, {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1}),
        (8, 3, None, {0: 1, 1: 1, 2: 1}),
        (3, 8, None, {0: 3, 1: 3, 2: 2}),
        (8, 4, "2,5,7", {2: 2, 5: 1, 7: 1}),
    ],
)
def test_workers_take_the_gpus_that_are_there_by_turns(
    gpus: Gpus,
    program: Fitreel,
    tmp_path: Path,
    count: int,
    workers: int,
    visible: str | None,
    trainings: dict[int, int],
) -> None:
    gpus(count, visible)
    done = program(*sweep(workers, workers), timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert used(tmp_path / "runs") == {f"GPU {number}": n for number, n in trainings.items()}


def test_batches_are_spread_over_them(gpus: Gpus, program: Fitreel, tmp_path: Path) -> None:
    gpus(8)
    done = program(*sweep(24, 8, "--set", "train.engine=batched"), timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert used(tmp_path / "runs") == {f"GPU {number}": 3 for number in range(8)}


def test_records_of_one_gpu_are_those_of_any(gpus: Gpus, program: Fitreel, tmp_path: Path) -> None:
    gpus(8)
    assert program(*sweep(2, 2, device="cuda:5"), timeout=300).returncode == 0
    assert used(tmp_path / "runs") == {"GPU 5": 2}
    for device in ("cuda", "cuda:0", "cuda:7", "cuda:77"):
        done = program(*sweep(2, 2, device=device))
        assert "2 of 2 configurations already trained" in done.stdout, device
    none = program(*sweep(2, 2, "--runs", "other", device="cuda:8"), timeout=300)
    assert none.returncode == 69 and "8 CUDA devices" in none.stderr
    gpus(8, "")
    none = program(*sweep(2, 2, "--runs", "other"), timeout=300)
    assert none.returncode == 69 and "0 CUDA devices" in none.stderr


def test_a_cluster_has_one_worker_a_gpu_as_documented(
    gpus: Gpus, program: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    gpus(8)
    text = (ROOT / "docs" / "cluster.md").read_text("utf-8")
    loop = text[text.index("for gpu in ") :].partition("```")[0]
    for before in ("tcp://one:8786", "dask worker"):
        assert before in loop
    monkeypatch.setenv("DASK_TEMPORARY_DIRECTORY", str(tmp_path))
    with cluster_of(0, tmp_path) as (address, _):
        loop = loop.replace("tcp://one:8786", address)
        loop = loop.replace("dask worker", f"{sys.executable} -m dask worker")
        workers = subprocess.Popen(
            ["bash", "-c", f"{loop}\nwait"], start_new_session=True, stderr=subprocess.DEVNULL
        )
        try:
            wait_until(lambda: len(list(tmp_path.glob("*/worker-*/"))) == 8, 300)
            command = sweep(8, 8, "--set", "train.epochs=2000")
            done = program(*command, "--cluster", address, "--wait", timeout=300)
            assert (done.returncode, done.stderr) == (0, "")
        finally:
            os.killpg(workers.pid, signal.SIGTERM)
            workers.wait()
    assert used(tmp_path / "runs") == {f"GPU {number}": 1 for number in range(8)}
