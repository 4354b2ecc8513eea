"""The command line: the program's commands, each in a file of its name under `commands`."""

from typing import Annotated

import typer

from fitreel.jobs.command_line.command import OnceCommand
from fitreel.jobs.commands.check import check
from fitreel.jobs.commands.compare import compare
from fitreel.jobs.commands.doctor import doctor
from fitreel.jobs.commands.export import export
from fitreel.jobs.commands.film import film
from fitreel.jobs.commands.gc import gc
from fitreel.jobs.commands.info import info
from fitreel.jobs.commands.ls import ls
from fitreel.jobs.commands.new import new
from fitreel.jobs.commands.render import render
from fitreel.jobs.commands.run import run
from fitreel.jobs.commands.schema import schema
from fitreel.jobs.commands.targets import targets
from fitreel.jobs.commands.train import train
from fitreel.jobs.watch.watch import watch
from fitreel.model.errors import EXIT_CODES
from fitreel.model.version import own_version

app = typer.Typer(
    name="fitreel",
    help="Films of a neural network learning a function, made without a display.",
    epilog=f"Exit codes: {', '.join(f'{code} {word}' for code, word in EXIT_CODES.items())}.",
    no_args_is_help=True,
    # Pretty tracebacks print local variables, also into cron mail.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    *(run, film, train, render, compare, watch, check, export, info, ls, gc),
    *(new, schema, targets, doctor),
):
    app.command(cls=OnceCommand)(command)


def version(value: bool) -> None:
    """Print the version and end."""
    if value:
        typer.echo(f"fitreel {own_version()}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Films of a neural network learning a function, made without a display."""
