"""`fitreel export`: a record as plain numbers, NPZ or CSV."""

import filecmp
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput
from fitreel.model.system.files import replacing, sweep

if TYPE_CHECKING:
    from fitreel.model.record.reader import Record

ENDINGS = (".npz", ".csv")


@command("runs", "force", "quiet", "debug")
def export(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    outputs: Annotated[
        list[Path], typer.Option("-o", metavar="OUT", help="A file ending in .npz or .csv.")
    ],
    *,
    options: Options,
    report: Report,
) -> None:
    """Write x, y, epoch, loss and prediction of a record as numbers."""
    from fitreel.jobs.outputs.clashes import Destination, check_apart
    from fitreel.jobs.outputs.export_files import form_of
    from fitreel.jobs.outputs.marked_file import check_file_place
    from fitreel.jobs.train.run_store import open_record
    from fitreel.render.output.destination import make_folder_of

    for path in outputs:
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(f"{path}: export writes {' and '.join(ENDINGS)}")
        check_file_place(path, force=options.force, form=form_of(path))
    check_apart([Destination(f"-o {path}", path) for path in outputs])
    with open_record(folder, options.runs, report) as run:
        for path in outputs:
            make_folder_of(path)
        for path in outputs:
            same = not _export(run, path, report, force=options.force)
            what = "is up to date" if same else "written"
            report.say(f"{path}: {what}: {len(run)} snapshots of {len(run.prediction_x)} points")


def _export(run: "Record", output: Path, report: Report, *, force: bool) -> bool:
    """Write one file with its mark; whether it wasn't there byte for byte."""
    from fitreel.jobs.outputs.export_files import form_of, write_csv, write_npz
    from fitreel.jobs.outputs.marked_file import warn_once
    from fitreel.render.output.ownership import mark

    write = write_npz if output.suffix.lower() == ".npz" else write_csv
    path = output.resolve()
    with locked(path, "export"), replacing(path) as temporary:
        sweep(path.parent, path.name)
        write(run, temporary)
        same = not force and path.is_file() and filecmp.cmp(path, temporary, shallow=False)
        if not same:
            warn_once(output, report, force=force, form=form_of(output))
        with temporary.open("rb") as file:
            mark(path, hashlib.file_digest(file, "sha256").hexdigest())
    return not same
