"""How many films of a nightly job are kept: of a series, the oldest go."""

import math
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fitreel.jobs.job.job import Job
from fitreel.jobs.job.loading import LoadedJob
from fitreel.jobs.runtime.locks import lock_of, locked, locked_name
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput, Busy, CannotWrite
from fitreel.model.system.files import name_of, remove_folder, sweep
from fitreel.render.metadata.frame_names import frame_name
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.destination import check_ours

SECONDS_A_DAY = 86400
_BY_TIME = {"{date}": r"(?P<date>\d{4}-\d{2}-\d{2})", "{time}": r"(?P<time>\d{6})"}


@dataclass(frozen=True)
class Series:
    """The films that a job makes, night after night, from one output with {date} or {time}."""

    name: str
    """The job's."""
    pattern: re.Pattern[str]
    """What the last part of their paths looks like."""
    keep: int | None
    """How many stay; None: all."""


def series_of(loaded: LoadedJob, template: str) -> Series | None:
    """The series that the output `template` belongs to; None where its name has no date or time."""
    job = loaded.job
    keep = job.film.keep if loaded.trusts("film.keep") else None
    last = Path(template).name
    if not any(field in last for field in _BY_TIME):
        return None
    return Series(job.name, _pattern(last, job), keep)


def _pattern(template: str, job: Job) -> re.Pattern[str]:
    for field, value in (("{name}", job.name), ("{seed}", str(job.seed))):
        template = template.replace(field, value)
    text = re.escape(template)
    for field, digits in _BY_TIME.items():
        escaped = re.escape(field)
        text = text.replace(escaped, digits, 1)
        text = text.replace(escaped, digits.replace(f"?P<{field[1:-1]}>", "?:"))
    return re.compile(text)


def sweep_series(series: Series, folder: Path) -> None:
    """Remove what killed nights left: tonight's film has another name, and sweeps only its own.

    These are temporary files, and the locks of films that aren't there; nothing that is in use.
    """
    leftovers: dict[str, bool] = {}
    try:
        for entry in folder.iterdir():
            target = name_of(entry)
            name = target or locked_name(entry)
            if name is not None and series.pattern.fullmatch(name):
                leftovers[name] = leftovers.get(name, False) or target is not None
    except OSError:  # a folder that can be written, but not read
        return
    for name, is_unfinished in sorted(leftovers.items()):
        path = folder / name
        if os.path.lexists(path) and not is_unfinished:
            continue  # its lock stays with it
        with suppress(Busy, CannotWrite, OSError), locked(path, "film"):
            sweep(folder, name)
            if not os.path.lexists(path):
                lock_of(path).unlink(missing_ok=True)


def remove_oldest(series: Series, film: Path, latest: Path | None, report: Report) -> None:
    """Of the films of a series in the folder of `film`, leave the newest; never touch others.

    A film counts as one of them if its name fits and it says itself that this job made it. The one
    just made is the newest, whatever the clock says; then `_made_at` decides.
    """
    if series.keep is None:
        return
    newest = film.resolve()
    stay = {newest}
    if latest is not None:
        with suppress(OSError, RuntimeError):
            stay.add(latest.resolve())
    now = time.mktime(time.localtime())
    ages = []
    try:
        for path in film.parent.iterdir():
            match = series.pattern.fullmatch(path.name)
            if match is None or path.is_symlink():
                continue
            with suppress(FileNotFoundError):  # another night removes it just now
                age = _made_at(path, match.groupdict(), now)
                if age is not None and _made_by(path, series.name):
                    ages.append((path.resolve() == newest, age, path))
    except OSError as error:
        report.warn(f"{film.parent}: the oldest films stay: {error.strerror}")
        return
    for _, _, path in sorted(ages, reverse=True)[series.keep :]:
        if path.resolve() not in stay:
            _remove(path, report)


def _made_at(
    path: Path, parts: dict[str, str | None], now: float
) -> tuple[float, float, float] | None:
    """When a film was made, to be compared: what its name says, since copying changes its time.

    A name without a date tells nothing: then its time does. Nor does one of the future, but the
    order among its like: a clock that was wrong made it, and it goes before all others. One less
    than a day ahead may come from another time zone, and its time decides again.

    Returns:
        Seconds since 1970, and twice what decides between equals; None for a name with no real day.
    """
    mtime = path.stat().st_mtime
    date = mtime
    if parts.get("date"):
        text = f"{parts['date']} {parts.get('time') or '000000'}"
        try:
            date = time.mktime(time.strptime(text, "%Y-%m-%d %H%M%S"))
        except (ValueError, OverflowError):
            return None
    age = mtime if now < date <= now + SECONDS_A_DAY else date
    return (age if age <= now else -math.inf, date, mtime)


def _made_by(path: Path, name: str) -> bool:
    film = path
    if path.is_dir() and not (path / frame_name(0)).exists():
        # Its removal began with the first frame, and was killed.
        film = min(path.iterdir(), default=path)
    try:
        job = read_provenance(film).get("job")
    except BadInput:
        return False
    return isinstance(job, dict) and job.get("name") == name


def _remove(path: Path, report: Report) -> None:
    try:
        with locked(path, "film"):
            if path.is_dir():
                check_ours(path, path)
                remove_folder(path)
            else:
                path.unlink(missing_ok=True)  # another night may have been faster
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
