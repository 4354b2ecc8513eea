"""What is to be made of a job, all of it checked before anything is trained."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.sidecar_files import sidecar_form
from fitreel.jobs.films.tables import table_paths
from fitreel.jobs.job.loading import LoadedJob
from fitreel.jobs.outputs.clashes import Destination, check_apart
from fitreel.jobs.outputs.latest_link import check_fits, check_latest_link, latest_link_of
from fitreel.jobs.outputs.marked_file import check_file_place
from fitreel.jobs.outputs.names import file_name, fill_in
from fitreel.jobs.outputs.retention import Series, series_of
from fitreel.model.errors import BadInput
from fitreel.model.system.extras import check_installed
from fitreel.render.output.destination import (
    check_name,
    check_output,
    check_place,
    make_folder,
    make_folder_of,
)
from fitreel.render.output.formats import OutputKind, format_of
from fitreel.render.output.open_writer import check_transparency
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import check_replaceable

MOST = 64
"""Outputs of one job: each has an encoder of its own, and all are made at once."""


@dataclass(frozen=True)
class FollowUp:
    """What follows an output of a nightly job."""

    latest: Path | None = None
    """What is to point at it."""
    series: Series | None = None
    """The films among which it is the newest."""


@dataclass(frozen=True)
class Plan:
    """What is to be made of a job."""

    loaded: LoadedJob
    options: Options
    outputs: tuple[Output, ...]
    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict)
    """By the paths of outputs."""
    tables: tuple[Path, ...] = ()
    """Files for a comparison's ranking."""
    started: float = field(default_factory=time.monotonic)
    """When the work began, of `time.monotonic()`."""


def plan_films(
    loaded: LoadedJob, options: Options, film: Path | None = None, *, compares: bool = False
) -> Plan:
    """What to make of a job, each checked to be writable before anything is computed.

    Args:
        loaded: the job.
        options: of the command.
        film: the film whose own job it is.
        compares: whether a comparison is made, with a ranking.

    Raises:
        BadInput: an ending or a placeholder that we don't know, --at without a still, two that are
            one file in the end, too many, or something there that fitreel did not make.
        CannotWrite: a folder can't be made or written.
    """
    started = time.monotonic()
    names = output_names(loaded, options, film)
    series = [series_of(loaded, template.rstrip("/")) for _, template in names]
    _check_keep(loaded, series, options)
    outputs = [_output(path, options) for path, _ in names]
    link = latest_link_of(loaded, options)
    if link is not None:
        check_latest_link(link)
        if not options.outputs:
            check_fits(link, outputs)
    follow_ups = {}
    for output, its_series in zip(outputs, series, strict=True):
        fits = link is not None and output.format == format_of(link.path)
        follow_ups[output.path] = FollowUp(link.path if link and fits else None, its_series)
        link = None if fits else link
    if options.at is not None and all(output.at is None for output in outputs):
        raise BadInput("--at: picks the epoch of a still; give one with -o, such as -o still.png")
    if options.takes_nearest and options.at is None:
        raise BadInput("--nearest: to which epoch? say it with --at EPOCH")
    if options.sheet is not None and all(each.kind is not OutputKind.PAGE for each in outputs):
        raise BadInput("--sheet: the pictures on a page; give one with -o, such as -o sheet.pdf")
    destinations = destinations_of(loaded, options, film, compares=compares)
    check_apart([*_sources(loaded, options), *destinations])
    for output in outputs:
        _check_standing(output, loaded, options)
    for output in outputs:
        if not options.is_dry:
            make_folder_of(output.path)
        check_output(output.path, makes_folder=options.is_dry)
        latest = follow_ups[output.path].latest
        if latest is not None and not options.is_dry:
            make_folder(latest.parent, latest)
    tables = table_paths(loaded, options) if compares else ()
    return Plan(loaded, options, tuple(outputs), follow_ups, tuple(tables), started)


def _output(path: str, options: Options) -> Output:
    output = Output(path, sheet=options.sheet)
    if not output.is_still:
        return output
    return replace(output, at=options.at, takes_nearest=options.takes_nearest)


def output_names(
    loaded: LoadedJob, options: Options, film: Path | None = None
) -> list[tuple[str, str]]:
    """The outputs' paths, the command line's, else the job's, each with the name as it was given.

    What a film or a record says of outputs is not followed: its film is made again, or one of its
    job's name in the current folder.

    Raises:
        BadInput: a placeholder that we don't know, a home that isn't there, or too many.
    """
    job = loaded.job
    if options.outputs:
        pairs = [(fill_in(output, job, options.now, "-o"), output) for output in options.outputs]
        for path, _ in pairs:
            check_name(path, "-o ")
    elif loaded.trusts("film.outputs"):
        pairs = [(_own_path(loaded, output, options), output) for output in job.film.outputs]
    else:
        path = f"{file_name(job.name)}.mp4" if film is None else str(film)
        pairs = [(path, path)]
    if len(pairs) + len(options.tables) > MOST:
        raise BadInput(
            f"{loaded.source.label}: {len(pairs) + len(options.tables)} outputs; a job makes up "
            f"to {MOST}"
        )
    return pairs


def _own_path(loaded: LoadedJob, output: str, options: Options) -> str:
    where = f"{loaded.source.label}: film.outputs"
    text = fill_in(output, loaded.job, options.now, where)
    check_place(text, f"{where} ")
    # Of a name that is filled in, a ~ is no home.
    path = (
        loaded.path("film.outputs", text)
        if output.startswith("~")
        else loaded.place("film.outputs", Path(text))
    )
    return f"{path}{'/' if text.endswith('/') else ''}"


def remark_of_folder(output: Output) -> str | None:
    """What is said of a job's output without an ending, which is a folder; None of others."""
    if output.kind is not OutputKind.FRAMES or output.path.endswith("/"):
        return None
    return (
        f"{output.path}: has no ending, so it is a folder with a picture a frame; write it "
        f'"{Path(output.path).name}/", or give it an ending, such as .mp4'
    )


def destinations_of(
    loaded: LoadedJob, options: Options, film: Path | None = None, *, compares: bool
) -> list[Destination]:
    """Everything that is written for a job, but for its record.

    Raises:
        BadInput: a name that can't be.
    """
    destinations = [
        Destination(path, Path(path), is_folder=format_of(path).kind is OutputKind.FRAMES)
        for path, _ in output_names(loaded, options, film)
    ]
    if compares or options.tables:
        destinations += [Destination(str(each), each) for each in table_paths(loaded, options)]
    link = latest_link_of(loaded, options)
    if link is not None:
        destinations.append(Destination(link.key, link.path, is_link=True))
    return destinations


def _sources(loaded: LoadedJob, options: Options) -> list[Destination]:
    """What no output may take the place of, not even with --force."""
    file = loaded.job.data.file
    sources = [Destination(f"--runs {options.runs}", options.runs)]
    if file is not None and loaded.trusts("data.file"):
        sources.append(Destination(f"data.file = {file!r}", loaded.path("data.file", file)))
    return sources


def _check_keep(loaded: LoadedJob, series: Sequence[Series | None], options: Options) -> None:
    """Refuse `keep` where every film has one name, unless -o is in place of the job's outputs."""
    keep = loaded.job.film.keep
    if keep is None or not loaded.trusts("film.keep"):
        return
    if options.outputs and not loaded.given("film.keep"):
        return
    if not any(series):
        raise BadInput(
            f"{loaded.source.label}: film.keep = {keep}: every film has the same name, so none is "
            'there to keep; add {date} or {time} to it, such as "{name}-{date}.mp4"'
        )


def _check_standing(output: Output, loaded: LoadedJob, options: Options) -> None:
    """Refuse an output that can't be, or in whose place is what isn't fitreel's to replace."""
    film = loaded.job.film
    check_transparency(output, film.transparent)
    if output.kind is OutputKind.WEB_PAGE:
        check_installed("bokeh", "page", output.path)
    if output.is_sidecar:
        form = sidecar_form(output, film.picture)
        check_file_place(Path(output.path), force=options.force, form=form)
    else:
        check_replaceable(output.path, force=options.force)
