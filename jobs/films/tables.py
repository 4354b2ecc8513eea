"""The ranking of a comparison as a table in a file."""

from collections.abc import Sequence
from pathlib import Path

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.subject import Subject
from fitreel.jobs.job.loading import LoadedJob
from fitreel.jobs.outputs.marked_file import check_file_place, write_marked
from fitreel.jobs.outputs.names import fill_in
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput
from fitreel.render.comparison.ranking.table import ENDINGS, table_form
from fitreel.render.output.destination import check_place


def table_paths(loaded: LoadedJob, options: Options) -> list[Path]:
    """The files for a comparison's ranking: the command line's and the job's own.

    Raises:
        BadInput: a placeholder that we don't know, or a home that isn't there.
    """
    job = loaded.job
    tables = [Path(fill_in(str(each), job, options.now, "--table")) for each in options.tables]
    name = job.compare.table
    if name is not None and loaded.trusts("compare.table"):
        where = f"{loaded.source.label}: compare.table"
        own = loaded.path("compare.table", fill_in(name, job, options.now, where))
        if own not in tables:
            tables.append(own)
    for table in tables:
        check_place(table, "--table " if table in options.tables else "compare.table: ")
    return tables


def check_tables(tables: Sequence[Path], options: Options) -> None:
    """Refuse tables that can't be written.

    Raises:
        BadInput: an unknown ending, or something there that fitreel did not make.
    """
    for path in tables:
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(f"{path}: a table ends in {', '.join(ENDINGS)}")
        check_file_place(path, force=options.force, form=table_form(path.suffix))


def write_table(path: Path, subject: Subject, options: Options, report: Report) -> None:
    """Write the ranking, unless it is there already, byte for byte.

    Raises:
        FitreelError: as told by its class; what stood there stays.
    """
    content, count = subject.table(path.suffix.lower())
    form = table_form(path.suffix)
    with locked(path.resolve(), "ranking", wait=options.wait):
        is_new = write_marked(path, content, report, force=options.force, form=form)
    what, event = (f"ranking of {count}", "made") if is_new else ("up to date", "up_to_date")
    report.say(f"{path}: {what}", event=event, output=str(path))
