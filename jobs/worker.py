"""A process of its own that trains one configuration after another, as the parent asks.

On stdin comes a line of JSON for each; on stdout go lines of JSON: {"done", "word"} now and then,
and at the end {"code", "error"}. It ends when its stdin ends, and with its parent.
"""

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fitreel.jobs import stopping
from fitreel.jobs.prepare import Prepared
from fitreel.jobs.recording import Place, build, record
from fitreel.jobs.report import Report, Update
from fitreel.jobs.spec import Source
from fitreel.jobs.variants import prepared_of
from fitreel.model.errors import FitreelError

SECONDS_A_REPORT = 0.2
PR_SET_PDEATHSIG = 1


def question(
    prepared: Prepared,
    assignments: tuple[str, ...],
    runs: Path,
    *,
    force: bool,
    wait: bool,
    check: bool,
) -> str:
    """The line that asks for a configuration to be trained, or only to be checked."""
    source = prepared.loaded.source
    return json.dumps(
        {
            "source": {
                "label": source.label,
                "folder": str(source.folder),
                "values": source.values,
                "name": source.name,
                "trusted": source.trusted,
            },
            "assignments": assignments,
            "overridden": sorted(prepared.loaded.overridden),
            "runs": str(runs),
            "force": force,
            "wait": wait,
            "check": check,
        },
        default=str,
    )


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
    """Train what the line asks for; how it went."""
    asked = json.loads(line)
    source = Source(**(asked["source"] | {"folder": Path(asked["source"]["folder"])}))
    own = [
        text for text in asked["assignments"] if text.partition("=")[0] not in asked["overridden"]
    ]
    given = [text for text in asked["assignments"] if text not in own]
    try:
        prepared = prepared_of(source, given, own)
        if asked["check"]:
            build(prepared, _Telling())
            return {"code": 0, "error": ""}
        record(
            prepared,
            Place(Path(asked["runs"])),
            _Telling(),
            force=asked["force"],
            wait=asked["wait"],
        )
    except FitreelError as error:
        return {"code": error.exit_code, "error": str(error)}
    except Exception as error:  # told in one line by the parent, like every bug
        return {"code": 1, "error": f"a bug: {type(error).__name__}: {error}"}
    return {"code": 0, "error": ""}


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _end_with_the_parent(parent: int) -> None:
    """On Linux even a parent that is killed takes this process with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    """Answer questions until there are no more."""
    _end_with_the_parent(int(sys.argv[1]))
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
