"""A process of its own that trains one configuration, or batch, after another, as the parent asks.

On stdin comes a line of JSON for each; on stdout go lines of JSON: {"done", "word"} now and then,
and at the end {"failures"}. It ends when its stdin ends, and with its parent.
"""

import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fitreel.jobs import stopping
from fitreel.jobs.prepare import Prepared
from fitreel.jobs.recording import Place, check, record, record_together
from fitreel.jobs.report import Report, Update
from fitreel.jobs.spec import Source
from fitreel.jobs.variants import Variant, prepared_of
from fitreel.model.errors import FitreelError
from fitreel.model.parent import end_with_the_parent

SECONDS_A_REPORT = 0.2


def question(
    variants: Sequence[Variant], runs: Path, *, force: bool, wait: bool, check: bool
) -> str:
    """The line that asks for configurations to be trained at once, or only to be checked."""
    return json.dumps(
        {
            "variants": [_told(variant) for variant in variants],
            "runs": str(runs),
            "force": force,
            "wait": wait,
            "check": check,
        },
        default=str,
    )


def _told(variant: Variant) -> dict[str, Any]:
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


def _understood(told: dict[str, Any]) -> Prepared:
    source = Source(**(told["source"] | {"folder": Path(told["source"]["folder"])}))
    own = [text for text in told["assignments"] if text.partition("=")[0] not in told["overridden"]]
    given = [text for text in told["assignments"] if text not in own]
    return prepared_of(source, given, own)


class _Telling(Report):
    """Tells the parent how far it is, and nothing else."""

    def __init__(self) -> None:
        super().__init__(quiet=True)

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
                _tell({"done": done, "word": word})

        yield update


def answer(line: str) -> dict[str, Any]:
    """Train what the line asks for; what failed, as [place, exit code, reason] each."""
    asked = json.loads(line)
    everything = range(len(asked["variants"]))
    try:
        prepared = [_understood(told) for told in asked["variants"]]
        failures = _check(prepared) if asked["check"] else _train(prepared, asked)
    except FitreelError as error:
        failures = {place: error for place in everything}
    except Exception as error:  # told in one line by the parent, like every bug
        reason = f"a bug: {type(error).__name__}: {error}"
        return {"failures": [[place, 1, reason] for place in everything]}
    return {"failures": [[k, error.exit_code, str(error)] for k, error in failures.items()]}


def _check(prepared: Sequence[Prepared]) -> dict[int, FitreelError]:
    failures: dict[int, FitreelError] = {}
    for place, each in enumerate(prepared):
        try:
            check(each, _Telling())
        except FitreelError as error:
            failures[place] = error
    return failures


def _train(prepared: Sequence[Prepared], asked: dict[str, Any]) -> dict[int, FitreelError]:
    place = Place(Path(asked["runs"]))
    force, wait = asked["force"], asked["wait"]
    if len(prepared) > 1:
        return record_together(prepared, place, _Telling(), force=force, wait=wait)
    record(prepared[0], place, _Telling(), force=force, wait=wait)
    return {}


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer questions until there are no more."""
    end_with_the_parent(int(sys.argv[1]))
    # A terminal's Ctrl-C reaches the whole group: the parent decides, and tells us by TERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stopping.note)
    for line in sys.stdin:
        _tell(answer(line))
        if stopping.asked():
            break


if __name__ == "__main__":
    main()
