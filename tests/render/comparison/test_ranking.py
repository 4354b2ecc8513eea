"""The ranking and its three file formats."""

import csv
import io
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fitreel.model.errors import BadInput
from fitreel.render.comparison.ranking.rows import Row, ranking
from fitreel.render.comparison.ranking.table import ENDINGS, table
from fitreel.render.comparison_picture import Entry


@dataclass
class Recorded:
    """As much of a run as the ranking looks at."""

    losses: Any
    ending: str | None = "complete"
    ending_epoch: int | None = 100
    seconds: Any = field(default_factory=lambda: np.array([1.23456]))
    header: Any = field(default_factory=lambda: SimpleNamespace(parameters=1153, recorder="job"))

    def __post_init__(self) -> None:
        self.losses = np.array(self.losses, np.float32)

    def __len__(self) -> int:
        return len(self.losses)


def entry(label: str, *args: Any, **options: Any) -> Entry:
    run: Any = Recorded(*args, **options)
    return Entry(label, run)


ENTRIES = [
    Entry("broken", None, "data.file: there is no x.csv"),
    entry("slow", [0.5, 0.25]),
    entry("exploded", [0.5, 0.001], "diverged", 7),
    entry('a | b,\n"c"', [0.5, 0.1], "delta", 42),
    entry("empty", [], "diverged", 0),
    entry("same", [0.1], None, None),
    entry("odd", [np.nan], seconds=np.array([np.nan])),
]


def test_order_ranks_and_endings() -> None:
    rows = ranking(ENTRIES)
    assert [row.rank for row in rows] == [1, 1, 3, None, None, None, None]
    labels = [row.label for row in rows]
    assert labels[1:] == ["same", "slow", "exploded", "empty", "odd", "broken"]
    assert [row.ended for row in rows] == [
        "δ reached at 42", "unfinished", "done", "diverged at 7", "diverged at 0", "done",
        "failed: data.file: there is no x.csv",
    ]  # fmt: skip
    assert rows[0] == Row(1, 'a | b,\n"c"', 0.1, 42, 1.235, 1153, "δ reached at 42")
    assert rows[4].final_loss is None and rows[5].seconds is None and rows[6].parameters is None


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(table(ranking(ENTRIES), ".CSV"))))
    assert list(rows[0]) == [
        "rank", "label", "final_loss", "epochs_to_delta", "seconds", "parameters", "ended",
    ]  # fmt: skip
    assert rows[0]["label"] == 'a | b,\n"c"' and rows[0]["epochs_to_delta"] == "42"
    assert rows[2]["final_loss"] == "0.25" and rows[2]["epochs_to_delta"] == ""
    assert rows[5]["final_loss"] == ""


def test_json_is_strict() -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    rows = json.loads(table(ranking(ENTRIES), ".json"), parse_constant=refuse)
    assert rows[0]["rank"] == 1 and rows[0]["final_loss"] == 0.1
    assert rows[5]["final_loss"] is None and rows[5]["label"] == "odd"


def test_markdown_keeps_its_columns() -> None:
    lines = table(ranking(ENTRIES), ".md").splitlines()
    assert len(lines) == 2 + len(ENTRIES)
    assert {line.replace("\\|", "").count("|") for line in lines} == {8}
    assert lines[2].startswith('| 1 | a \\| b, "c" | 0.1 | 42 | 1.235 s | 1153 |')
    assert lines[4].startswith("| 3 | slow | 0.25 | - |")


def test_no_rows_and_other_endings() -> None:
    assert all(table([], ending) for ending in ENDINGS)
    with pytest.raises(BadInput, match=r"\.csv, \.md, \.json"):
        table([], ".xlsx")
