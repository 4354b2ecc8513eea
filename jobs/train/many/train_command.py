"""Training alone, without a film: one job, or a comparison's configurations, or a part of them."""

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import LoadedJob
from fitreel.jobs.job.resolve import resolve_job
from fitreel.jobs.job.sweep import Configuration, configurations_of
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.data_report import report_data
from fitreel.jobs.train.ensure_trained import ensure_trained
from fitreel.jobs.train.many.failures import SomeFailed
from fitreel.jobs.train.many.train_many import say_endings, train_all
from fitreel.jobs.train.run_store import RunStore, refuse_diverged


def train_one(loaded: LoadedJob, options: Options, report: Report) -> None:
    """Train one job, here or on a cluster.

    Raises:
        FitreelError: as told by its class.
    """
    resolved_job = resolve_job(loaded)
    report.about(job=loaded.job.name, run=str(RunStore.of(options).path_of(resolved_job)))
    report_data([resolved_job], options, report)
    if options.cluster is not None:
        over = options.assignments
        if options.seed is not None:
            over = (*over, f"seed={options.seed}")
        _train([Configuration(loaded.job.name, over, resolved_job)], options, report)
    else:
        run = ensure_trained(resolved_job, options, report)
        refuse_diverged({str(run.path): run}, options)


def train_comparison(
    loaded: LoadedJob, part: tuple[int, int] | None, options: Options, report: Report
) -> None:
    """Train a comparison's configurations.

    Args:
        loaded: the job, with a [compare] table.
        part: which, from 1, of how many parts; None: all.
        options: of the command.
        report: for what is to be said.

    Raises:
        SomeFailed: some could not be trained; the others are.
        FitreelError: as told by its class.
    """
    report.about(job=loaded.job.name)
    configurations = configurations_of(loaded, options)
    if part is not None:
        number, count = part
        whole, configurations = len(configurations), configurations[number - 1 :: count]
        report.say(f"part {number} of {count}: {len(configurations)} of {whole} configurations")
    report_data([each.resolved_job for each in configurations], options, report)
    _train(configurations, options, report)


def _train(configurations: list[Configuration], options: Options, report: Report) -> None:
    failures = train_all(configurations, options, report)
    diverged = say_endings(configurations, options, report, failures)
    if failures:
        raise SomeFailed(configurations, failures)
    refuse_diverged(diverged, options)
