"""What the command line asks for over a job, and the films that this comes to."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fitreel.jobs.films.clashes import Destination, check_apart
from fitreel.jobs.films.look_files import NO_FILES, LookFiles, look_files
from fitreel.jobs.films.make import Film
from fitreel.jobs.films.output_names import file_name, filled
from fitreel.jobs.films.put_file import check_place
from fitreel.jobs.films.retention import check_latest, latest_of, series_of
from fitreel.jobs.films.sidecar_files import SHEET, sidecar_form
from fitreel.jobs.job.loading import LoadedJob
from fitreel.jobs.runtime.locks import Patience
from fitreel.model.errors import BadInput
from fitreel.render.output.destination import check_output, make_folder, make_folder_of
from fitreel.render.output.formats import OutputKind, format_of
from fitreel.render.output.open_writer import check_transparency
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import check_replaceable
from fitreel.render.panel_kinds import check_panels

MOST = 64
"""Outputs of one job: each has an encoder of its own, and all are made at once."""


@dataclass(frozen=True)
class Options:
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
    wait: Patience | None = None
    """For other processes that make the same; None: not at all."""
    now: time.struct_time = field(default_factory=time.localtime)
    """What {date} and {time} say, in all that one command makes."""


@dataclass(frozen=True)
class Target:
    """An output by its name."""

    path: str
    """Where it goes; a slash at its end means a folder of frames."""
    template: str
    """The name as it was given, with its placeholders."""


def checked_files(loaded: LoadedJob, films: Sequence[Film]) -> LookFiles:
    """The files that the look is taken from; all that is to be drawn is checked.

    Subtitles need neither a theme nor a font.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn, a pace that can't be kept,
            panels that the data or the network can't have, or a file that a film or a record names.
        Unavailable: no font here has the characters.
    """
    job = loaded.job
    # numpy and matplotlib are imported only where something is made.
    from fitreel.render.timing.timeline import check_pacing

    check_pacing(job.film.pacing)
    for film in films:
        if film.output.kind is OutputKind.PAGE:
            from fitreel.render.handout.contact_sheet import check_contact_sheet

            picture = look_files(loaded).drawn(job.film.picture)
            check_contact_sheet(picture, *(film.output.sheet or SHEET))
    if job.film.picture.is_demo or all(film.output.kind is OutputKind.SUBTITLES for film in films):
        return NO_FILES
    files = look_files(loaded)
    check_panels(job.film.panels, job.data, job.network)
    from fitreel.render.single.themed_scene import check_themed_scene

    check_themed_scene(files.drawn(job.film.picture))
    return files


def films_of(loaded: LoadedJob, options: Options, film: Path | None = None) -> list[Film]:
    """The files to make, each checked to be writable before anything is computed.

    Raises:
        BadInput: an ending or a placeholder that we don't know, --at without a still, two that are
            one file in the end, too many, or something there that fitreel did not make.
        CannotWrite: a folder can't be made or written.
    """
    targets = targets_of(loaded, options, film)
    _check_keep(loaded, targets, options)
    with_latest = _with_latest(loaded, options)
    latest = latest_of(with_latest)
    if latest is not None and not options.outputs:
        check_latest(with_latest, latest, [target.path for target in targets])
    films = []
    for target in targets:
        output = Output(target.path, sheet=options.sheet)
        if output.is_still:
            output = replace(output, at=options.at)
        fits = latest is not None and output.format is format_of(latest)
        series = series_of(loaded, target.template.rstrip("/"))
        films.append(Film(output, latest if fits else None, series))
        latest = None if fits else latest
    if options.at is not None and all(film.output.at is None for film in films):
        raise BadInput("--at: picks the epoch of a still; give one with -o, such as -o still.png")
    if options.sheet is not None and all(film.output.kind is not OutputKind.PAGE for film in films):
        raise BadInput("--sheet: the pictures on a page; give one with -o, such as -o sheet.pdf")
    check_apart([*_sources(loaded, options), *destinations_of(loaded, options, film)])
    for each in films:
        _check_standing(each.output, loaded, options)
    for each in films:
        make_folder_of(each.output.path)
        check_output(each.output.path)
        if each.latest is not None:
            make_folder(each.latest.parent, each.latest)
    return films


def targets_of(loaded: LoadedJob, options: Options, film: Path | None = None) -> list[Target]:
    """The outputs, by their names: the command line's, else the job's.

    What a film or a record says of outputs is not followed: its film is made again, or one of its
    job's name in the current folder.

    Raises:
        BadInput: a placeholder that we don't know, a home that isn't there, or too many.
    """
    job = loaded.job
    if options.outputs:
        targets = [
            Target(filled(output, job, options.now, "-o"), output) for output in options.outputs
        ]
    elif loaded.trusts("film.outputs"):
        targets = [_own_target(loaded, output, options) for output in job.film.outputs]
    else:
        path = f"{file_name(job.name)}.mp4" if film is None else str(film)
        targets = [Target(path, path)]
    if len(targets) + len(options.tables) > MOST:
        raise BadInput(
            f"{loaded.source.label}: {len(targets) + len(options.tables)} outputs; a job makes up "
            f"to {MOST}"
        )
    return targets


def _own_target(loaded: LoadedJob, output: str, options: Options) -> Target:
    where = f"{loaded.source.label}: film.outputs"
    text = filled(output, loaded.job, options.now, where)
    # Of a name that is filled in, a ~ is no home.
    path = (
        loaded.path("film.outputs", text)
        if output.startswith("~")
        else loaded.place("film.outputs", Path(text))
    )
    return Target(f"{path}{'/' if text.endswith('/') else ''}", output)


def tables_of(loaded: LoadedJob, options: Options) -> list[Path]:
    """The files for a comparison's ranking: the command line's and the job's own.

    Raises:
        BadInput: a placeholder that we don't know, or a home that isn't there.
    """
    tables = [
        Path(filled(str(table), loaded.job, options.now, "--table")) for table in options.tables
    ]
    name = loaded.job.compare.table
    if name is not None and loaded.trusts("compare.table"):
        where = f"{loaded.source.label}: compare.table"
        own = loaded.path("compare.table", filled(name, loaded.job, options.now, where))
        if own not in tables:
            tables.append(own)
    return tables


def destinations_of(
    loaded: LoadedJob, options: Options, film: Path | None = None
) -> list[Destination]:
    """Everything that is written for a job, but for its record.

    Raises:
        BadInput: a name that can't be.
    """
    outputs = [
        Destination(
            target.path,
            Path(target.path),
            is_folder=format_of(target.path).kind is OutputKind.FRAMES,
        )
        for target in targets_of(loaded, options, film)
    ]
    if loaded.job.compare.wanted or options.tables:
        outputs += [Destination(str(table), table) for table in tables_of(loaded, options)]
    latest = _with_latest(loaded, options).job.film.latest
    if latest is not None and loaded.trusts("film.latest"):
        path = loaded.path("film.latest", latest)
        outputs.append(Destination(f"film.latest = {latest!r}", path, is_link=True))
    return outputs


def _sources(loaded: LoadedJob, options: Options) -> list[Destination]:
    """What no output may take the place of, not even with --force."""
    file = loaded.job.data.file
    sources = [Destination(f"--runs {options.runs}", options.runs)]
    if file is not None and loaded.trusts("data.file"):
        sources.append(Destination(f"data.file = {file!r}", loaded.path("data.file", file)))
    return sources


def _with_latest(loaded: LoadedJob, options: Options) -> LoadedJob:
    """The job with the placeholders of film.latest filled in."""
    latest = loaded.job.film.latest
    if latest is None:
        return loaded
    name = filled(latest, loaded.job, options.now, f"{loaded.source.label}: film.latest")
    film = loaded.job.film.model_copy(update={"latest": name})
    return replace(loaded, job=loaded.job.model_copy(update={"film": film}))


def _check_keep(loaded: LoadedJob, targets: Sequence[Target], options: Options) -> None:
    """Refuse `keep` where every film has one name, unless -o is in place of the job's outputs."""
    keep = loaded.job.film.keep
    if keep is None or not loaded.trusts("film.keep"):
        return
    if options.outputs and not loaded.given("film.keep"):
        return
    if all(series_of(loaded, target.template.rstrip("/")) is None for target in targets):
        raise BadInput(
            f"{loaded.source.label}: film.keep = {keep}: every film has the same name, so none is "
            'there to keep; add {date} or {time} to it, such as "{name}-{date}.mp4"'
        )


def _check_standing(output: Output, loaded: LoadedJob, options: Options) -> None:
    """Refuse an output that can't be, or in whose place is what isn't fitreel's to replace."""
    check_transparency(output, loaded.job.film.transparent)
    if output.is_sidecar:
        form = sidecar_form(output.format, loaded.job.film.picture)
        check_place(Path(output.path), force=options.force, form=form)
    else:
        check_replaceable(output.path, force=options.force)
