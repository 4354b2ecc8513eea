"""Where runs are kept: the folder of a job's run, and runs by what a user calls them."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.read_lock import reading
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER, Record
from fitreel.model.system.listing import Listing

if TYPE_CHECKING:
    from fitreel.jobs.job.resolve import ResolvedJob
    from fitreel.jobs.runtime.report import Report


DIGITS = 12
"""Of a job's fingerprint, in the name that its run folder has from `ResolvedJob`."""


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
        if own.exists():
            return own
        names = _names.of(self.runs)
        for fingerprint in (resolved_job.fingerprint, *resolved_job.other_fingerprints):
            for name in names.get(fingerprint[:DIGITS], ()):
                if (self.runs / name / HEADER).exists():
                    return self.runs / name
        return own

    def record_of(self, resolved_job: "ResolvedJob") -> Record | None:
        """What is recorded of the job, whole or not; None where nothing is.

        Raises:
            BadInput: it is damaged, or another job's.
        """
        path = self.path_of(resolved_job)
        if not (path / HEADER).exists():
            return None
        run = Record(path)
        if not resolved_job.is_of(run.header.fingerprint):
            if run.header.fingerprint == resolved_job.former_fingerprint:
                if run.ending is None:
                    return None
                raise BadInput(
                    f"{path}: holds this job's record of an earlier version, when a file counted by"
                    " its bytes; choose another folder, or --force trains it anew"
                )
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


def _names_by_mark(runs: Path) -> dict[str, list[str]]:
    """The folders there by the end of their names, which is the start of a fingerprint."""
    names: dict[str, list[str]] = {}
    with suppress(OSError), os.scandir(runs) as entries:
        for name in sorted(entry.name for entry in entries):
            if not name.startswith("."):
                names.setdefault(name[-DIGITS:], []).append(name)
    return names


_names = Listing(_names_by_mark)


@contextmanager
def open_record(name: Path, runs: Path, report: "Report") -> Iterator[Record]:
    """The run in the folder `name`, or in that folder of `runs`; said where it isn't whole.

    `name` may also be a job's, if only one of its records is there, or a job file, with or without
    its ending: that job's record, also where it was called otherwise when it was trained.

    Inside the block nobody makes the run anew; it may grow, but what was yielded doesn't.

    Raises:
        BadInput: there is no such run, or several, it is damaged, or nothing is recorded yet.
        Stopped: a signal came while it was being made anew.
    """
    folder = folder_of(name, runs)
    with reading(folder):
        run = Record(folder)
        if run.ending is None and not len(run):
            raise BadInput(
                f"{run.path}: this run is not finished, and no snapshot is recorded yet; "
                "wait for the first one, or run its job again"
            )
        if (line := how_far(run)) is not None:
            report.say(f"{run.path}: {line}")
        yield run


def how_far(run: Record) -> str | None:
    """Up to where a run with snapshots is recorded, in a line; None where that is its end."""
    if run.ending is None:
        return f"this run is not finished: up to epoch {run.epochs[-1]}"
    if lacks_end(run) and len(run):
        return f"recorded by an older fitreel up to epoch {run.epochs[-1]}, before the last step"
    return None


def lacks_end(run: Record) -> bool:
    """Whether a record that has ended is of the first format, which kept no closing snapshot."""
    return run.header.format < 2 and run.ending in ("complete", "diverged")


def folder_of(name: Path, runs: Path) -> Path:
    """The folder that is meant by `name`; where there is none, `name`, as will be told.

    Raises:
        BadInput: several records have that name, or a job that can't be read or isn't recorded.
    """
    is_job = name.suffix.lower() == ".toml"
    if is_job and name.is_file():
        return _folder_of_job(name, runs)
    if name.exists() or name.is_absolute():
        return name
    if (runs / name).is_dir():
        return runs / name
    job = name.with_name(f"{name.name}.toml")
    if not is_job and job.is_file():
        return _folder_of_job(job, runs)
    return _folder_called(name, runs)


def _folder_of_job(path: Path, runs: Path) -> Path:
    """The folder of a job's record, whatever the job was called when it was trained."""
    from fitreel.jobs.job.dated import with_date
    from fitreel.jobs.job.loading import load_job, read_job_file
    from fitreel.jobs.job.resolve import resolve_job

    source = with_date(read_job_file(path), time.localtime())
    folder = RunStore(runs).path_of(resolve_job(load_job(source)))
    if not (folder / HEADER).exists():
        raise BadInput(f"{path}: nothing is recorded of this job; fitreel train {path}")
    return folder


def _folder_called(name: Path, runs: Path) -> Path:
    """A run folder of that fingerprint, or else the only one of that name."""
    start, _, end = str(name).rpartition("-")
    is_whole = bool(start) and len(end) == DIGITS and set(end) <= set("0123456789abcdef")
    folders = [path.parent for path in runs.glob(f"*/{HEADER}")]
    if is_whole:
        named = [path for path in folders if path.name.endswith(f"-{end}")]
    else:
        named = [path for path in folders if path.name.rpartition("-")[0] == str(name)]
    if len(named) > 1:
        names = ", ".join(sorted(path.name for path in named)[:4])
        raise BadInput(f"{name}: {len(named)} records are called so: {names}; name one of them")
    return named[0] if named else name


def how_it_ended(run: Record) -> str:
    """Of a whole record, in a few words."""
    if run.ending == "delta":
        return f"delta reached at epoch {run.ending_epoch}"
    if run.ending == "diverged":
        return f"diverged at epoch {run.ending_epoch}"
    return f"{run.ending_epoch} epochs"


def facts_of(run: Record) -> dict[str, Any]:
    """What the log says of a whole record, for programs that read it."""
    loss = float(run.losses[-1]) if len(run) else None
    return {"run": str(run.path), "snapshots": len(run), "epoch": run.ending_epoch, "loss": loss}


def refuse_diverged(runs: Mapping[str, Record], options: Options) -> None:
    """Raise, where the command line asks for it, for trainings that diverged.

    Args:
        runs: whole records by the names that they are called by.
        options: of the command.

    Raises:
        BadInput: the line names them.
    """
    diverged = [f"{name}: {how_it_ended(run)}" for name, run in runs.items() if divergence_of(run)]
    if options.fails_diverged and diverged:
        raise BadInput(f"{'; '.join(diverged)} (--fail-diverged)")


def divergence_of(run: Record) -> str:
    """What a warning says of a run that diverged, after its name; "" of any other."""
    if run.ending != "diverged":
        return ""
    by_scale = run.ending_epoch == 0 and not run.loss_is_scaled
    by_scale &= all(values.min() < values.max() for values in (run.x, run.y))
    advice = "; data.standardize = true takes the data's scale off it" if by_scale else ""
    return f"{how_it_ended(run)}: the loss is no longer finite{advice}"
