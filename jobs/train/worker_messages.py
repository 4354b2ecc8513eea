"""What a worker is asked, in a line of JSON, and how it answers: shares are trained, or checked."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fitreel.jobs.job.loading import Source
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.job.sweep import Configuration, prepared_of
from fitreel.jobs.runtime.locks import Patience
from fitreel.jobs.runtime.report import Report, Update
from fitreel.jobs.train.ensure_trained import RunStore, check, record, record_together
from fitreel.model.errors import BadInput, CannotWrite, FitreelError

SECONDS_A_REPORT = 0.2

Tell = Callable[[dict[str, Any]], None]
"""Takes a message for the parent."""


def question(variants: Sequence[Configuration], runs: Path, *, force: bool, check: bool) -> str:
    """The line that asks for configurations to be trained at once, or only to be checked."""
    return json.dumps(
        {
            "variants": [_told(variant) for variant in variants],
            "runs": str(runs),
            "force": force,
            "check": check,
        },
        default=str,
    )


def _told(variant: Configuration) -> dict[str, Any]:
    loaded = variant.prepared.loaded
    source = loaded.source
    return {
        "source": {
            "label": source.label,
            "folder": str(source.folder),
            "values": source.values,
            "name": source.name,
            "trusted": source.trusted,
        },
        "assignments": variant.assignments,
        "overridden": sorted(loaded.overridden),
    }


def _understood(told: dict[str, Any]) -> ResolvedJob:
    source = Source(**(told["source"] | {"folder": Path(told["source"]["folder"])}))
    own = [text for text in told["assignments"] if text.partition("=")[0] not in told["overridden"]]
    given = [text for text in told["assignments"] if text not in own]
    return prepared_of(source, given, own)


class _Telling(Report):
    """Tells the parent how far it is, and nothing else."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(quiet=True)
        self._tell = tell

    def error(self, line: str) -> None:
        """Nothing: the parent says why all ended."""

    @contextmanager
    def progress(self, what: str, total: int, unit: str) -> Iterator[Update]:
        told_at = 0.0

        def update(done: int, word: str) -> None:
            nonlocal told_at
            now = time.monotonic()
            if now - told_at >= SECONDS_A_REPORT:
                told_at = now
                self._tell({"done": done, "word": word})

        yield update


def answer(line: str, wait: Patience, tell: Tell) -> dict[str, Any]:
    """Train what the line asks for; what failed, as [place, exit code, reason] each."""
    asked = json.loads(line)
    report = _Telling(tell)
    failures: dict[int, Exception] = {}
    try:
        prepared = [_understood(told) for told in asked["variants"]]
        if asked["check"]:
            failures |= _check(prepared, report)
        else:
            failures |= _train(prepared, asked, wait, report)
    except Exception as error:  # told in one line by the parent, like every bug
        failures = dict.fromkeys(range(len(asked["variants"])), error)
    return {"failures": [[k, *_code_and_reason(error)] for k, error in failures.items()]}


def _code_and_reason(error: Exception) -> tuple[int, str]:
    if isinstance(error, FitreelError):
        return error.exit_code, str(error)
    if isinstance(error, MemoryError):
        return BadInput.exit_code, "not enough memory for this job"
    if isinstance(error, OSError):
        where = error.filename or "the system"
        return CannotWrite.exit_code, f"{where}: {error.strerror or error}"
    return 1, f"a bug: {type(error).__name__}: {error}"


def _check(prepared: Sequence[ResolvedJob], report: Report) -> dict[int, FitreelError]:
    failures: dict[int, FitreelError] = {}
    for place, each in enumerate(prepared):
        try:
            check(each, report)
        except FitreelError as error:
            failures[place] = error
    return failures


def _train(
    prepared: Sequence[ResolvedJob], asked: dict[str, Any], wait: Patience, report: Report
) -> dict[int, FitreelError]:
    place = RunStore(Path(asked["runs"]))
    force = asked["force"]
    if len(prepared) > 1:
        return record_together(prepared, place, report, force=force, wait=wait)
    record(prepared[0], place, report, force=force, wait=wait)
    return {}
