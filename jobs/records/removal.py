"""Records that are no longer needed go, but for those that somebody holds."""

import time
from collections.abc import Sequence
from pathlib import Path

from fitreel.jobs.records.listing import SECONDS_A_DAY, ListedRecord, listed_record
from fitreel.jobs.runtime.locks import holder_of, lock_of, locked
from fitreel.jobs.runtime.read_lock import without_readers
from fitreel.jobs.runtime.report import Report, size
from fitreel.jobs.train.run_place import discard_record
from fitreel.model.errors import BadInput, Busy
from fitreel.model.record.reader import NAMES
from fitreel.model.system.files import cannot_write


def superfluous(
    records: Sequence[ListedRecord], keep: int | None, days: float | None
) -> list[ListedRecord]:
    """Those that may go: beyond the `keep` newest, and last written more than `days` ago.

    Args:
        records: the newest first.
        keep: None: it doesn't matter how many there are.
        days: None: it doesn't matter how old they are.

    Raises:
        BadInput: neither is said.
    """
    if keep is None and days is None:
        raise BadInput("gc: say what stays: --keep N, the newest N; --older DAYS, what is younger")
    rest = records[keep or 0 :]
    latest = time.time() - (days or 0) * SECONDS_A_DAY
    return [each for each in rest if days is None or each.modified < latest]


def remove_record(listed: ListedRecord, report: Report) -> None:
    """Remove a record and its folder; one that is in use, or was written since, stays.

    What in the folder isn't fitreel's stays, with the folder.

    Raises:
        CannotWrite: the system refuses.
    """
    path = listed.path
    try:
        with locked(path, "run"), without_readers(path, wait=None):
            now = listed_record(path)
            if now is None:
                return
            if now.modified != listed.modified:
                report.say(f"{path}: stays: it was written to since")
                return
            discard_record(path)
            is_gone = _remove_folder(path)
            if is_gone:
                for lock in (lock_of(path), holder_of(path)):
                    lock.unlink(missing_ok=True)
    except Busy:
        report.say(f"{path}: stays: another process uses it")
        return
    rest = "" if is_gone else "; the folder holds other files, and stays"
    report.say(f"{path}: removed, {size(listed.bytes)}{rest}")


def _remove_folder(path: Path) -> bool:
    """Remove the points, and the folder where nothing else is in it; whether it is gone."""
    try:
        for file in path.iterdir():
            if NAMES.fullmatch(file.name):
                file.unlink(missing_ok=True)
        if any(path.iterdir()):
            return False
        path.rmdir()
    except OSError as error:
        raise cannot_write(path, error) from error
    return True
