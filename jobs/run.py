"""Train, record, film: what `run` does with one job."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from fitreel.jobs.clashes import Destination, clash_of, clashes
from fitreel.jobs.filming import make_films
from fitreel.jobs.prepare import prepare
from fitreel.jobs.recording import Place, record
from fitreel.jobs.report import Report
from fitreel.jobs.spec import DEMO, LoadedJob, Source, load_job, read_job_file
from fitreel.jobs.variants import with_vary
from fitreel.jobs.wishes import Wishes, checked_files, destinations_of, films_of, tables_of
from fitreel.model.errors import BadInput, FitreelError
from fitreel.render.imprint import read_imprint
from fitreel.render.painter import Painter


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


def read_all(jobs: Sequence[Path | None], wishes: Wishes) -> list[Asked | Exception]:
    """Each job, or what is wrong with it: it can't be read, or it would overwrite another's film.

    A job that is given twice makes its film once.
    """
    files = [None if job is None else Path(os.path.realpath(job)) for job in jobs]
    read: list[Asked | Exception] = []
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
            own = destinations_of(_loaded(one, wishes), wishes, one.film)
            owners |= {replace(each, label=f"{jobs[number]}: {each.label}"): number for each in own}
    errors: dict[Path | None, Exception] = {}
    for first, second in clashes(list(owners)):
        if owners[first] != owners[second]:
            for destination in (first, second):
                errors.setdefault(files[owners[destination]], clash_of(first, second))
    return [errors.get(file, one) for file, one in zip(files, read, strict=True)]


def _loaded(asked: Asked, wishes: Wishes) -> LoadedJob:
    return load_job(with_vary(asked.source, wishes.vary), wishes.assignments, wishes.seed)


def make(asked: Asked, wishes: Wishes, report: Report, painter: Painter | None = None) -> None:
    """Train the job and make its films, or find them up to date.

    A comparison draws for itself, without the `painter`.

    Raises:
        FitreelError: as told by its class.
    """
    started = time.monotonic()
    loaded = _loaded(asked, wishes)
    if loaded.job.compare.wanted:
        if painter is not None:
            painter.close()
        from fitreel.jobs.compare import compare

        compare(
            loaded,
            lambda job: films_of(loaded, wishes, asked.film),
            report,
            assignments=wishes.assignments,
            seed=wishes.seed,
            runs=wishes.runs,
            workers=wishes.workers,
            tables=tables_of(loaded, wishes),
            at=wishes.at,
            force=wishes.force,
            wait=wishes.wait,
        )
        return
    films = films_of(loaded, wishes, asked.film)
    files = checked_files(loaded, films)
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
        files=files,
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
