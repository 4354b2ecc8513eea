"""`fitreel render`: only the film. Nothing that trains is imported."""

from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.command_line.parameters import STILLS, TRAINING
from fitreel.jobs.runtime.report import Report


@command("outputs", *STILLS, "tables", *TRAINING)
def render(
    context: typer.Context,
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN [RUN …]", help="Record folders, wherever they lie.")
    ],
    *,
    options: Options,
    report: Report,
) -> None:
    """Draw the film of a record, without training; of several records, their comparison."""
    from fitreel.jobs.films.pipeline import film_records

    film_records(folders, options, report, context.obj)
