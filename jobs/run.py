"""Train, record, film: what `run` and `render` do with one job."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fitreel.jobs.companions import SUBTITLES, is_companion
from fitreel.jobs.compare import compare, render_runs
from fitreel.jobs.filming import Film, make_films, theme_file, with_theme
from fitreel.jobs.finding import find_run
from fitreel.jobs.keeping import check_latest, latest_of, series_of
from fitreel.jobs.prepare import prepare
from fitreel.jobs.recording import Place, record
from fitreel.jobs.report import Report
from fitreel.jobs.spec import DEMO, Job, LoadedJob, Source, load_job, read_job_file
from fitreel.jobs.variants import with_vary
from fitreel.model.errors import BadInput
from fitreel.render.encode import check_output, format_of
from fitreel.render.imprint import read_imprint
from fitreel.render.painter import Painter

PAGES = ("pdf", "svg", "png")


@dataclass(frozen=True)
class Wishes:
    """What the command line says over the job."""

    outputs: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    seed: int | None = None
    at: int | None = None
    vary: tuple[str, ...] = ()
    workers: int | None = None
    tables: tuple[Path, ...] = ()
    sheet: tuple[int, int] | None = None
    """Columns and rows of a page of pictures."""
    runs: Path = Path("runs")
    force: bool = False
    wait: bool = False
    """For another process that makes the same."""


@dataclass(frozen=True)
class Asked:
    """A job to run, and what to make of it if neither it nor the command line says."""

    source: Source
    film: Path | None = None
    """The film whose own job this is: that film is made again."""


def check_outputs(jobs: Sequence[Path], wishes: Wishes) -> None:
    """Make sure that what is asked for on the command line can be made of these jobs.

    Raises:
        BadInput: several jobs would write to one output.
    """
    if len(jobs) > 1 and any("{name}" not in output for output in wishes.outputs):
        raise BadInput("-o: with several jobs the name needs {name} in it, such as '{name}.mp4'")


def asked(path: Path | None) -> Asked:
    """What `fitreel run` was asked to make: a job file, a film, or, where there is none, the demo.

    Raises:
        BadInput: it can't be read.
    """
    if path is None:
        return Asked(DEMO)
    if path.suffix.lower() == ".toml":
        return Asked(read_job_file(path))
    if not path.exists():
        raise BadInput(f"{path}: there is no such job or film")
    imprint = read_imprint(path)
    values = imprint.get("job")
    if not isinstance(values, dict):
        raise BadInput(f"{path}: this film doesn't say which job made it")
    return Asked(Source(str(path), path.parent, values, trusted=False), film=path)


def make(asked: Asked, wishes: Wishes, report: Report, painter: Painter | None = None) -> None:
    """Train the job and make its films, or find them up to date.

    A comparison draws for itself, without the `painter`.

    Raises:
        FitreelError: as told by its class.
    """
    started = time.monotonic()
    loaded = load_job(with_vary(asked.source, wishes.vary), wishes.assignments, wishes.seed)
    if loaded.job.compare.wanted:
        if painter is not None:
            painter.close()
        compare(
            loaded,
            lambda job: films_of(loaded, wishes, asked.film),
            report,
            assignments=wishes.assignments,
            seed=wishes.seed,
            runs=wishes.runs,
            workers=wishes.workers,
            tables=wishes.tables,
            at=wishes.at,
            force=wishes.force,
            wait=wishes.wait,
        )
        return
    films = films_of(loaded, wishes, asked.film)
    theme = checked_theme(loaded, films)
    prepared = prepare(loaded)
    run = record(prepared, Place(wishes.runs), report, force=wishes.force, wait=wishes.wait)
    make_films(
        run,
        loaded.job,
        films,
        report,
        force=wishes.force,
        wait=wishes.wait,
        started=started,
        theme=theme,
        painter=painter,
    )


def compared(job: Path | None, wishes: Wishes) -> Asked:
    """What `fitreel compare` was asked to make; it doesn't take the name of the job's own film.

    Raises:
        BadInput: the job can't be read, or nothing is varied.
    """
    source = DEMO if job is None else read_job_file(job)
    values = source.values
    own = values.get("compare")
    if not wishes.vary and not (isinstance(own, dict) and (own.get("vary") or own.get("panel"))):
        raise BadInput(
            f"{source.label}: nothing to compare: give --vary KEY=V1,V2,… or a [compare] table"
        )
    if wishes.vary and "outputs" not in values.get("film", {}):
        name = values.get("name", source.name or "demo")
        source = replace(source, values=values | {"name": f"{name}-comparison"})
    return Asked(source)


def render(
    folders: Sequence[Path], wishes: Wishes, report: Report, painter: Painter | None = None
) -> None:
    """Draw the films of runs that exist; only [film] and [compare] can be set anew.

    Raises:
        FitreelError: as told by its class.
    """
    for assignment in wishes.assignments:
        if not assignment.startswith(("film.", "compare.")):
            key = assignment.partition("=")[0]
            raise BadInput(f"--set {key}: render draws a record as it is; only film.… can be set")
    if len(folders) > 1:
        if painter is not None:
            painter.close()
        if wishes.seed is not None:
            raise BadInput("--seed: the records have their own seeds")
        render_runs(
            folders,
            lambda job: films_of(LoadedJob(job, DEMO), wishes),
            wishes.assignments,
            report,
            runs=wishes.runs,
            tables=wishes.tables,
            at=wishes.at,
            force=wishes.force,
            wait=wishes.wait,
        )
        return
    if wishes.tables:
        raise BadInput("--table: the ranking of a comparison; give several runs")
    _render_run(folders[0], wishes, report, painter)


def _render_run(folder: Path, wishes: Wishes, report: Report, painter: Painter | None) -> None:
    started = time.monotonic()
    run = find_run(folder, wishes.runs)
    source = Source(str(run.path), Path(), run.header.job, trusted=False)
    loaded = load_job(source, wishes.assignments)
    if wishes.seed is not None and wishes.seed != loaded.job.seed:
        raise BadInput(f"--seed {wishes.seed}: {run.path} was trained with seed {loaded.job.seed}")
    films = films_of(loaded, wishes)
    theme = checked_theme(loaded, films)
    make_films(
        run,
        loaded.job,
        films,
        report,
        force=wishes.force,
        wait=wishes.wait,
        started=started,
        theme=theme,
        painter=painter,
    )


def checked_theme(loaded: LoadedJob, films: Sequence[Film]) -> Path | None:
    """The file of the job's theme, if it isn't a built-in one; all that is to be drawn is checked.

    Subtitles need neither a theme nor a font.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn.
        Unavailable: no font here has the characters.
    """
    job = loaded.job
    if job.film.is_demo or all(format_of(film.path) in SUBTITLES for film in films):
        return None
    theme = theme_file(loaded)
    if theme is not None:
        job = with_theme(job, theme)
    from fitreel.render.stage import check_stage

    check_stage(job.film)
    return theme


def films_of(loaded: LoadedJob, wishes: Wishes, film: Path | None = None) -> list[Film]:
    """The files to make, each checked to be writable before anything is computed.

    Raises:
        BadInput: an ending we don't know, or --at without a still.
        CannotWrite: a folder doesn't exist or can't be written.
    """
    job = loaded.job
    if wishes.outputs:
        paths = [named(output, job) for output in wishes.outputs]
    elif film is not None:
        paths = [str(film)]
    else:
        outputs = job.film.outputs
        paths = [
            f"{loaded.path('film.outputs', text)}{'/' if text.endswith('/') else ''}"
            for text in (named(output, job) for output in outputs)
        ]
    latest = latest_of(loaded)
    if latest is not None and not wishes.outputs:
        check_latest(loaded, latest, paths)
    templates = wishes.outputs or (paths if film is not None else job.film.outputs)
    films = []
    for path, template in zip(paths, templates, strict=True):
        fits = latest is not None and format_of(path) == format_of(latest)
        is_page = is_companion(path, wishes.sheet)
        at = wishes.at if path.lower().endswith(".png") and not is_page else None
        series = series_of(loaded, template.rstrip("/"))
        films.append(Film(path, at, latest if fits else None, series, wishes.sheet))
        latest = None if fits else latest
    if wishes.at is not None and all(film.at is None for film in films):
        raise BadInput("--at: picks the epoch of a still; give one with -o, such as -o still.png")
    if wishes.sheet is not None and not any(format_of(film.path) in PAGES for film in films):
        raise BadInput("--sheet: the pictures on a page; give one with -o, such as -o sheet.pdf")
    if len({film.path for film in films}) < len(films):
        raise BadInput("-o: two outputs have the same name")
    for each in films:
        if job.film.transparent and format_of(each.path) in ("mp4", "gif"):
            raise BadInput(f"{each.path}: film.transparent needs .webm, .png or a folder of frames")
        check_output(each.path)
    return films


def named(output: str, job: Job) -> str:
    """`output` with {name} {seed} {date} {time} filled in; other braces stay as they are."""
    now = time.localtime()
    values: dict[str, Any] = {
        "name": job.name,
        "seed": job.seed,
        "date": time.strftime("%Y-%m-%d", now),
        "time": time.strftime("%H%M%S", now),
    }
    for key, value in values.items():
        output = output.replace("{" + key + "}", str(value))
    return output
