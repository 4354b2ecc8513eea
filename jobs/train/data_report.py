"""What is said of the data before training: what was read, and what of it training can't see."""

from collections.abc import Sequence

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.record.reader import HEADER


def report_data(resolved_jobs: Sequence[ResolvedJob], options: Options, report: Report) -> None:
    """Say of each file what was read, what is lost in it, and which record is no longer its own.

    What several jobs have in common is said once.
    """
    facts = [f"{each.file}: {each.table.summary()}" for each in resolved_jobs if each.table]
    for line in dict.fromkeys(facts):
        report.say(line)
    for line in dict.fromkeys(line for each in resolved_jobs for line in each.warnings):
        report.warn(line)
    for each in resolved_jobs:
        _report_former_record(each, RunStore.of(options), report)


def _report_former_record(resolved_job: ResolvedJob, store: RunStore, report: Report) -> None:
    former = resolved_job.former
    if former is None or (store.path_of(resolved_job) / HEADER).exists():
        return
    path = store.path_of(former)
    if path != store.folder and (path / HEADER).exists():
        report.say(
            f"{path}: of an earlier version, when a file counted by its bytes; it can still be"
            " drawn, training begins anew"
        )
