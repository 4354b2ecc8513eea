"""What the command line asks for over a job, and the films that this comes to."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fitreel.jobs.companions import SHEET, SUBTITLES, is_companion
from fitreel.jobs.filming import Film, theme_file
from fitreel.jobs.keeping import check_latest, latest_of, series_of
from fitreel.jobs.spec import Job, LoadedJob
from fitreel.model.errors import BadInput
from fitreel.render.encode import check_output, format_of
from fitreel.render.panel_kinds import check_panels

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


def checked_theme(loaded: LoadedJob, films: Sequence[Film]) -> Path | None:
    """The file of the job's theme, if it isn't a built-in one; all that is to be drawn is checked.

    Subtitles need neither a theme nor a font.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn, a pace that can't be kept,
            or panels that the data or the network can't have.
        Unavailable: no font here has the characters.
    """
    job, theme = loaded.job, theme_file(loaded)
    picture = job.film.picture if theme is None else replace(job.film.picture, theme=str(theme))
    # numpy and matplotlib are imported only where something is made.
    from fitreel.render.timeline import check_pacing

    check_pacing(job.film.pacing)
    for film in films:
        if is_page(film):
            from fitreel.render.storyboard import check_storyboard

            check_storyboard(picture, *(film.sheet or SHEET))
    if picture.is_demo or all(format_of(film.path) in SUBTITLES for film in films):
        return None
    check_panels(picture.panels, job.data, job.network)
    from fitreel.render.stage import check_stage

    check_stage(picture)
    return theme


def is_page(film: Film) -> bool:
    """Whether it is a page of pictures for the handout."""
    return is_companion(film.path, film.sheet) and format_of(film.path) not in SUBTITLES


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
