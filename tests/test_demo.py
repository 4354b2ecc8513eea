"""The demo's numbers equal a plain script's, bit for bit."""

from pathlib import Path

import numpy as np
import pytest
from support.plain_demo import plain_demo
from support.program import train_here

from fitreel.model.record.reader import Record


def assert_same(run: Record, seed: int, epochs: int = 4000) -> None:
    # What comes after the last step is what the script would go on from.
    plain = plain_demo(seed, epochs + 1)
    assert len(run) == len(plain.epochs) == epochs // 5 + 1
    assert run.closing == epochs // 5
    assert run.x.tobytes() == plain.x.tobytes()
    assert run.y.tobytes() == plain.y.tobytes()
    assert run.epochs.tolist() == plain.epochs
    assert run.losses.tolist() == plain.losses
    predictions = np.array([snapshot.prediction for snapshot in run.snapshots()])
    assert predictions.tobytes() == plain.predictions.tobytes()


def test_all_800_snapshots_equal_the_plain_script(demo_run: Record) -> None:
    assert len(demo_run) == 801
    assert_same(demo_run, 0)


@pytest.mark.parametrize("style", ["subclass", "sequential", "add_module"])
@pytest.mark.parametrize("seed", [1, 2026])
def test_every_style_and_seed_equals_the_plain_script(
    style: str, seed: int, tmp_path: Path
) -> None:
    run = train_here(tmp_path, f"network.style={style}", f"seed={seed}", "train.epochs=100")
    assert_same(run, seed, 100)


def test_another_seed_gives_other_numbers(short_run: Record) -> None:
    assert_same(short_run, 0, 60)
    with pytest.raises(AssertionError):
        assert_same(short_run, 1, 60)


def test_weights_of_every_snapshot_predict_what_was_recorded(demo_run: Record) -> None:
    """The recorded weights are those that made the recorded prediction."""
    shapes = [shape for _, shape in demo_run.header.layout]
    for snapshot in demo_run.snapshots([0, 399, 799, 800], weights=True):
        assert snapshot.weights is not None
        parts = np.split(snapshot.weights, np.cumsum([np.prod(s) for s in shapes])[:-1])
        w1, b1, w2, b2, w3, b3 = (p.reshape(s) for p, s in zip(parts, shapes, strict=True))
        hidden = np.maximum(demo_run.x[:, None] @ w1.T + b1, 0)
        hidden = 1 / (1 + np.exp(-(hidden @ w2.T + b2)))
        assert np.allclose((hidden @ w3.T + b3).ravel(), snapshot.prediction, atol=1e-5)
