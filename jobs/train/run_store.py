"""Where runs are kept: the folder of a job's run, and runs by what a user calls them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.read_lock import reading
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER, Record

if TYPE_CHECKING:
    from fitreel.jobs.job.resolve import ResolvedJob


@dataclass(frozen=True)
class RunStore:
    """Where runs are kept."""

    runs: Path
    folder: Path | None = None
    """This folder instead of the run's own place under `runs`."""

    @classmethod
    def of(cls, options: Options) -> "RunStore":
        """Where the command line says."""
        return cls(options.runs, options.folder)

    def path_of(self, resolved_job: "ResolvedJob") -> Path:
        """The folder of a job's run: one that holds its record under another name, or its own."""
        if self.folder is not None:
            return self.folder
        own = self.runs / resolved_job.folder_name
        if own.exists() or not self.runs.is_dir():
            return own
        others = sorted(self.runs.glob(f"*-{resolved_job.fingerprint[:12]}/{HEADER}"))
        return others[0].parent if others else own

    def record_of(self, resolved_job: "ResolvedJob") -> Record | None:
        """What is recorded of the job, whole or not; None where nothing is.

        Raises:
            BadInput: it is damaged, or another job's.
        """
        path = self.path_of(resolved_job)
        if not (path / HEADER).exists():
            return None
        run = Record(path)
        if run.header.fingerprint != resolved_job.fingerprint:
            raise BadInput(
                f"{path}: holds the run of another job; choose another folder or --force"
            )
        return run

    def whole(self, resolved_job: "ResolvedJob") -> Record | None:
        """The job's record if it is whole; one that can't be read is not."""
        try:
            run = self.record_of(resolved_job)
        except BadInput:
            return None
        return None if run is None or run.ending is None else run


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
