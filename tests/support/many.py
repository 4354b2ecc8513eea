"""Many trainings: the program in the background, its records, and whether they are the same."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from support.program import FITREEL

from fitreel.model.record.reader import Record

Result = TypeVar("Result")


def begin(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*FITREEL, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def records(runs: Path) -> dict[str, Record]:
    return {path.parent.name: Record(path.parent) for path in sorted(runs.glob("[!.]*/run.json"))}


def assert_same(here: Path, there: Path) -> None:
    """All but the seconds is the same, bit for bit."""
    one, other = records(here), records(there)
    assert one.keys() == other.keys() and one
    for name in one:
        a, b = one[name], other[name]
        assert a.header == b.header and a.ending == b.ending is not None
        assert a.environment == b.environment
        assert np.array_equal(a.epochs, b.epochs) and np.array_equal(a.losses, b.losses)
        for left, right in zip(a.snapshots(weights=True), b.snapshots(weights=True), strict=True):
            assert np.array_equal(left.prediction, right.prediction)
            assert np.array_equal(left.weights, right.weights)
        assert (a.state_file is None) == (b.state_file is None)
        if a.state_file is not None:
            assert a.state()[0].keys() == b.state()[0].keys()
            assert all(np.array_equal(v, b.state()[0][k]) for k, v in a.state()[0].items())


def wait_until(condition: Callable[[], Result], seconds: float = 60.0) -> Result:
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return result
