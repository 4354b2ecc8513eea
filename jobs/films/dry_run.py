"""What a job would train and make, said instead of done."""

from collections.abc import Sequence

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.make import up_to_date
from fitreel.jobs.films.plan import Plan, remark_of_folder
from fitreel.jobs.films.subject import Subject
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.continuation.more_epochs import record_of_fewer_epochs
from fitreel.jobs.train.ensure_trained import check_trainable
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.record.reader import Record
from fitreel.model.system.extras import check_installed


def recorded(resolved_job: ResolvedJob, options: Options, report: Report) -> Record | None:
    """The job's whole record; where it has none, what would be trained is checked and said.

    Raises:
        BadInput: what stands there is damaged or another job's, or torch can't do what is asked.
        Unavailable: the device or torch is not here.
    """
    store = RunStore.of(options)
    path = store.path_of(resolved_job)
    record = None if options.force else store.record_of(resolved_job)
    if record is not None and record.ending is not None:
        report.say(f"{path}: already trained ({len(record)} snapshots)")
        return record
    check_installed("torch", "train", "training")
    check_trainable(resolved_job, report)
    beginning = ""
    if record is not None and len(record):
        beginning = f", going on after epoch {record.epochs[-1]}"
    elif not options.force and (shorter := record_of_fewer_epochs(resolved_job, options.runs)):
        beginning = f", going on from {shorter.path}"
    epochs = resolved_job.loaded.job.train.epochs
    report.say(f"{path}: would be trained: {epochs} epochs{beginning}")
    return None


def say_outputs(plan: Plan, subject: Subject | None, report: Report) -> None:
    """Say of each output whether it would be made.

    Args:
        plan: what is to be made.
        subject: what it is made of; None where that isn't trained yet.
        report: is told.

    Raises:
        BadInput: as `make`, where the subject is there.
    """
    for output in plan.outputs:
        if (line := remark_of_folder(output)) is not None:
            report.warn(line)
        is_made = subject is not None and not output.is_sidecar and not plan.options.force
        if is_made and subject is not None and up_to_date(subject.describe(output)):
            report.say(f"{output.path}: up to date")
        else:
            report.say(f"{output.path}: would be made")
    for table in plan.tables:
        report.say(f"{table}: would be made")
    report.say(f"{plan.loaded.source.label}: nothing is wrong")


def all_recorded(
    resolved_jobs: Sequence[ResolvedJob], options: Options, report: Report
) -> list[Record] | None:
    """The records of all configurations; None where some would be trained.

    Raises:
        FitreelError: as `recorded`.
    """
    records = [recorded(each, options, report) for each in resolved_jobs]
    whole = [each for each in records if each is not None]
    return whole if len(whole) == len(records) else None
