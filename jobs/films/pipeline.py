"""From a request, or from records, to films: plan, train what isn't trained, make what is stale."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.compared.labels import groups_of, labels_of, seed_note
from fitreel.jobs.films.compared.views import view_of_jobs, view_of_records
from fitreel.jobs.films.comparison import Comparison, check_comparison, without_too_many
from fitreel.jobs.films.make import make
from fitreel.jobs.films.page_checks import check_page_before
from fitreel.jobs.films.plan import Plan, plan_films
from fitreel.jobs.films.request import Request
from fitreel.jobs.films.shape_checks import (
    check_epoch,
    check_films_of,
    check_films_of_record,
    check_of_one_run,
    check_room,
    check_room_of_record,
    line_of,
)
from fitreel.jobs.films.single_run import SingleRun, check_single_run
from fitreel.jobs.films.style_files import style_files_of
from fitreel.jobs.job.job import LONGEST_NAME
from fitreel.jobs.job.loading import DEMO, LoadedJob, Source, load_job
from fitreel.jobs.job.program_record import check_recorded, dimensions_of
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.job.unset import without
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.data_report import report_data
from fitreel.jobs.train.run_store import RunStore, lacks_end, open_record, refuse_diverged
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.comparison.comparable_losses import comparable
from fitreel.render.comparison_picture import Entry
from fitreel.render.pipeline.draw_worker import DrawWorker

if TYPE_CHECKING:
    from fitreel.jobs.job.sweep import Configuration


def film_request(
    request: Request, options: Options, report: Report, draw_worker: DrawWorker | None = None
) -> None:
    """Train a job and make its films, or find them up to date.

    A comparison draws for itself, without the `draw_worker`.

    Raises:
        SomeFailed: some could not be trained; the clip is made from the others, unless another
            process is training them.
        FitreelError: as told by its class.
    """
    report.about(job=request.source.label)
    loaded = request.load(options)
    report.about(job=loaded.job.name)
    if loaded.job.compare.is_comparison:
        if draw_worker is not None:
            draw_worker.close()
        _film_configurations(loaded, options, report, request.film)
        return
    from fitreel.jobs.films.dry_run import recorded, say_outputs
    from fitreel.jobs.train.ensure_trained import open_trained

    check_of_one_run(loaded, options, report)
    plan = plan_films(loaded, options, request.film)
    files = check_single_run(plan)
    if options.cluster is not None:
        report.say(f"{loaded.job.name}: trained here; a cluster is for comparisons and for train")
    resolved_job = resolve_job(loaded)
    check_films_of(resolved_job, loaded.job.film, plan.outputs)
    check_room(resolved_job, files.for_drawing(loaded.job.film.picture), plan)
    check_page_before([resolved_job], loaded.job.film, plan.outputs)
    check_epoch([resolved_job], loaded.source.label, options)
    if (line := line_of(loaded.source.label, resolved_job.shape)) is not None:
        report.say(line)
    report_data([resolved_job], options, report)
    if options.is_dry:
        record = recorded(resolved_job, options, report)
        subject = None if record is None else SingleRun(loaded.job, files, run=record)
        say_outputs(plan, subject, report)
        return
    report.about(job=loaded.job.name, run=str(RunStore.of(options).path_of(resolved_job)))
    with open_trained(resolved_job, options, report) as run:
        make(plan, SingleRun(loaded.job, files, run=run, draw_worker=draw_worker), report)
        refuse_diverged({str(run.path): run}, options)


def _film_configurations(
    loaded: LoadedJob, options: Options, report: Report, film: Path | None
) -> None:
    from fitreel.jobs.job.sweep import configurations_of
    from fitreel.jobs.train.many.failures import SomeFailed
    from fitreel.jobs.train.many.train_many import open_all_trained

    configurations = configurations_of(loaded, options)
    plan = plan_films(loaded, options, film, compares=True)
    jobs = [each.resolved_job.loaded.job for each in configurations]
    note = seed_note(jobs)
    resolved_jobs = [each.resolved_job for each in configurations]
    view = view_of_jobs(loaded.job, [each.label for each in configurations], resolved_jobs)
    comparison = Comparison(
        loaded.job,
        style_files_of(loaded),
        entries=[Entry(each.label, None, group=each.group) for each in configurations],
        view=view,
        note=note,
    )
    plan = without_too_many(comparison, plan, report)
    check_comparison(comparison, plan, max(job.train.epochs for job in jobs))
    check_epoch(resolved_jobs, loaded.source.label, options)
    check_page_before(resolved_jobs, loaded.job.film, plan.outputs)
    report_data(resolved_jobs, options, report)
    if options.is_dry:
        _say_comparison(comparison, configurations, plan, report)
        return
    with open_all_trained(configurations, options, report) as (records, failures):
        if note:
            report.say(note)
        old = sum(map(lacks_end, records.values()))
        if old:
            report.say(f"{old} recorded by an older fitreel: shown as before their last step")
        if not records:
            raise SomeFailed(configurations, failures)
        reasons = {n: failure.reason.splitlines()[0] for n, failure in failures.items()}
        entries = [
            Entry(each.label, records.get(n), reasons.get(n, ""), each.group)
            for n, each in enumerate(configurations)
        ]
        comparison = replace(comparison, entries=entries)
        make(plan, _with_comparable_losses(comparison, report), report)
        if not failures:
            runs = {configurations[n].label: record for n, record in records.items()}
            refuse_diverged(runs, options)
    if failures:
        raise SomeFailed(configurations, failures)


def _say_comparison(
    comparison: Comparison, configurations: "Sequence[Configuration]", plan: Plan, report: Report
) -> None:
    """Say what would be trained of a comparison, and made."""
    from fitreel.jobs.films.dry_run import all_recorded, say_outputs

    resolved_jobs = [each.resolved_job for each in configurations]
    records = all_recorded(resolved_jobs, plan.options, report)
    if records is None:
        say_outputs(plan, None, report)
        return
    pairs = zip(comparison.entries, records, strict=True)
    whole = replace(comparison, entries=[replace(entry, run=run) for entry, run in pairs])
    say_outputs(plan, _with_comparable_losses(whole, report), report)


def film_records(
    folders: Sequence[Path],
    options: Options,
    report: Report,
    draw_worker: DrawWorker | None = None,
) -> None:
    """Draw the film of a run that exists, or the comparison of several.

    Only [film] and [compare] can be set anew.

    Raises:
        FitreelError: as told by its class.
    """
    overrides = [("--set", text.partition("=")[0]) for text in options.assignments]
    for option, key in [*overrides, *(("--unset", key) for key in options.unset)]:
        if key.partition(".")[0] not in ("film", "compare"):
            raise BadInput(
                f"{option} {key}: render draws a record as it is; only film.… can be set"
            )
    with ExitStack() as read_locks:
        if len(folders) > 1:
            if draw_worker is not None:
                draw_worker.close()
            if options.seed is not None:
                raise BadInput("--seed: the records have their own seeds")
            if options.unset:
                raise BadInput(
                    f"--unset {options.unset[0]}: a comparison of records says only what is set"
                )
            records = [
                read_locks.enter_context(open_record(each, options.runs, report))
                for each in folders
            ]
            _film_records_together(records, options, report)
            return
        run = read_locks.enter_context(open_record(folders[0], options.runs, report))
        loaded = load_job(without(source_of(run), options.unset), options.assignments)
        check_of_one_run(loaded, options, report)
        if options.seed is not None and options.seed != loaded.job.seed:
            raise BadInput(
                f"--seed {options.seed}: {run.path} was trained with seed {loaded.job.seed}"
            )
        report.about(job=loaded.job.name, run=str(run.path))
        plan = plan_films(loaded, options)
        check_recorded(run, loaded.job.film, plan.outputs)
        check_films_of_record(run, loaded.job, plan.outputs)
        if (line := dimensions_of(run)) is not None:
            report.say(f"{run.path}: {line}")
        files = check_single_run(plan, run)
        check_room_of_record(run, files.for_drawing(loaded.job.film.picture), plan)
        make(plan, SingleRun(loaded.job, files, run=run, draw_worker=draw_worker), report)
        refuse_diverged({str(run.path): run}, options)


def _film_records_together(records: Sequence[Record], options: Options, report: Report) -> None:
    for number, run in enumerate(records):
        for other in records[:number]:
            if other.digest == run.digest:
                raise BadInput(f"{other.path} and {run.path} are the same record")
    jobs = [load_job(source_of(run)).job for run in records]
    source = Source("render", Path(), {}, name="comparison", trusted=False)
    loaded = load_job(source, options.assignments)
    report.about(job=loaded.job.name)
    if len({run.points_digest for run in records}) > 1:
        report.warn("the records have different data: each panel shows its own")
    labels, groups = labels_of(jobs, records), groups_of(jobs, loaded.job.compare.group_keys)
    entries = [
        Entry(label, run, group=group)
        for label, run, group in zip(labels, records, groups, strict=True)
    ]
    comparison = Comparison(
        loaded.job,
        style_files_of(loaded),
        entries=entries,
        view=view_of_records(loaded.job, labels, records),
    )
    # Nobody but the command line says anything of this job.
    plan = plan_films(LoadedJob(loaded.job, DEMO), options, compares=True)
    has_ended = all(len(run) and run.ending is not None for run in records)
    last = max(int(run.epochs[-1]) for run in records) if has_ended else None
    check_comparison(comparison, plan, last)
    make(plan, _with_comparable_losses(comparison, report), report)
    refuse_diverged(dict(zip(labels, records, strict=True)), options)


def _with_comparable_losses(comparison: Comparison, report: Report) -> Comparison:
    """The same; where values are scaled it is said which losses these are."""
    entries, remark = comparable(comparison.entries)
    if not remark:
        return comparison
    report.say(remark)
    note = "; ".join(filter(None, (comparison.note, remark)))
    return replace(comparison, entries=entries, note=note)


def source_of(run: Record) -> Source:
    """The job of a record; of a program's, which has none, its name and what a film has anyway."""
    name = None
    if run.header.recorder == "program":
        name = "".join("_" if c in "/\\" or ord(c) < 32 else c for c in run.header.name)
        name = name.lstrip(".")[:LONGEST_NAME] or "record"
    return Source(str(run.path), Path(), run.header.job, name=name, trusted=False)
