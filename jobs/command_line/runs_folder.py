"""The folder of records that a command is given, by its name alone or as `--runs`."""

from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.options import Options

RunsFolder = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help="Instead of --runs.", show_default=False),
]


def runs_folder(context: typer.Context, folder: Path | None, options: Options) -> Path:
    """Where the command looks.

    Raises:
        typer.BadParameter: it is given twice; $FITREEL_RUNS is a default, and not such a one.
    """
    if folder is None:
        return options.runs
    source = context.get_parameter_source("runs")
    if source is not None and source.name == "COMMANDLINE":
        raise typer.BadParameter("DIR and --runs both say where records are; give one of them.")
    return folder
