"""`fitreel export`: records as plain numbers, NPZ or CSV, and their networks."""

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
from fitreel.model.system.extras import check_installed
from fitreel.model.system.files import replacing, sweep

if TYPE_CHECKING:
    from fitreel.model.record.reader import Record
    from fitreel.render.output.ownership import Form

ENDINGS = (".npz", ".csv", ".pt")


@command("runs", "force", "quiet", "debug")
def export(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN [RUN …]", help="Records, by their folders or jobs.")
    ],
    outputs: Annotated[
        list[str],
        typer.Option(
            "-o",
            metavar="OUT",
            help="A file ending in .npz, .csv or .pt, the network; of several records with "
            "{run} in its name, the folder's.",
        ),
    ],
    *,
    options: Options,
    report: Report,
) -> None:
    """Write what records hold as numbers, and the trained networks."""
    from fitreel.jobs.outputs.clashes import Destination, check_apart
    from fitreel.jobs.outputs.marked_file import check_file_place
    from fitreel.jobs.train.run_store import folder_of, open_record
    from fitreel.render.output.destination import check_place, make_folder_of

    if len(folders) > 1 and any("{run}" not in output for output in outputs):
        raise BadInput("-o: of several records the name needs {run} in it, such as '{run}.csv'")
    files: dict[Path, list[Path]] = {}
    for folder in dict.fromkeys(folder_of(each, options.runs) for each in folders):
        name = folder.resolve().name
        files[folder] = [Path(output.replace("{run}", name)) for output in outputs]
    paths = [path for each in files.values() for path in each]
    for path in paths:
        check_place(path, "-o ")
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(f"{path}: export writes {', '.join(ENDINGS)}")
        check_file_place(path, force=options.force, form=_form_of(path))
    check_apart([Destination(f"-o {path}", path) for path in paths])
    if any(path.suffix.lower() == ".pt" for path in paths):
        check_installed("torch", "train", "a network's file")
    for folder, its_files in files.items():
        with open_record(folder, options.runs, report) as run:
            for path in its_files:
                make_folder_of(path)
            for path in its_files:
                same = not _export(run, path, report, force=options.force)
                report.say(
                    f"{path}: {'is up to date' if same else 'written'}: {_content(run, path)}"
                )


def _content(run: "Record", path: Path) -> str:
    """What a file of a record holds, in a few words."""
    if path.suffix.lower() == ".pt":
        return f"{run.header.parameters:,} parameters"
    return f"{len(run)} snapshots of {len(run.prediction_x)} points"


def _form_of(path: Path) -> "Form | None":
    from fitreel.jobs.outputs.export_files import form_of

    return None if path.suffix.lower() == ".pt" else form_of(path)


def _write(run: "Record", output: Path, temporary: Path) -> None:
    """Write the content of `output` to a file that is there.

    Raises:
        BadInput: the record holds no network, where that is meant.
    """
    from fitreel.jobs.outputs.export_files import write_csv, write_npz

    if output.suffix.lower() == ".pt":
        from fitreel.model.training.network_file import write_network

        write_network(run, temporary)
    elif output.suffix.lower() == ".npz":
        write_npz(run, temporary)
    else:
        write_csv(run, temporary)


def _export(run: "Record", output: Path, report: Report, *, force: bool) -> bool:
    """Write one file with its mark; whether it wasn't there byte for byte."""
    from fitreel.jobs.outputs.marked_file import warn_once
    from fitreel.render.output.ownership import mark

    path = output.resolve()
    with locked(path, "export"), replacing(path, output) as temporary:
        sweep(path.parent, path.name)
        _write(run, output, temporary)
        same = not force and path.is_file() and filecmp.cmp(path, temporary, shallow=False)
        if not same:
            warn_once(output, report, force=force, form=_form_of(output))
        with temporary.open("rb") as file:
            mark(path, hashlib.file_digest(file, "sha256").hexdigest(), output)
    return not same
