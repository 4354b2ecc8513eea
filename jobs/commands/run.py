"""Train, record, film: what `run` does with one job."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from fitreel.jobs.films.clashes import Destination, clash_of, clashes
from fitreel.jobs.films.make import make_films
from fitreel.jobs.films.plan import Options, checked_files, destinations_of, films_of, tables_of
from fitreel.jobs.job.loading import DEMO, LoadedJob, Source, load_job, read_job_file
from fitreel.jobs.job.resolve import prepare
from fitreel.jobs.job.sweep import with_vary
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import RunStore, recorded
from fitreel.model.errors import BadInput, FitreelError
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.pipeline.draw_worker import DrawWorker


@dataclass(frozen=True)
class Request:
    """A job to run, and what to make of it if neither it nor the command line says."""

    source: Source
    film: Path | None = None
    """The film whose own job this is: that film is made again."""


def check_outputs(jobs: Sequence[Path], options: Options) -> None:
    """Make sure that what is asked for on the command line can be made of these jobs.

    Raises:
        BadInput: several jobs would write to one output.
    """
    if len(jobs) > 1 and any("{name}" not in output for output in options.outputs):
        raise BadInput("-o: with several jobs the name needs {name} in it, such as '{name}.mp4'")


def asked(path: Path | None) -> Request:
    """What `fitreel run` was asked to make: a job file, a film, or, where there is none, the demo.

    Raises:
        BadInput: it can't be read.
    """
    if path is None:
        return Request(DEMO)
    if path.suffix.lower() == ".toml":
        return Request(read_job_file(path))
    if not path.exists():
        raise BadInput(f"{path}: there is no such job or film")
    provenance = read_provenance(path)
    values = provenance.get("job")
    if not isinstance(values, dict):
        raise BadInput(f"{path}: this film doesn't say which job made it")
    return Request(Source(str(path), path.parent, values, trusted=False), film=path)


def read_all(jobs: Sequence[Path | None], options: Options) -> list[Request | Exception]:
    """Each job, or what is wrong with it: it can't be read, or it would overwrite another's film.

    A job that is given twice makes its film once.
    """
    files = [None if job is None else Path(os.path.realpath(job)) for job in jobs]
    read: list[Request | Exception] = []
    for job in jobs:
        try:
            read.append(asked(job))
        except Exception as error:
            read.append(error)
    owners: dict[Destination, int] = {}
    for number, one in enumerate(read):
        if len(jobs) == 1 or isinstance(one, Exception) or files[number] in files[:number]:
            continue
        with suppress(FitreelError):  # said in its turn
            own = destinations_of(_loaded(one, options), options, one.film)
            owners |= {replace(each, label=f"{jobs[number]}: {each.label}"): number for each in own}
    errors: dict[Path | None, Exception] = {}
    for first, second in clashes(list(owners)):
        if owners[first] != owners[second]:
            for destination in (first, second):
                errors.setdefault(files[owners[destination]], clash_of(first, second))
    return [errors.get(file, one) for file, one in zip(files, read, strict=True)]


def _loaded(asked: Request, options: Options) -> LoadedJob:
    return load_job(with_vary(asked.source, options.vary), options.assignments, options.seed)


def make(
    asked: Request, options: Options, report: Report, draw_worker: DrawWorker | None = None
) -> None:
    """Train the job and make its films, or find them up to date.

    A comparison draws for itself, without the `draw_worker`.

    Raises:
        FitreelError: as told by its class.
    """
    started = time.monotonic()
    loaded = _loaded(asked, options)
    if loaded.job.compare.wanted:
        if draw_worker is not None:
            draw_worker.close()
        from fitreel.jobs.films.comparison import compare

        compare(
            loaded,
            lambda job: films_of(loaded, options, asked.film),
            report,
            assignments=options.assignments,
            seed=options.seed,
            runs=options.runs,
            workers=options.workers,
            tables=tables_of(loaded, options),
            at=options.at,
            force=options.force,
            wait=options.wait,
        )
        return
    films = films_of(loaded, options, asked.film)
    files = checked_files(loaded, films)
    prepared = prepare(loaded)
    place = RunStore(options.runs)
    with recorded(prepared, place, report, force=options.force, wait=options.wait) as run:
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


def compared(job: Path | None, options: Options) -> Request:
    """What `fitreel compare` was asked to make; it doesn't take the name of the job's own film.

    Raises:
        BadInput: the job can't be read, or nothing is varied.
    """
    source = DEMO if job is None else read_job_file(job)
    values = source.values
    own = values.get("compare")
    if not options.vary and not (isinstance(own, dict) and (own.get("vary") or own.get("panel"))):
        raise BadInput(
            f"{source.label}: nothing to compare: give --vary KEY=V1,V2,… or a [compare] table"
        )
    if options.vary and "outputs" not in values.get("film", {}):
        name = values.get("name", source.name or "demo")
        source = replace(source, values=values | {"name": f"{name}-comparison"})
    return Request(source)
