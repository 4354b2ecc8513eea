"""`fitreel new`: a commented job file to start from."""

from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.report import Report


@command("force", "quiet", "debug")
def new(
    job: Annotated[Path, typer.Argument(metavar="JOB.toml", help="The file to write.")],
    *,
    options: Options,
    report: Report,
) -> None:
    """Write a commented job file to start from."""
    from fitreel.jobs.job.template import write_template

    write_template(job, force=options.force)
    report.say(f"{job}: written; next: fitreel run {job}")
