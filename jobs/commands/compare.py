"""`fitreel compare`: train several configurations, one clip."""

from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.command_line.parameters import STILLS, TRAINING
from fitreel.jobs.runtime.report import Report
from fitreel.model.system.processes import import_numpy


@command("vary", "outputs", *STILLS, "workers", "cluster", "tables", *TRAINING)
def compare(
    job: Annotated[
        Path | None, typer.Argument(metavar="[JOB.toml]", help="A job file; none: the demo.")
    ] = None,
    *,
    options: Options,
    report: Report,
) -> None:
    """Train several configurations and put them side by side on one clock."""
    import_numpy()
    from fitreel.jobs.films.pipeline import film_request
    from fitreel.jobs.films.request import comparison_request

    film_request(comparison_request(job, options), options, report)
