"""What runs on a worker of a cluster: a process of ours beside it trains what a parcel holds.

All that is called here comes from the driver, by name: so fitreel is installed on every worker, and
where the scheduler runs, too. Nothing raises: errors travel as values.
"""

import platform
import shutil
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.train.cluster.parcel import Delivery, InputFile, Parcel
from fitreel.jobs.train.pool.worker_pool import WorkerPool
from fitreel.jobs.train.record_files import Files, new_files, put_files
from fitreel.jobs.train.workers import Failure, TrainRequest
from fitreel.model.errors import BadInput, CannotWrite, code_and_reason
from fitreel.model.version import own_version

SECONDS_A_REPORT = 1.0
SECONDS_A_LOOK = 0.5
"""So often it is looked whether a training is still wanted."""

_one_at_a_time = threading.Lock()
"""A worker may have several threads, and another driver's training."""
_shares: dict[str, "_Share"] = {}
_stopped: set[str] = set()
"""Topics of drivers that want nothing more."""


@dataclass(frozen=True)
class _Share:
    """What is being trained here."""

    topic: str
    folder: Path
    folders: tuple[str, ...]
    pool: WorkerPool

    def records(self, have: Mapping[str, Collection[str]], *, is_final: bool) -> dict[str, Files]:
        """What is new of each record, where some names are had already, by run folder."""
        runs = self.folder / "runs"
        files = {
            name: new_files(runs / name, have.get(name, ()), is_final=is_final)
            for name in self.folders
        }
        return {name: content for name, content in files.items() if content}


def describe() -> dict[str, str]:
    """What is installed here, and what this machine is called."""
    return {
        "fitreel": own_version(),
        "torch": _version("torch"),
        "Python": platform.python_version(),
        "host": socket.gethostname(),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def train(parcel: Parcel) -> Delivery:
    """Train what a parcel holds, or find out whether it can be; whatever happens is told."""
    from distributed import get_worker  # only where there is one

    worker = get_worker()
    place = Path(worker.local_directory) / "fitreel"
    folder = place / parcel.share
    try:
        if parcel.fitreel != own_version():
            raise BadInput(f"fitreel {own_version()} there, {parcel.fitreel} here")
        request = _unpacked(parcel, place, folder)
        with _one_at_a_time:
            return _train(parcel, request, folder, worker)
    except Exception as error:
        code, reason = code_and_reason(error)
        failure = Failure(code, reason.replace(f"{place}/", ""))
        return Delivery(dict.fromkeys(range(len(parcel.configurations)), failure))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpacked(parcel: Parcel, place: Path, folder: Path) -> TrainRequest:
    """The request, for a process here; what it needs lies under `place`."""
    for name, files in parcel.records.items():
        put_files(folder / "runs" / name, files)
    configurations = list(parcel.configurations)
    for k, files_of_one in enumerate(parcel.input_files):
        here = {key: str(_unpack(file, place)) for key, file in files_of_one.items()}
        source = {**configurations[k]["source"], "files": here}
        configurations[k] = {**configurations[k], "source": source}
    batch = tuple(range(len(configurations)))
    return TrainRequest(batch, configurations, only_check=parcel.only_check)


def _unpack(file: InputFile, place: Path) -> Path:
    path = place / "files" / file.digest / file.name
    if file.content is not None and not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise CannotWrite(f"{file.name}: {error.strerror}") from error
    return path


def _train(parcel: Parcel, request: TrainRequest, folder: Path, worker: Any) -> Delivery:
    last_time = time.monotonic()

    def progress(_which: int, done: int | None, word: str, _failed: int) -> None:
        nonlocal last_time
        now = time.monotonic()
        if done is not None and now - last_time >= SECONDS_A_REPORT:
            last_time = now
            worker.log_event(parcel.topic, [parcel.share, done, word])

    pool = _pool_of(worker)
    pool.options = Options(runs=folder / "runs")
    share = _Share(parcel.topic, folder, tuple(parcel.folders), pool)
    with _while_wanted(share, parcel.share, worker):
        failures, rest = pool.work([request], progress)
    if rest:
        trouble = Failure(CannotWrite.exit_code, f"cannot start a process: {pool.trouble}", True)
        failures = dict.fromkeys(request.batch, trouble)
    return Delivery(failures, share.records(parcel.records, is_final=True))


_pools: dict[str, WorkerPool] = {}


def _pool_of(worker: Any) -> WorkerPool:
    """The process that trains here; it stays, for what comes next."""
    pool = _pools.get(worker.address)
    if pool is None or pool.trouble:
        pool = _pools[worker.address] = WorkerPool(1, Options())
    return pool


@contextmanager
def _while_wanted(share: _Share, name: str, worker: Any) -> Iterator[None]:
    """A block in which the share can be asked for and stopped; unwanted, its process is killed."""
    _shares[name] = share
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SECONDS_A_LOOK):
            task = worker.state.tasks.get(name)
            is_wanted = task is not None and task.state in ("executing", "long-running")
            if not is_wanted or worker.status.name not in ("running", "paused"):
                share.pool.kill()  # its driver has gone, or this worker goes
                return
            if share.topic in _stopped:
                share.pool.stop()

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()
        del _shares[name]


def collect(name: str, have: Mapping[str, Collection[str]]) -> dict[str, Files]:
    """What is new of the records of a share that is being trained here; nothing of others."""
    share = _shares.get(name)
    return {} if share is None else share.records(have, is_final=False)


def stop(topic: str) -> None:
    """Have what a driver wants stop: what is trained is recorded, and delivered."""
    _stopped.add(topic)
    for share in list(_shares.values()):
        if share.topic == topic:
            share.pool.stop()
