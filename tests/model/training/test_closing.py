"""The end of a training: what the network is after its last step."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from support.plain_demo import plain_demo
from support.plain_training import task, training

from fitreel.model.record.snapshot import Snapshot
from fitreel.model.training.batched.loop import TOLERANCE, BatchedTraining
from fitreel.model.training.checkpoint import load_checkpoint, save_checkpoint
from fitreel.model.training.loop import Training

SMALL = ("train.epochs=8", "train.snapshot_every=3", "network.hidden=[5]", "data.points=20")
BLOWS_UP = ("network.activations=relu", "train.lr=1e4")
KINDS = [
    (),
    ("data.grid=30", "train.loss=huber"),
    ("train.batch_size=7", "train.optimizer=Adam"),
    ("network.dropout=0.3", "network.batch_norm=true"),
    ("network.dropout=0.3", "network.batch_norm=true", "train.batch_size=6", "data.grid=30"),
    ("train.optimizer=LBFGS", "train.lr=0.5"),
    ('train.scheduler={name="StepLR", step_size=2}', "network.activations=gelu"),
]


def trained(*assignments: str) -> tuple[Training, list[Snapshot]]:
    one = training(*SMALL, *assignments)
    return one, [snapshot for snapshot in one.epochs() if snapshot]


def batched(*each: Sequence[str]) -> tuple[BatchedTraining, list[Snapshot | None]]:
    batch = BatchedTraining([task(*SMALL, *assignments) for assignments in each])
    for _ in batch.epochs():
        pass
    return batch, [batch.closing(k) for k in range(len(batch))]


def test_the_demo_ends_where_a_plain_loop_would_go_on() -> None:
    further = plain_demo(seed=3, epochs=41)
    one = training("seed=3", "train.epochs=40")
    assert all(snapshot is None or not snapshot.is_closing for snapshot in one.epochs())
    end = one.closing
    assert end is not None and end.is_closing
    assert (end.epoch, end.loss) == (40, further.losses[-1])
    assert end.prediction.tobytes() == further.predictions[-1].tobytes()


@pytest.mark.parametrize("kind", KINDS, ids=" ".join)
def test_it_is_the_trained_network_that_is_looked_at(kind: Sequence[str]) -> None:
    one, snapshots = trained(*kind)
    random = torch.get_rng_state()
    end = one.closing
    assert one.network.training and end is not None
    x = one.data.x
    with torch.no_grad():
        one.network.eval()
        loss = one.loss(one.network(x), one.data.y).item()
        values = one.network(x if one.data.grid is None else one.data.grid)
        truth = one.loss(values, one.data.truth).item()  # type: ignore[arg-type]
    assert (end.epoch, end.loss, end.truth_loss) == (8, loss, truth)
    assert end.prediction.tobytes() == values.numpy().tobytes()
    assert end.seconds >= snapshots[-1].seconds and end.weights is not None
    assert end.weights.tobytes() == b"".join(
        p.detach().numpy().tobytes() for p in one.network.parameters()
    )
    assert torch.equal(random, torch.get_rng_state())


@pytest.mark.parametrize("kind", KINDS, ids=" ".join)
def test_more_epochs_may_follow_it_bit_for_bit(kind: Sequence[str]) -> None:
    one, _ = trained(*kind)
    tensors, tree = save_checkpoint(one)
    further = training(*SMALL, *kind, "train.epochs=12")
    load_checkpoint(further, tensors, tree)
    list(further.epochs())
    whole, _ = trained(*kind, "train.epochs=12")
    assert further.closing is not None and whole.closing is not None
    assert further.closing.loss == whole.closing.loss
    assert further.closing.prediction.tobytes() == whole.closing.prediction.tobytes()


def test_a_divergence_ends_on_the_loss_that_was_one() -> None:
    one, snapshots = trained(*BLOWS_UP, "train.epochs=200", "data.grid=30")
    assert one.ending == "diverged" and one.closing is not None
    assert not math.isfinite(one.closing.loss) and one.closing.epoch == one.epoch < 200
    assert snapshots[-1].epoch < one.closing.epoch and len(one.closing.prediction) == 30


def test_a_last_step_that_leaves_nothing_finite_diverged() -> None:
    earlier, _ = trained(*BLOWS_UP, "train.epochs=200")
    one, _ = trained(*BLOWS_UP, f"train.epochs={earlier.epoch}")
    assert one.ending == "diverged" and one.closing is not None
    assert (one.epoch, one.closing.epoch) == (earlier.epoch, earlier.epoch)
    assert not math.isfinite(one.closing.loss)


def test_where_delta_is_reached_nothing_is_added() -> None:
    one, snapshots = trained("train.delta=1e3")
    assert (one.ending, one.closing, snapshots[-1].is_closing) == ("delta", None, False)


def test_networks_of_a_batch_end_as_each_by_itself() -> None:
    earlier, _ = trained(*BLOWS_UP, "train.epochs=200")
    each = [
        ("data.grid=30",),
        ("data.grid=30", "seed=2", "train.epochs=5"),
        ("data.grid=30", "train.delta=1e3"),
        ("data.grid=30", *BLOWS_UP, "train.epochs=200"),
        ("data.grid=30", *BLOWS_UP, f"train.epochs={earlier.epoch}"),
    ]
    each = [("network.activations=relu", *assignments) for assignments in each]
    batch, ends = batched(*each)
    assert batch.endings == ["complete", "complete", "delta", "diverged", "diverged"]
    for assignments, end in zip(each, ends, strict=True):
        alone = trained(*assignments)[0]
        assert (end is None) == (alone.closing is None)
        if end is None or alone.closing is None:
            continue
        assert end.is_closing and len(end.prediction) == 30
        assert (end.epoch, end.weights is None) == (alone.closing.epoch, False)
        if math.isfinite(alone.closing.loss):
            assert np.abs(end.prediction - alone.closing.prediction).max() < TOLERANCE
            assert end.loss == pytest.approx(alone.closing.loss, abs=TOLERANCE)
        else:
            assert not math.isfinite(end.loss)
    by_itself = batched(each[1])[1][0]
    assert by_itself is not None and ends[1] is not None
    assert by_itself.prediction.tobytes() == ends[1].prediction.tobytes()


@pytest.mark.parametrize("delta", [None, 1e3])
def test_more_epochs_may_follow_in_a_batch(delta: float | None) -> None:
    stops = () if delta is None else (f"train.delta={delta}",)
    adam = ("train.optimizer=Adam",)
    batch, _ = batched((*adam, *stops), (*adam, "seed=2", *stops))
    assert batch.endings == ["complete" if delta is None else "delta"] * 2
    further = BatchedTraining([task(*SMALL, *adam, "train.epochs=12")])
    further.load_checkpoint(0, *batch.state(0))
    list(further.epochs())
    (whole,) = batched((*adam, "train.epochs=12"))[1]
    end = further.closing(0)
    assert whole is not None and end is not None
    assert whole.prediction.tobytes() == end.prediction.tobytes()
