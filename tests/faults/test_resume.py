"""Cut and go on: every pair of optimizer, scheduler, dropout, batches and cut, to the last bit.

Each part of a training runs in a process of its own, the first is killed. The controls go on
without the random state, or without the optimizer's, and differ.
"""

import itertools
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.forked import Fault, forge

from fitreel.model.record.reader import Record

LONG = pytest.mark.long

OPTIMIZERS: dict[str, dict[str, float]] = {
    "SGD": {},
    "SGD momentum": {"momentum": 0.9},
    "Adam": {},
    "AdamW": {},
    "RMSprop": {"momentum": 0.5},
    "Adagrad": {},
    "Adadelta": {},
    "NAdam": {},
    "RAdam": {},
    "Rprop": {},
    "ASGD": {},
    "LBFGS": {},
}
SCHEDULERS = {
    "none": "",
    "StepLR": "step_size = 7",
    "ExponentialLR": "gamma = 0.99",
    "CosineAnnealingLR": "T_max = 30",
    "ReduceLROnPlateau": "patience = 2",
    "OneCycleLR": "max_lr = 0.01, total_steps = 61, cycle_momentum = false",
    "CyclicLR": "base_lr = 0.001, max_lr = 0.01, step_size_up = 5, cycle_momentum = false",
}
MODES = ("none", "dropout", "batch_norm", "dropout and batch_norm")
BATCHES = (None, 20, 100)
CUTS = (1, 4, 9)
"""After which chunk; there are twelve."""
FACTORS: list[list[Any]] = [list(OPTIMIZERS), list(SCHEDULERS), list(MODES), [*BATCHES], [*CUTS]]
CHUNK = 1

Case = tuple[Any, ...]


def covering() -> list[Case]:
    """Cases in which every two values of any two factors meet at least once; found greedily."""
    rng = random.Random(4)
    pairs = {
        (a, x, b, y)
        for a, b in itertools.combinations(range(len(FACTORS)), 2)
        for x in FACTORS[a]
        for y in FACTORS[b]
    }
    cases = []
    while pairs:
        tried = []
        for _ in range(60):
            a, x, b, y = rng.choice(sorted(pairs, key=repr))
            case = [rng.choice(values) for values in FACTORS]
            case[a], case[b] = x, y
            tried.append(tuple(case))
        best = max(tried, key=lambda case: len(pairs & met(case)))
        pairs -= met(best)
        cases.append(best)
    return cases


def met(case: Case) -> set[Case]:
    return {(a, case[a], b, case[b]) for a, b in itertools.combinations(range(len(case)), 2)}


CASES = covering()


def command(case: Case) -> list[str]:
    optimizer, scheduler, mode, batch, _ = case
    values: dict[str, object] = {
        "train.epochs": 60,
        "train.optimizer": optimizer.split()[0],
        "train.lr": 0.01,
    }
    if OPTIMIZERS[optimizer]:
        pairs = ", ".join(f"{key} = {value}" for key, value in OPTIMIZERS[optimizer].items())
        values["train.optimizer_args"] = f"{{ {pairs} }}"
    if scheduler != "none":
        values["train.scheduler"] = f'{{ name = "{scheduler}", {SCHEDULERS[scheduler]} }}'
    if "dropout" in mode:
        values["network.dropout"] = 0.2
    if "batch_norm" in mode:
        values["network.batch_norm"] = "true"
    if batch:
        values["train.batch_size"] = batch
    asked = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
    return ["train", "-q", "-o", "r", *asked]


def numbers(record: Path) -> list[bytes]:
    run = Record(record)
    assert run.ending in ("complete", "diverged")
    kept = [run.epochs.tobytes(), run.losses.tobytes()]
    for snapshot in run.snapshots(weights=True):
        assert snapshot.weights is not None
        kept += [snapshot.prediction.tobytes(), snapshot.weights.tobytes()]
    return kept


def cut_at(case: Case, folder: Path) -> None:
    """Train until chunk number `case[-1]` has its name, and be killed."""
    folder.mkdir()
    low, high = 10, 400
    # The calls a chunk takes may change; look for the one after which so many chunks are there.
    while low < high:
        middle = (low + high) // 2
        shutil.rmtree(folder / "r", ignore_errors=True)
        fault = Fault(chunk=CHUNK, kill_at=middle, kill="after")
        done = forge(*command(case), cwd=folder, fault=fault)
        there = len(list((folder / "r").glob("snapshots-*")))
        if done.killed and there == case[-1] + 1:
            return
        assert done.killed or done.code == 0, done.stderr
        low, high = (middle + 1, high) if there <= case[-1] and done.killed else (low, middle)
    raise AssertionError("no cut was found")


FEW = [
    ("Adam", "CosineAnnealingLR", "dropout", 20, 4),
]


@pytest.mark.parametrize("case", [*FEW, *(pytest.param(case, marks=LONG) for case in CASES)])
def test_cut_and_gone_on_is_the_same_to_the_last_bit(case: Case, tmp_path: Path) -> None:
    cut_at(case, tmp_path / "cut")
    assert Record(tmp_path / "cut" / "r").ending is None
    again = forge(*command(case), cwd=tmp_path / "cut")
    assert (again.code, again.stderr) == (0, ""), again
    (tmp_path / "whole").mkdir()
    assert forge(*command(case), cwd=tmp_path / "whole").code == 0
    assert numbers(tmp_path / "cut" / "r") == numbers(tmp_path / "whole" / "r")


@pytest.mark.parametrize(
    ("case", "without"),
    [
        (("Adam", "none", "dropout", None, 4), "without-random"),
        pytest.param(("Adam", "none", "none", None, 4), "without-optimizer", marks=LONG),
        pytest.param(("SGD", "none", "none", 20, 4), "without-random", marks=LONG),
        pytest.param(("SGD momentum", "none", "none", None, 4), "without-optimizer", marks=LONG),
    ],
)
def test_without_its_state_it_differs(case: Case, without: str, tmp_path: Path) -> None:
    cut_at(case, tmp_path / "cut")
    assert forge(*command(case), cwd=tmp_path / "cut", fault=Fault(naive=[without])).code == 0
    (tmp_path / "whole").mkdir()
    assert forge(*command(case), cwd=tmp_path / "whole").code == 0
    assert numbers(tmp_path / "cut" / "r") != numbers(tmp_path / "whole" / "r")


def test_the_set_covers_every_pair() -> None:
    everything = set().union(*(met(case) for case in CASES))
    sizes = [len(values) for values in FACTORS]
    assert len(everything) == sum(a * b for a, b in itertools.combinations(sizes, 2))
    assert len(CASES) < 140
