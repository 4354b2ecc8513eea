"""`fitreel gc`: which records under `runs/` may go, and with --delete they do."""

from functools import partial
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command, each
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.command_line.parameters import REPORTING
from fitreel.jobs.command_line.runs_folder import RunsFolder, runs_folder
from fitreel.jobs.runtime.report import Report, size


@command("runs", *REPORTING)
def gc(
    context: typer.Context,
    folder: RunsFolder = None,
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", min=0, help="The newest N stay.")
    ] = None,
    older: Annotated[
        float | None,
        typer.Option("--older", metavar="DAYS", min=0, help="Only what was written before that."),
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Remove them; else only list.")] = False,
    *,
    options: Options,
    report: Report,
) -> None:
    """List the records under runs/, or in DIR, that may go; --delete removes them, none in use."""
    from fitreel.jobs.records.listing import records_in
    from fitreel.jobs.records.removal import remove_record, superfluous

    records = records_in(runs_folder(context, folder, options))
    going = superfluous(records, keep, older)
    if delete:
        each([partial(remove_record, listed, report) for listed in going], report)
        return
    for listed in going:
        report.say(listed.line())
    total = size(sum(listed.bytes for listed in going))
    advice = "; --delete removes them" if going else ""
    report.say(f"{len(going)} of {len(records)} records may go, {total}{advice}")
