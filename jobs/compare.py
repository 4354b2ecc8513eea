"""Many configurations, one clip: train what isn't trained, draw what isn't up to date."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.jobs import stopping
from fitreel.jobs.companions import is_companion
from fitreel.jobs.filming import (
    Film,
    Progress,
    Wanted,
    make_stale,
    theme_file,
    warn_of_rounding,
    warn_of_weak_colours,
)
from fitreel.jobs.finding import find_run
from fitreel.jobs.locks import locked
from fitreel.jobs.recording import Place
from fitreel.jobs.report import Report
from fitreel.jobs.spec import Job, LoadedJob, Source, load_job, spelled
from fitreel.jobs.training import Failure, train_all
from fitreel.jobs.variants import Variant, label_of, variants
from fitreel.model.cores import cores
from fitreel.model.errors import BadInput, Busy, FitreelError, gravest
from fitreel.model.files import sweep, write_whole
from fitreel.model.record import Run
from fitreel.render.encode import is_still
from fitreel.render.panels import ComparisonPicture, Entry
from fitreel.render.picture_version import comparison_facts, pacing_facts
from fitreel.render.ranking import ENDINGS, ranking, table
from fitreel.render.settings import NAMED_SIZES, FilmSettings

if TYPE_CHECKING:
    from fitreel.render.film import Reel

OF_ONE_RUN = ("title", "subtitle", "caption", "language", "words", "font", "transparent")
"""Settings of a film that comparisons don't have."""
SIZE = NAMED_SIZES["1080p"]
"""A comparison's size where the job doesn't say."""


@dataclass(frozen=True)
class Comparison:
    """What is compared, and how the clip shows it."""

    entries: Sequence[Entry]
    job: Job
    """The job that all configurations are taken from; its film and compare tables count."""
    note: str
    """What the seed varies, for the log and the closing still; may be empty."""
    seeds_only: bool
    theme: Path | None = None
    """The file of a theme that isn't built in."""

    @property
    def size(self) -> tuple[int, int]:
        """Of the whole clip, in pixels."""
        return self.job.film.pixels if self.job.film.given("size") else SIZE

    def picture(self, theme: str) -> ComparisonPicture:
        """What decides its pictures, with the theme of this name or in this file."""
        own = self.job.compare
        return ComparisonPicture(
            self.entries,
            replace(self.job.film.picture, pixels=self.size, theme=theme),
            own.layout,
            own.clock,
            own.loss_panel,
            self.note,
            self.seeds_only,
        )


class SomeFailed(FitreelError):
    """Configurations that could not be trained; the clip is made from the others."""

    def __init__(self, lines: Sequence[str], code: int) -> None:
        super().__init__("; ".join(lines))
        self.exit_code = code


def compare(
    loaded: LoadedJob,
    films: Callable[[Job], Sequence[Film]],
    report: Report,
    *,
    assignments: Sequence[str],
    seed: int | None,
    runs: Path,
    workers: int | None,
    tables: Sequence[Path],
    at: int | None,
    force: bool,
    wait: bool,
) -> None:
    """Train all configurations of a job and make the clip.

    Args:
        loaded: the job, with a [compare] table.
        films: what to make, each checked to be writable.
        report: where progress and results are told.
        assignments: the command line's KEY=VALUE.
        seed: the command line's.
        runs: where records are kept.
        workers: trainings at once; None: by cores.
        tables: files for the ranking.
        at: epoch (or second) of a still.
        force: make also what is up to date.
        wait: for another process that makes the same.

    Raises:
        SomeFailed: some could not be trained; the clip is made from the others, unless another
            process is training them.
        FitreelError: as told by its class.
    """
    started = time.monotonic()
    found = variants(loaded, assignments, seed)
    wanted_films = films(loaded.job)
    tables = [*tables, *_own_table(loaded)]
    note, seeds_only = _seeds(found, loaded.job)
    unknown = [Entry(variant.label, None) for variant in found]
    comparison = Comparison(unknown, loaded.job, note, seeds_only, theme_file(loaded))
    check(comparison, tables, wanted_films)
    failures = train_all(found, runs, workers or cores(), report, force=force, wait=wait)
    if any(failure.code == Busy.exit_code for failure in failures.values()):
        raise _failed(found, failures)  # those records are on their way: no clip without them
    if note:
        report.say(note)
    entries = [_entry(variant, failures.get(n), runs) for n, variant in enumerate(found)]
    if all(entry.run is None for entry in entries):
        raise _failed(found, failures)
    make_clip(
        replace(comparison, entries=entries),
        wanted_films,
        tables,
        report,
        at=at,
        force=force,
        wait=wait,
        started=started,
    )
    if failures:
        raise _failed(found, failures)


def render_runs(
    folders: Sequence[Path],
    films: Callable[[Job], Sequence[Film]],
    assignments: Sequence[str],
    report: Report,
    *,
    runs: Path,
    tables: Sequence[Path],
    at: int | None,
    force: bool,
    wait: bool,
) -> None:
    """Make the clip of records that exist.

    Raises:
        FitreelError: as told by its class.
    """
    started = time.monotonic()
    records = [find_run(folder, runs) for folder in folders]
    for number, run in enumerate(records):
        for other in records[:number]:
            if other.digest == run.digest:
                raise BadInput(f"{other.path} and {run.path} are the same record")
    jobs = [
        load_job(Source(str(run.path), Path(), run.header.job, trusted=False)).job
        for run in records
    ]
    source = Source("render", Path(), {}, name="comparison", trusted=False)
    loaded = load_job(source, assignments)
    if len({run.header.points for run in records}) > 1:
        report.warn("the records have different data: each panel shows its own")
    labels = _labels(jobs, records)
    entries = [Entry(label, run) for label, run in zip(labels, records, strict=True)]
    comparison = Comparison(entries, loaded.job, "", _only_seeds_differ(jobs), theme_file(loaded))
    wanted_films = films(loaded.job)
    check(comparison, tables, wanted_films)
    make_clip(
        comparison,
        wanted_films,
        tables,
        report,
        at=at,
        force=force,
        wait=wait,
        started=started,
    )


def check(comparison: Comparison, tables: Sequence[Path], films: Sequence[Film]) -> None:
    """Refuse what can't be drawn or written, before anything is trained.

    Raises:
        BadInput: too many panels, too small a size, a table of an unknown ending, no such theme, or
            what is made of a single run only.
    """
    for film in films:
        if is_companion(film.path, film.sheet):
            raise BadInput(f"{film.path}: subtitles and sheets are made of one run")
    settings = comparison.job.film
    if settings.panels:
        raise BadInput("film.panels: of one run; a comparison has compare.loss_panel")
    for key in OF_ONE_RUN:
        if getattr(settings, key) != FilmSettings.model_fields[key].default:
            raise BadInput(f"film.{key}: of one run; a comparison doesn't have it")
    for path in tables:
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(f"{path}: a table ends in {', '.join(ENDINGS)}")
    from fitreel.render.comparison import check_comparison, check_pacing_of_comparison
    from fitreel.render.theme import load_theme

    theme = str(comparison.theme or settings.theme)
    load_theme(theme)
    check_pacing_of_comparison(settings.pacing)
    check_comparison(comparison.picture(theme))


def make_clip(
    comparison: Comparison,
    films: Sequence[Film],
    tables: Sequence[Path],
    report: Report,
    *,
    at: int | None,
    force: bool,
    wait: bool,
    started: float,
) -> None:
    """Draw the clip into all films that aren't up to date, and write the ranking.

    Raises:
        FitreelError: as told by its class.
    """
    from fitreel.render.comparison import closing_frames, draw_comparison, paced, timetable_of

    job = comparison.job
    warn_of_rounding(job.film, report)
    warn_of_weak_colours(job.film, report)
    timetable = timetable_of(comparison.entries, job.compare.clock)
    if not len(timetable):
        raise BadInput("there is no snapshot to draw in any of the runs")
    timetable = paced(comparison.entries, timetable, job.film.pacing)
    closing = closing_frames(job.film.fps, job.film.duration)
    still = len(timetable) - 1
    if at is not None:
        still = max(0, int((timetable.times <= at).sum()) - 1)
    count = len(timetable) + closing
    wanted = []
    for film in films:
        frame = still if is_still(film.path) else None
        wanted.append(Wanted(film, imprint_of(comparison, frame), frame))

    def draw(reels: "Sequence[Reel]", progress: Progress) -> None:
        picture = comparison.picture(str(comparison.theme or job.film.theme))
        draw_comparison(picture, job.film.fps, reels, progress, stopping.check, timetable, closing)

    make_stale(wanted, draw, job, count, report, force=force, wait=wait, started=started)
    rows = ranking(comparison.entries)
    for path in tables:
        content = table(rows, path.suffix.lower()).encode()
        if not force and path.is_file() and path.read_bytes() == content:
            report.say(f"{path}: up to date")
            continue
        with locked(path, "ranking", wait=wait):
            sweep(path.parent, path.name)
            write_whole(path, content)
        report.say(f"{path}: ranking of {len(rows)}")


def imprint_of(comparison: Comparison, still: int | None) -> dict[str, Any]:
    """What a clip says of how it was made; holds no host, user or absolute path."""
    film = comparison.job.film
    facts = comparison_facts(comparison.picture(film.theme), comparison.theme)
    facts |= pacing_facts(film.pacing) if still is None else {"still": still}
    return {
        "fitreel": version("fitreel"),
        "job": spelled(comparison.job),
        "runs": [
            {"failed": entry.failure}
            if entry.run is None
            else {"fingerprint": entry.run.header.fingerprint, "digest": entry.run.digest}
            for entry in comparison.entries
        ],
        "film": facts,
    }


def _entry(variant: Variant, failure: Failure | None, runs: Path) -> Entry:
    if failure is not None:
        return Entry(variant.label, None, failure.reason.splitlines()[0])
    return Entry(variant.label, Run(Place(runs).of(variant.prepared)))


def _failed(found: Sequence[Variant], failures: dict[int, Failure]) -> SomeFailed:
    lines = [f"{found[n].label}: {failure.reason}" for n, failure in failures.items()]
    return SomeFailed(lines, gravest([failure.code for failure in failures.values()]))


def _own_table(loaded: LoadedJob) -> list[Path]:
    """The job's; a film or a record says nothing of what is written beside the clip."""
    name = loaded.job.compare.table
    if name is None or not (loaded.source.trusted or "compare.table" in loaded.overridden):
        return []
    return [loaded.path("compare.table", name)]


def _seeds(found: Sequence[Variant], job: Job) -> tuple[str, bool]:
    """What the seed varies, in a line, and whether nothing else is varied."""
    jobs = [variant.prepared.loaded.job for variant in found]
    if len({job.seed for job in jobs}) < 2:
        return "", False
    fixed = all(job.data.seed is not None or job.data.file is not None for job in jobs)
    what = "the network alone" if fixed else "data and network"
    return f"the seed varies {what}", _only_seeds_differ(jobs)


def _only_seeds_differ(jobs: Sequence[Job]) -> bool:
    def rest(job: Job) -> dict[str, Any]:
        values = _flat(job)
        return {key: value for key, value in values.items() if key not in ("seed", "data.seed")}

    return len(jobs) > 1 and all(rest(job) == rest(jobs[0]) for job in jobs)


def _flat(job: Job) -> dict[str, Any]:
    values: dict[str, Any] = {"seed": job.seed}
    for name in ("data", "network", "train"):
        for key, value in getattr(job, name).model_dump(mode="json").items():
            values[f"{name}.{key}"] = value
    return values


def _labels(jobs: Sequence[Job], records: Sequence[Run]) -> list[str]:
    """What differs between records; where that doesn't tell them apart, their folders do."""
    flat = [_flat(job) for job in jobs]
    differing = [key for key in flat[0] if any(f[key] != flat[0][key] for f in flat)]
    labels = [label_of({key: f[key] for key in differing if f[key] is not None}) for f in flat]
    if len(set(labels)) == len(labels) and all(labels):
        return labels
    names = [run.path.resolve().name for run in records]
    return names if len(set(names)) == len(names) else [str(run.path) for run in records]
