"""Runs by what a user calls them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fitreel.jobs.runtime.read_lock import reading
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record


def find_record(name: Path, runs: Path, *, partial: bool = False) -> Record:
    """The run in the folder `name`, or in the folder of that name under `runs`.

    Args:
        name: as the user gave it.
        runs: where runs are kept.
        partial: whether a run that isn't finished will do.

    Raises:
        BadInput: there is no such run, it isn't finished, or it is damaged.
    """
    path = _folder(name, runs)
    run = Record(path)
    if run.ending is None and not partial:
        raise BadInput(
            f"{path}: this run is not finished ({len(run)} snapshots so far); "
            "run its job again to finish it"
        )
    return run


@contextmanager
def open_record(name: Path, runs: Path) -> Iterator[Record]:
    """As `find_record`; inside the block nobody makes the run anew.

    Raises:
        BadInput: as `find_record`.
        Stopped: a signal came while it was being made anew.
    """
    with reading(_folder(name, runs)):
        yield find_record(name, runs)


def _folder(name: Path, runs: Path) -> Path:
    if not name.exists() and not name.is_absolute() and (runs / name).is_dir():
        return runs / name
    return name
