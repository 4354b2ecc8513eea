"""A record as others' programs read it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.program import DATA

import fitreel
from fitreel.model.record.reader import Record

SINE = DATA / "records" / "sine"


def test_what_is_in_a_record() -> None:
    run, record = fitreel.Run(SINE), Record(SINE)
    assert run.path == SINE and os.fspath(run) == str(SINE)
    assert (run.ending, len(run)) == ("delta", 20)
    assert repr(run) == f"<Run {str(SINE)!r}: 20 x 80 predictions, delta>"
    assert run.job["train"]["lr"] == 0.02 and run.job["seed"] == 3
    run.job["train"]["lr"] = 1.0
    assert run.job["train"]["lr"] == 0.02
    for name, dtype, shape in (
        ("x", np.float32, (40,)), ("y", np.float32, (40,)),
        ("prediction_x", np.float32, (80,)), ("prediction", np.float32, (20, 80)),
        ("epoch", np.int64, (20,)), ("loss", np.float32, (20,)), ("seconds", np.float64, (20,)),
    ):  # fmt: skip
        values = getattr(run, name)
        assert (values.dtype, values.shape) == (dtype, shape), name
    snapshots = list(record.snapshots())
    assert (run.prediction == [each.prediction for each in snapshots]).all()
    assert run.epoch.tolist() == [each.epoch for each in snapshots]
    assert run.loss.tolist() == [each.loss for each in snapshots]
    assert run.seconds.tolist() == [each.seconds for each in snapshots]
    assert (run.x == record.x).all() and (run.y == record.y).all()


def test_a_record_that_is_not_finished_and_one_without_a_snapshot(tmp_path: Path) -> None:
    run = fitreel.Run(DATA / "records" / "open")
    assert run.ending is None and run.prediction.shape == (6, 20)
    assert "not finished" in repr(run) and run.closing is None
    assert fitreel.Run(DATA / "records" / "one").prediction.shape == (1, 1)


def test_a_relative_path_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SINE, tmp_path / "sine")
    monkeypatch.chdir(tmp_path)
    run = fitreel.Run("sine")
    monkeypatch.chdir("/")
    assert run.path == Path("sine") and len(run.prediction) == 20


def test_what_is_no_whole_record_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(fitreel.BadInput, match="there is no such run folder"):
        fitreel.Run(tmp_path / "nowhere")
    shutil.copytree(SINE, tmp_path / "sine")
    run = fitreel.Run(tmp_path / "sine")
    (chunk,) = (tmp_path / "sine").glob("snapshots-*")
    content = bytearray(chunk.read_bytes())
    content[-3] ^= 1
    chunk.write_bytes(content)
    with pytest.raises(fitreel.BadInput, match="damaged"):
        fitreel.Run(tmp_path / "sine")
    with pytest.raises(fitreel.BadInput, match="damaged"):
        _ = run.prediction


def test_names_come_when_they_are_asked_for() -> None:
    code = (
        "import sys, fitreel\n"
        "heavy = {'numpy', 'matplotlib', 'torch', 'pydantic'}\n"
        "assert {*fitreel.__all__} <= {*dir(fitreel)} and fitreel.__version__\n"
        "fitreel.BadInput, fitreel.make_film\n"
        "assert not heavy & {*sys.modules}, heavy & {*sys.modules}\n"
        f"fitreel.Run({str(SINE)!r}).prediction\n"
        "assert not heavy - {'numpy'} & {*sys.modules}, heavy & {*sys.modules}\n"
        "from fitreel import *\n"
        "assert issubclass(Busy, FitreelError) and Run is fitreel.Run\n"
        "assert not hasattr(fitreel, 'films'), 'a stub'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
