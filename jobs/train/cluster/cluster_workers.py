"""The workers of a Dask cluster: the other way to train many.

A shipment is sent to one worker, and no more of them than there are workers: what waits behind one
that kills its process would be blamed with it. It holds one share, or several that take moments.
A worker that is lost gives its shares back; what had come home of them by then is on disk here and
goes along to the next. Only this process writes records.
"""

import queue
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.cluster import host
from fitreel.jobs.train.cluster.connection import GONE, Connection, Host
from fitreel.jobs.train.cluster.parcel import Delivery
from fitreel.jobs.train.cluster.share import Share
from fitreel.jobs.train.cluster.shipment import Shipment
from fitreel.jobs.train.partition import Batch
from fitreel.jobs.train.workers import Failure, Progress, TrainRequest, outcome
from fitreel.model.errors import CannotWrite, FitreelError, Stopped, Unavailable, code_and_reason

LOOK = 0.1
SECONDS_A_LISTING = 1.0
SECONDS_FOR_WORKERS = 10.0
"""So long a cluster may be without a worker, if nobody is asked to wait longer."""
SECONDS_HOME = 60.0
"""So often what is recorded so far comes home: a lost host costs no more."""
SECONDS_TO_STOP = 4.0
"""Within which a driver that is stopped has the records of its hosts, and ends."""
DEFAULT_JOBS = 16
"""Workers that a batch system is asked for where nobody says how many."""


class ClusterWorkers:
    """Workers of a cluster, and what they have."""

    trouble = ""

    def __init__(self, address: str, options: Options, wanted: int, report: Report) -> None:
        """Connect, and wait for a worker.

        Args:
            address: as `check_address` takes it.
            options: of the command.
            wanted: how many could be of use.
            report: told of versions that differ, and of hosts that are lost.

        Raises:
            Unavailable: the cluster can't be used, or has no worker in time.
            Stopped: a signal came.
        """
        self._options, self._report = options, report
        most = min(wanted, options.workers or wanted)
        self._most = most
        self._connection = Connection(address, min(most, options.workers or DEFAULT_JOBS), report)
        self._topic = f"fitreel-{uuid.uuid4().hex}"
        self._events: queue.SimpleQueue[tuple[str, str, Any]] = queue.SimpleQueue()
        self._running: dict[str, Share] = {}
        self._shipments: dict[str, Shipment] = {}
        self._at_once = 1
        """How many shares a shipment has."""
        self._sent: dict[str, set[str]] = {}
        """Digests of the input files that a worker has."""
        self._hosts: dict[str, Host] = {}
        self._listed_at = -SECONDS_A_LISTING
        try:
            with self._connection.asking():
                self._connection.client.subscribe_topic(self._topic, self._tell)
            self._wait_for_workers()
        except BaseException:
            self.close()
            raise

    @property
    def count(self) -> int:
        """How many train at once, as things are."""
        return max(1, min(len(self._hosts), self._most))

    def work(
        self, requests: Sequence[TrainRequest], progress: Progress
    ) -> tuple[dict[int, Failure], list[Batch]]:
        """As `Workers.work`.

        Raises:
            Stopped: a signal came.
            Unavailable: the scheduler is gone, or there is no worker any more.
        """
        round_ = _Round(requests, progress)
        self._at_once = 1
        while round_.left or round_.busy or self._shipments:
            round_.left.extend(round_.busy)
            round_.busy.clear()
            signals.raise_if_cancelled()
            self._list_hosts()
            if not self._hosts:
                self._wait_for_workers()
            for shipment in list(self._shipments.values()):
                if shipment.host.address not in self._hosts:
                    self._take(shipment, None, round_)
            self._send(round_)
            self._call_home()
            for kind, name, content in self._waiting_events():
                if name in self._shipments:
                    shipment = self._shipments[name]
                    if kind == "end":
                        self._take(shipment, content, round_)
                    else:
                        self._give_back(shipment, content, round_)
                elif name in self._running and kind == "records":
                    self._running[name].receive(content)
                elif name in self._running:
                    done, word = content
                    progress(self._running[name].which, done, word, 0)
        return round_.failures, []

    def stop(self) -> None:
        """Have all stop, and write what comes home, as far as it does in time."""
        client, topic = self._connection.client, self._topic
        for address in {shipment.host.address for shipment in self._shipments.values()}:
            call = partial(client.run, host.stop, topic, workers=[address], on_error="ignore")
            self._connection.in_background(call)
        deadline = time.monotonic() + SECONDS_TO_STOP
        while self._shipments and time.monotonic() < deadline and self._connection.is_open:
            for kind, name, content in self._waiting_events():
                with suppress(Stopped):
                    if kind == "records" and name in self._running:
                        self._running[name].receive(content)
                    elif kind == "end" and name in self._shipments:
                        shipment = self._shipments.pop(name)
                        for share, delivery in zip(shipment.shares, content or (), strict=False):
                            share.receive(delivery.records)

    def close(self) -> None:
        """Let go of the cluster: what it still trains for us ends there by itself."""
        for share in self._running.values():
            share.unlock()
        self._running.clear()
        self._shipments.clear()
        self._connection.close()

    def _tell(self, event: tuple[Any, Any]) -> None:
        """Take an event of a worker's, in a thread of Dask's."""
        self._events.put(tuple(event[1]))

    def _waiting_events(self) -> Iterator[tuple[str, str, Any]]:
        """What has happened, to what by its name; if nothing has, after a while none."""
        timeout = LOOK
        while True:
            try:
                event = self._events.get(timeout=timeout)
            except queue.Empty:
                return
            timeout = 0.0
            yield event

    def _list_hosts(self) -> None:
        if not self._connection.is_open:
            raise Unavailable(GONE)
        now = time.monotonic()
        if now - self._listed_at >= SECONDS_A_LISTING:
            self._listed_at = now
            self._hosts = {each.address: each for each in self._connection.hosts()}

    def _wait_for_workers(self) -> None:
        patience = self._options.wait
        deadline = time.monotonic() + SECONDS_FOR_WORKERS
        is_said = False
        while True:
            signals.raise_if_cancelled()
            self._list_hosts()
            if self._hosts:
                return
            if time.monotonic() < deadline:
                time.sleep(LOOK)
            elif patience is None or not patience.wait(LOOK):
                raise Unavailable(
                    "the cluster has no worker that can be used; start some, or give --wait, which "
                    "waits for one"
                )
            elif not is_said:
                is_said = True
                self._report.say("waiting for a worker of the cluster")

    def _send(self, round_: "_Round") -> None:
        """Give free workers something to do."""
        while round_.left and len(self._shipments) < self._most:
            chosen = self._free_host(round_.left[0])
            if chosen is None:
                return
            shipment = Shipment(chosen)
            # The last ones are spread over all that are there.
            most = min(self._at_once, -(-len(round_.left) // (2 * self.count)))
            while round_.left and shipment.takes(round_.left[0], most):
                self._pack(shipment, round_.left.popleft(), round_)
            if not shipment.shares:
                continue
            self._running |= {share.name: share for share in shipment.shares}
            self._shipments[shipment.name] = shipment
            shipment.sent_at = time.monotonic()
            parcels, shipment.parcels = shipment.parcels, []
            with self._connection.asking():
                shipment.future = self._connection.client.submit(
                    *(host.train, shipment.name, parcels),
                    key=shipment.name, workers=[chosen.address], pure=False,
                )  # fmt: skip
            shipment.future.add_done_callback(partial(self._fetch, shipment.name))

    def _pack(self, shipment: Shipment, share: Share, round_: "_Round") -> None:
        """Put a share to those that are sent; one of which nothing is left to be sent ends here."""
        if not share.lock(self._options, later=bool(self._shipments or shipment.shares)):
            round_.busy.append(share)
            return
        try:
            has = self._sent.setdefault(shipment.host.address, set())
            parcel = share.parcel(self._topic, has)
        except FitreelError as error:
            share.fail(Failure(*code_and_reason(error)))
            round_.end(share)
            return
        if parcel.configurations:
            shipment.add(share, parcel)
        else:
            round_.end(share)

    def _free_host(self, share: Share) -> Host | None:
        taken = {each.host.address for each in self._shipments.values()}
        free = [each for each in self._hosts.values() if each.address not in taken]
        # Another driver's training isn't waited for, unless there is nobody else.
        idle = [each for each in free if not each.is_busy or each.address in self._sent]
        if not idle and self._shipments:
            return None
        good = [each for each in idle or free if each.name not in share.avoid]
        if not good and any(each.name not in share.avoid for each in self._hosts.values()):
            return None  # one that hasn't failed it will be free
        return next(iter(good or idle or free), None)

    def _fetch(self, name: str, future: Any) -> None:
        """Take what came of a shipment, in a thread of Dask's."""
        try:
            content = future.result(timeout=SECONDS_HOME)
        except BaseException:  # of whatever kind: its worker has been lost
            content = None
        self._events.put(("end", name, content))

    def _call_home(self) -> None:
        """Have what is recorded so far come home, now and then."""
        now = time.monotonic()
        for share in self._running.values():
            if now - share.sent_at >= SECONDS_HOME and not share.request.only_check:
                share.sent_at = now
                self._connection.in_background(partial(self._collect, share, share.name))

    def _collect(self, share: Share, name: str) -> None:
        answers = self._connection.client.run(
            host.collect, name, share.have, workers=[share.address]
        )
        self._events.put(("records", name, answers[share.address]))

    def _take(
        self, shipment: Shipment, deliveries: Sequence[Delivery] | None, round_: "_Round"
    ) -> None:
        """What came of a shipment; None: it is lost."""
        del self._shipments[shipment.name]
        shipment.future.release()
        if deliveries is not None:
            self._give_back(shipment, len(deliveries), round_)
            if shipment.shares:
                self._at_once = shipment.next_size()
        for place, share in enumerate(shipment.shares):
            self._end(share, None if deliveries is None else deliveries[place], round_)

    def _give_back(self, shipment: Shipment, begun: int, round_: "_Round") -> None:
        """What its worker hasn't come to is for whoever is free."""
        for share in reversed(shipment.cut(begun)):
            del self._running[share.name]
            share.unlock()
            round_.left.appendleft(share)

    def _end(self, share: Share, delivery: Delivery | None, round_: "_Round") -> None:
        """What came of a share: done, failed, or to be tried elsewhere; None: it is lost."""
        del self._running[share.name]
        if delivery is None:
            share.fail(Failure(CannotWrite.exit_code, "its worker was lost", is_lost=True))
        else:
            share.receive(delivery.records)
            share.take_failures(delivery.failures)
            share.check_whole()
        if delivery is None or delivery.failures:
            self._sent.pop(share.address, None)  # who knows what it still has
        again = share.parts_to_try_again()
        if again:
            self._report.say(f"{again[0].trouble}; tried again elsewhere")
        round_.end(share, again)


class _Round:
    """The requests of one `work`, and what becomes of them."""

    def __init__(self, requests: Sequence[TrainRequest], progress: Progress) -> None:
        self.left = deque(Share(which, request) for which, request in enumerate(requests))
        self.busy: list[Share] = []
        """Which another process is making, and are waited for."""
        self.failures: dict[int, Failure] = {}
        self._requests, self._progress = requests, progress
        self._open = [1] * len(requests)
        """How many shares there are of each request."""

    def end(self, share: Share, again: Sequence[Share] = ()) -> None:
        """Let go of a share, of which some parts may be to be tried again."""
        share.unlock()
        self.left.extend(again)
        which = share.which
        self._open[which] += len(again) - 1
        self.failures |= {share.request.batch[k]: each for k, each in share.failures.items()}
        if not self._open[which]:
            batch = self._requests[which].batch
            reasons = [self.failures[n].reason for n in batch if n in self.failures]
            where = f" on {share.host}" if share.host else ""
            self._progress(which, None, outcome(len(batch), reasons) + where, len(reasons))
