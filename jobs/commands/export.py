"""`fitreel export`: a record as plain numbers, NPZ or CSV."""

import csv
import filecmp
import hashlib
import io
import zipfile
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
    from fitreel.render.output.ownership import Form

ENDINGS = (".npz", ".csv")
COLUMNS = ("x", "y", "epoch", "loss", "prediction")
_ARRAYS = {f"{name}.npy" for name in COLUMNS}
_ARRAYS_SOMETIMES = {"grid.npy", "truth_loss.npy"}


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
    from fitreel.jobs.outputs.marked_file import check_file_place
    from fitreel.jobs.train.run_store import open_record
    from fitreel.render.output.destination import make_folder_of

    for path in outputs:
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(f"{path}: export writes {' and '.join(ENDINGS)}")
        check_file_place(path, force=options.force, form=_form_of(path))
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
    from fitreel.jobs.outputs.marked_file import warn_once
    from fitreel.render.output.ownership import mark

    write = _write_npz if output.suffix.lower() == ".npz" else _write_csv
    path = output.resolve()
    with locked(path, "export"), replacing(path) as temporary:
        sweep(path.parent, path.name)
        write(run, temporary)
        same = not force and path.is_file() and filecmp.cmp(path, temporary, shallow=False)
        if not same:
            warn_once(output, report, force=force, form=_form_of(output))
        with temporary.open("rb") as file:
            mark(path, hashlib.file_digest(file, "sha256").hexdigest())
    return not same


def _form_of(path: Path) -> "Form":
    return _is_ours_csv if path.suffix.lower() == ".csv" else _is_ours_npz


def _is_ours_csv(content: bytes) -> bool:
    return content.startswith(f"{','.join(COLUMNS)}\r\n".encode())


def _is_ours_npz(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return names >= _ARRAYS and not names - _ARRAYS - _ARRAYS_SOMETIMES


def _write_npz(run: "Record", path: Path) -> None:
    """Arrays of shape (N,), (N,), (F,), (F,), (F, M), float32, epoch int64.

    And grid (M,) where predictions are not at x.
    """
    import numpy as np

    predictions = np.empty((len(run), len(run.prediction_x)), np.float32)
    for row, snapshot in zip(predictions, run.snapshots(), strict=True):
        row[:] = snapshot.prediction
    arrays = {"x": run.x, "y": run.y, "epoch": run.epochs, "loss": run.losses}
    if run.grid is not None:
        arrays["grid"] = run.grid
    if run.truth_losses is not None:
        arrays["truth_loss"] = run.truth_losses
    with path.open("r+b") as file:
        np.savez(file, prediction=predictions, allow_pickle=False, **arrays)


def _write_csv(run: "Record", path: Path) -> None:
    """One row a snapshot and point; y is empty where predictions are on a grid."""
    import numpy as np

    def text(value: np.float32) -> str:
        return np.format_float_positional(value, unique=True, trim="0")

    # repr of a float32 is its shortest text that reads back as the same float32.
    xs = [text(value) for value in run.prediction_x]
    ys = [text(value) for value in run.y] if run.grid is None else [""] * len(xs)
    with path.open("r+", newline="", encoding="ascii") as file:
        csv.writer(file).writerow(COLUMNS)
        for snapshot in run.snapshots():
            buffer = io.StringIO()
            rows = csv.writer(buffer)
            loss = text(np.float32(snapshot.loss))
            for x, y, prediction in zip(xs, ys, snapshot.prediction, strict=True):
                rows.writerow([x, y, snapshot.epoch, loss, text(prediction)])
            file.write(buffer.getvalue())
