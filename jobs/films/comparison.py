"""Many configurations, one clip: train what isn't trained, draw what isn't up to date."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fitreel.jobs.films.look_files import NO_FILES, LookFiles, look_files
from fitreel.jobs.films.make import (
    Film,
    Progress,
    make_stale,
    warn_of_rounding,
    warn_of_weak_colours,
)
from fitreel.jobs.films.put_file import check_place, put
from fitreel.jobs.job.loading import Job, LoadedJob, Source, dump_job, load_job
from fitreel.jobs.job.sweep import Configuration, label_of, variants
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.read_lock import reading
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import RunStore
from fitreel.jobs.train.run_store import open_record
from fitreel.jobs.train.train_many import train_all
from fitreel.jobs.train.worker_pool import Failure
from fitreel.model.errors import BadInput, Busy, FitreelError, gravest
from fitreel.model.record.reader import Record
from fitreel.model.system.private_folders import choose_torch_cache
from fitreel.model.system.processes import cores
from fitreel.render.comparison.entry import ComparisonPicture, Entry
from fitreel.render.comparison.ranking import ENDINGS, ranking, table, table_form
from fitreel.render.output.destination import make_folder_of
from fitreel.render.output.output import Output
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.picture_version import comparison_facts, pacing_facts
from fitreel.render.settings import NAMED_SIZES, FilmSettings

OF_ONE_RUN = ("title", "subtitle", "caption", "language", "words", "font", "transparent")
"""Settings of a film that comparisons don't have."""
SIZE = NAMED_SIZES["1080p"]
"""A comparison's size where the job doesn't say."""


@dataclass(frozen=True)
class Comparison:
    """What is compared, and how the clip shows it."""

    entries: Sequence[Entry]
    job: Job
    """The job that all configurations are taken from; its film and compare tables count."""
    note: str
    """What the seed varies, for the log and the closing still; may be empty."""
    seeds_only: bool
    files: LookFiles = NO_FILES
    """That the look is taken from."""

    @property
    def size(self) -> tuple[int, int]:
        """Of the whole clip, in pixels."""
        return self.job.film.pixels if self.job.film.given("size") else SIZE

    @property
    def drawn(self) -> ComparisonPicture:
        """What decides its pictures, files where they lie."""
        return self._of(self.files.drawn(self.job.film.picture))

    @property
    def said(self) -> ComparisonPicture:
        """What decides its pictures, files as the clip names them."""
        return self._of(self.files.said(self.job.film.picture))

    def _of(self, picture: PictureSettings) -> ComparisonPicture:
        own = self.job.compare
        return ComparisonPicture(
            self.entries,
            replace(picture, pixels=self.size),
            own.layout,
            own.clock,
            own.loss_panel,
            self.note,
            self.seeds_only,
        )


class SomeFailed(FitreelError):
    """Configurations that could not be trained; the clip is made from the others."""

    def __init__(self, lines: Sequence[str], code: int) -> None:
        super().__init__("; ".join(lines))
        self.exit_code = code


def compare(
    loaded: LoadedJob,
    films: Callable[[Job], Sequence[Film]],
    report: Report,
    *,
    assignments: Sequence[str],
    seed: int | None,
    runs: Path,
    workers: int | None,
    tables: Sequence[Path],
    at: int | None,
    force: bool,
    wait: Patience | None,
) -> None:
    """Train all configurations of a job and make the clip.

    Args:
        loaded: the job, with a [compare] table.
        films: what to make, each checked to be writable.
        report: where progress and results are told.
        assignments: the command line's KEY=VALUE.
        seed: the command line's.
        runs: where records are kept.
        workers: trainings at once; None: by cores.
        tables: files for the ranking.
        at: epoch (or second) of a still.
        force: make also what is up to date.
        wait: for another process that makes the same; None: not at all.

    Raises:
        SomeFailed: some could not be trained; the clip is made from the others, unless another
            process is training them.
        FitreelError: as told by its class.
    """
    started = time.monotonic()
    found = variants(loaded, assignments, seed)
    wanted_films = films(loaded.job)
    note, seeds_only = _seeds(found, loaded.job)
    unknown = [Entry(variant.label, None) for variant in found]
    comparison = Comparison(unknown, loaded.job, note, seeds_only, look_files(loaded))
    check(comparison, tables, wanted_films, force=force)
    with ExitStack() as held:
        failures, records = _train(
            found, runs, workers or cores(), report, held, force=force, wait=wait
        )
        if note:
            report.say(note)
        if not records:
            raise _failed(found, failures)
        entries = [_entry(found[n], failures.get(n), records.get(n)) for n in range(len(found))]
        make_clip(
            replace(comparison, entries=entries),
            wanted_films,
            tables,
            report,
            at=at,
            force=force,
            wait=wait,
            started=started,
        )
    if failures:
        raise _failed(found, failures)


def render_runs(
    folders: Sequence[Path],
    films: Callable[[Job], Sequence[Film]],
    assignments: Sequence[str],
    report: Report,
    *,
    runs: Path,
    tables: Callable[[Job], Sequence[Path]],
    at: int | None,
    force: bool,
    wait: Patience | None,
) -> None:
    """Make the clip of records that exist.

    Raises:
        FitreelError: as told by its class.
    """
    started = time.monotonic()
    with ExitStack() as held:
        records = [held.enter_context(open_record(folder, runs)) for folder in folders]
        comparison = _comparison_of(records, assignments, report)
        wanted_films, wanted_tables = films(comparison.job), tables(comparison.job)
        check(comparison, wanted_tables, wanted_films, force=force)
        make_clip(
            comparison,
            wanted_films,
            wanted_tables,
            report,
            at=at,
            force=force,
            wait=wait,
            started=started,
        )


def _comparison_of(
    records: Sequence[Record], assignments: Sequence[str], report: Report
) -> Comparison:
    for number, run in enumerate(records):
        for other in records[:number]:
            if other.digest == run.digest:
                raise BadInput(f"{other.path} and {run.path} are the same record")
    jobs = [
        load_job(Source(str(run.path), Path(), run.header.job, trusted=False)).job
        for run in records
    ]
    source = Source("render", Path(), {}, name="comparison", trusted=False)
    loaded = load_job(source, assignments)
    if len({run.header.points for run in records}) > 1:
        report.warn("the records have different data: each panel shows its own")
    labels = _labels(jobs, records)
    entries = [Entry(label, run) for label, run in zip(labels, records, strict=True)]
    return Comparison(entries, loaded.job, "", _only_seeds_differ(jobs), look_files(loaded))


def check(
    comparison: Comparison, tables: Sequence[Path], films: Sequence[Film], *, force: bool
) -> None:
    """Refuse what can't be drawn or written, before anything is trained.

    Raises:
        BadInput: too many panels, too small a size, a table of an unknown ending or in the place of
            what fitreel did not make, no such theme, or what is made of a single run only.
        CannotWrite: a table's folder can't be made.
    """
    for film in films:
        if film.output.is_sidecar:
            raise BadInput(f"{film.output.path}: subtitles and sheets are made of one run")
    settings = comparison.job.film
    if settings.panels:
        raise BadInput("film.panels: of one run; a comparison has compare.loss_panel")
    for key in OF_ONE_RUN:
        if getattr(settings, key) != FilmSettings.model_fields[key].default:
            raise BadInput(f"film.{key}: of one run; a comparison doesn't have it")
    for path in tables:
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(f"{path}: a table ends in {', '.join(ENDINGS)}")
        check_place(path, force=force, form=table_form(path.suffix))
    from fitreel.render.comparison.pacing import check_pacing_of_comparison
    from fitreel.render.comparison.readability import check_comparison
    from fitreel.render.mpl.theme import load_theme

    picture = comparison.drawn
    load_theme(picture.picture.theme)
    check_pacing_of_comparison(settings.pacing)
    check_comparison(picture)
    for path in tables:
        make_folder_of(path)


def make_clip(
    comparison: Comparison,
    films: Sequence[Film],
    tables: Sequence[Path],
    report: Report,
    *,
    at: int | None,
    force: bool,
    wait: Patience | None,
    started: float,
) -> None:
    """Draw the clip into all films that aren't up to date, and write the ranking.

    Raises:
        FitreelError: as told by its class.
    """
    from fitreel.render.comparison.frames import comparison_frames
    from fitreel.render.comparison.pacing import closing_frames, paced, timetable_of
    from fitreel.render.pipeline.film import selection_of, write_frames

    job = comparison.job
    warn_of_rounding(job.film, report)
    warn_of_weak_colours(comparison.files.theme, report)
    timetable = timetable_of(comparison.entries, job.compare.clock)
    if not len(timetable):
        raise BadInput("there is no snapshot to draw in any of the runs")
    timetable = paced(comparison.entries, timetable, job.film.pacing)
    closing = closing_frames(job.film.fps, job.film.duration)
    still = len(timetable) - 1
    if at is not None:
        still = max(0, int((timetable.times <= at).sum()) - 1)
    count = len(timetable) + closing
    described = []
    for film in films:
        number = still if film.output.is_still else None
        provenance = provenance_of(comparison, number)
        output = replace(film.output, number=number, provenance=provenance)
        described.append(replace(film, output=output))

    def draw(outputs: Sequence[Output], progress: Progress) -> None:
        frames = comparison_frames(comparison.drawn, timetable, closing, selection_of(outputs))
        check = signals.raise_if_cancelled
        write_frames(frames, outputs, comparison.size, job.film.fps, progress, check)

    make_stale(described, draw, job, count, report, force=force, wait=wait, started=started)
    rows = ranking(comparison.entries)
    for path in tables:
        content = table(rows, path.suffix.lower()).encode()
        with locked(path.resolve(), "ranking", wait=wait):
            written = put(path, content, report, force=force, form=table_form(path.suffix))
        report.say(f"{path}: {f'ranking of {len(rows)}' if written else 'up to date'}")


def provenance_of(comparison: Comparison, still: int | None) -> dict[str, Any]:
    """What a clip says of how it was made; holds no host, user or absolute path."""
    film = comparison.job.film
    facts = comparison_facts(comparison.said, comparison.files.digests())
    facts |= pacing_facts(film.pacing) if still is None else {"still": still}
    return {
        "fitreel": version("fitreel"),
        "job": dump_job(comparison.job),
        "runs": [
            {"failed": entry.failure}
            if entry.run is None
            else {"fingerprint": entry.run.header.fingerprint, "digest": entry.run.digest}
            for entry in comparison.entries
        ],
        "film": facts,
    }


def _train(
    found: Sequence[Configuration],
    runs: Path,
    workers: int,
    report: Report,
    held: ExitStack,
    *,
    force: bool,
    wait: Patience | None,
) -> tuple[dict[int, Failure], dict[int, Record]]:
    """Train all; what could be trained stays as it is while `held` is open."""
    place = RunStore(runs)
    choose_torch_cache()  # for all workers, however they end
    while True:
        failures = train_all(found, runs, workers, report, force=force, wait=wait)
        if any(failure.code == Busy.exit_code for failure in failures.values()):
            raise _failed(found, failures)  # those records are on their way: no clip without them
        records = {}
        for number, variant in enumerate(found):
            if number in failures:
                continue
            held.enter_context(reading(place.of(variant.prepared)))
            record = place.whole(variant.prepared)
            if record is None:
                break
            records[number] = record
        else:
            return failures, records
        # Another process has begun to make one anew since: it is waited for like any other.
        held.close()
        force = False


def _entry(variant: Configuration, failure: Failure | None, run: Record | None) -> Entry:
    if failure is not None:
        return Entry(variant.label, None, failure.reason.splitlines()[0])
    return Entry(variant.label, run)


def _failed(found: Sequence[Configuration], failures: dict[int, Failure]) -> SomeFailed:
    lines = [f"{found[n].label}: {failure.reason}" for n, failure in failures.items()]
    return SomeFailed(lines, gravest([failure.code for failure in failures.values()]))


def _seeds(found: Sequence[Configuration], job: Job) -> tuple[str, bool]:
    """What the seed varies, in a line, and whether nothing else is varied."""
    jobs = [variant.prepared.loaded.job for variant in found]
    if len({job.seed for job in jobs}) < 2:
        return "", False
    fixed = all(job.data.seed is not None or job.data.file is not None for job in jobs)
    what = "the network alone" if fixed else "data and network"
    return f"the seed varies {what}", _only_seeds_differ(jobs)


def _only_seeds_differ(jobs: Sequence[Job]) -> bool:
    def rest(job: Job) -> dict[str, Any]:
        values = _flat(job)
        return {key: value for key, value in values.items() if key not in ("seed", "data.seed")}

    return len(jobs) > 1 and all(rest(job) == rest(jobs[0]) for job in jobs)


def _flat(job: Job) -> dict[str, Any]:
    values: dict[str, Any] = {"seed": job.seed}
    for name in ("data", "network", "train"):
        for key, value in getattr(job, name).model_dump(mode="json").items():
            values[f"{name}.{key}"] = value
    return values


def _labels(jobs: Sequence[Job], records: Sequence[Record]) -> list[str]:
    """What differs between records; where that doesn't tell them apart, their folders do."""
    flat = [_flat(job) for job in jobs]
    differing = [key for key in flat[0] if any(f[key] != flat[0][key] for f in flat)]
    labels = [label_of({key: f[key] for key in differing if f[key] is not None}) for f in flat]
    if len(set(labels)) == len(labels) and all(labels):
        return labels
    names = [run.path.resolve().name for run in records]
    return names if len(set(names)) == len(names) else [str(run.path) for run in records]
