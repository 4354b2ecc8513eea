"""The films of a run: which are up to date, and drawing the others once for all of them."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fitreel.jobs import stopping
from fitreel.jobs.locks import locked
from fitreel.jobs.report import Report, seconds, size
from fitreel.jobs.spec import Job, spelled
from fitreel.model.errors import BadInput
from fitreel.model.files import sweep
from fitreel.model.record import Run
from fitreel.render.encode import is_still
from fitreel.render.imprint import check_whole, read_imprint

FRAMES = 1
"""Raised when a version draws other frames than the one before: its films are made again."""


@dataclass(frozen=True)
class Film:
    """One file, or folder of frames, to make."""

    path: str
    """As given: a slash at its end means a folder of frames."""
    at: int | None = None
    """For a still: which epoch; None is the last snapshot."""


def make_films(
    run: Run, job: Job, films: Sequence[Film], report: Report, *, force: bool, started: float
) -> None:
    """Draw the run once, for all of `films` that aren't up to date.

    Args:
        run: a whole record.
        job: its job, with the film's settings.
        films: what to make.
        report: where progress and results are told.
        force: make also what is up to date.
        started: `time.monotonic()` when the work for these films began.

    Raises:
        FitreelError: as told by its class; no film appears under its name, what stood there stays.
    """
    if not len(run):
        raise BadInput(f"{run.path}: there is no snapshot to draw: diverged at epoch 0")
    indices = {
        film: len(run) - 1 if film.at is None else run.index_of(film.at)
        for film in films
        if is_still(film.path)
    }
    with ExitStack() as locks:
        wanted = []
        for film in films:
            imprint = imprint_of(run, job, indices.get(film))
            if not force and up_to_date(film, imprint):
                report.say(f"{film.path}: up to date")
                continue
            path = Path(film.path)
            locks.enter_context(locked(path, "film"))
            sweep(path.parent, path.name)
            wanted.append((film, imprint))
        if wanted:
            _draw(run, job, wanted, indices, report, started)


def imprint_of(run: Run, job: Job, still: int | None) -> dict[str, Any]:
    """What a film says of how it was made; holds no host, user or absolute path."""
    width, height = job.film.pixels
    picture: dict[str, Any] = {"frames": FRAMES, "size": [width, height], "truth": job.film.truth}
    if still is None:
        picture |= {"fps": job.film.fps, "count": len(run)}
    else:
        picture["epoch"] = int(run.epochs[still])
    return {
        "fitreel": version("fitreel"),
        "job": spelled(job),
        "runs": [{"fingerprint": run.header.fingerprint, "digest": run.digest}],
        "film": picture,
    }


def up_to_date(film: Film, imprint: dict[str, Any]) -> bool:
    """Whether the file is whole and was made from the same record with the same settings."""
    path = Path(film.path)
    if not path.exists():
        return False
    try:
        found = read_imprint(path)
        if any(found.get(key) != imprint[key] for key in ("runs", "film")):
            return False
        check_whole(path)
    except BadInput:
        return False
    return True


def _draw(
    run: Run,
    job: Job,
    wanted: Sequence[tuple[Film, dict[str, Any]]],
    indices: dict[Film, int],
    report: Report,
    started: float,
) -> None:
    # matplotlib is imported only here, where something is drawn.
    from fitreel.render.film import Reel, draw_reel

    whole = any(film not in indices for film, _ in wanted)
    shown = list(range(len(run))) if whole else sorted({indices[film] for film, _ in wanted})
    reels = [Reel(film.path, imprint, indices.get(film)) for film, imprint in wanted]
    with report.progress(f"drawing {job.name}", len(shown), "frames") as update:
        drawn_from = time.monotonic()

        def progress(done: int) -> None:
            rate = done / max(time.monotonic() - drawn_from, 1e-9)
            update(done, f"{rate:.0f} frames/s")

        draw_reel(run, job.film, shown, reels, progress, stopping.check)
    took = seconds(time.monotonic() - started)
    for film, _ in wanted:
        report.say(f"{film.path}: {_what(film, run, job)}, {size(_bytes(Path(film.path)))}, {took}")


def _what(film: Film, run: Run, job: Job) -> str:
    width, height = job.film.pixels
    if is_still(film.path):
        epoch = run.epochs[-1] if film.at is None else film.at
        return f"epoch {epoch}, {width} x {height}"
    length = seconds(len(run) / job.film.fps)
    return f"{len(run)} frames, {length} at {job.film.fps:g} frames/s, {width} x {height}"


def _bytes(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    return path.stat().st_size
