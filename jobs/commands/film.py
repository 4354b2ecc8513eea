"""`fitreel film`: somebody's script, run as Python runs it, and a film of what it shows."""

from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.script.options import Moments, ScriptOptions

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SCRIPT.py [-- ARGS …]", help="The script, and after -- what it is given."
    ),
]
Module = Annotated[
    str | None,
    typer.Option("-m", metavar="MODULE", help="A module instead of a script, as python -m."),
]
Fps = Annotated[
    float | None,
    typer.Option(
        "--fps",
        metavar="N",
        min=0.1,
        max=240,
        help="Frames a second; default: as the script pauses, else 20.",
    ),
]
Every = Annotated[int, typer.Option("--every", metavar="K", min=1, help="Keep every K-th picture.")]
Limit = Annotated[
    float | None,
    typer.Option("--limit", metavar="SECONDS", min=0.01, help="End the script after so much film."),
]
On = Annotated[
    Moments, typer.Option("--on", help="What shows a picture: for scripts that only save, or draw.")
]


@command("outputs", "force", "log", "log_format", "quiet", "debug")
def film(
    words: Words = None,
    module: Module = None,
    fps: Fps = None,
    every: Every = 1,
    limit: Limit = None,
    on: On = Moments.SHOW,
    *,
    options: Options,
    report: Report,
) -> None:
    """Run a script of yours as Python does, and make a film of what it shows."""
    from fitreel.jobs.script.launch import become, checked

    arguments = list(words or ())
    if module is None and not arguments:
        raise typer.BadParameter("which one? or -m MODULE", param_hint="SCRIPT.py")
    log = report.log
    script_options = ScriptOptions(
        script=module if module is not None else arguments.pop(0),
        is_module=module is not None,
        outputs=options.outputs,
        fps=fps,
        every=every,
        limit=limit,
        moments=on,
        force=options.force,
        quiet=report.quiet,
        log=None if log is None else str(log.path),
        log_format="text" if log is None else log.form,
    )
    become(checked(script_options, options.now), arguments)
