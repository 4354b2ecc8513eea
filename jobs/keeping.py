"""What follows a film of a nightly job: `latest` points at it, and of many the oldest go."""

import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fitreel.jobs.locks import lock_of, locked
from fitreel.jobs.report import Report
from fitreel.jobs.spec import Job, LoadedJob
from fitreel.model.errors import BadInput, Busy, CannotWrite
from fitreel.model.files import cannot_write, put_in_place, sweep, sync_folder, temporary_name
from fitreel.render.destination import check_ours
from fitreel.render.encode import format_of
from fitreel.render.imprint import read_imprint

_BY_TIME = {"{date}": r"(?P<date>\d{4}-\d{2}-\d{2})", "{time}": r"(?P<time>\d{6})"}


@dataclass(frozen=True)
class Series:
    """The films that a job makes, night after night, from one output with {date} or {time}."""

    name: str
    """The job's."""
    pattern: re.Pattern[str]
    """What the last part of their paths looks like."""
    keep: int
    """How many stay."""


def latest_of(loaded: LoadedJob) -> Path | None:
    """Where `film.latest` lies; None where it isn't asked for.

    A record or a film says nothing of the kind: who wrote it must not choose what is replaced here.
    """
    latest = loaded.job.film.latest
    if latest is None or not _may(loaded, "film.latest"):
        return None
    path = loaded.path("film.latest", latest)
    where = f"{loaded.source.label}: film.latest = {latest!r}"
    if path.is_symlink() or not path.exists():
        return path
    if path.is_dir():
        raise BadInput(f"{where}: is a folder")
    try:
        read_imprint(path)
    except BadInput:
        raise BadInput(f"{where}: is there, and fitreel did not make it") from None
    return path


def series_of(loaded: LoadedJob, template: str) -> Series | None:
    """The series that the output `template` belongs to, where the job says how many to keep."""
    keep, job = loaded.job.film.keep, loaded.job
    if keep is None or not _may(loaded, "film.keep"):
        return None
    last = Path(template).name
    if not any(field in last for field in _BY_TIME):
        return None
    return Series(job.name, _pattern(last, job), keep)


def _may(loaded: LoadedJob, key: str) -> bool:
    return loaded.source.trusted or key in loaded.overridden


def _pattern(template: str, job: Job) -> re.Pattern[str]:
    for field, value in (("{name}", job.name), ("{seed}", str(job.seed))):
        template = template.replace(field, value)
    text = re.escape(template)
    for field, digits in _BY_TIME.items():
        found = re.escape(field)
        text = text.replace(found, digits, 1)
        text = text.replace(found, digits.replace(f"?P<{field[1:-1]}>", "?:"))
    return re.compile(text)


def check_latest(loaded: LoadedJob, latest: Path, outputs: Sequence[str]) -> None:
    """Make sure that one of `outputs` can be what `latest` points at.

    Raises:
        BadInput: none has its format, or it is one of them.
    """
    where = f"{loaded.source.label}: film.latest = {loaded.job.film.latest!r}"
    if all(format_of(output) != format_of(latest) for output in outputs):
        raise BadInput(f"{where}: no output has this ending")
    if any(os.path.abspath(output) == os.path.abspath(latest) for output in outputs):  # noqa: PTH100
        raise BadInput(f"{where}: is an output itself; give it another name")


def point_at(latest: Path, film: Path, report: Report) -> None:
    """Make `latest` a link to `film`, or a copy where there are no links, in one rename.

    Raises:
        CannotWrite: the system refuses.
        Stopped: a signal came while another process was doing the same.
    """
    target = os.path.relpath(film.resolve(), latest.parent.resolve())
    if latest.is_symlink() and latest.readlink() == Path(target):
        return
    # Who makes the same link needs a moment: that is no reason to fail.
    with locked(latest, "link", wait=True):
        sweep(latest.parent, latest.name)
        temporary = temporary_name(latest)
        try:
            try:
                temporary.symlink_to(target)
                temporary.replace(latest)  # a link has no bytes of its own to sync
                sync_folder(latest.parent)
            except OSError:
                shutil.copyfile(film, temporary)
                put_in_place(temporary, latest)
        except OSError as error:
            raise cannot_write(latest, error) from error
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    report.say(f"{latest}: now {film.name}")


def remove_oldest(series: Series, film: Path, latest: Path | None, report: Report) -> None:
    """Of the films of a series in the folder of `film`, leave the newest; never touch others.

    A film counts as one of them if its name fits and it says itself that this job made it.
    """
    keep = {film.resolve()}
    if latest is not None:
        with suppress(OSError, RuntimeError):
            keep.add(latest.resolve())
    found = []
    for path in film.parent.iterdir():
        match = series.pattern.fullmatch(path.name)
        if match is None or path.is_symlink() or not _made_by(path, series.name):
            continue
        parts = match.groupdict()
        # Copying changes a file's time, not its name; a name without a date tells no order.
        named = (parts["date"], parts.get("time") or "") if parts.get("date") else ("", "")
        found.append(((*named, path.stat().st_mtime_ns), path))
    newest_first = [path for _, path in sorted(found, reverse=True)]
    for path in newest_first[series.keep :]:
        if path.resolve() not in keep:
            _remove(path, report)


def _made_by(path: Path, name: str) -> bool:
    try:
        job = read_imprint(path).get("job")
    except BadInput:
        return False
    return isinstance(job, dict) and job.get("name") == name


def _remove(path: Path, report: Report) -> None:
    try:
        with locked(path, "film"):
            if path.is_dir():
                check_ours(path, path)
                shutil.rmtree(path)
            else:
                path.unlink()
            lock_of(path).unlink(missing_ok=True)
    except Busy:
        return
    except (BadInput, CannotWrite) as error:
        report.warn(f"it is kept: {error}")
        return
    except OSError as error:
        report.warn(f"{path}: cannot be removed: {error.strerror}")
        return
    report.say(f"{path}: removed, one of the oldest")
