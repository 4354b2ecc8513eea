"""The way to a cluster's scheduler, and which of its workers can be used."""

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from fitreel.jobs.command_line.cluster_address import BATCH_SYSTEMS
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.cluster.host import describe
from fitreel.model.errors import FitreelError, Unavailable
from fitreel.model.system.extras import import_library

SECONDS_TO_ANSWER = 3.0
EXTRA = "cluster"
PURPOSE = "training on a cluster"
GONE = (
    "the cluster's scheduler is gone; what came home is recorded, and the same command goes on "
    "from there"
)


@dataclass(frozen=True)
class Host:
    """A worker that can be used."""

    address: str
    """For Dask; said to nobody."""
    name: str
    """What its machine calls itself."""
    is_busy: bool
    """Whether it was training for somebody when it was listed."""


class Connection:
    """A client of the scheduler's, and of a batch system the jobs that were asked for."""

    def __init__(self, address: str, most: int, report: Report) -> None:
        """Connect.

        Args:
            address: as `check_address` takes it.
            most: workers, of a batch system's jobs.
            report: told of versions that differ.

        Raises:
            Unavailable: the extra isn't installed, nobody answers, or the scheduler has another
                fitreel.
        """
        distributed = import_library("distributed", EXTRA, PURPOSE)
        _silence()
        self._report = report
        self._names: dict[str, str] = {}
        self._refused: set[str] = set()
        self._differences: set[str] = set()
        self._cluster: Any = None
        try:
            if address in BATCH_SYSTEMS:
                jobqueue = import_library("dask_jobqueue", EXTRA, PURPOSE)
                self._cluster = getattr(jobqueue, BATCH_SYSTEMS[address])()
                self._cluster.adapt(minimum=most, maximum=most)  # which replaces those that end
            self.client: Any = distributed.Client(
                address if self._cluster is None else self._cluster,
                timeout=SECONDS_TO_ANSWER,
                set_as_default=False,
            )
        except FitreelError:
            raise
        except Exception as error:  # of sockets, of TLS, of a batch system's configuration
            self._close_cluster()
            raise Unavailable(_no_answer(address, error)) from error
        try:
            self._check_scheduler()
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether the scheduler is there."""
        return bool(self.client.status == "running")

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A block that asks something of the scheduler.

        Raises:
            Unavailable: it is gone, or goes just now. What Dask says of that, in many forms and
                with its address, isn't repeated.
        """
        try:
            if self.is_open:
                yield
                return
        except FitreelError:
            raise
        except Exception as error:
            raise Unavailable(GONE) from error
        raise Unavailable(GONE)

    def hosts(self) -> list[Host]:
        """The workers that can be used now; those that come new are asked for their versions.

        Raises:
            Unavailable: the scheduler is gone.
        """
        with self.asking():
            workers = self.client.scheduler_info(n_workers=-1)["workers"]
            new = [each for each in workers if each not in self._names.keys() | self._refused]
            if new:
                self._meet(new)
        return [
            Host(address, self._names[address], bool(_executing(facts)))
            for address, facts in workers.items()
            if address in self._names
        ]

    def _meet(self, addresses: Sequence[str]) -> None:
        described = self.client.run(describe, workers=list(addresses), on_error="return")
        own = describe()
        for address, facts in described.items():
            if not isinstance(facts, dict):
                self._refuse(address, "a worker has no fitreel that answers")
            elif facts["fitreel"] != own["fitreel"]:
                self._refuse(address, _other_fitreel(facts["host"], facts, own))
            elif not facts["torch"]:
                self._refuse(address, f"{facts['host']}: there is no torch")
            else:
                self._names[address] = facts["host"]
                self._compare(facts, own)

    def _refuse(self, address: str, reason: str) -> None:
        self._refused.add(address)
        self._say_once(f"{reason}: nothing is trained there")

    def _compare(self, facts: dict[str, str], own: dict[str, str]) -> None:
        for what in ("torch", "Python"):
            if own[what] and facts[what] != own[what]:
                self._say_once(
                    f"{facts['host']}: {what} {facts[what]} there, {own[what]} here: the last bits "
                    "may differ from a training's here"
                )

    def _say_once(self, line: str) -> None:
        if line not in self._differences:
            self._differences.add(line)
            self._report.warn(line)

    def _check_scheduler(self) -> None:
        own = describe()
        try:
            facts = self.client.run_on_scheduler(describe)
        except Exception as error:  # what can't be imported there arrives in many forms
            raise Unavailable(
                f"the cluster's scheduler has no fitreel that answers: install fitreel "
                f'{own["fitreel"]} where it runs, too: pip install "fitreel[{EXTRA}]"'
            ) from error
        if facts["fitreel"] != own["fitreel"]:
            raise Unavailable(_other_fitreel("the cluster's scheduler", facts, own))

    def in_background(self, function: Callable[[], object]) -> None:
        """Call it in a thread that nobody waits for: a host that is gone keeps it for long."""
        import threading

        def call() -> None:
            with suppress(Exception):
                function()

        threading.Thread(target=call, daemon=True).start()

    def close(self) -> None:
        """Let go of the scheduler; whatever is still asked of it isn't wanted any more."""
        with suppress(Exception):
            self.client.close(timeout=1)
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close(timeout=2)


def _silence() -> None:
    """Have Dask log nothing: what matters is said by us, in a line."""
    warnings.filterwarnings("ignore", module="distributed")
    for name in ("tornado", "asyncio", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio", "dask_jobqueue"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _executing(facts: dict[str, Any]) -> int:
    metrics = facts.get("metrics", {})
    return int(metrics.get("executing", 0) or 0)


def _other_fitreel(where: str, facts: dict[str, str], own: dict[str, str]) -> str:
    return (
        f"{where}: fitreel {facts['fitreel']} there, {own['fitreel']} here; they must be the same"
    )


def _no_answer(address: str, error: Exception) -> str:
    if address in BATCH_SYSTEMS:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        reason = re.sub(r"\w+://\S+", "its scheduler", reason)  # no address goes into a log
        return f"--cluster {address}: {reason}; dask-jobqueue is set up in Dask's own configuration"
    if address.startswith("tls:"):
        if isinstance(error, TypeError):  # Dask's way of saying that it has none to show
            return (
                "--cluster: tls:// needs certificates, and none is named here in Dask's own "
                "configuration, distributed.comm.tls"
            )
        return (
            "--cluster: no scheduler answers there that takes our certificates; they are named in "
            "Dask's own configuration, distributed.comm.tls"
        )
    return (
        "--cluster: no scheduler answers there within a few seconds; is it running, and in reach?"
    )
