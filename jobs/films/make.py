"""The films of a run: which are up to date, and drawing the others once for all of them."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fitreel.jobs.films.look_files import NO_FILES, LookFiles
from fitreel.jobs.films.retention import Series, remove_oldest, sweep_series, update_latest_link
from fitreel.jobs.films.sidecar_files import make_sidecars
from fitreel.jobs.job.loading import Job, dump_job
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.report import Report, seconds, size
from fitreel.model.errors import BadInput, Busy, CannotWrite
from fitreel.model.record.reader import Record
from fitreel.model.system.files import leftovers, sweep
from fitreel.render.metadata.provenance import check_whole, read_provenance
from fitreel.render.output.ffmpeg import seek_ffmpeg
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import check_replaceable
from fitreel.render.picture_version import pacing_facts, run_facts
from fitreel.render.pipeline.draw_worker import DrawWorker
from fitreel.render.settings import FilmSettings
from fitreel.render.timing.timeline import Timeline, make_timeline

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Film:
    """An output, and what a nightly job does after it."""

    output: Output
    latest: Path | None = None
    """What is to point at it."""
    series: Series | None = None
    """The films among which it is the newest."""


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
        if film.output.is_sidecar:
            make_sidecars(run, picture, [film.output], line, report, force=force, wait=wait)
            if film.series is not None:
                sweep_series(film.series, Path(film.output.path).parent)
    films = [
        replace(film, output=_described(film.output, run, job, len(line), files))
        for film in films
        if not film.output.is_sidecar
    ]
    if not films:
        return

    def draw(outputs: Sequence[Output], progress: Progress) -> None:
        from fitreel.render.pipeline.film import selection_of, write_frames
        from fitreel.render.pipeline.run_frames import run_chapters, run_frames

        check, transparent = signals.raise_if_cancelled, picture.transparent
        selection = selection_of(outputs, transparent=transparent)
        write_frames(
            run_frames(run, picture, line, selection, check, draw_worker),
            outputs,
            picture.pixels,
            job.film.fps,
            progress,
            check,
            chapters=run_chapters(run, picture, line),
            transparent=transparent,
        )

    make_stale(
        films,
        draw,
        job,
        len(line),
        report,
        force=force,
        wait=wait,
        started=started,
    )


def _described(output: Output, run: Record, job: Job, count: int, files: LookFiles) -> Output:
    """The output with what the record tells: which snapshot a still shows, and how it is made."""
    number = None
    if output.is_still:
        number = len(run) - 1 if output.at is None else run.index_of(output.at)
    provenance = provenance_of(run, job, number, count, files)
    return replace(output, number=number, provenance=provenance)


def make_stale(
    films: Sequence[Film],
    draw: Callable[[Sequence[Output], Progress], None],
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
        films: what should be there, with provenance.
        draw: draws frames into outputs; told how many are done.
        job: whose film settings they are made with.
        count: frames of a film.
        report: where progress and results are told.
        force: make also what is up to date.
        wait: for another process that makes the same; None: not at all.
        started: `time.monotonic()` when the work for these films began.

    Raises:
        FitreelError: as told by its class; no film appears under its name, what stood there stays.
    """
    _make_stale(
        [film.output for film in films],
        draw,
        job,
        count,
        report,
        force=force,
        wait=wait,
        started=started,
    )
    for film in films:
        path = Path(film.output.path)
        if film.latest is not None:
            update_latest_link(film.latest, path, report)
        if film.series is not None:
            sweep_series(film.series, path.parent)
            remove_oldest(film.series, path, film.latest, report)


def _make_stale(
    outputs: Sequence[Output],
    draw: Callable[[Sequence[Output], Progress], None],
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
        for output in sorted(outputs, key=lambda output: output.real_path):
            if not force and up_to_date(output):
                report.say(f"{output.path}: up to date")
                _sweep_if_free(output.real_path)
                continue
            path = output.real_path
            locks.enter_context(locked(path, "film", wait=wait))
            sweep(path.parent, path.name)
            if not force and up_to_date(output):  # made since we looked
                report.say(f"{output.path}: up to date")
                continue
            check_replaceable(output.path, force=force)  # it may be there since we looked
            stale.append(output)
        if not stale:
            return
        if any(output.format.encoder is not None for output in stale):
            seek_ffmpeg()
        total = frames_to_draw(stale, count)
        with report.progress(f"drawing {job.name}", total, "frames") as update:
            drawn_from = time.monotonic()

            def progress(done: int) -> None:
                rate = done / max(time.monotonic() - drawn_from, 1e-9)
                update(done, f"{rate:.0f} frames/s")

            draw(stale, progress)
        took = seconds(time.monotonic() - started)
        for output in stale:
            size_ = size(_bytes(Path(output.path)))
            report.say(f"{output.path}: {_what(output, count, job)}, {size_}, {took}")


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


def frames_to_draw(outputs: Sequence[Output], count: int) -> int:
    """How many frames are drawn: a film's `count`, or where there are only stills, theirs."""
    numbers = {output.number for output in outputs}
    return count if None in numbers else len(numbers)


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


def up_to_date(output: Output) -> bool:
    """Whether the file is whole and was made from the same record with the same settings."""
    path, provenance = Path(output.path), output.provenance
    assert provenance is not None
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


def _what(output: Output, count: int, job: Job) -> str:
    assert output.provenance is not None
    width, height = output.provenance["film"]["size"]
    if output.number is not None:
        epoch = output.provenance["film"].get("epoch")
        return f"{'still' if epoch is None else f'epoch {epoch}'}, {width} x {height}"
    length = seconds(count / job.film.fps)
    return f"{count} frames, {length} at {job.film.fps:g} frames/s, {width} x {height}"


def _bytes(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    return path.stat().st_size
