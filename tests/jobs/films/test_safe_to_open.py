"""What others open: no cell is a formula to a spreadsheet, no name markup in a subtitle."""

import csv
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from support.program import Fitreel

from fitreel import Recorder
from fitreel.model.data.points_file import read_points
from fitreel.model.data.table.spreadsheet_cells import csv_line, guarded, unguarded
from fitreel.model.settings import DataSettings
from fitreel.render.captions.subtitle_formats import Cue, srt, vtt
from fitreel.render.comparison.ranking.rows import Row
from fitreel.render.comparison.ranking.table import table

FORMULAS = [
    "=cmd|'/C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", " =1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1", "-lr 0.1", "'=1+1", "'' +x", '=HYPERLINK("http://a.example")',
]  # fmt: skip
PLAIN = ["-0.5", "+1", "-1e-05", ".5", "lr 0.05, Adam", "x=3", "", "'tis", "it's", "-0.", "a;b\tc"]


@pytest.mark.parametrize("text", FORMULAS + PLAIN)
def test_a_cell_reads_back_and_is_no_formula(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert (cell == text) == (text in PLAIN)
    assert text in PLAIN or cell.startswith("'")
    assert next(csv.reader([csv_line([text, 0.5, None])])) == [cell, "0.5", ""]


def test_rankings() -> None:
    rows = [Row(1, label, -0.5, None, 0.1, 3, "done") for label in FORMULAS]
    lines = list(csv.DictReader(table(rows, ".csv").splitlines(keepends=True)))
    assert [unguarded(line["label"]) for line in lines] == FORMULAS
    assert not any(line["label"].startswith(("=", "+", "-", "@", "\t", "\r")) for line in lines)
    assert {line["final_loss"] for line in lines} == {"-0.5"}
    row = Row(1, "<img src=x> [a](http://a.example) & `b` *c*", 0.5, None, 0.1, 3, "done")
    assert r"| &lt;img src=x> \[a\](http://a.example) &amp; \`b\` \*c\* |" in table([row], ".md")


def test_an_export_reads_back_by_the_names_that_it_was_given(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    metric = "=cmd|'/C calc'!A0"
    with Recorder(tmp_path / "run", [0.0, 1.0], [1.0, -1.0]) as recorder:
        for step in range(3):
            recorder.log(step, 0.5, np.array([-0.25, 0.75]) * step, **{metric: -0.5 * step})
    assert fitreel("export", "run", "-o", "numbers.csv").returncode == 0
    with (tmp_path / "numbers.csv").open(newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading[-1] == f"'{metric}"
    assert [row[-1] for row in rows[::2]] == ["-0.0", "-0.5", "-1.0"]
    points = read_points(
        tmp_path / "numbers.csv",
        DataSettings(file="numbers.csv", inputs=("epoch",), outputs=(metric,)),
    )
    assert points.y.tolist() == [0, 0, -0.5, -0.5, -1, -1]


def test_subtitles_show_every_sign(tmp_path: Path) -> None:
    text = 'lr <b>1</b> {\\an8}up <font color="red">x</font> a < b & {0, 1} \\N <script>\n\n5\n-->'
    cues = [Cue(Fraction(0), Fraction(2), text), Cue(Fraction(2), Fraction(3), "loss < 0.1")]
    for form, ending in ((srt, "srt"), (vtt, "vtt")):
        path = tmp_path / f"a.{ending}"
        path.write_text("".join(form(cues)), encoding="utf-8")
        shown = subprocess.run(
            [get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "ass", "-"],
            capture_output=True, check=True, encoding="utf-8",
        ).stdout  # fmt: skip
        first, second = (line for line in shown.splitlines() if line.startswith("Dialogue"))
        plain = first.translate(str.maketrans("‹", "<")).replace("\\{", "{")
        for piece in ("<b>1</b>", '<font color="red">x</font>', "a < b &", "<script>"):
            assert piece in plain, (ending, piece, first)
        assert "an8}up" in plain or "an8)up" in plain
        assert ending == "vtt" or not {"{", "}"} & set(first)
        assert second.endswith("loss < 0.1")
