"""Runs by what a user calls them."""

from pathlib import Path

from fitreel.model.errors import BadInput
from fitreel.model.record import Run


def find_run(name: Path, runs: Path, *, partial: bool = False) -> Run:
    """The run in the folder `name`, or in the folder of that name under `runs`.

    Args:
        name: as the user gave it.
        runs: where runs are kept.
        partial: whether a run that isn't finished will do.

    Raises:
        BadInput: there is no such run, it isn't finished, or it is damaged.
    """
    path = name
    if not name.exists() and not name.is_absolute() and (runs / name).is_dir():
        path = runs / name
    run = Run(path)
    if run.ending is None and not partial:
        raise BadInput(
            f"{path}: this run is not finished ({len(run)} snapshots so far); "
            "run its job again to finish it"
        )
    return run
