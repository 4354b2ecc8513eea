"""Draw runs that exist: what `render` does. Nothing that trains is imported."""

import time
from collections.abc import Sequence
from pathlib import Path

from fitreel.jobs.filming import make_films
from fitreel.jobs.finding import find_run
from fitreel.jobs.report import Report
from fitreel.jobs.spec import DEMO, LoadedJob, Source, load_job
from fitreel.jobs.wishes import Wishes, checked_files, films_of, tables_of
from fitreel.model.errors import BadInput
from fitreel.render.painter import Painter


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
        from fitreel.jobs.compare import render_runs

        render_runs(
            folders,
            lambda job: films_of(LoadedJob(job, DEMO), wishes),
            wishes.assignments,
            report,
            runs=wishes.runs,
            tables=lambda job: tables_of(LoadedJob(job, DEMO), wishes),
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
    files = checked_files(loaded, films)
    make_films(
        run,
        loaded.job,
        films,
        report,
        force=wishes.force,
        wait=wishes.wait,
        started=started,
        files=files,
        painter=painter,
    )
