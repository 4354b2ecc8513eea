"""A pool of workers: processes of our own that train beside each other.

One killed process breaks the whole of the standard library's pool, and of loky's. Of this one it
takes what it was training, and no more. Nothing here waits without end: what a worker tells, that
it takes its next request, and that it has ended, is looked for in one loop, without threads.
"""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime import signals
from fitreel.jobs.train.partition import Batch
from fitreel.jobs.train.worker_messages import encode_request
from fitreel.jobs.train.workers import Failure, Progress, TrainRequest, outcome
from fitreel.model.errors import AFTER_SIGNAL, CannotWrite
from fitreel.model.system.files import remove_temporaries_of
from fitreel.model.system.processes import (
    SIGNALS,
    WORKER_NUMBER,
    can_poll,
    passes_descriptors,
    signals_wait,
)
from fitreel.model.system.pulse import Pulse

SECONDS_TO_STOP = 1.0
SECONDS_TO_DIE = 0.2
LOOK = 0.1
"""The stop flag, and whether workers live, is looked at this often, in seconds."""
PATIENCE = 300.0
"""A worker that has used no processor for so many seconds of its request is taken for dead.

A module of the user's may well sleep or fetch something for a while.
"""
FALSE_STARTS = 3
"""So many workers in a row that end before they take a request, and no more are started."""


class Worker:
    """A process that trains, and our end of the socket for requests and results."""

    def __init__(self, number: int, options: Options, *, is_lasting: bool = True) -> None:
        """Start it.

        Args:
            number: from 0, another one for each that lives.
            options: of the command.
            is_lasting: whether what it records is to survive a power cut.

        Raises:
            OSError: this machine can't.
        """
        self.number = number
        self._runs = options.runs
        seconds = options.wait.left if options.wait else 0
        self.which: int | None = None
        """The place of the request that it has been sent."""
        self.began = False
        """Whether it has taken that request up."""
        self.came_up = False
        """Whether it has ever taken one up."""
        self._unsent = b""
        self._unread = b""
        self.socket, theirs = socket.socketpair()
        self.socket.setblocking(False)
        # A Ctrl-C goes to all the terminal's group: they wait until it is deaf to them.
        try:
            with signals_wait(SIGNALS):
                self.process = subprocess.Popen(
                    # -P: a random.py in the current folder is not the one that torch means.
                    [sys.executable, "-P", "-m", "fitreel.jobs.train.pool.worker", str(os.getpid()),
                     str(theirs.fileno()), str(seconds), "lasting" if is_lasting else "passing"],
                    stdin=subprocess.DEVNULL,
                    stdout=2,  # whatever is printed there; its messages have a way of their own
                    pass_fds=[theirs.fileno()],
                    env=os.environ | {WORKER_NUMBER: str(number)},
                )  # fmt: skip
        except BaseException:
            self.socket.close()
            raise
        finally:
            theirs.close()
        self._pulse = Pulse(self.process.pid)

    def send(self, which: int, line: str) -> None:
        """Have a request done."""
        self.which, self.began = which, False
        self._unsent += line.encode() + b"\n"
        self._flush()

    @property
    def events(self) -> int:
        """What its socket is polled for."""
        if sys.platform == "win32":  # none is started
            return 0
        return select.POLLIN | (select.POLLOUT if self._unsent else 0)

    def messages(self) -> tuple[list[dict[str, Any]], bool]:
        """What it has sent since the last call, and whether that was all that it ever will."""
        # Asked first, so that the last words of one that ends now are read.
        ended = self.process.poll() is not None
        self._flush()
        try:
            while content := self.socket.recv(1 << 16):
                self._unread += content
            ended = True
        except BlockingIOError:
            pass
        except OSError:
            ended = True
        *lines, self._unread = self._unread.split(b"\n")
        try:
            return [json.loads(line) for line in lines], ended
        except ValueError:  # somebody else has written there: nothing it says can be trusted
            return [], True

    def is_idle(self, seconds: float) -> bool:
        """Whether it has been waited for too long, now that it was for `seconds` more."""
        return self.which is not None and self._pulse.idle(seconds) > PATIENCE

    def no_more(self) -> None:
        """Let it end when it has done what it was asked."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def close(self, deadline: float) -> None:
        """Let it end; at `deadline`, of `time.monotonic()`, make it."""
        self.no_more()
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.kill()
        self.socket.close()

    def kill(self) -> None:
        """End it now, with all that it has under temporary names."""
        self.process.kill()
        # With a timeout, because another thread may be waiting for it already.
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_DIE)
        remove_temporaries_of(self.process.pid, self._runs)

    def _flush(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:  # it has died, which is noticed where it is listened to
            self._unsent = b""


class WorkerPool:
    """Some workers, and the requests that they work on."""

    def __init__(self, count: int, options: Options, *, is_lasting: bool = True) -> None:
        """None is started yet.

        Args:
            count: of workers, if this machine can start so many.
            options: of the command.
            is_lasting: whether what is recorded is to survive a power cut of this machine.
        """
        self.count = count
        self.trouble = "" if can_poll() and passes_descriptors() else "not on this system"
        """Why no more workers can be started; empty where they can."""
        self.options = options
        """Of what is asked for next."""
        self._is_lasting = is_lasting
        self._workers: list[Worker] = []
        self._false_starts = 0

    def work(
        self, requests: Sequence[TrainRequest], progress: Progress
    ) -> tuple[dict[int, Failure], list[Batch]]:
        """Have requests done.

        Returns:
            The failures by the number of their configuration; and what no worker has taken up,
            because there is none any more.

        Raises:
            Stopped: a signal came.
        """
        failures: dict[int, Failure] = {}
        rest = deque(range(len(requests)))
        last_look = time.monotonic()
        while True:
            signals.raise_if_cancelled()
            if rest:
                self._fill()
            for worker in self._workers:
                if worker.which is None and rest:
                    which = rest.popleft()
                    worker.send(which, encode_request(requests[which], self.options))
            if all(worker.which is None for worker in self._workers):
                return failures, [requests[which].batch for which in rest]
            self._pause()
            now = time.monotonic()
            for worker in list(self._workers):
                messages, ended = worker.messages()
                for message in messages:
                    self._take(worker, message, requests, failures, progress)
                idle = not ended and worker.is_idle(min(now - last_look, 2 * LOOK))
                if ended or idle:
                    end = self._bury(worker, idle)
                    if worker.began:
                        lost = {"lost": [CannotWrite.exit_code, end]}
                        self._take(worker, lost, requests, failures, progress)
                    elif worker.which is not None:
                        rest.appendleft(worker.which)
            last_look = now

    def stop(self) -> None:
        """Ask all to stop: they write what they have trained."""
        for worker in self._workers:
            worker.process.terminate()

    def kill(self) -> None:
        """End all now."""
        for worker in list(self._workers):
            worker.process.kill()
        for worker in list(self._workers):
            worker.kill()

    def close(self) -> None:
        """Let all end, and make those that don't."""
        for worker in self._workers:
            worker.no_more()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for worker in self._workers:
            worker.close(deadline)

    def _fill(self) -> None:
        while len(self._workers) < self.count and not self.trouble:
            free = set(range(self.count)) - {worker.number for worker in self._workers}
            try:
                worker = Worker(min(free), self.options, is_lasting=self._is_lasting)
                self._workers.append(worker)
            except OSError as error:
                self.trouble = str(error)

    def _pause(self) -> None:
        """Until a worker has sent something, or it is time to look."""
        if sys.platform == "win32":  # none is started
            return
        poll = select.poll()
        for worker in self._workers:
            poll.register(worker.socket, worker.events)
        poll.poll(1000 * LOOK)

    def _take(
        self,
        worker: Worker,
        message: dict[str, Any],
        requests: Sequence[TrainRequest],
        failures: dict[int, Failure],
        progress: Progress,
    ) -> None:
        which = worker.which
        if which is None:
            return
        batch = requests[which].batch
        if is_lost := "lost" in message:  # what it trained is on disk
            message = {"failures": [[k, *message["lost"]] for k in range(len(batch))]}
        if "failures" in message:
            worker.which, worker.began = None, False
            failed = {
                batch[k]: _failure(code, reason, is_lost=is_lost)
                for k, code, reason in message["failures"]
            }
            failures |= failed
            word = outcome(len(batch), [each.reason for each in failed.values()])
            progress(which, None, word, len(failed))
        elif "done" in message:
            progress(which, message["done"], message["word"], 0)
        else:
            worker.began = worker.came_up = True
            self._false_starts = 0

    def _bury(self, worker: Worker, idle: bool) -> str:
        """Let go of a worker that has ended, or must; how it ended."""
        worker.kill()  # for what it has left
        worker.close(time.monotonic())
        self._workers.remove(worker)
        code = worker.process.returncode
        if idle:
            end = f"its process had done nothing for {PATIENCE:g} s"
        elif code is None or code < 0:
            end = "its process was killed"
        else:
            end = f"its process ended with code {code}"
        if not worker.came_up:
            self._false_starts += 1
            if self._false_starts >= FALSE_STARTS:
                self.trouble = f"{end}, before it began"
        return end


def _failure(code: int, reason: str, *, is_lost: bool) -> Failure:
    if code > AFTER_SIGNAL:  # a signal to one worker is not one to all of us
        return Failure(CannotWrite.exit_code, f"its process was {reason}", is_lost=True)
    return Failure(code, reason, is_lost)
