"""Whether there is something to watch."""

from pathlib import Path

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER


def check_place(folder: Path, name: Path, *, is_alone: bool, may_come: bool) -> None:
    """Make sure that a record, or a folder that has records, is there.

    Args:
        folder: where it is.
        name: what the user called it.
        is_alone: whether it may be a folder of records, as nothing else is watched.
        may_come: whether it may still be empty, or not there.

    Raises:
        BadInput: it is not.
    """
    if may_come:
        return
    if not folder.exists():
        raise BadInput(f"{name}: there is no such run, nor a folder of runs; fitreel ls lists them")
    if not folder.is_dir():
        raise BadInput(f"{name}: is no folder; give a run, or the folder of runs")
    if (folder / HEADER).exists():
        return
    if not is_alone:
        raise BadInput(f"{name}: is no run; give several runs, or one folder of runs")
    if not next(folder.glob(f"*/{HEADER}"), None):
        raise BadInput(f"{name}: there is no run in it; --wait waits for the first")
