"""Make what a plan says of a subject, where it isn't up to date, drawing once for all of it."""

import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from fitreel.jobs.films.plan import Plan, remark_of_folder
from fitreel.jobs.films.sidecar_files import make_sidecar
from fitreel.jobs.films.subject import Subject
from fitreel.jobs.films.tables import write_table
from fitreel.jobs.outputs.latest_link import update_latest_link
from fitreel.jobs.outputs.retention import remove_oldest, sweep_series
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report, seconds, size
from fitreel.model.errors import BadInput, Busy, CannotWrite
from fitreel.model.system.files import leftovers, sweep
from fitreel.render.film_settings import FilmSettings
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.ffmpeg import kill_encoders, seek_ffmpeg
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import check_replaceable


def make(plan: Plan, subject: Subject, report: Report) -> None:
    """Make subtitles and pages, films and stills, and tables; then links, and the oldest go.

    Raises:
        FitreelError: as told by its class; no film appears under its name, what stood there stays.
    """
    options = plan.options
    warn_of_rounding(subject.job.film, report)
    warn_of_weak_colours(subject.files.theme, report)
    for line in (*map(remark_of_folder, plan.outputs), *subject.remarks()):
        if line is not None:
            report.warn(line)
    films = []
    for output in plan.outputs:
        if not output.is_sidecar:
            films.append(output)
            continue
        make_sidecar(output, subject, options, report)
        series = plan.follow_ups[output.path].series
        if series is not None:
            sweep_series(series, Path(output.path).parent)
    if films:
        for key in subject.left_out():
            size = "{} x {}".format(*subject.picture.pixels)
            report.warn(f"film.{key}: a picture of {size} has no room for it; it is left out")
        described = [subject.describe(film) for film in films]
        for film, shown in zip(films, described, strict=True):
            if shown.at != film.at:
                report.say(f"{film.path}: epoch {shown.at}, the nearest to {film.at}")
        _make_stale(plan, described, subject, subject.frame_count, report)
    for film in films:
        path, follow_up = Path(film.path), plan.follow_ups[film.path]
        if follow_up.latest is not None:
            update_latest_link(follow_up.latest, path, report)
        if follow_up.series is not None:
            sweep_series(follow_up.series, path.parent)
            remove_oldest(follow_up.series, path, follow_up.latest, report)
    for table in plan.tables:
        write_table(table, subject, options, report)


def _make_stale(
    plan: Plan, films: Sequence[Output], subject: Subject, count: int, report: Report
) -> None:
    """Have those that aren't up to date drawn, all in one go, each under its lock."""
    options, job = plan.options, subject.job
    with ExitStack() as locks:
        stale = []
        # In one order everywhere, or two that wait might wait for each other.
        for film in sorted(films, key=lambda film: film.real_path):
            path = film.real_path
            if not options.force and up_to_date(film):
                report.say(f"{film.path}: up to date", event="up_to_date", output=film.path)
                _sweep_if_free(path)
                continue
            locks.enter_context(locked(path, "film", wait=options.wait))
            sweep(path.parent, path.name)
            if not options.force and up_to_date(film):  # made since we looked
                report.say(f"{film.path}: up to date", event="up_to_date", output=film.path)
                continue
            check_replaceable(film.path, force=options.force)  # it may be there since we looked
            stale.append(film)
        if not stale:
            return
        if any(film.format.encoder is not None for film in stale):
            seek_ffmpeg()
        _draw(subject, stale, count, report)
        took = time.monotonic() - plan.started
        for film in stale:
            width, height = subject.picture.pixels
            what = f"{_length(film, count, job.film.fps)}, {width} x {height}"
            report.say(
                f"{film.path}: {what}, {size(_bytes(Path(film.real_path)))}, {seconds(took)}",
                event="made",
                output=film.path,
                seconds=round(took, 3),
            )


def _draw(subject: Subject, films: Sequence[Output], count: int, report: Report) -> None:
    # matplotlib is imported only here, where something is drawn.
    from fitreel.render.pipeline.film import selection_of, write_frames

    picture, check = subject.picture, signals.raise_if_cancelled
    total = count
    if all(film.is_still for film in films):
        total = len({film.number for film in films})
    with (
        report.progress(f"drawing {subject.job.name}", total, "frames") as update,
        signals.before_ending(kill_encoders),
    ):
        start = time.monotonic()

        def progress(done: int) -> None:
            rate = done / max(time.monotonic() - start, 1e-9)
            update(done, f"{rate:.0f} frames/s")

        write_frames(
            subject.frames(selection_of(films, transparent=picture.transparent)),
            films,
            picture.pixels,
            subject.job.film.fps,
            progress,
            check,
            chapters=subject.chapters(),
            transparent=picture.transparent,
        )


def _sweep_if_free(path: Path) -> None:
    """Remove what a process left that was killed just after it had made the film, or before."""
    if leftovers(path.parent, path.name):
        with suppress(Busy, CannotWrite), locked(path, "film"):
            sweep(path.parent, path.name)


def warn_of_rounding(settings: FilmSettings, report: Report) -> None:
    """Say so where an odd width or height isn't what the film gets."""
    if isinstance(settings.size, tuple) and settings.size != settings.pixels:
        odd, even = (f"{width} x {height}" for width, height in (settings.size, settings.pixels))
        report.warn(f"film.size: {odd} is odd, as no video can be: it becomes {even}")


def warn_of_weak_colours(theme: Path | None, report: Report) -> None:
    """Say so where a theme of the user's own has colours that are hard to read."""
    if theme is not None:
        from fitreel.render.mpl.theme import load_theme, weak_contrasts

        for weak in weak_contrasts(load_theme(str(theme))):
            report.warn(f"film.theme: {theme.name}: {weak}")


def up_to_date(film: Output) -> bool:
    """Whether the file is whole and was made from the same record with the same settings."""
    path = Path(film.path)
    if not path.exists():
        return False
    assert film.provenance is not None
    try:
        provenance = read_provenance(path)
        if any(provenance.get(key) != film.provenance[key] for key in ("runs", "film")):
            return False
        check_whole(path)
    except BadInput:
        return False
    return True


def _length(film: Output, count: int, fps: float) -> str:
    assert film.provenance is not None
    if not film.is_still:
        return f"{count} frames, {seconds(count / fps)} at {fps:g} frames/s"
    epoch = film.provenance["film"].get("epoch")
    return "still" if epoch is None else f"epoch {epoch}"


def _bytes(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    return path.stat().st_size
