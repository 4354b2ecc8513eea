"""`fitreel ls`: the records under `runs/`."""

import json
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.report import Report


@command("runs", "debug")
def ls(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    *,
    options: Options,
    report: Report,
) -> None:
    """List the records under runs/, the newest first."""
    from fitreel.jobs.records.listing import records_in

    records = records_in(options.runs)
    if as_json:
        report.say(json.dumps([each.facts() for each in records], indent=2, ensure_ascii=False))
        return
    for each in records:
        report.say(each.line())
    if not records:
        report.say(f"{options.runs}: no records")
