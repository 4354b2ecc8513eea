"""A job with a file of points: what is said of it, what is recorded, and what trains it anew."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.program import DATA, Fitreel

from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record

QUICK = ("--set", "train.epochs=3", "--set", "network.hidden=[2]")
COFFEE = "minutes;temp (°C)\n0,0;80,5\n0,5;NA\n1,0;70,25\n1,5;64\n"


def fingerprint(file: Path, *more: str) -> str:
    return resolve_job(load_job(DEMO, [f"data.file={file}", *more])).fingerprint


def test_a_file_counts_by_its_numbers(tmp_path: Path) -> None:
    def written(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    first = fingerprint(written("a.csv", "x,y\n0,0.5\n1,1\n"))
    other = written("b.csv", "t;v;n\r\n0;0,5;a\r\n1;1,0;b\r\n")
    assert fingerprint(other) == first
    said = ('data.inputs=["t"]', 'data.outputs=["v"]', "data.delimiter=;", "data.decimal=,")
    assert fingerprint(other, *said, "data.encoding=cp1252", "data.missing=drop") == first
    assert fingerprint(written("c.csv", "x,y\n0,0.5\n1,1.0000000001\n")) != first
    assert fingerprint(other, "data.grid=7") != first


def test_what_was_read_is_said_recorded_and_told_by_info(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "coffee.csv").write_text(COFFEE)
    coffee = ("--set", "data.file=coffee.csv", "--set", "data.missing=drop", *QUICK)
    done = fitreel("train", *coffee, "--set", "data.grid=5", "--run", "r", "--log", "l.txt")
    assert done.returncode == 0, done.stderr
    line = (
        "coffee.csv: 3 rows, 1 left out: 'minutes' from 0 to 1.5, 'temp (°C)' from 64 to 80.5,"
        ' delimiter ";", decimal ","'
    )
    assert line in done.stdout and line in (tmp_path / "l.txt").read_text()
    record = Record(tmp_path / "r")
    assert [column.name for column in record.header.inputs] == ["minutes"]
    assert [column.name for column in record.header.outputs] == ["temp (°C)"]
    assert record.x.dtype == record.y.dtype == np.float64
    assert (record.x.tolist(), record.y.tolist()) == ([0, 1, 1.5], [80.5, 70.25, 64])
    facts = json.loads(fitreel("info", "r", "--json").stdout)["data"]
    assert facts == {
        "file": "coffee.csv", "input": "minutes", "output": "temp (°C)", "delimiter": ";",
        "decimal": ",", "rows": 3, "rows_left_out": 1,
        "input_range": [0.0, 1.5], "output_range": [64.0, 80.5],
    }  # fmt: skip
    (tmp_path / "coffee.csv").write_bytes(COFFEE.replace("\n", "\r\n").encode("utf-16"))
    again = fitreel("train", *coffee, "--set", "data.grid=5", "--run", "r")
    assert "already trained" in again.stdout


def test_a_record_of_when_files_counted_by_their_bytes_is_told(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    shutil.copy(DATA / "points.csv", tmp_path)
    former = "points-61097e06c856"
    shutil.copytree(DATA / "records" / "points", tmp_path / "runs" / former)
    job = Record(tmp_path / "runs" / former).header.job
    sets = [
        f"--set={table}.{key}={json.dumps(value)}"
        for table in ("data", "network", "train")
        for key, value in job[table].items()
    ]
    told = f"runs/{former}: of an earlier version, when a file counted by its bytes"
    done = fitreel("train", *sets, "--set", "name=points")
    assert done.returncode == 0 and told in done.stdout
    ours = [path.name for path in (tmp_path / "runs").iterdir() if path.name[0] != "."]
    assert former in ours and len(ours) == 2
    again = fitreel("train", *sets, "--set", "name=points")
    assert "already trained" in again.stdout and told not in again.stdout
    assert fitreel("render", f"runs/{former}", "-o", "a.png").returncode == 0
    whole = fitreel("train", *sets, "--set", "name=points", "--run", f"runs/{former}")
    assert whole.returncode == 65 and "record of an earlier version" in whole.stderr
    (chunk,) = (tmp_path / "runs" / former).glob("snapshots-*")
    chunk.unlink()  # as it is before the first second is over
    partial = fitreel("train", *sets, "--set", "name=points", "--run", f"runs/{former}")
    assert partial.returncode == 0 and "bytes; training begins anew" in partial.stdout


SECONDS = "x,y\n" + "".join(f"{1709600000 + i},{i % 7}\n" for i in range(60))
JULIAN = "x,y\n" + "".join(f"{2460000 + i / 48},{i % 7}\n" for i in range(200))
FINE = "x,y\n" + "".join(f"{i / 10},{1013.25 + 1e-5 * i:.5f}\n" for i in range(60))


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        (JULIAN, "a.csv: 182 of 200 different values of x fall together with others; float32"),
        (FINE, "a.csv: 49 of 60 different values of y fall together with others; float32"),
        ("x,y\n0,1\n1000000000,2\n1000000001,3\n", "1 of 3 different values of x fall together"),
    ],
)
def test_values_that_float32_cannot_tell_apart_are_told(
    fitreel: Fitreel, tmp_path: Path, content: str, warning: str
) -> None:
    (tmp_path / "a.csv").write_text(content)
    done = fitreel("train", "--set", "data.file=a.csv", *QUICK)
    assert done.returncode == 0 and warning in done.stderr
    assert "say data.standardize = true" in done.stderr


def test_fine_values_are_not_told_of() -> None:
    rng = np.random.default_rng(0)
    from fitreel.model.data.precision import warning_of_merged

    for count in (10, 300, 100_000):
        for values in (rng.random(count), rng.normal(size=count), np.linspace(-1, 1, count)):
            assert warning_of_merged("x", values, is_input=True) is None
    assert warning_of_merged("x", np.full(9, 1e9), is_input=True) is None, "a file's own doing"


def test_a_domain_that_float32_cannot_tell_apart() -> None:
    def resolved(low: float, high: float) -> tuple[str, ...]:
        return resolve_job(load_job(DEMO, [f"data.domain=[{low}, {high}]"])).warnings

    with pytest.raises(BadInput, match=r"data\.domain: all 100 different values of x become one"):
        resolved(1709600000.0, 1709600060.0)
    (warning,) = resolved(1e6, 1e6 + 1)
    assert "83 of 100 different values of x fall together" in warning
    assert not resolved(-1.0, 1.0) and not resolved(1000.0, 1001.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SECONDS, "a.csv: all 60 different values of x become one; float32"),
        ("x,y\n1,2\n2,#DIV/0!\n", "a.csv: line 3: column 'y' is '#DIV/0!'; a number is needed, or"),
        ("1.000;2,20\n", "a.csv: line 1: column 1 is '1.000': 1000 with data.thousands ="),
        ("a,b,c\n1,2,3\n", "a.csv: 3 columns of numbers, and none is named x and y; say which"),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_trained(
    fitreel: Fitreel, tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "a.csv").write_text(content)
    done = fitreel("train", "--set", "data.file=a.csv")
    assert done.returncode == 65 and message in done.stderr
    assert len(done.stderr.splitlines()) <= 2 and not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ('data.inputs=["x"]', "data: inputs without file: only a file has such"),
        ("data.missing=drop", "data: missing without file"),
        ("data.delimiter=:", "data.delimiter"),
        ('data.outputs=["a"]', "data: outputs without file: only a file has such"),
        ("data.label=a", "data: label without file: only a file has such"),
        ("data.inputs=a", "data.inputs"),
        ("data.inputs=[0]", "data.inputs"),
        ("data.decimals=.", 'did you mean "decimal"?'),
    ],
)
def test_keys_that_cannot_be_are_told(assignment: str, message: str) -> None:
    file = [] if "without file" in message else ["data.file=a.csv"]
    with pytest.raises(BadInput) as caught:
        load_job(DEMO, [*file, assignment])
    assert message in str(caught.value) and "\n" not in str(caught.value)
