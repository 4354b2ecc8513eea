"""What a command asks for: job files, films to make again, or the demo."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.plan import destinations_of
from fitreel.jobs.job.dated import with_date
from fitreel.jobs.job.loading import DEMO, LoadedJob, Source, load_job, read_job_file
from fitreel.jobs.job.unset import without
from fitreel.jobs.job.vary import with_vary
from fitreel.jobs.outputs.clashes import Destination, clash_of, clashes
from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.record.reader import HEADER
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.picture_version import PATH_SINCE


@dataclass(frozen=True)
class Request:
    """A job to run."""

    source: Source
    film: Path | None = None
    """The film whose own job this is: that film is made again."""

    def load(self, options: Options) -> LoadedJob:
        """The job, with what the command line says over it.

        Raises:
            BadInput: it is no job.
        """
        source = without(with_date(self.source, options.now), options.unset)
        source = with_vary(source, options.vary)
        return load_job(source, options.assignments, options.seed)


def read_request(path: Path | None) -> Request:
    """What `fitreel run` is to make: a job file, a film, or, where there is none, the demo.

    Raises:
        BadInput: it can't be read.
    """
    if path is None:
        return Request(DEMO)
    if path.suffix.lower() == ".toml":
        return Request(read_job_file(path))
    if path.suffix.lower() == ".py":
        raise BadInput(f"{path} is a script, not a job: fitreel film {path}")
    if not path.exists():
        raise BadInput(f"{path}: there is no such job or film")
    if (path / HEADER).exists():
        raise BadInput(f"{path} is a record, not a job: fitreel render {path} -o FILM")
    provenance = read_provenance(path)
    values = provenance.get("job")
    if "made_by" in provenance:
        raise BadInput(
            f"{path}: its figure was drawn by {provenance['made_by']}; run that again to make it"
        )
    if "recorded_by" in provenance:
        raise BadInput(
            f"{path}: recorded by {provenance['recorded_by']}, which fitreel can't run; run that, "
            f"or draw its record again: fitreel render RUN -o {path.name}"
        )
    if not isinstance(values, dict):
        raise BadInput(f"{path}: this film doesn't say which job made it")
    compare = values.get("compare")
    is_comparison = isinstance(compare, dict) and (compare.get("vary") or compare.get("panel"))
    runs = provenance.get("runs")
    if isinstance(runs, list) and len(runs) > 1 and not is_comparison:
        raise BadInput(
            f"{path}: compares records that were there, not what a job trains; render them again: "
            f"fitreel render RUN RUN -o {path.name}"
        )
    values = _with_its_pace(values, provenance.get("film"))
    return Request(Source(str(path), path.parent, values, trusted=False), film=path)


def _with_its_pace(job: dict[str, Any], facts: Any) -> dict[str, Any]:
    """The job of a film as it was made: a theme's pace was even before `PATH_SINCE`."""
    version = facts.get("frames") if isinstance(facts, dict) else None
    film = job.get("film", {})
    is_old = not isinstance(version, int) or version < PATH_SINCE
    if not is_old or not isinstance(film, dict) or film.get("theme", "demo") == "demo":
        return job
    return job | {"film": {"pace": "even"} | film}


def read_requests(paths: Sequence[Path | None], options: Options) -> list[Request | Exception]:
    """Each job, or what is wrong with it: it can't be read, or it would overwrite another's film.

    A job that is given twice makes its film once.

    Raises:
        BadInput: several jobs would write to one output of the command line's.
    """
    if len(paths) > 1 and any("{name}" not in output for output in options.outputs):
        raise BadInput("-o: with several jobs the name needs {name} in it, such as '{name}.mp4'")
    files = [None if path is None else Path(os.path.realpath(path)) for path in paths]
    requests: list[Request | Exception] = []
    for path in paths:
        try:
            requests.append(read_request(path))
        except Exception as error:
            requests.append(error)
    owners: dict[Destination, int] = {}
    for number, request in enumerate(requests):
        if len(paths) == 1 or isinstance(request, Exception) or files[number] in files[:number]:
            continue
        with suppress(FitreelError):  # said in its turn
            loaded = request.load(options)
            compares = loaded.job.compare.is_comparison
            own = destinations_of(loaded, options, request.film, compares=compares)
            owners |= {
                replace(each, label=f"{paths[number]}: {each.label}"): number for each in own
            }
    errors: dict[Path | None, Exception] = {}
    for first, second in clashes(list(owners)):
        if owners[first] != owners[second]:
            for destination in (first, second):
                errors.setdefault(files[owners[destination]], clash_of(first, second))
    return [errors.get(file, each) for file, each in zip(files, requests, strict=True)]


def comparison_request(path: Path | None, options: Options) -> Request:
    """What `fitreel compare` is to make; it doesn't take the name of the job's own film.

    Raises:
        BadInput: the job can't be read, or nothing is varied.
    """
    source = without(DEMO if path is None else read_job_file(path), options.unset)
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
