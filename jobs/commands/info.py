"""`fitreel info`: what a record or a film is and how it was made, for people or for programs."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput

if TYPE_CHECKING:
    from fitreel.model.record.reader import Record


@command("runs", "debug")
def info(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|FILM", help="A run folder or its name, its job file, or a film."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    *,
    options: Options,
    report: Report,
) -> None:
    """Tell what a record or a film is and how it was made."""
    facts = _facts(path, options.runs)
    if as_json:  # which has no number for what isn't finite
        facts = {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in facts.items()
        }
    report.say(json.dumps(facts, indent=2) if as_json else _lines(facts))


def _facts(path: Path, runs: Path) -> dict[str, Any]:
    """What there is to say of a run folder, wherever it lies, or of a film.

    Raises:
        BadInput: it is neither, or it is damaged.
    """
    from fitreel.jobs.train.run_store import folder_of
    from fitreel.model.record.reader import HEADER, Record

    folder = folder_of(path, runs)
    if (folder / HEADER).exists():
        return _of_run(Record(folder))
    if path.is_dir() and not any(path.glob("*.png")):
        raise BadInput(f"{path}: neither a run folder ({HEADER} is missing) nor a folder of frames")
    return _of_film(path)


def _of_run(run: "Record") -> dict[str, Any]:
    from fitreel.jobs.job.program_record import BY_A_PROGRAM

    header = run.header
    is_program = header.recorder == "program"
    facts: dict[str, Any] = {
        "run": str(run.path),
        "name": header.name,
        "fingerprint": header.fingerprint,
        "fitreel": header.fitreel,
        **({"recorded_by": BY_A_PROGRAM} if is_program else {}),
        "ending": run.ending or "not finished",
        "ending_epoch": run.ending_epoch,
        "snapshots": len(run),
        "points": len(run.x),
        **({} if run.validation is None else {"validation_points": len(run.validation[0])}),
        "predicted_at": len(run.prediction_x),
        **({} if is_program else {"parameters": header.parameters, "network": header.network}),
        "environment": header.environment,
    }
    if is_program:
        facts |= {
            "inputs": [column.name for column in header.inputs],
            "outputs": [column.name for column in header.outputs],
            "info": header.info,
        }
    else:
        facts |= {} if header.is_curve else _of_shape(run)
        facts["job"] = header.job
    if header.recorder == "job" and "data" in header.info:
        facts["data"] = header.info["data"]
    if len(run):
        facts |= {
            "first_epoch": int(run.epochs[0]),
            "last_epoch": int(run.epochs[-1]),
            "last_loss": float(run.losses[-1]),
            "lowest_loss": min(filter(math.isfinite, run.losses.tolist()), default=math.nan),
            "seconds": round(float(run.seconds[-1]), 3),
        }
        if run.loss_is_scaled:
            facts |= _of_scaled_losses(run)
        if run.metrics:
            facts["last_metrics"] = {
                name: next(filter(math.isfinite, reversed(values.tolist())), None)
                for name, values in run.metrics.items()
            }
        if run.closing is not None:
            facts["closing_epoch"] = int(run.epochs[run.closing])
        if run.truth_losses is not None and not is_program:
            facts["last_truth_loss"] = float(run.truth_losses[-1])
    return facts


def _of_shape(run: "Record") -> dict[str, Any]:
    """What there is to say of data that are no curve."""
    header = run.header
    facts: dict[str, Any] = {
        "inputs": [column.name for column in header.inputs],
        "outputs": [column.name for column in header.outputs],
    }
    if header.classes:
        facts["classes"] = list(header.classes)
    if header.grid_shape:
        facts["grid"] = list(header.grid_shape)
    return facts


def _of_scaled_losses(run: "Record") -> dict[str, Any]:
    """What the losses are of, and the last one in the data's own units, where that is known."""
    columns = run.header.inputs + run.header.outputs
    facts: dict[str, Any] = {
        "loss_of": "scaled values: (value - offset) / scale",
        "scaled": {c.name: {"offset": c.offset, "scale": c.scale} for c in columns},
    }
    if run.own_loss_factor is not None:
        facts["last_loss_unscaled"] = float(run.losses[-1]) * run.own_loss_factor
    return facts


def _of_film(path: Path) -> dict[str, Any]:
    from fitreel.render.metadata.checksum import check_whole
    from fitreel.render.metadata.provenance import read_provenance

    provenance = read_provenance(path)
    check_whole(path)
    if isinstance(film := provenance.get("film"), dict) and "frames" in film:
        # Of the pictures, as it is called in films since the first; not how many there are.
        film["picture_version"] = film.pop("frames")
    return {"film": str(path), "bytes": _bytes(path), **provenance}


def _bytes(path: Path) -> int:
    files = path.glob("*.png") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def _lines(facts: dict[str, Any]) -> str:
    """'key: value' lines; tables within are indented."""
    lines = []
    for key, value in facts.items():
        if value is None:
            continue
        text = (
            json.dumps(value, indent=2, ensure_ascii=False)
            if isinstance(value, dict | list)
            else str(value)
        )
        name = key.replace("_", " ")
        if "\n" in text:
            lines += [f"{name}:", *(f"  {line}" for line in text.splitlines())]
        else:
            lines.append(f"{name}: {text}")
    return "\n".join(lines)
