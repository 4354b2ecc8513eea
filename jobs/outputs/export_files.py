"""A record as plain numbers: NPZ, an array a name, or CSV, a row a snapshot and place."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.model.data.table.spreadsheet_cells import csv_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fitreel.model.record.reader import Record
    from fitreel.render.output.ownership import Form

_COLUMNS = (b"x,y,epoch,loss,prediction\r\n", b"x,y,epoch,loss,prediction,seconds\r\n")
_ARRAYS = {"x.npy", "y.npy", "epoch.npy", "loss.npy", "prediction.npy"}
_ARRAYS_SOMETIMES = {"grid.npy", "truth_loss.npy", "seconds.npy", "weights.npy"}
_OWN = re.compile(
    r"(x|y|prediction)\d*|epoch|loss|grid|truth_loss|classes|validation_[xy]|seconds|weights|file"
)
"""Names that no metric may have in a file of ours; `file` is savez's own."""


def form_of(path: Path) -> "Form":
    """Tells whether a file's content has the form of what was exported before there were marks."""
    return _is_ours_csv if path.suffix.lower() == ".csv" else _is_ours_npz


def _is_ours_csv(content: bytes) -> bool:
    return content.startswith(_COLUMNS)


def _is_ours_npz(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return names >= _ARRAYS and not names - _ARRAYS - _ARRAYS_SOMETIMES


def write_npz(run: "Record", path: Path) -> None:
    """Arrays x (N,) or (N, D), y, epoch (F,), loss (F,), prediction (F, M) or (F, M, K), metrics.

    And seconds (F,) of training, weights (F, P) where they are recorded, grid (M,) or (M, D) where
    predictions are not at x, classes (K,), of which y are numbers, validation_x and validation_y of
    points kept aside. All but the loss in the data's own units. As they are recorded: of a job
    float32, of a file and of what is scaled float64, of a program float64, nan for what it didn't
    say.
    """
    import numpy as np

    columns = run.header.predicted_columns
    shape = (len(run), len(run.prediction_x), columns)
    predictions = np.empty(shape if columns > 1 else shape[:2], run.prediction_dtype)
    weights: list[NDArray[np.float32]] = []
    for row, snapshot in zip(predictions, run.snapshots(weights=True), strict=True):
        row[:] = snapshot.prediction
        if snapshot.weights is not None:
            weights.append(snapshot.weights)
    arrays = {"x": run.x, "y": run.y, "epoch": run.epochs, "loss": run.losses}
    arrays["seconds"] = run.seconds
    if weights and len(weights) == len(run):
        arrays["weights"] = np.array(weights)
    if run.grid is not None:
        arrays["grid"] = run.grid
    if run.truth_losses is not None and run.header.recorder == "job":
        arrays["truth_loss"] = run.truth_losses
    if run.header.classes:
        arrays["classes"] = np.array(run.header.classes)
    if run.validation is not None:
        arrays["validation_x"], arrays["validation_y"] = run.validation
    arrays |= dict(zip(metric_names(run), run.metrics.values(), strict=True))
    with path.open("r+b") as file:
        np.savez(file, prediction=predictions, allow_pickle=False, **arrays)


def write_csv(run: "Record", path: Path) -> None:
    """One row a snapshot and place; y is empty where predictions are on a grid.

    A record of numbers only has a row a snapshot. What a program didn't say is empty.
    """
    header = run.header
    places = _rows(run.prediction_x, len(header.inputs))
    values = _rows(run.y, len(header.outputs))
    if run.grid is not None:
        values = [[""] * len(header.outputs)] * len(places)
    with path.open("r+", newline="", encoding="utf-8") as file:
        file.write(f"{csv_line(_heading(run))}\r\n")
        for index, snapshot in enumerate(run.snapshots()):
            numbers = [str(snapshot.epoch), _text(run.losses[index], header.recorder == "program")]
            further = [run.seconds, *run.metrics.values()]
            metrics = [_text(each[index], True) for each in further]
            if not places:
                csv.writer(file).writerow([*numbers, *metrics])
                continue
            predictions = _rows(
                snapshot.prediction, header.predicted_columns, not snapshot.has_prediction
            )
            buffer = io.StringIO()
            rows = csv.writer(buffer)
            for x, y, prediction in zip(places, values, predictions, strict=True):
                rows.writerow([*x, *y, *numbers, *prediction, *metrics])
            file.write(buffer.getvalue())


def metric_names(run: "Record") -> list[str]:
    """What the metrics are called in a file: as they are, if nothing else there is called so."""
    return [f"metric_{name}" if _OWN.fullmatch(name) else name for name in run.metrics]


def _heading(run: "Record") -> list[str]:
    header = run.header
    return [
        *_names("x", len(header.inputs)),
        *_names("y", len(header.outputs)),
        "epoch",
        "loss",
        *_names("prediction", header.predicted_columns),
        "seconds",
        *metric_names(run),
    ]


def _names(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}{number}" for number in range(1, count + 1)]


def _rows(values: Any, columns: int, nan_is_missing: bool = False) -> list[list[str]]:
    """As texts, of shape (n,) or (n, columns); of no columns none."""
    if not columns:
        return []
    return [
        [_text(each, nan_is_missing) for each in row] for row in values.reshape(len(values), -1)
    ]


def _text(value: Any, nan_is_missing: bool) -> str:
    """The shortest text that reads back as the same float of its kind."""
    import numpy as np

    if isinstance(value, np.integer):
        return str(value)
    if nan_is_missing and np.isnan(value):
        return ""
    return np.format_float_positional(value, unique=True, trim="0")
