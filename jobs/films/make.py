"""The films of a run: which are up to date, and drawing the others once for all of them."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.jobs.films.look_files import NO_FILES, LookFiles
from fitreel.jobs.films.retention import Series, remove_oldest, sweep_series, update_latest_link
from fitreel.jobs.films.sidecar_files import is_sidecar, make_sidecars
from fitreel.jobs.job.loading import Job, dump_job
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.report import Report, seconds, size
from fitreel.model.errors import BadInput, Busy, CannotWrite
from fitreel.model.record.reader import Record
from fitreel.model.system.files import leftovers, sweep
from fitreel.render.film_settings import FilmSettings
from fitreel.render.metadata.provenance import check_whole, read_provenance
from fitreel.render.output.ffmpeg import seek_ffmpeg
from fitreel.render.output.ownership import check_replaceable
from fitreel.render.output.video import format_of, is_still
from fitreel.render.picture_version import pacing_facts, run_facts
from fitreel.render.pipeline.draw_worker import DrawWorker
from fitreel.render.timing.timeline import Timeline, make_timeline

if TYPE_CHECKING:
    from fitreel.render.pipeline.film import Reel

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Film:
    """One file, or folder of frames, to make."""

    path: str
    """As given: a slash at its end means a folder of frames."""
    at: int | None = None
    """For a still: which epoch; None is the last snapshot."""
    latest: Path | None = None
    """What is to point at it."""
    series: Series | None = None
    """The films among which it is the newest."""
    sheet: tuple[int, int] | None = None
    """For a page of pictures: columns and rows."""


def make_films(
    run: Record,
    job: Job,
    films: Sequence[Film],
    report: Report,
    *,
    force: bool,
    started: float,
    wait: Patience | None = None,
    files: LookFiles = NO_FILES,
    draw_worker: DrawWorker | None = None,
) -> None:
    """Draw the run once, for all of `films` that aren't up to date.

    Args:
        run: a whole record.
        job: its job, with the film's settings.
        films: what to make.
        report: where progress and results are told.
        force: make also what is up to date.
        wait: for another process that makes the same; None: not at all.
        started: `time.monotonic()` when the work for these films began.
        files: that the film's look is taken from.
        draw_worker: draws, if there is one.

    Raises:
        FitreelError: as told by its class; no film appears under its name, what stood there stays.
    """
    if not len(run):
        raise BadInput(f"{run.path}: there is no snapshot to draw: diverged at epoch 0")
    warn_of_rounding(job.film, report)
    warn_of_weak_colours(files.theme, report)
    line = timeline_of(run, job.film)
    picture = files.drawn(job.film.picture)
    for film in films:
        if is_sidecar(film.path, film.sheet):
            make_sidecars(
                run, picture, [film.path], line, film.sheet, report, force=force, wait=wait
            )
            if film.series is not None:
                sweep_series(film.series, Path(film.path).parent)
    films = [film for film in films if not is_sidecar(film.path, film.sheet)]
    if not films:
        return
    stills = {
        film.path: len(run) - 1 if film.at is None else run.index_of(film.at)
        for film in films
        if is_still(film.path)
    }

    def draw(reels: Sequence["Reel"], progress: Progress) -> None:
        from fitreel.render.pipeline.film import draw_reel

        draw_reel(
            run,
            picture,
            job.film.fps,
            line,
            reels,
            progress,
            signals.raise_if_cancelled,
            draw_worker,
        )

    provenances = [
        provenance_of(run, job, stills.get(film.path), len(line), files) for film in films
    ]
    make_stale(
        [Wanted(f, i, stills.get(f.path)) for f, i in zip(films, provenances, strict=True)],
        draw,
        job,
        len(line),
        report,
        force=force,
        wait=wait,
        started=started,
    )


@dataclass(frozen=True)
class Wanted:
    """A film that should be there, and what it should say of how it was made."""

    film: Film
    provenance: dict[str, Any]
    still: int | None
    """For a picture: which frame it shows."""


def make_stale(
    wanted: Sequence[Wanted],
    draw: "Callable[[Sequence[Reel], Progress], None]",
    job: Job,
    count: int,
    report: Report,
    *,
    force: bool,
    wait: Patience | None,
    started: float,
) -> None:
    """Have those that aren't up to date drawn, all in one go, each under its lock.

    Args:
        wanted: what should be there.
        draw: draws frames into reels; told how many are done.
        job: whose film settings they are made with.
        count: frames of a film.
        report: where progress and results are told.
        force: make also what is up to date.
        wait: for another process that makes the same; None: not at all.
        started: `time.monotonic()` when the work for these films began.

    Raises:
        FitreelError: as told by its class; no film appears under its name, what stood there stays.
    """
    _make_stale(wanted, draw, job, count, report, force=force, wait=wait, started=started)
    for one in wanted:
        film = Path(one.film.path)
        if one.film.latest is not None:
            update_latest_link(one.film.latest, film, report)
        if one.film.series is not None:
            sweep_series(one.film.series, film.parent)
            remove_oldest(one.film.series, film, one.film.latest, report)


def _make_stale(
    wanted: Sequence[Wanted],
    draw: "Callable[[Sequence[Reel], Progress], None]",
    job: Job,
    count: int,
    report: Report,
    *,
    force: bool,
    wait: Patience | None,
    started: float,
) -> None:
    with ExitStack() as locks:
        stale = []
        # In one order everywhere, or two that wait might wait for each other.
        for one in sorted(wanted, key=lambda one: Path(one.film.path).resolve()):
            if not force and up_to_date(one.film, one.provenance):
                report.say(f"{one.film.path}: up to date")
                _sweep_if_free(Path(one.film.path).resolve())
                continue
            path = Path(one.film.path).resolve()  # a link's film is made where it points to
            locks.enter_context(locked(path, "film", wait=wait))
            sweep(path.parent, path.name)
            if not force and up_to_date(one.film, one.provenance):  # made since we looked
                report.say(f"{one.film.path}: up to date")
                continue
            check_replaceable(one.film.path, force=force)  # it may be there since we looked
            stale.append(one)
        if not stale:
            return
        if any(format_of(one.film.path) in ("mp4", "webm") for one in stale):
            seek_ffmpeg()
        # matplotlib is imported only here, where something is drawn.
        from fitreel.render.pipeline.film import Reel

        reels = [Reel(one.film.path, one.provenance, one.still) for one in stale]
        total = frames_to_draw(reels, count)
        with report.progress(f"drawing {job.name}", total, "frames") as update:
            drawn_from = time.monotonic()

            def progress(done: int) -> None:
                rate = done / max(time.monotonic() - drawn_from, 1e-9)
                update(done, f"{rate:.0f} frames/s")

            draw(reels, progress)
        took = seconds(time.monotonic() - started)
        for one in stale:
            size_ = size(_bytes(Path(one.film.path)))
            report.say(f"{one.film.path}: {_what(one, count, job)}, {size_}, {took}")


def _sweep_if_free(path: Path) -> None:
    """Remove what a process left that was killed just after it had made the film, or before."""
    if leftovers(path.parent, path.name):
        with suppress(Busy, CannotWrite), locked(path, "film"):
            sweep(path.parent, path.name)


def timeline_of(run: Record, settings: FilmSettings) -> Timeline:
    """Which snapshot of `run` is on screen in each frame.

    Raises:
        BadInput: a pace or a duration that can't be kept.
    """
    return make_timeline(run.epochs, run.losses, settings.pacing)


def warn_of_rounding(settings: FilmSettings, report: Report) -> None:
    """Say so where an odd width or height isn't what the film gets."""
    if isinstance(settings.size, tuple) and settings.size != settings.pixels:
        asked, made = (f"{width} x {height}" for width, height in (settings.size, settings.pixels))
        report.warn(f"film.size: {asked} is odd, as no video can be: it becomes {made}")


def warn_of_weak_colours(theme: Path | None, report: Report) -> None:
    """Say so where a theme of the user's own has colours that are hard to read."""
    if theme is not None:
        from fitreel.render.mpl.theme import load_theme, weak_contrasts

        for weak in weak_contrasts(load_theme(str(theme))):
            report.warn(f"film.theme: {theme.name}: {weak}")


def frames_to_draw(reels: Sequence["Reel"], count: int) -> int:
    """How many frames are drawn: a film's `count`, or where there are only stills, theirs."""
    if any(reel.still is None for reel in reels):
        return count
    return len({reel.still for reel in reels})


def provenance_of(
    run: Record, job: Job, still: int | None, count: int, files: LookFiles = NO_FILES
) -> dict[str, Any]:
    """What a film of `count` frames says of how it was made; no host, user or absolute path."""
    moving = pacing_facts(job.film.pacing, count)
    shown_when = moving if still is None else {"epoch": int(run.epochs[still])}
    return {
        "fitreel": version("fitreel"),
        "job": dump_job(job),
        "runs": [{"fingerprint": run.header.fingerprint, "digest": run.digest}],
        "film": run_facts(files.said(job.film.picture), files.digests()) | shown_when,
    }


def up_to_date(film: Film, provenance: dict[str, Any]) -> bool:
    """Whether the file is whole and was made from the same record with the same settings."""
    path = Path(film.path)
    if not path.exists():
        return False
    try:
        found = read_provenance(path)
        if any(found.get(key) != provenance[key] for key in ("runs", "film")):
            return False
        check_whole(path)
    except BadInput:
        return False
    return True


def _what(one: Wanted, count: int, job: Job) -> str:
    width, height = one.provenance["film"]["size"]
    if one.still is not None:
        epoch = one.provenance["film"].get("epoch")
        return f"{'still' if epoch is None else f'epoch {epoch}'}, {width} x {height}"
    length = seconds(count / job.film.fps)
    return f"{count} frames, {length} at {job.film.fps:g} frames/s, {width} x {height}"


def _bytes(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    return path.stat().st_size
