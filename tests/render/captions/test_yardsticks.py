"""What losses are measured against: the best constant, the best line, the true function."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.program import train_here

from fitreel.model.record.reader import Record
from fitreel.model.training.losses import LOSSES, build_loss
from fitreel.render.captions.phases.loss_kinds import loss_kind
from fitreel.render.captions.phases.yardsticks import Yardsticks, yardsticks_of

KINDS = [
    ("mse", {}), ("rmse", {}), ("mae", {}), ("huber", {}), ("huber", {"delta": 0.3}),
    ("smooth_l1", {"beta": 0.2}), ("smooth_l1", {"beta": 0}), ("log_cosh", {}),
]  # fmt: skip
POINTS = st.lists(st.floats(-9, 9).map(lambda v: round(v, 2)), min_size=4, max_size=30)


def test_every_loss_of_numbers_has_a_kind() -> None:
    of_classes = {"bce", "cross_entropy"}
    assert {name for name, _ in KINDS} == set(LOSSES) - of_classes
    assert all(loss_kind(name, {}) is None for name in of_classes)
    assert loss_kind("own", {}) is None


@settings(deadline=None, max_examples=30)
@given(y=POINTS, kind=st.sampled_from(KINDS), away=st.lists(st.floats(-1, 1), min_size=20))
def test_nothing_simple_is_better_than_the_best(
    y: list[float], kind: tuple[str, dict[str, float]], away: list[float]
) -> None:
    own, torchs = loss_kind(*kind), build_loss(*kind)
    assert own is not None
    values = np.array(y)
    x = np.linspace(-0.5, 0.5, len(values))
    zeros = torch.zeros(len(values), dtype=torch.float64)
    assert own.of(values) == pytest.approx(float(torchs(torch.tensor(values), zeros)), abs=1e-12)
    constant, line = own.best_constant(values), own.best_line(x, values)
    assert line <= constant * (1 + 1e-9) + 1e-12
    slope, height = np.polyfit(x, values, 1)
    for one, other in zip(away[::2], away[1::2], strict=False):
        assert own.of(values - np.mean(values) - one) >= constant * (1 - 1e-9) - 1e-12
        tried = values - (height + one) - (slope + other) * x
        assert own.of(tried) >= line * (1 - 1e-9) - 1e-12


def test_of_the_demo(short_run: Record) -> None:
    sticks = yardsticks_of(short_run)
    assert sticks is not None and sticks.line is not None and sticks.noise is not None
    x, y = short_run.x.astype(float), short_run.y.astype(float)
    assert sticks.constant == pytest.approx(y.var())
    assert sticks.line == pytest.approx(np.square(y - np.polyval(np.polyfit(x, y, 1), x)).mean())
    assert sticks.noise == pytest.approx(np.square(y - x**3).mean(), rel=1e-4)
    assert sticks.line_counts and sticks.simple == sticks.line and not sticks.is_constant


def test_of_scaled_values_and_on_a_grid(tmp_path: Path) -> None:
    tiny = ("train.epochs=1", "data.points=30")
    plain = yardsticks_of(train_here(tmp_path / "plain", *tiny))
    grid = yardsticks_of(train_here(tmp_path / "grid", *tiny, "data.grid=7"))
    assert plain is not None and grid is not None and grid.noise == pytest.approx(plain.noise)
    scaled = yardsticks_of(train_here(tmp_path / "scaled", *tiny, "data.standardize=true"))
    assert scaled is not None and scaled.noise is not None and plain.noise is not None
    assert scaled.constant == pytest.approx(1.0)
    assert scaled.noise == pytest.approx(plain.noise / plain.constant, rel=1e-4)


def test_a_line_counts_only_where_there_is_something_to_see_beyond_it() -> None:
    assert Yardsticks(1.0, 0.5).line_counts and not Yardsticks(1.0, 0.9).line_counts
    assert not Yardsticks(1.0, 0.1, 0.09).line_counts, "the data are a straight line"
    assert Yardsticks(1.0, 0.1, 0.09).simple == 1.0
    assert Yardsticks(0.1, 0.1, 0.09).is_constant and not Yardsticks(1.0).is_constant
