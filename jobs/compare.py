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
    FRAMES,
    Film,
    Progress,
    Wanted,
    appearance_of,
    make_stale,
    pace_of,
    warn_of_rounding,
    warn_of_weak_colours,
)
from fitreel.jobs.finding import find_run
from fitreel.jobs.locks import locked
from fitreel.jobs.look_files import LookFiles, look_files
from fitreel.jobs.putting import check_place, put
from fitreel.jobs.recording import Place
from fitreel.jobs.report import Report
from fitreel.jobs.spec import Job, LoadedJob, Source, load_job, spelled
from fitreel.jobs.training import Failure, train_all
from fitreel.jobs.variants import Variant, label_of, variants
from fitreel.model.cores import cores
from fitreel.model.errors import BadInput, Busy, FitreelError, gravest
from fitreel.model.record import Run
from fitreel.render.destination import make_folder_of
from fitreel.render.encode import is_still
from fitreel.render.panels import Panel
from fitreel.render.ranking import ENDINGS, ranking, table, table_form
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

    panels: Sequence[Panel]
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
    note, seeds_only = _seeds(found, loaded.job)
    unknown = [Panel(variant.label, None) for variant in found]
    comparison = Comparison(unknown, loaded.job, note, seeds_only, look_files(loaded).theme)
    check(comparison, tables, wanted_films, force=force)
    failures = train_all(found, runs, workers or cores(), report, force=force, wait=wait)
    if any(failure.code == Busy.exit_code for failure in failures.values()):
        raise _failed(found, failures)  # those records are on their way: no clip without them
    if note:
        report.say(note)
    panels = [_panel(variant, failures.get(n), runs) for n, variant in enumerate(found)]
    if all(panel.run is None for panel in panels):
        raise _failed(found, failures)
    make_clip(
        replace(comparison, panels=panels),
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
    tables: Callable[[Job], Sequence[Path]],
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
    panels = [Panel(label, run) for label, run in zip(labels, records, strict=True)]
    comparison = Comparison(
        panels, loaded.job, "", _only_seeds_differ(jobs), look_files(loaded).theme
    )
    wanted_films, wanted_tables = films(loaded.job), tables(loaded.job)
    check(comparison, wanted_tables, wanted_films, force=force)
    make_clip(
        comparison,
        wanted_films,
        wanted_tables,
        report,
        at=at,
        force=force,
        wait=wait,
        started=started,
    )


def check(
    comparison: Comparison, tables: Sequence[Path], films: Sequence[Film], *, force: bool
) -> None:
    """Refuse what can't be drawn or written, before anything is trained.

    Raises:
        BadInput: too many panels, too small a size, a table of an unknown ending or in the place of
            what fitreel did not make, no such theme, or what is made of a single run only.
        CannotWrite: a table's folder can't be made.
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
        check_place(path, force=force, form=table_form(path.suffix))
    from fitreel.render.comparison import check_comparison
    from fitreel.render.theme import load_theme

    load_theme(str(comparison.theme or settings.theme))
    own = comparison.job.compare
    check_comparison(comparison.panels, comparison.size, own.layout, own.loss_panel)
    for path in tables:
        make_folder_of(path)


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

    job, settings = comparison.job, comparison.job.compare
    warn_of_rounding(job.film, report)
    warn_of_weak_colours(comparison.theme, report)
    timetable = timetable_of(comparison.panels, settings.clock)
    if not len(timetable):
        raise BadInput("there is no snapshot to draw in any of the runs")
    timetable = paced(comparison.panels, timetable, job.film)
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
        draw_comparison(
            comparison.panels,
            comparison.size,
            job.film.fps,
            settings.layout,
            settings.clock,
            settings.loss_panel,
            comparison.note,
            reels,
            progress,
            stopping.check,
            comparison.seeds_only,
            timetable,
            closing,
            str(comparison.theme or job.film.theme),
        )

    make_stale(wanted, draw, job, count, report, force=force, wait=wait, started=started)
    rows = ranking(comparison.panels)
    for path in tables:
        content = table(rows, path.suffix.lower()).encode()
        with locked(path.resolve(), "ranking", wait=wait):
            written = put(path, content, report, force=force, form=table_form(path.suffix))
        report.say(f"{path}: {f'ranking of {len(rows)}' if written else 'up to date'}")


def imprint_of(comparison: Comparison, still: int | None) -> dict[str, Any]:
    """What a clip says of how it was made; holds no host, user or absolute path."""
    settings = comparison.job.compare
    picture: dict[str, Any] = {
        "frames": FRAMES,
        "size": list(comparison.size),
        "layout": settings.layout,
        "clock": settings.clock,
        "loss_panel": settings.loss_panel,
        "note": comparison.note,
        "labels": [panel.label for panel in comparison.panels],
    }
    film = comparison.job.film
    picture |= appearance_of(film) | LookFiles(comparison.theme).digests()
    picture |= {"fps": film.fps} | pace_of(film) if still is None else {"still": still}
    return {
        "fitreel": version("fitreel"),
        "job": spelled(comparison.job),
        "runs": [
            {"failed": panel.failure}
            if panel.run is None
            else {"fingerprint": panel.run.header.fingerprint, "digest": panel.run.digest}
            for panel in comparison.panels
        ],
        "film": picture,
    }


def _panel(variant: Variant, failure: Failure | None, runs: Path) -> Panel:
    if failure is not None:
        return Panel(variant.label, None, failure.reason.splitlines()[0])
    return Panel(variant.label, Run(Place(runs).of(variant.prepared)))


def _failed(found: Sequence[Variant], failures: dict[int, Failure]) -> SomeFailed:
    lines = [f"{found[n].label}: {failure.reason}" for n, failure in failures.items()]
    return SomeFailed(lines, gravest([failure.code for failure in failures.values()]))


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
