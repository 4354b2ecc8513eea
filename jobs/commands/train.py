"""`fitreel train`: only the record, or of a comparison all records."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options, shard_of
from fitreel.jobs.command_line.parameters import TRAINING
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput
from fitreel.model.system.processes import import_numpy


@command("vary", "workers", "cluster", *TRAINING)
def train(
    job: Annotated[
        Path | None, typer.Argument(metavar="[JOB.toml]", help="A job file; none: the demo.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--run", "-o", metavar="DIR", help="The run folder, instead of its own."),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="I/N", help="Part I, from 1 to N, of a comparison alone."),
    ] = None,
    *,
    options: Options,
    report: Report,
) -> None:
    """Train, and leave only the record; of a comparison, all of them."""
    import_numpy()
    from fitreel.jobs.job.dated import with_date
    from fitreel.jobs.job.loading import DEMO, load_job, read_job_file
    from fitreel.jobs.job.unset import without
    from fitreel.jobs.job.vary import with_vary
    from fitreel.jobs.train.many.train_command import train_comparison, train_one
    from fitreel.render.output.destination import check_place

    if folder is not None:
        check_place(folder, "--run ")
    part = shard_of(shard)
    source = with_date(DEMO if job is None else read_job_file(job), options.now)
    source = with_vary(without(source, options.unset), options.vary)
    loaded = load_job(source, options.assignments, options.seed)
    if not loaded.job.compare.is_comparison:
        if part is not None:
            raise BadInput(f"--shard {shard}: {source.label} is no comparison; there are no parts")
        train_one(loaded, replace(options, folder=folder), report)
        return
    if folder is not None:
        raise typer.BadParameter(f"{source.label} is a comparison: each of its runs has a folder")
    train_comparison(loaded, part, options, report)
