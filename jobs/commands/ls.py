"""`fitreel ls`: the records under `runs/`, or in another folder."""

import json
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.command_line.runs_folder import RunsFolder, runs_folder
from fitreel.jobs.runtime.report import Report


@command("runs", "debug")
def ls(
    context: typer.Context,
    folder: RunsFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    *,
    options: Options,
    report: Report,
) -> None:
    """List the records under runs/, or in DIR, the newest first."""
    from fitreel.jobs.records.listing import records_in

    runs = runs_folder(context, folder, options)
    records = records_in(runs)
    if as_json:
        report.say(json.dumps([each.facts() for each in records], indent=2, ensure_ascii=False))
        return
    for each in records:
        report.say(each.line())
    if not records:
        report.say(f"{runs}: no records")
