"""`fitreel train`: only the record."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.command_line.parameters import TRAINING
from fitreel.jobs.runtime.report import Report
from fitreel.model.system.processes import import_numpy


@command(*TRAINING)
def train(
    job: Annotated[
        Path | None, typer.Argument(metavar="[JOB.toml]", help="A job file; none: the demo.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--run", "-o", metavar="DIR", help="The run folder, instead of its own."),
    ] = None,
    *,
    options: Options,
    report: Report,
) -> None:
    """Train, and leave only the record."""
    import_numpy()
    from fitreel.jobs.job.dated import with_date
    from fitreel.jobs.job.loading import DEMO, load_job, read_job_file
    from fitreel.jobs.job.resolve import resolve_job
    from fitreel.jobs.job.unset import without
    from fitreel.jobs.train.data_report import report_data
    from fitreel.jobs.train.ensure_trained import ensure_trained

    source = with_date(DEMO if job is None else read_job_file(job), options.now)
    source = without(source, options.unset)
    resolved_job = resolve_job(load_job(source, options.assignments, options.seed))
    options = replace(options, folder=folder)
    report_data([resolved_job], options, report)
    ensure_trained(resolved_job, options, report)
