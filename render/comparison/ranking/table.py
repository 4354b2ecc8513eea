"""The ranking as a file: CSV, Markdown or JSON."""

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from fitreel.model.data.table.spreadsheet_cells import csv_line
from fitreel.model.errors import BadInput
from fitreel.render.comparison.ranking.rows import Row

ENDINGS = (".csv", ".md", ".json")
"""Of files that `table` writes."""


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


_MARKUP = re.compile(r"[\\|`*\[\]]")
"""What Markdown would take for its own."""
_COLUMNS = (
    "rank", "label", "final_loss", "epochs_to_delta", "seconds", "parameters", "ended",
)  # fmt: skip


def _csv(rows: Sequence[Row]) -> str:
    cells = [_COLUMNS, *([getattr(row, name) for name in _COLUMNS] for row in rows)]
    return "".join(f"{csv_line(each)}\n" for each in cells)


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
    text = " ".join(str(cell).split()).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKUP.sub(r"\\\g<0>", text)


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
