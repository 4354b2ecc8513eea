"""`fitreel run`: train, record and film."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command, each
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.command_line.parameters import STILLS, TRAINING
from fitreel.jobs.runtime.report import Report


@command("outputs", *STILLS, "workers", "cluster", "tables", *TRAINING)
def run(
    context: typer.Context,
    jobs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[JOB.toml … | FILM]", help="Job files, or films; none: the demo."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Serve a page of it meanwhile, for a browser.")
    ] = False,
    *,
    options: Options,
    report: Report,
) -> None:
    """Train, record and film; without a job: the demo; with a film: its own job again."""
    from fitreel.jobs.films.pipeline import film_request
    from fitreel.jobs.films.request import Request, read_requests

    def film(name: Path | None, request: Request | Exception) -> None:
        # Read before any is trained, yet one that can't be read fails in its turn.
        report.about(job=str(name or "demo"))
        if isinstance(request, Exception):
            raise request
        film_request(request, options, report, context.obj)

    names: list[Path | None] = [*jobs] if jobs else [None]
    requests = read_requests(names, options)
    with ExitStack() as beside:
        if watch:
            from fitreel.jobs.watch.beside import watched_beside

            beside.enter_context(watched_beside(requests, options))
        each([partial(film, *pair) for pair in zip(names, requests, strict=True)], report)
