"""The records of a folder, with what a list says of each."""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitreel.jobs.runtime.report import size
from fitreel.jobs.train.run_place import holds_record
from fitreel.jobs.train.run_store import how_it_ended
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER, NAMES, Record

SECONDS_A_DAY = 86400


@dataclass(frozen=True)
class ListedRecord:
    """A run folder as it was when it was looked at."""

    path: Path
    modified: float
    """When something of it was last written, in seconds since 1970."""
    bytes: int
    record: Record | None
    """None where it can't be read."""
    problem: str = ""
    """Why it can't, in one line."""

    @property
    def state(self) -> str:
        """How its training ended, in a few words."""
        if self.record is None:
            return "damaged"
        if self.record.ending is None:
            return "not finished"
        return how_it_ended(self.record) if self.record.header.recorder == "job" else "recorded"

    def line(self) -> str:
        """What a list says of it."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.modified))
        parts = [str(self.path), when, size(self.bytes), self.state]
        if self.record is not None and len(self.record):
            parts.append(f"{len(self.record)} snapshots")
            parts.append(f"loss {float(self.record.losses[-1]):.3g}")
        return "   ".join(parts) + (f"   {self.problem}" if self.problem else "")

    def facts(self) -> dict[str, Any]:
        """The same for programs; a number that isn't finite is None."""
        run = self.record
        facts: dict[str, Any] = {
            "run": str(self.path),
            "modified": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.modified)),
            "bytes": self.bytes,
            "ending": "damaged" if run is None else run.ending or "not finished",
        }
        if run is None:
            return facts | {"problem": self.problem}
        facts |= {
            "name": run.header.name,
            "fingerprint": run.header.fingerprint,
            "recorder": run.header.recorder,
            "ending_epoch": run.ending_epoch,
            "snapshots": len(run),
        }
        if len(run):
            loss, seconds = float(run.losses[-1]), float(run.seconds[-1])
            facts["last_epoch"] = int(run.epochs[-1])
            facts["last_loss"] = loss if math.isfinite(loss) else None
            facts["seconds"] = round(seconds, 3) if math.isfinite(seconds) else None
        return facts


def records_in(runs: Path) -> list[ListedRecord]:
    """All records of the folder `runs`, the newest first; links and other folders are passed over.

    Raises:
        BadInput: there is no such folder, or it can't be read.
    """
    try:
        folders = sorted(path for path in runs.iterdir() if holds_record(path))
    except FileNotFoundError:
        raise BadInput(
            f"{runs}: there is no such folder; DIR or --runs says where records are"
        ) from None
    except OSError as error:
        raise BadInput(f"{runs}: cannot be read: {error.strerror}") from error
    listed = [each for each in map(listed_record, folders) if each is not None]
    return sorted(listed, key=lambda each: each.modified, reverse=True)


def listed_record(path: Path) -> ListedRecord | None:
    """What there is to say of a run folder; None where another process has removed it since."""
    try:
        files = [path / HEADER, *(file for file in path.iterdir() if NAMES.fullmatch(file.name))]
        status = [file.lstat() for file in files if file.exists()]
    except OSError:
        return None
    if not status:
        return None
    modified, total = max(each.st_mtime for each in status), sum(each.st_size for each in status)
    try:
        return ListedRecord(path, modified, total, Record(path))
    except BadInput as error:
        problem = str(error).splitlines()[0].removeprefix(f"{path}: ")
        return ListedRecord(path, modified, total, None, problem)
