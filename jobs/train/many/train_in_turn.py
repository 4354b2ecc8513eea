"""Training many configurations one after the other, in this process."""

from collections.abc import Sequence

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.sweep import Configuration
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.ensure_trained import check_trainable, ensure_batch_trained
from fitreel.jobs.train.many.failures import Failures, name_of, refuse
from fitreel.jobs.train.partition import Batch
from fitreel.jobs.train.workers import Failure
from fitreel.model.errors import FitreelError, Stopped


def train_in_turn(
    configurations: Sequence[Configuration],
    batches: Sequence[Batch],
    options: Options,
    report: Report,
) -> Failures:
    """Train them; what fails doesn't stop the others.

    Raises:
        BadInput: some are no valid jobs; nothing is trained.
        Stopped: a signal came.
    """
    refusals: Failures = {}
    for number in [number for batch in batches for number in batch]:
        try:
            check_trainable(configurations[number].resolved_job, report)
        except Stopped:
            raise
        except FitreelError as error:
            refusals[number] = Failure(error.exit_code, str(error))
    refuse(configurations, refusals)
    failures: Failures = {}
    for done, batch in enumerate(batches, 1):
        signals.raise_if_cancelled()
        report.say(f"[{done}/{len(batches)}] {name_of(configurations, batch)}")
        resolved_jobs = [configurations[number].resolved_job for number in batch]
        try:
            errors = ensure_batch_trained(resolved_jobs, options, report)
        except Stopped:
            raise
        except FitreelError as error:
            errors = dict.fromkeys(range(len(batch)), error)
        for k, why in errors.items():
            failures[batch[k]] = Failure(why.exit_code, str(why))
    return failures
