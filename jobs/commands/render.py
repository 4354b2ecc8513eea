"""Draw runs that exist: what `render` does. Nothing that trains is imported."""

import time
from collections.abc import Sequence
from pathlib import Path

from fitreel.jobs.films.make import make_films
from fitreel.jobs.films.plan import Options, checked_files, films_of, tables_of
from fitreel.jobs.job.loading import DEMO, LoadedJob, Source, load_job
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.run_store import open_record
from fitreel.model.errors import BadInput
from fitreel.render.pipeline.draw_worker import DrawWorker


def render(
    folders: Sequence[Path], options: Options, report: Report, draw_worker: DrawWorker | None = None
) -> None:
    """Draw the films of runs that exist; only [film] and [compare] can be set anew.

    Raises:
        FitreelError: as told by its class.
    """
    for assignment in options.assignments:
        if not assignment.startswith(("film.", "compare.")):
            key = assignment.partition("=")[0]
            raise BadInput(f"--set {key}: render draws a record as it is; only film.… can be set")
    if len(folders) > 1:
        if draw_worker is not None:
            draw_worker.close()
        if options.seed is not None:
            raise BadInput("--seed: the records have their own seeds")
        from fitreel.jobs.films.comparison import render_runs

        render_runs(
            folders,
            lambda job: films_of(LoadedJob(job, DEMO), options),
            options.assignments,
            report,
            runs=options.runs,
            tables=lambda job: tables_of(LoadedJob(job, DEMO), options),
            at=options.at,
            force=options.force,
            wait=options.wait,
        )
        return
    if options.tables:
        raise BadInput("--table: the ranking of a comparison; give several runs")
    _render_run(folders[0], options, report, draw_worker)


def _render_run(
    folder: Path, options: Options, report: Report, draw_worker: DrawWorker | None
) -> None:
    started = time.monotonic()
    with open_record(folder, options.runs) as run:
        source = Source(str(run.path), Path(), run.header.job, trusted=False)
        loaded = load_job(source, options.assignments)
        if options.seed is not None and options.seed != loaded.job.seed:
            raise BadInput(
                f"--seed {options.seed}: {run.path} was trained with seed {loaded.job.seed}"
            )
        films = films_of(loaded, options)
        files = checked_files(loaded, films)
        make_films(
            run,
            loaded.job,
            films,
            report,
            force=options.force,
            wait=options.wait,
            started=started,
            files=files,
            draw_worker=draw_worker,
        )
