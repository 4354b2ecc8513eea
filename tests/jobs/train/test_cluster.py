"""Trainings on a Dask cluster of two processes, as the command line asks for them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.clusters import certificates, cluster_of
from support.many import assert_same, begin, records, wait_until
from support.program import Fitreel, time_limit, train_here

from fitreel.jobs.train.cluster.connection import Host
from fitreel.jobs.train.cluster.parcel import Parcel
from fitreel.jobs.train.cluster.share import Share
from fitreel.jobs.train.cluster.shipment import Shipment
from fitreel.jobs.train.record_files import new_files, put_files
from fitreel.jobs.train.workers import TrainRequest
from fitreel.model.record.reader import Record, digest_of

pytest.importorskip("distributed")
LONG = pytest.mark.long
EPOCHS = 4000
CHILD = b"fitreel.jobs.train.pool.worker"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with cluster_of(2, tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def address(cluster: tuple[str, int]) -> str:
    return cluster[0]


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def children(cluster: tuple[str, int]) -> dict[int, int]:
    """The processes that train for a cluster, and the worker that each is of."""
    found = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            number = int(entry.name)
            if CHILD in (entry / "cmdline").read_bytes():
                worker = parent_of(number)
                if parent_of(worker) == cluster[1]:
                    found[number] = worker
    return found


def busy(cluster: tuple[str, int]) -> list[int]:
    """Those of its processes that use a processor, now that torch is there."""
    before = {number: ticks(number) for number in children(cluster)}
    time.sleep(0.2)
    with suppress(OSError):
        return [number for number in before if ticks(number) > before[number]]
    return []


def ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def sweep(address: str, epochs: int, *more: str) -> tuple[str, ...]:
    return ("train", "--vary", "seed=1,2", "--set", f"train.epochs={epochs}",
            "--cluster", address, *more)  # fmt: skip


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def trained_here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs of a sweep that this process has trained."""
    folder = tmp_path_factory.mktemp("here")
    for seed in (1, 2):
        train_here(folder, f"seed={seed}", f"train.epochs={EPOCHS}")
    return folder / "runs"


OWN = """
import torch
class Own(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Linear(1, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
"""
LOSS = "def absolute(prediction, y):\n    return (prediction - y).abs().mean()\n"
JOB = """
[train]
epochs = 12
[compare]
panel = [
  {label = "batched", "data.file" = "points.csv", "train.engine" = "batched"},
  {label = "beside it", "data.file" = "points.csv", "train.engine" = "batched", seed = 3},
  {label = "own", "data.file" = "points.csv", "network.module" = "net.py:Own"},
  {label = "own loss", "train.loss" = "loss.py:absolute"},
  {label = "table", "data.file" = "flowers.csv", "data.label" = "kind"},
  {label = "picture", "data.file" = "photo.png"},
  {label = "classes", "data.function" = "spirals", "data.points" = 40, "data.grid" = 8},
  {label = "longer", "train.epochs" = 30},
]
"""


def inputs(folder: Path) -> None:
    """The job, and every kind of file that a job may name."""
    (folder / "points.csv").write_text("x,y\n" + "".join(f"{n / 9},{n % 4}\n" for n in range(20)))
    (folder / "net.py").write_text(OWN)
    (folder / "loss.py").write_text(LOSS)
    rows = "".join(f"{n % 7},{n / 5},{'iris' if n % 3 else 'rose'}\n" for n in range(20))
    (folder / "flowers.csv").write_text(f"length,width,kind\n{rows}")
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5).save(folder / "photo.png")
    (folder / "job.toml").write_text(JOB)


def test_a_cluster_trains_the_same_bits_and_only_what_is_not_trained(
    address: str, program: Fitreel, fitreel: Fitreel, tmp_path: Path
) -> None:
    inputs(tmp_path)
    # What one of them goes on from goes along.
    shorter = ("--set", "train.epochs=12", "--workers", "1")
    assert fitreel("train", *shorter, "--runs", "there").returncode == 0
    assert fitreel("train", *shorter, "--runs", "here").returncode == 0
    there = program("train", "job.toml", "--cluster", address, "--runs", "there", "--log", "log")
    assert (there.returncode, there.stderr) == (0, ""), there
    assert fitreel("train", "job.toml", "--runs", "here", "--workers", "1").returncode == 0
    assert_same(tmp_path / "here", tmp_path / "there")
    said = (tmp_path / "log").read_text()
    assert f"trained on {os.uname().nodename}" in said
    trained = records(tmp_path / "there").values()
    short = next(run for run in trained if run.header.name == "demo")
    longer = next(run for run in trained if run.ending_epoch == 30)
    assert np.array_equal(longer.seconds[:3], short.seconds[:3])
    port = address.rpartition(":")[2]
    assert address not in said and port not in said
    assert not [f for f in tmp_path.glob("there/*/*") if address.encode() in f.read_bytes()]
    # Whatever is trained isn't sent: nobody is asked.
    again = fitreel("train", "job.toml", "--cluster", "tcp://127.0.0.1:1", "--runs", "there")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_stopped_driver_brings_home_what_is_trained_and_the_same_command_goes_on(
    cluster: tuple[str, int], trained_here: Path, tmp_path: Path
) -> None:
    stopped = begin(tmp_path, *sweep(cluster[0], EPOCHS))
    wait_until(lambda: len(busy(cluster)) == 2)
    stopped.terminate()
    begun = time.monotonic()
    _, errors = stopped.communicate(timeout=60)
    assert (stopped.returncode, errors) == (
        143,
        "fitreel: stopped by signal 15; the same command goes on from what is recorded\n",
    )
    assert time.monotonic() - begun < time_limit(6)
    partial = records(tmp_path / "runs")
    assert len(partial) == 2 and all(0 < run.epochs[-1] < EPOCHS for run in partial.values())
    assert not any(run.ending for run in partial.values())
    again = begin(tmp_path, *sweep(cluster[0], EPOCHS))
    assert again.communicate(timeout=100)[1] == "" and again.returncode == 0
    assert_same(trained_here, tmp_path / "runs")


@pytest.mark.long
def test_a_killed_worker_costs_another_try(
    cluster: tuple[str, int], trained_here: Path, tmp_path: Path
) -> None:
    process = begin(tmp_path, *sweep(cluster[0], EPOCHS))
    one, *_ = wait_until(lambda: list(tmp_path.glob("runs/.demo-*.lock")) and busy(cluster))
    os.kill(parent_of(one), signal.SIGKILL)
    said, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (0, ""), said
    assert said.count("its worker was lost; tried again elsewhere") == 1
    assert_same(trained_here, tmp_path / "runs")


@LONG
def test_a_worker_that_begins_anew_at_its_old_address_is_sent_its_files_again(
    program: Fitreel, tmp_path: Path, unused_port: int
) -> None:
    """As one whose port is fixed, and whose nanny, or systemd, starts it again."""
    inputs(tmp_path)
    own = ("--set", "data.file=points.csv", "--set", "network.module=net.py:Own")
    command = ("train", "--vary", "seed=1..4", *own, "--set", f"train.epochs={EPOCHS}")
    with cluster_of(0, tmp_path) as (address, _):
        nanny = subprocess.Popen(
            [*(sys.executable, "-m", "dask", "worker", address, "--no-dashboard"),
             *("--nworkers", "1", "--nthreads", "1", "--worker-port", str(unused_port))],
            cwd=tmp_path, stderr=subprocess.DEVNULL,
            env=os.environ | {"DASK_TEMPORARY_DIRECTORY": str(tmp_path)},
        )  # fmt: skip
        try:
            driver = begin(tmp_path, *command, "--runs", "there", "--cluster", address, "--wait")
            wait_until(lambda: list(tmp_path.glob("there/[!.]*/run.json")), 300)
            (child,) = children((address, nanny.pid))
            os.kill(parent_of(child), signal.SIGKILL)
            said, errors = driver.communicate(timeout=200)
            assert (driver.returncode, errors) == (0, ""), said
            assert said.count("tried again elsewhere") >= 1
            # What can't be trained names the file as it is called here.
            (tmp_path / "net.py").write_text(f"{OWN}\nraise ValueError(__file__)\n")
            wrong = program(*command, "--runs", "wrong", "--cluster", address)
            assert wrong.returncode == 65 and "net.py" in wrong.stderr
            assert str(tmp_path) not in wrong.stderr
        finally:
            nanny.terminate()
            nanny.wait()
    inputs(tmp_path)
    assert program(*command, "--runs", "here", timeout=300).returncode == 0
    assert_same(tmp_path / "here", tmp_path / "there")


@LONG
def test_a_killed_driver_frees_its_workers(cluster: tuple[str, int], tmp_path: Path) -> None:
    process = begin(tmp_path, *sweep(cluster[0], 10**6))
    wait_until(lambda: len(busy(cluster)) == 2)
    process.kill()
    process.communicate()
    begun = time.monotonic()
    wait_until(lambda: not busy(cluster))
    assert time.monotonic() - begun < time_limit(5)


def test_nobody_there_is_one_line_within_five_seconds(program: Fitreel, tmp_path: Path) -> None:
    begun = time.monotonic()
    done = program(*sweep("tcp://127.0.0.1:9", 20))
    assert time.monotonic() - begun < time_limit(5)
    assert done.returncode == 69 and done.stderr.count("\n") == 1, done.stderr
    assert "no scheduler answers" in done.stderr and "127.0.0.1" not in done.stderr
    done = program(*sweep("tls://127.0.0.1:9", 20))
    assert done.returncode == 69 and "needs certificates" in done.stderr


def test_what_a_cluster_cannot_have_is_said(
    address: str, program: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside.py").write_text("WIDTH = 4\n")
    (tmp_path / "net.py").write_text(f"from beside import WIDTH\n{OWN}")
    done = program(*sweep(address, 20, "--set", "network.module=net.py:Own"))
    assert done.returncode == 65 and "imports beside, which lies beside it" in done.stderr
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: name != 'distributed' and find(name, *rest) or None\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    done = program(*sweep(address, 20))
    assert done.returncode == 69 and 'pip install "fitreel[cluster]"' in done.stderr


@LONG
def test_no_worker_is_said_and_waited_for(program: Fitreel, tmp_path: Path) -> None:
    with cluster_of(0, tmp_path) as (address, _):
        begun = time.monotonic()
        done = program(*sweep(address, 20))
        assert done.returncode == 69 and "no worker" in done.stderr
        assert 10 < time.monotonic() - begun < time_limit(15)
        done = program(*sweep(address, 20, "--wait-limit", "3"))
        assert done.returncode == 69 and time.monotonic() - begun > 23
        worker = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-dashboard"],
            cwd=tmp_path, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert program(*sweep(address, 20, "--wait")).returncode == 0
        finally:
            worker.terminate()
            worker.wait()


@LONG
def test_a_scheduler_that_goes_is_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    with cluster_of(2, tmp_path) as cluster:
        process = begin(tmp_path, *sweep(cluster[0], 10**6, "-q"))
        wait_until(lambda: len(busy(cluster)) == 2)
        os.kill(cluster[1], signal.SIGKILL)
        _, errors = process.communicate(timeout=100)
    assert process.returncode == 69 and errors.count("\n") == 1, errors
    assert "scheduler is gone" in errors


@LONG
def test_strangers_are_refused_where_both_sides_show_certificates(
    program: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/cluster.md makes them, by openssl; a stranger has one of an authority of his own."""
    settings = {who: certificates(tmp_path / who) for who in ("ours", "stranger")}
    with cluster_of(1, tmp_path, PROTOCOL="tls://", **settings["ours"]) as (address, _):
        assert address.startswith("tls://")
        for who, code in (("ours", 0), ("stranger", 69), ("nobody", 69)):
            with monkeypatch.context() as patch:
                for name, value in settings.get(who, {}).items():
                    patch.setenv(name, value)
                begun = time.monotonic()
                done = program(*sweep(address, 20, "--runs", who))
                assert done.returncode == code, (who, done)
                if code:
                    assert time.monotonic() - begun < time_limit(8)
                    assert done.stderr.count("\n") == 1 and "certificates" in done.stderr
        plain = program(*sweep(address.replace("tls", "tcp"), 20, "--runs", "plain"))
        assert plain.returncode == 69 and plain.stderr.count("\n") == 1


@LONG
def test_another_version_there_is_refused(program: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import importlib.metadata as metadata\nversion = metadata.version\n"
        "versions = {'fitreel': '9.9', 'torch': '9.8'}\n"
        "metadata.version = lambda name: versions.get(name) or version(name)\n"
    )
    with cluster_of(1, tmp_path, PYTHONPATH=str(tmp_path / "site")) as (address, _):
        done = program(*sweep(address, 20))
    assert done.returncode == 69 and "fitreel 9.9 there" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1 and not list(tmp_path.glob("runs/[!.]*"))


@LONG
def test_what_is_recorded_comes_home_now_and_then(cluster: tuple[str, int], tmp_path: Path) -> None:
    """Of a driver that doesn't wait a minute."""
    code = (
        "from fitreel.jobs.train.cluster import cluster_workers\n"
        "cluster_workers.SECONDS_HOME = 1\nfrom fitreel.jobs.main import main\nmain()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *sweep(cluster[0], 10**6)], cwd=tmp_path,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_until(lambda: len(list(tmp_path.glob("runs/*/snapshots-*"))) > 6)
    process.kill()
    process.communicate()
    assert all(run.state_file for run in records(tmp_path / "runs").values())


@LONG
def test_two_commands_with_some_trainings_in_common_share_a_cluster(
    cluster: tuple[str, int], trained_here: Path, tmp_path: Path
) -> None:
    """Each holds what the other waits for, and waits without holding up what it has."""
    processes = [
        begin(
            *(tmp_path, "train", "--vary", f"seed={seeds}", "--set", f"train.epochs={EPOCHS}"),
            *("--cluster", cluster[0], "--wait", "--wait-limit", "300"),
        )
        for seeds in ("1,2,3,4,5", "6,5,4,3,2")
    ]
    for process in processes:
        said, errors = process.communicate(timeout=400)
        assert (process.returncode, errors) == (0, ""), said
    trained = records(tmp_path / "runs")
    assert len(trained) == 6 and all(run.ending for run in trained.values())
    for name, run in records(trained_here).items():
        assert np.array_equal(trained[name].losses, run.losses)


def test_shipments_grow_while_they_take_moments_and_a_second_try_travels_alone() -> None:
    shipment = Shipment(Host("tcp://one:1", "one", is_busy=False))
    shares = [Share(n, TrainRequest((n,), [{}])) for n in range(6)]
    for share in shares[:4]:
        assert shipment.takes(share, most=4)
        shipment.add(share, Parcel(share.name, "topic", [{}]))
    assert not shipment.takes(shares[4], most=4)
    assert not shipment.takes(replace(shares[4], attempts=1), most=6)
    shipment.sent_at = time.monotonic()
    assert shipment.next_size() == 8
    shipment.sent_at -= 2
    assert shipment.next_size() == 2
    assert [share.which for share in shipment.cut(1)] == [1, 2, 3] and len(shipment.shares) == 1
    large = Parcel("large", "topic", [{}], records={"run": {"file": bytes(1 << 23)}})
    shipment.add(shares[5], large)
    assert not shipment.takes(shares[4], most=6)


def test_a_driver_killed_between_a_state_and_its_chunk_takes_what_comes_after(
    tmp_path: Path,
) -> None:
    """What it had is older: two states of one number, of which none is damaged."""
    files = new_files(train_here(tmp_path, "train.epochs=12").path, is_final=True)
    older = b"of a training that took other seconds"
    number = next(name for name in files if name.startswith("state-")).split("-")[1]
    partial = {name: files[name] for name in files if name.startswith(("points-", "run.json"))}
    run = tmp_path / "there"
    put_files(run, partial | {f"state-{number}-{digest_of(older)}.safetensors": older})
    assert new_files(run, is_final=True).keys() == partial.keys()
    put_files(run, files)
    assert Record(run).ending == "complete"
    assert {path.name for path in run.iterdir()} == files.keys()


def test_a_driver_killed_between_chunks_that_came_together_goes_on(
    fitreel: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the last of them has a state: the record ends with the chunk that had one before."""
    sets = ("train.epochs=40", "train.snapshot_every=4")
    with monkeypatch.context() as patch:
        patch.setattr("fitreel.model.record.writer.Rhythm.due", lambda *_: True)
        patch.setattr("fitreel.model.record.writer.forget_states", lambda *_, **__: None)
        whole = train_here(tmp_path, *sets)
    chunks, states = (sorted(whole.path.glob(f"{kind}-*")) for kind in ("snapshots", "state"))
    assert len(chunks) == len(states) >= 6
    for file in (*chunks[4:], states[0], *states[2:5], *states[6:]):
        file.unlink()
    partial = Record(whole.path)
    assert len(partial.chunks) == 2 and partial.leftovers == chunks[2:4]
    again = fitreel("train", *(word for text in sets for word in ("--set", text)))
    assert again.returncode == 0 and "going on from epoch 2" in again.stdout
    done = Record(whole.path)
    assert (done.ending, done.leftovers) == ("complete", [])
    assert done.losses.tobytes() == whole.losses.tobytes()
    assert len(list(whole.path.glob("snapshots-*"))) == len(done.chunks)


@LONG
def test_short_trainings_travel_together_and_a_long_one_gives_back_what_waits_behind_it(
    address: str, program: Fitreel, fitreel: Fitreel, tmp_path: Path
) -> None:
    (tmp_path / "job.toml").write_text(
        "[compare.vary]\nseed = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\n"
        '"train.epochs" = [5, 6, 7, 8, 9, 10, 11, 3000]\n'
    )
    done = program("train", "job.toml", "--cluster", address, "--runs", "there", timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    assert fitreel("train", "job.toml", "--runs", "here").returncode == 0
    assert_same(tmp_path / "here", tmp_path / "there")
