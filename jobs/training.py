"""Train many configurations: one after the other, or several at once in processes of their own."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitreel.jobs import stopping
from fitreel.jobs.recording import Place, build, record
from fitreel.jobs.report import Report
from fitreel.jobs.variants import Variant
from fitreel.jobs.worker import question
from fitreel.model.errors import BadInput, CannotWrite, FitreelError, Stopped

SECONDS_TO_STOP = 1.0


@dataclass(frozen=True)
class Failure:
    """Why a configuration could not be trained."""

    code: int
    """The exit code that it asks for."""
    reason: str
    """One or two lines."""


def train_all(
    found: Sequence[Variant],
    runs: Path,
    workers: int,
    report: Report,
    *,
    force: bool = False,
    wait: bool = False,
) -> dict[int, Failure]:
    """Train what isn't trained yet, `workers` at once; the failures by their place in `found`.

    One failing configuration doesn't stop the others.

    Raises:
        Stopped: a signal came; what is trained is on disk.
    """
    place = Place(runs)
    waiting = [
        number
        for number, variant in enumerate(found)
        if force or not place.is_trained(variant.prepared)
    ]
    if found and len(waiting) < len(found):
        report.say(f"{len(found) - len(waiting)} of {len(found)} configurations already trained")
    workers = min(workers, len(waiting))
    if workers > 1:
        try:
            return _at_once(found, waiting, runs, workers, report, force, wait)
        except OSError as error:
            # A machine that can't start processes is slower, not broken.
            report.say(f"training one after the other: cannot start a process: {error}")
            waiting = [n for n in waiting if not place.is_trained(found[n].prepared)]
    return _one_after_the_other(found, waiting, place, report, force, wait)


def default_workers() -> int:
    """As many as there are cores for this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _one_after_the_other(
    found: Sequence[Variant],
    waiting: Sequence[int],
    place: Place,
    report: Report,
    force: bool,
    wait: bool,
) -> dict[int, Failure]:
    failures = {}
    if len(waiting) > 1:
        refused = {}
        for number in waiting:
            try:
                build(found[number].prepared, report)
            except FitreelError as error:
                if isinstance(error, Stopped):
                    raise
                refused[number] = Failure(error.exit_code, str(error))
        _refuse(found, refused)
    for done, number in enumerate(waiting, 1):
        stopping.check()
        report.say(f"[{done}/{len(waiting)}] {found[number].label}")
        try:
            record(found[number].prepared, place, report, force=force, wait=wait)
        except Stopped:
            raise
        except FitreelError as error:
            failures[number] = Failure(error.exit_code, str(error))
    return failures


def _refuse(found: Sequence[Variant], refused: dict[int, Failure]) -> None:
    """Name all configurations that are no valid job, before any of them is trained.

    One that asks for a device which isn't here fails by itself: the others are trained.
    """
    reasons = {
        failure.reason: found[number].label
        for number, failure in refused.items()
        if failure.code == BadInput.exit_code
    }
    if reasons:
        raise BadInput("; ".join(f"{label}: {reason}" for reason, label in reasons.items()))


class _Worker:
    """A process that trains, and a thread that listens to it."""

    def __init__(self, news: "queue.Queue[News]") -> None:
        self.number: int | None = None
        """Which question it is answering."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fitreel.jobs.worker", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._news = news
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def ask(self, number: int, line: str) -> None:
        """Have a configuration trained."""
        self.number = number
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # then it has died, and its listener says so
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def no_more(self) -> None:
        """Let it end when it has answered."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()

    def close(self, deadline: float) -> None:
        """Let it end; at `deadline`, of `time.monotonic()`, make it."""
        assert self.process.stdout is not None
        self.no_more()
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._thread.join(SECONDS_TO_STOP)
        self.process.stdout.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._news.put((self, json.loads(line)))
        self._news.put((self, None))


def _at_once(
    found: Sequence[Variant],
    waiting: Sequence[int],
    runs: Path,
    count: int,
    report: Report,
    force: bool,
    wait: bool,
) -> dict[int, Failure]:
    team = _Team(count)
    labels = [variant.label for variant in found]
    epochs = max(found[number].prepared.loaded.job.train.epochs for number in waiting)

    def line(number: int, check: bool) -> str:
        variant = found[number]
        return question(
            variant.prepared, variant.assignments, runs, force=force, wait=wait, check=check
        )

    try:
        team.start()
        checks = {number: line(number, True) for number in waiting}
        _refuse(found, team.work(checks, lambda number, done, word: None))
        report.say(f"training {len(waiting)} configurations, {count} at once")
        with report.many(labels, epochs, "epochs") as update:

            def news(number: int, done: int | None, word: str) -> None:
                update(number, epochs if done is None else done, word)
                if done is None:
                    report.say(f"{labels[number]}: {word}")

            return team.work({number: line(number, False) for number in waiting}, news)
    except Stopped:
        team.terminate()
        raise
    finally:
        team.close()


News = tuple[_Worker, dict[str, Any] | None]
"""What a worker tells; None when its process has ended."""


class _Team:
    """Some workers, and the news that they tell."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.workers: list[_Worker] = []
        self.news: queue.Queue[News] = queue.Queue()

    def start(self) -> None:
        """Start the processes; they import torch meanwhile.

        Raises:
            OSError: this machine can't start them.
        """
        for _ in range(self.count):
            self.workers.append(_Worker(self.news))

    def work(
        self, questions: dict[int, str], tell: Callable[[int, int | None, str], None]
    ) -> dict[int, Failure]:
        """Have all questions answered; the failures by their number.

        `tell` is called with a number, how many epochs are done (None at the end), and a word.

        Raises:
            Stopped: a signal came.
        """
        failures: dict[int, Failure] = {}
        rest = list(questions)
        ended = 0

        def next_for(worker: _Worker) -> None:
            if rest:
                number = rest.pop(0)
                worker.ask(number, questions[number])
            else:
                worker.number = None

        for worker in self.workers:
            next_for(worker)
        while ended < len(questions):
            stopping.check()
            try:
                worker, message = self.news.get(timeout=0.1)
            except queue.Empty:
                continue
            number = worker.number
            if number is None:
                continue
            if message is None:
                # Killed from outside, perhaps for want of memory; what it trained is on disk.
                message = {"code": CannotWrite.exit_code, "error": "its process was killed"}
                self.workers.remove(worker)
                worker.close(time.monotonic())
                worker = _Worker(self.news)
                self.workers.append(worker)
            if "done" in message:
                tell(number, message["done"], message["word"])
                continue
            ended += 1
            if message["code"]:
                failures[number] = Failure(message["code"], message["error"])
            tell(number, None, "failed" if message["code"] else "trained")
            next_for(worker)
        return failures

    def terminate(self) -> None:
        """Ask all to stop: they write what they have trained."""
        for worker in self.workers:
            worker.process.terminate()

    def close(self) -> None:
        """Let all end, and make those that don't."""
        for worker in self.workers:
            worker.no_more()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for worker in self.workers:
            worker.close(deadline)
