"""A record as plain numbers: NPZ or CSV."""

import csv
import filecmp
import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fitreel.jobs.films.clashes import Destination, check_apart
from fitreel.jobs.films.put_file import check_place, warn_once
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.run_store import open_record
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.system.files import replacing, sweep
from fitreel.render.output.destination import make_folder_of
from fitreel.render.output.ownership import Form, mark

ENDINGS = (".npz", ".csv")


COLUMNS = ("x", "y", "epoch", "loss", "prediction")
_ARRAYS = {f"{name}.npy" for name in COLUMNS}
_ARRAYS_SOMETIMES = {"grid.npy", "truth_loss.npy"}


def export_run(
    folder: Path, outputs: Sequence[Path], runs: Path, report: Report, *, force: bool = False
) -> None:
    """Write x, y, epoch, loss and prediction of a run.

    NPZ: arrays of shape (N,), (N,), (F,), (F,), (F, M), float32, epoch int64; and grid (M,) where
    predictions are not at x. CSV: one row a snapshot and point: x, y, epoch, loss, prediction (y
    is empty where predictions are on a grid).

    Raises:
        BadInput: no such run, an ending other than .npz and .csv, two names of one file, or
            something there that fitreel did not make, or that was changed.
        CannotWrite: the system refuses.
    """
    for path in outputs:
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(f"{path}: export writes {' and '.join(ENDINGS)}")
        check_place(path, force=force, form=_form_of(path))
    check_apart([Destination(f"-o {path}", path) for path in outputs])
    with open_record(folder, runs) as run:
        for path in outputs:
            make_folder_of(path)
        for path in outputs:
            same = not _export(run, path, report, force=force)
            what = "is up to date" if same else "written"
            report.say(f"{path}: {what}: {len(run)} snapshots of {len(run.prediction_x)} points")


def _export(run: Record, output: Path, report: Report, *, force: bool) -> bool:
    """Write one file with its mark; whether it wasn't there byte for byte."""
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


def _form_of(path: Path) -> Form:
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


def _write_npz(run: Record, path: Path) -> None:
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


def _write_csv(run: Record, path: Path) -> None:
    # repr of a float32 is its shortest text that reads back as the same float32.
    xs = [_text(value) for value in run.prediction_x]
    ys = [_text(value) for value in run.y] if run.grid is None else [""] * len(xs)
    with path.open("r+", newline="", encoding="ascii") as file:
        csv.writer(file).writerow(COLUMNS)
        for snapshot in run.snapshots():
            buffer = io.StringIO()
            rows = csv.writer(buffer)
            loss = _text(np.float32(snapshot.loss))
            for x, y, prediction in zip(xs, ys, snapshot.prediction, strict=True):
                rows.writerow([x, y, snapshot.epoch, loss, _text(prediction)])
            file.write(buffer.getvalue())


def _text(value: np.float32) -> str:
    return np.format_float_positional(value, unique=True, trim="0")
