"""Train many configurations: one after the other, or several at once in processes of their own.

What is trained in one go, by one process, is a share: a configuration, or a batch of them.
"""

import hashlib
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
from fitreel.jobs.locks import locked
from fitreel.jobs.recording import Place, check, record, record_together
from fitreel.jobs.report import Report
from fitreel.jobs.sharing import Share, shared_out
from fitreel.jobs.variants import Variant
from fitreel.jobs.worker import question
from fitreel.model.errors import BadInput, CannotWrite, FitreelError, Stopped
from fitreel.model.files import cannot_write, remove_temporaries_of

SECONDS_TO_STOP = 1.0
SECONDS_TO_DIE = 0.2
CHECKS = 8
"""Configurations that a worker is asked to check at once: each takes milliseconds."""


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
        Busy: another process trains the same, and `wait` isn't asked for.
        Stopped: a signal came; what is trained is on disk.
    """
    place = Place(runs)
    if not _waiting(found, place, force):
        return _train_those_that_wait(found, runs, workers, report, force, wait)
    # Or two that make the same would share it out among them, and each call the rest failures.
    try:
        runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(runs, error) from error
    with locked(_all_of(found, runs), "comparison", wait=wait):
        return _train_those_that_wait(found, runs, workers, report, force, wait)


def _waiting(found: Sequence[Variant], place: Place, force: bool) -> list[int]:
    return [
        number
        for number, variant in enumerate(found)
        if force or not place.is_trained(variant.prepared)
    ]


def _all_of(found: Sequence[Variant], runs: Path) -> Path:
    """What stands for all these configurations' records together; there is no such file."""
    marks = sorted(variant.prepared.fingerprint for variant in found)
    return runs / f"comparison-{hashlib.sha256(''.join(marks).encode()).hexdigest()[:12]}"


def _train_those_that_wait(
    found: Sequence[Variant],
    runs: Path,
    workers: int,
    report: Report,
    force: bool,
    wait: bool,
) -> dict[int, Failure]:
    place = Place(runs)
    waiting = _waiting(found, place, force)
    if found and len(waiting) < len(found):
        report.say(f"{len(found) - len(waiting)} of {len(found)} configurations already trained")
    workers = min(workers, len(waiting))
    if workers > 1:
        try:
            shares = shared_out(found, waiting, workers)
            team = _Team(workers, runs)
            with stopping.ending_first(team.kill):
                return _at_once(found, shares, team, report, force, wait)
        except OSError as error:
            # A machine that can't start processes is slower, not broken.
            report.say(f"training one after the other: cannot start a process: {error}")
            waiting = [n for n in waiting if not place.is_trained(found[n].prepared)]
    return _one_after_the_other(found, shared_out(found, waiting, 1), place, report, force, wait)


def _one_after_the_other(
    found: Sequence[Variant],
    shares: Sequence[Share],
    place: Place,
    report: Report,
    force: bool,
    wait: bool,
) -> dict[int, Failure]:
    failures = {}
    waiting = [number for share in shares for number in share]
    refused = {}
    for number in waiting:
        try:
            check(found[number].prepared, report)
        except Stopped:
            raise
        except FitreelError as error:
            refused[number] = Failure(error.exit_code, str(error))
    _refuse(found, refused)
    for done, share in enumerate(shares, 1):
        stopping.check()
        report.say(f"[{done}/{len(shares)}] {_name(found, share)}")
        prepared = [found[number].prepared for number in share]
        try:
            if len(share) > 1:
                failed = record_together(prepared, place, report, force=force, wait=wait)
            else:
                record(prepared[0], place, report, force=force, wait=wait)
                failed = {}
        except Stopped:
            raise
        except FitreelError as error:
            failed = dict.fromkeys(range(len(share)), error)
        for k, why in failed.items():
            failures[share[k]] = Failure(why.exit_code, str(why))
    return failures


def _name(found: Sequence[Variant], share: Share) -> str:
    first = found[share[0]].label
    return first if len(share) == 1 else f"{first}, and {len(share) - 1} more at once"


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

    def __init__(self, news: "queue.Queue[News]", runs: Path) -> None:
        self._runs = runs
        self.which: int | None = None
        """The place of the question that it is answering."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fitreel.jobs.worker", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._news = news
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def ask(self, which: int, line: str) -> None:
        """Have a share trained."""
        self.which = which
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
            self.kill()
            self.process.wait()
        self._thread.join(SECONDS_TO_STOP)
        self.process.stdout.close()

    def kill(self) -> None:
        """End it now, with all that it has under temporary names."""
        self.process.kill()
        # With a timeout, because another thread may be waiting for it already.
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_DIE)
        remove_temporaries_of(self.process.pid, self._runs)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._news.put((self, json.loads(line)))
        self._news.put((self, None))


def _at_once(
    found: Sequence[Variant],
    shares: Sequence[Share],
    team: "_Team",
    report: Report,
    force: bool,
    wait: bool,
) -> dict[int, Failure]:
    waiting = [number for share in shares for number in share]
    names = [_name(found, share) for share in shares]
    epochs = max(found[number].prepared.loaded.job.train.epochs for number in waiting)

    def line(share: Share, check: bool) -> str:
        variants = [found[number] for number in share]
        return question(variants, team.runs, force=force, wait=wait, check=check)

    try:
        team.start()
        starts = range(0, len(waiting), CHECKS)
        parts = [tuple(waiting[start : start + CHECKS]) for start in starts]
        checks = [(part, line(part, True)) for part in parts]
        _refuse(found, team.work(checks, lambda which, done, word: None))
        report.say(f"training {len(waiting)} configurations, {team.count} at once")
        with report.many(names, epochs, "epochs") as update:

            def news(which: int, done: int | None, word: str) -> None:
                update(which, epochs if done is None else done, word)
                if done is None:
                    report.say(f"{names[which]}: {word}")

            return team.work([(share, line(share, False)) for share in shares], news)
    except Stopped:
        team.terminate()
        raise
    finally:
        team.close()


Question = tuple[Share, str]
"""What is to be trained, and the line that asks for it."""

News = tuple[_Worker, dict[str, Any] | None]
"""What a worker tells; None when its process has ended."""


class _Team:
    """Some workers, and the news that they tell."""

    def __init__(self, count: int, runs: Path) -> None:
        self.count = count
        self.runs = runs
        self.workers: list[_Worker] = []
        self.news: queue.Queue[News] = queue.Queue()

    def start(self) -> None:
        """Start the processes; they import torch meanwhile.

        Raises:
            OSError: this machine can't start them.
        """
        for _ in range(self.count):
            self.workers.append(_Worker(self.news, self.runs))

    def work(
        self, questions: Sequence[Question], tell: Callable[[int, int | None, str], None]
    ) -> dict[int, Failure]:
        """Have all questions answered; the failures by the number of their configuration.

        `tell` is called with the place of a question, how many epochs are done (None at the end),
        and a word.

        Raises:
            Stopped: a signal came.
        """
        failures: dict[int, Failure] = {}
        rest = list(range(len(questions)))
        ended = 0

        def next_for(worker: _Worker) -> None:
            if rest:
                which = rest.pop(0)
                worker.ask(which, questions[which][1])
            else:
                worker.which = None

        for worker in self.workers:
            next_for(worker)
        while ended < len(questions):
            stopping.check()
            try:
                worker, message = self.news.get(timeout=0.1)
            except queue.Empty:
                continue
            which = worker.which
            if which is None:
                continue
            share = questions[which][0]
            if message is None:
                # Killed from outside, perhaps for want of memory; what it trained is on disk.
                killed = [CannotWrite.exit_code, "its process was killed"]
                message = {"failures": [[k, *killed] for k in range(len(share))]}
                self.workers.remove(worker)
                worker.kill()  # for what it has left
                worker.close(time.monotonic())
                worker = _Worker(self.news, self.runs)
                self.workers.append(worker)
            if "done" in message:
                tell(which, message["done"], message["word"])
                continue
            ended += 1
            for k, code, reason in message["failures"]:
                failures[share[k]] = Failure(code, reason)
            tell(which, None, _outcome(len(share), len(message["failures"])))
            next_for(worker)
        return failures

    def terminate(self) -> None:
        """Ask all to stop: they write what they have trained."""
        for worker in self.workers:
            worker.process.terminate()

    def kill(self) -> None:
        """End all now."""
        for worker in list(self.workers):
            worker.process.kill()
        for worker in list(self.workers):
            worker.kill()

    def close(self) -> None:
        """Let all end, and make those that don't."""
        for worker in self.workers:
            worker.no_more()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for worker in self.workers:
            worker.close(deadline)


def _outcome(count: int, failed: int) -> str:
    if not failed:
        return "trained"
    return "failed" if failed == count else f"{count - failed} trained, {failed} failed"
