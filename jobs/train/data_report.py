"""What is said of the data before training: what was read, and what of it training can't see."""

from collections.abc import Sequence

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.record_size import warning_of_size
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER


def report_data(resolved_jobs: Sequence[ResolvedJob], options: Options, report: Report) -> None:
    """Say of each file what was read, what is lost in it, and which record is no longer its own.

    What several jobs have in common is said once.
    """
    facts = [f"{each.file}: {each.points.summary()}" for each in resolved_jobs if each.points]
    for line in dict.fromkeys(facts):
        report.say(line)
    for line in dict.fromkeys(line for each in resolved_jobs for line in each.warnings):
        report.warn(line)
    store = RunStore.of(options)
    scales = [
        each.scale_warning
        for each in resolved_jobs
        if each.scale_warning and (options.force or store.whole(each) is None)
    ]
    for line in dict.fromkeys(scales):
        report.warn(line)
    sizes = [
        f"{each.loaded.source.label}: {warning}"
        for each in resolved_jobs
        if (warning := warning_of_size(each)) and (options.force or store.whole(each) is None)
    ]
    for line in dict.fromkeys(sizes):
        report.warn(line)
    for each in resolved_jobs:
        _report_former_record(each, store, report)


def _report_former_record(resolved_job: ResolvedJob, store: RunStore, report: Report) -> None:
    former, path = resolved_job.former, store.path_of(resolved_job)
    if former is None:
        return
    former_path = store.path_of(former)
    if former_path != path and (path / HEADER).exists():
        return
    try:
        run = store.record_of(former)
    except BadInput:  # damaged, or another job's: said of the one that is asked for
        return
    if run is None or (former_path == path and run.ending is not None):
        return
    drawn = "" if former_path == path else "it can still be drawn, "
    report.say(
        f"{former_path}: of an earlier version, when a file counted by its bytes; {drawn}training"
        " begins anew"
    )
