"""How the runs of a comparison did: rows for the closing still and for files. No matplotlib."""

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.comparison.labels import ending_of, failure_of
from fitreel.render.comparison_picture import Entry

ENDINGS = (".csv", ".md", ".json")
"""Of files that `table` writes."""


@dataclass(frozen=True)
class Row:
    """One run; None stands for what it doesn't have."""

    rank: int | None
    """From 1; only of runs that didn't fail, diverge or end without a finite loss."""
    label: str
    final_loss: float | None
    """The training loss of the last snapshot: a float32's value, in its shortest spelling."""
    epochs_to_delta: int | None
    """The first epoch whose loss was at or under δ, where the job has one."""
    seconds: float | None
    """Of training, up to the last snapshot."""
    parameters: int | None
    ended: str
    """Such as "done", "δ reached at 130", "diverged at 12", "failed: …"."""


def ranking(entries: Sequence[Entry]) -> list[Row]:
    """All entries, the lowest final loss first; then those that diverged, then those that failed.

    Equal losses share a rank.
    """
    ordered = sorted(enumerate(entries), key=lambda pair: (*_standing(pair[1]), pair[0]))
    rows: list[Row] = []
    for place, (_, entry) in enumerate(ordered, 1):
        group, loss = _standing(entry)
        rank = None if group else place
        if rows and rank is not None and _standing(ordered[place - 2][1]) == (group, loss):
            rank = rows[-1].rank
        rows.append(_row(entry, rank))
    return rows


def table(rows: Sequence[Row], ending: str) -> str:
    """The rows as the content of a file.

    CSV leaves empty what a run doesn't have, Markdown writes "-", JSON null.

    Args:
        rows: as `ranking` gives them.
        ending: of the file, one of `ENDINGS`; case doesn't matter.

    Raises:
        BadInput: another ending.
    """
    kind = ending.lower()
    if kind == ".csv":
        return _csv(rows)
    if kind == ".md":
        return _markdown(rows)
    if kind == ".json":
        return _json(rows)
    raise BadInput(f"a table ends in {', '.join(ENDINGS)}, not in {ending!r}")


def table_form(ending: str) -> Callable[[bytes], bool]:
    """Tells whether a file's content has the form of `table`'s with this ending."""
    if ending.lower() == ".json":
        return _is_json_table
    head = table([], ending).encode()
    return lambda content: content.startswith(head)


def _is_json_table(content: bytes) -> bool:
    try:
        rows = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(rows, list) and all(
        isinstance(row, dict) and tuple(row) == _COLUMNS for row in rows
    )


def _standing(entry: Entry) -> tuple[int, float]:
    """0 and the loss; 1 for runs whose loss says nothing, 2 where there is no run."""
    run = entry.run
    if run is None:
        return 2, 0.0
    if not len(run) or run.ending == "diverged" or not math.isfinite(run.losses[-1]):
        return 1, 0.0
    return 0, float(run.losses[-1])


def _row(entry: Entry, rank: int | None) -> Row:
    run = entry.run
    if run is None:
        return Row(rank, entry.label, None, None, None, None, failure_of(entry))
    return Row(
        rank=rank,
        label=entry.label,
        final_loss=float(str(run.losses[-1])) if len(run) else None,
        epochs_to_delta=run.ending_epoch if run.ending == "delta" else None,
        seconds=_seconds(run),
        parameters=run.header.parameters,
        ended=ending_of(run),
    )


def _seconds(run: Record) -> float | None:
    if not len(run) or not np.isfinite(run.seconds[-1]):
        return None
    return round(float(run.seconds[-1]), 3)


_COLUMNS = (
    "rank", "label", "final_loss", "epochs_to_delta", "seconds", "parameters", "ended",
)  # fmt: skip


def _csv(rows: Sequence[Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        cells = (getattr(row, name) for name in _COLUMNS)
        writer.writerow("" if cell is None else cell for cell in cells)
    return file.getvalue()


def _markdown(rows: Sequence[Row]) -> str:
    lines = [
        "| rank | label | final loss | epochs to δ | training time | parameters | how it ended |",
        "| ---: | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in rows:
        time = None if row.seconds is None else f"{row.seconds:g} s"
        cells = (
            row.rank, row.label, row.final_loss, row.epochs_to_delta, time, row.parameters,
            row.ended,
        )  # fmt: skip
        lines.append(f"| {' | '.join(_markdown_cell(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _markdown_cell(cell: Any) -> str:
    if cell is None:
        return "-"
    return " ".join(str(cell).split()).replace("\\", "\\\\").replace("|", "\\|")


def _json(rows: Sequence[Row]) -> str:
    # JSON has no number for what isn't finite.
    runs = [
        {
            name: None if isinstance(cell, float) and not math.isfinite(cell) else cell
            for name, cell in ((name, getattr(row, name)) for name in _COLUMNS)
        }
        for row in rows
    ]
    return json.dumps(runs, indent=1, ensure_ascii=False) + "\n"
