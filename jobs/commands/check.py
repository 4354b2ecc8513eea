"""`fitreel check`: whether jobs are right, and what would be made."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command, each
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.command_line.parameters import REPORTING, STILLS
from fitreel.jobs.runtime.report import Report


@command(
    *("vary", "outputs", *STILLS, "tables", "assignments", "unset", "seed", "runs", "force"),
    *REPORTING,
)
def check(
    jobs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[JOB.toml … | FILM]", help="As run takes them, or with --vary compare."
        ),
    ] = None,
    *,
    options: Options,
    report: Report,
) -> None:
    """Tell whether jobs are right and what would be trained and made, and make nothing."""
    from fitreel.jobs.films.pipeline import film_request
    from fitreel.jobs.films.request import Request, comparison_request, read_requests

    dry = replace(options, is_dry=True)

    def look(request: Request | Exception) -> None:
        if isinstance(request, Exception):
            raise request
        film_request(request, dry, report)

    def compare(path: Path | None) -> None:
        film_request(comparison_request(path, dry), dry, report)

    paths: list[Path | None] = [*jobs] if jobs else [None]
    if options.vary:
        each([partial(compare, path) for path in paths], report)
    else:
        each([partial(look, request) for request in read_requests(paths, dry)], report)
