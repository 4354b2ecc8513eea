"""What a worker does with a request: trains a batch, or checks whether it can be trained."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime.locks import Patience
from fitreel.jobs.runtime.progress import Update
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import check_trainable, ensure_batch_trained
from fitreel.jobs.train.worker_messages import decode, decode_request, encode_failures
from fitreel.model.errors import FitreelError

SECONDS_A_REPORT = 0.2

Send = Callable[[dict[str, Any]], None]
"""Takes a message for the parent."""


class _ReportToParent(Report):
    """Tells the parent how far it is, and nothing else."""

    def __init__(self, send: Send) -> None:
        super().__init__(quiet=True)
        self._send = send

    def error(self, line: str, **facts: Any) -> None:
        """Nothing: the parent says why all ended."""

    @contextmanager
    def progress(self, what: str, total: int, unit: str) -> Iterator[Update]:
        last_time = 0.0

        def update(done: int, word: str) -> None:
            nonlocal last_time
            now = time.monotonic()
            if now - last_time >= SECONDS_A_REPORT:
                last_time = now
                self._send({"done": done, "word": word})

        yield update


def handle_request(line: str, wait: Patience, send: Send) -> dict[str, Any]:
    """Do what the line asks for; the message that says what failed."""
    configurations, options, check = decode_request(line, wait)
    report = _ReportToParent(send)
    failures: dict[int, FitreelError]
    try:
        resolved_jobs = [decode(each) for each in configurations]
        if check:
            failures = _check(resolved_jobs, report)
        else:
            failures = ensure_batch_trained(resolved_jobs, options, report)
    except Exception as error:  # said in one line by the parent, like every bug
        return encode_failures(dict.fromkeys(range(len(configurations)), error))
    return encode_failures(failures)


def _check(resolved_jobs: Sequence[ResolvedJob], report: Report) -> dict[int, FitreelError]:
    failures: dict[int, FitreelError] = {}
    for place, each in enumerate(resolved_jobs):
        try:
            check_trainable(each, report)
        except FitreelError as error:
            failures[place] = error
    return failures
