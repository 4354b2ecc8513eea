"""What runs on a worker of a cluster: a process of ours beside it trains what a parcel holds.

All that is called here comes from the driver, by name: so fitreel is installed on every worker, and
where the scheduler runs, too. Nothing raises: errors travel as values.
"""

import platform
import re
import shutil
import socket
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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

SECONDS = 1.0
"""So long more of a shipment may be begun; the rest is for others."""
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


class _Shipment:
    """What this worker has been sent at once, and how far it is with it."""

    def __init__(self, name: str, parcels: Sequence[Parcel]) -> None:
        self.name, self.topic, self.count = name, parcels[0].topic, len(parcels)
        self.begun = 0
        self.is_over = False
        """Whether no more of it is begun."""
        self._late_at = time.monotonic() + SECONDS
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """Whether the next is to be begun."""
        with self._lock:
            is_late = bool(self.begun) and time.monotonic() > self._late_at
            self.is_over |= is_late or self.topic in _stopped
            self.begun += not self.is_over
            return not self.is_over

    def end_if_late(self) -> bool:
        """Begin no more of it, if that takes too long: whether others are to have the rest."""
        with self._lock:
            if self.is_over or self.begun == self.count or time.monotonic() <= self._late_at:
                return False
            self.is_over = True
            return True


def train(name: str, parcels: Sequence[Parcel]) -> list[Delivery]:
    """Train what parcels hold, or find out whether it can be; whatever happens is told.

    Args:
        name: of the task.
        parcels: trained one after the other, as far as that takes moments.

    Returns:
        What came of each; of the last ones, which others are to have, nothing.
    """
    from distributed import get_worker  # only where there is one

    worker = get_worker()
    place = Path(worker.local_directory) / "fitreel"
    shipment = _Shipment(name, parcels)
    deliveries: list[Delivery] = []
    try:
        # Files at once: those that others are to have are counted as being here.
        requests = [_opened(parcel, place) for parcel in parcels]
        with _one_at_a_time, _while_wanted(shipment, worker):
            for parcel, request in zip(parcels, requests, strict=True):
                if not shipment.begin():
                    break
                deliveries.append(_delivery(parcel, request, place, worker))
        return deliveries
    finally:
        for parcel in parcels:
            shutil.rmtree(place / parcel.share, ignore_errors=True)


def _opened(parcel: Parcel, place: Path) -> TrainRequest | Exception:
    try:
        if parcel.fitreel != own_version():
            raise BadInput(f"fitreel {own_version()} there, {parcel.fitreel} here")
        return _unpacked(parcel, place, place / parcel.share)
    except Exception as error:
        return error


def _delivery(
    parcel: Parcel, request: TrainRequest | Exception, place: Path, worker: Any
) -> Delivery:
    try:
        if isinstance(request, Exception):
            raise request
        return _train(parcel, request, place, worker)
    except Exception as error:
        failure = _as_told(Failure(*code_and_reason(error)), place)
        return Delivery(dict.fromkeys(range(len(parcel.configurations)), failure))
    finally:
        shutil.rmtree(place / parcel.share, ignore_errors=True)


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
    if path.exists():
        return path
    if file.content is None:  # this worker has ended since, and begun anew at its old address
        raise CannotWrite(f"{file.name} is there no more")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CannotWrite(f"{file.name}: {error.strerror}") from error
    return path


def _train(parcel: Parcel, request: TrainRequest, place: Path, worker: Any) -> Delivery:
    folder = place / parcel.share
    last_time = time.monotonic()

    def progress(_which: int, done: int | None, word: str, _failed: int) -> None:
        nonlocal last_time
        now = time.monotonic()
        if done is not None and now - last_time >= SECONDS_A_REPORT:
            last_time = now
            worker.log_event(parcel.topic, ["progress", parcel.share, (done, word)])

    pool = _pool_of(worker)
    pool.options = Options(runs=folder / "runs")
    share = _Share(parcel.topic, folder, tuple(parcel.folders), pool)
    _shares[parcel.share] = share
    try:
        failures, rest = pool.work([request], progress)
    finally:
        del _shares[parcel.share]
    if rest:
        trouble = Failure(CannotWrite.exit_code, f"cannot start a process: {pool.trouble}", True)
        failures = dict.fromkeys(request.batch, trouble)
    failures = {k: _as_told(failure, place) for k, failure in failures.items()}
    return Delivery(failures, share.records(parcel.records, is_final=True))


def _as_told(failure: Failure, place: Path) -> Failure:
    """Without the folders of a share or a file, which are only here, and only now."""
    folders = rf"{re.escape(str(place))}/(files/)?[\w-]+/"
    return replace(failure, reason=re.sub(folders, "", failure.reason))


_pools: dict[str, WorkerPool] = {}


def _pool_of(worker: Any) -> WorkerPool:
    """The process that trains here; it stays, for what comes next."""
    pool = _pools.get(worker.address)
    if pool is None or pool.trouble:
        pool = _pools[worker.address] = WorkerPool(1, Options(), is_lasting=False)
    return pool


@contextmanager
def _while_wanted(shipment: _Shipment, worker: Any) -> Iterator[None]:
    """A block in which a shipment is stopped, if asked for; unwanted, its process is killed."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SECONDS_A_LOOK):
            task = worker.state.tasks.get(shipment.name)
            is_wanted = task is not None and task.state in ("executing", "long-running")
            if not is_wanted or worker.status.name not in ("running", "paused"):
                shipment.is_over = True
                _pool_of(worker).kill()  # its driver has gone, or this worker goes
                return
            if shipment.topic in _stopped:
                _pool_of(worker).stop()
            elif shipment.end_if_late():
                worker.log_event(shipment.topic, ["rest", shipment.name, shipment.begun])

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


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
