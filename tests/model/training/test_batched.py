"""Networks trained at once: as each by itself, up to a stated rounding."""

from typing import Any

import numpy as np
import pytest
import torch

from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.model.errors import BadInput
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.training.batched.loop import (
    TOLERANCE,
    TOLERANCE_ADAPTIVE,
    BatchedTraining,
    why_not_batched,
)
from fitreel.model.training.batched.losses import batched_loss
from fitreel.model.training.batched.network import Stack
from fitreel.model.training.batched.optimizers import rule_of, state_names, with_rates
from fitreel.model.training.batched.padded_tensors import ParameterRows
from fitreel.model.training.loop import Task, Training
from fitreel.model.training.losses import build_loss
from fitreel.model.training.manual_backward import activation_of

Kept = list[list[Snapshot]]


def task(*assignments: str) -> Task:
    resolved = resolve_job(load_job(DEMO, assignments))
    job = resolved.loaded.job
    return Task(job.seed, job.data, job.network, resolved.train, resolved.function, resolved.points)


def tasks(count: int, *assignments: str, rates: tuple[float, float] = (0.02, 0.06)) -> list[Task]:
    """Networks that differ in seed, learning rate and noise."""
    return [
        task(f"seed={k}", f"train.lr={rate}", f"data.noise={0.05 + 0.01 * (k % 7)}", *assignments)
        for k, rate in enumerate(np.linspace(*rates, count).tolist())
    ]


def train(training: BatchedTraining) -> Kept:
    kept: Kept = [[] for _ in range(len(training))]
    for snapshots in training.epochs():
        for k, snapshot in snapshots.items():
            kept[k].append(snapshot)
    return kept


def alone(one: Task) -> tuple[Training, list[Snapshot]]:
    training = Training(one)
    return training, [snapshot for snapshot in training.epochs() if snapshot]


def contents(snapshots: list[Snapshot]) -> list[tuple[Any, ...]]:
    """All but the seconds, bit for bit."""
    return [
        (
            s.epoch,
            s.loss,
            s.prediction.tobytes(),
            None if s.weights is None else s.weights.tobytes(),
            s.truth_loss,
        )
        for s in snapshots
    ]


def furthest(mine: list[Snapshot], theirs: list[Snapshot]) -> float:
    """Most that a prediction differs, on any snapshot."""
    assert [s.epoch for s in mine] == [s.epoch for s in theirs]
    return max(
        float(np.abs(a.prediction - b.prediction).max()) for a, b in zip(mine, theirs, strict=True)
    )


@pytest.mark.parametrize(
    ("count", "epochs"),
    [
        (1, 1000),
        (64, 250),
        pytest.param(2, 1000, marks=pytest.mark.long),
        pytest.param(64, 1000, marks=pytest.mark.long),
    ],
)
def test_many_epochs_stay_within_the_tolerance(count: int, epochs: int) -> None:
    asked = tasks(count, f"train.epochs={epochs}", "train.snapshot_every=25")
    training = BatchedTraining(asked)
    kept = train(training)
    assert training.endings == ["complete"] * count
    assert training.epochs_done == [epochs] * count
    for k in {0, count // 2, count - 1}:
        exact, theirs = alone(asked[k])
        assert furthest(kept[k], theirs) <= TOLERANCE
        for mine, its in zip(kept[k], theirs, strict=True):
            assert mine.loss == pytest.approx(its.loss, rel=1e-4)
            assert mine.truth_loss == pytest.approx(its.truth_loss, rel=1e-3)
            assert mine.weights is not None and its.weights is not None
            assert np.abs(mine.weights - its.weights).max() <= TOLERANCE
        for name, values in exact.data.own.items():
            assert training.data(k).own[name].tobytes() == values.tobytes()
        assert training.layout(k) == exact.layout
        assert str(training.networks[k]) == str(exact.network)


@pytest.mark.parametrize("epochs", [250, pytest.param(1000, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("optimizer", "more"),
    [
        ("SGD", ("train.optimizer_args.momentum=0.9",)),
        ("Adam", ()),
        pytest.param("AdamW", (), marks=pytest.mark.long),
        ("RMSprop", ()),
    ],
)
def test_every_optimizer_stays_within_the_tolerance(
    optimizer: str, more: tuple[str, ...], epochs: int
) -> None:
    rates = (0.01, 0.02) if optimizer == "SGD" else (0.0005, 0.001)
    more = (*more, f"train.optimizer={optimizer}", f"train.epochs={epochs}")
    asked = tasks(5, *more, "train.snapshot_every=25", rates=rates)
    kept = train(BatchedTraining(asked))
    off = [furthest(mine, alone(one)[1]) for one, mine in zip(asked, kept, strict=True)]
    assert np.median(off) <= TOLERANCE
    assert max(off) <= (TOLERANCE if optimizer == "SGD" else TOLERANCE_ADAPTIVE)


OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.5, "dampening": 0.1, "weight_decay": 0.01, "maximize": True}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("Adam", {"betas": (0.8, 0.99), "weight_decay": 0.01}),
    ("Adam", {"amsgrad": True, "maximize": True}),
    ("AdamW", {"weight_decay": 0.0625}),
    ("RMSprop", {"alpha": 0.9}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.01}),
]
SHAPES = [(), (1,), (6, 4), (3, 1, 5)]
LOSSES: list[tuple[str, dict[str, Any]]] = [
    ("mse", {}),
    ("rmse", {}),
    ("mae", {}),
    ("huber", {"delta": 0.3}),
    ("smooth_l1", {"beta": 0.3}),
    ("smooth_l1", {"beta": 0}),
    ("log_cosh", {}),
]
CASES = [
    *((name, options, (6, 4), LOSSES[0]) for name, options in OPTIMIZERS),
    *(("SGD", {}, (6, 4), loss) for loss in LOSSES),
    *(("Adam", {}, shape, LOSSES[0]) for shape in SHAPES),
]


@pytest.mark.parametrize(("name", "options", "hidden", "loss"), CASES)
@pytest.mark.parametrize("kind", [torch.nn.Tanh, torch.nn.GELU])
def test_in_double_precision_the_formulas_are_torchs(
    name: str,
    options: dict[str, Any],
    hidden: tuple[int, ...],
    loss: tuple[str, dict[str, Any]],
    kind: type[torch.nn.Module],
) -> None:
    """There is no rounding there that training could make larger."""
    torch.manual_seed(1)
    rates, points = [2**-7, 2**-6, 2**-5], 11
    x, y = torch.randn(2, len(rates), points, 1, dtype=torch.float64)
    networks = []
    for _ in rates:
        parts: list[torch.nn.Module] = []
        for inputs, outputs in zip((1, *hidden), hidden, strict=False):
            parts += [torch.nn.Linear(inputs, outputs), kind()]
        parts.append(torch.nn.Linear((1, *hidden)[-1], 1))
        networks.append(torch.nn.Sequential(*parts).double())
    rows = torch.stack(
        [torch.cat([p.detach().reshape(-1) for p in n.parameters()]) for n in networks]
    )
    layout = ParameterRows(tuple(tuple(p.shape) for p in networks[0].parameters()))
    activation, rule = activation_of(kind), rule_of(name)
    assert activation is not None and rule is not None
    stack = Stack(layout, rows, [activation] * len(hidden), x, y, batched_loss(*loss))
    optimizers = [
        getattr(torch.optim, name)(network.parameters(), lr=rate, **options)
        for network, rate in zip(networks, rates, strict=True)
    ]
    flat = layout.flat(torch.tensor(rates, dtype=torch.float64)[:, None].expand_as(rows))
    known = dict(optimizers[0].defaults) | {"decoupled_weight_decay": name == "AdamW"}
    known = with_rates(known, flat)
    memory = {key: torch.zeros_like(flat) for key in state_names(name, known)}
    exact_loss = build_loss(*loss)
    for step in range(15):
        losses = stack.predict()
        for k, (network, optimizer) in enumerate(zip(networks, optimizers, strict=True)):
            value = exact_loss(network(x[k]), y[k])
            assert losses[k].item() == pytest.approx(value.item(), rel=1e-9)
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        rule(known, stack.parameters, stack.differentiate(), flat, memory, step)
    for row, network in zip(layout.rows(stack.parameters), networks, strict=True):
        theirs = torch.cat([p.detach().reshape(-1) for p in network.parameters()])
        assert torch.allclose(row, theirs, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("data.grid=37",),
        ("network.hidden=[7,5,3]", "network.activations=silu", "data.points=33"),
        ("network.hidden=[5,9]", "network.activations=gelu", "train.loss=log_cosh"),
        ("network.hidden=[6,1,6]", "train.optimizer=Adam", "data.points=1000"),
        ("network.hidden=[50,21]", "network.activations=sigmoid", "train.loss=rmse"),
        ("network.hidden=[]", "train.optimizer=RMSprop", "data.points=1"),
    ],
)
def test_no_bit_of_a_network_depends_on_the_others(more: tuple[str, ...]) -> None:
    asked = tasks(9, "train.epochs=60", *more, rates=(0.001, 0.01))
    together = train(BatchedTraining(asked))
    for some in ([4], [4, 7], [8, 7, 6, 4, 2, 0]):
        apart = train(BatchedTraining([asked[k] for k in some]))
        for k, kept in zip(some, apart, strict=True):
            assert contents(kept) == contents(together[k])


def test_one_that_is_left_out_is_trained_no_further() -> None:
    asked = tasks(3, "train.epochs=30", "train.snapshot_every=1")
    whole = train(BatchedTraining(asked))
    training = BatchedTraining(asked)
    kept: Kept = [[] for _ in asked]
    for epoch, snapshots in enumerate(training.epochs()):
        for k, snapshot in snapshots.items():
            kept[k].append(snapshot)
        if epoch == 9:
            training.leave_out(1)
    assert [len(mine) for mine in kept] == [30, 10, 30]
    assert training.endings == ["complete", None, "complete"]
    for mine, its in zip(kept, whole, strict=True):
        assert contents(mine) == contents(its[: len(mine)])


def test_delta_ends_one_network_and_leaves_the_others() -> None:
    asked = tasks(4, "train.epochs=300")
    whole = train(BatchedTraining(asked))
    delta = whole[1][30].loss * 1.001
    reaching = asked[1].train.model_copy(update={"delta": delta, "snapshot_every": 7})
    asked[1] = Task(asked[1].seed, asked[1].data, asked[1].network, reaching, asked[1].function)
    training = BatchedTraining(asked)
    kept = train(training)
    exact, theirs = alone(asked[1])
    assert training.endings == ["complete", "delta", "complete", "complete"]
    assert training.epochs_done[1] == exact.epoch == kept[1][-1].epoch < 300
    assert [s.epoch for s in kept[1]] == [s.epoch for s in theirs]
    for k in (0, 2, 3):
        assert contents(kept[k]) == contents(whole[k])


def test_divergence_of_one_network_leaves_the_others_untouched() -> None:
    asked = tasks(4, "network.activations=relu", "train.epochs=150", "train.snapshot_every=1")
    whole = train(BatchedTraining(asked))
    wild = asked[2].train.model_copy(update={"lr": 1e4})
    asked[2] = Task(asked[2].seed, asked[2].data, asked[2].network, wild, asked[2].function)
    training = BatchedTraining(asked)
    kept = train(training)
    assert training.endings == ["complete", "complete", "diverged", "complete"]
    assert [s.epoch for s in kept[2]] == list(range(training.epochs_done[2]))
    assert training.epochs_done[2] == alone(asked[2])[0].epoch
    assert all(np.isfinite(s.loss) for s in kept[2])
    for k in (0, 1, 3):
        assert contents(kept[k]) == contents(whole[k])


def test_lengths_and_snapshots_are_each_networks_own() -> None:
    asked = [
        task("seed=1", "train.epochs=20", "train.snapshot_every=3"),
        task("seed=2", "train.epochs=31", "train.snapshot_at=log", "train.snapshot_every=4"),
    ]
    training = BatchedTraining(asked)
    kept = train(training)
    for one, mine in zip(asked, kept, strict=True):
        assert furthest(mine, alone(one)[1]) < 1e-5
    assert training.epochs_done == [20, 31]


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("train.optimizer_args.momentum=0.9",),
        ("train.optimizer=Adam", "train.optimizer_args.amsgrad=true"),
        ("train.optimizer=AdamW",),
        ("train.optimizer=RMSprop", "train.optimizer_args.centered=true"),
    ],
)
def test_a_batch_that_is_cut_goes_on_bit_for_bit(more: tuple[str, ...]) -> None:
    asked = tasks(5, "train.epochs=40", "train.snapshot_every=1", *more, rates=(0.001, 0.01))
    whole = train(BatchedTraining(asked))
    first = BatchedTraining(asked)
    kept: Kept = [[] for _ in asked]
    states: dict[int, Any] = {}
    # As after kill -9 while five folders are written: two are one second ahead of the others.
    for epoch, snapshots in enumerate(first.epochs(), start=1):
        for k, snapshot in snapshots.items():
            if epoch <= (17 if k < 2 else 11):
                kept[k].append(snapshot)
        if epoch == 11:
            states |= {k: first.state(k) for k in (2, 3, 4)}
        if epoch == 17:
            states |= {k: first.state(k) for k in (0, 1)}
            break
    second = BatchedTraining(asked)
    for k, (tensors, text) in states.items():
        second.load_checkpoint(k, tensors, text)
    assert second.epochs_done == [17, 17, 11, 11, 11]
    for mine, later in zip(kept, train(second), strict=True):
        mine += later
    assert [contents(mine) for mine in kept] == [contents(its) for its in whole]
    assert second.endings == ["complete"] * 5


def test_a_state_of_something_else_is_refused() -> None:
    training = BatchedTraining(tasks(2))
    tensors, text = training.state(0)
    other = BatchedTraining(tasks(2, "network.hidden=[4]"))
    with pytest.raises(BadInput, match="other tensors"):
        other.load_checkpoint(0, tensors, text)
    for wrong in ("{}", "[", text.replace("batched", "exact"), text.replace(": 1,", ": 2,")):
        with pytest.raises(BadInput, match="doesn't fit"):
            training.load_checkpoint(0, tensors, wrong)


def test_a_grid_is_predicted_on() -> None:
    asked = tasks(3, "data.grid=37", "train.epochs=50")
    for one, mine in zip(asked, train(BatchedTraining(asked)), strict=True):
        _, theirs = alone(one)
        assert {s.prediction.shape for s in mine} == {(37,)}
        assert furthest(mine, theirs) < 1e-5
        assert mine[-1].truth_loss == pytest.approx(theirs[-1].truth_loss, rel=1e-4)


@pytest.mark.parametrize(
    ("first", "second", "part"),
    [
        ("network.hidden=[8]", "network.hidden=[9]", "network.hidden"),
        ("network.activations=relu", "network.activations=tanh", "network.activations"),
        ("data.points=10", "data.points=11", "points"),
        ("train.optimizer=SGD", "train.optimizer=Adam", "train.optimizer"),
        ("train.loss=mse", "train.loss=mae", "train.loss"),
        ("train.batch_size=10", "train.batch_size=10", "batch_size"),
        ("network.dropout=0.1", "network.dropout=0.1", "dropout"),
        ("network.activations=prelu", "network.activations=prelu", "prelu"),
        ("train.optimizer=LBFGS", "train.optimizer=LBFGS", "LBFGS"),
        ("train.clip_grad_norm=1", "train.clip_grad_norm=1", "clip"),
        ('train.scheduler={name="StepLR", step_size=3}', "seed=1", "scheduler"),
    ],
)
def test_what_cannot_be_batched_is_said_in_one_line(first: str, second: str, part: str) -> None:
    asked = [task(first), task(second)]
    reason = why_not_batched(asked)
    assert reason is not None and part in reason and "\n" not in reason
    with pytest.raises(BadInput, match="batched"):
        BatchedTraining(asked)


def test_what_can_be_batched_is() -> None:
    assert why_not_batched([task("seed=1"), task("seed=2", "train.lr=0.1", "data.noise=0")]) is None
    assert why_not_batched([task("train.batch_size=100")]) is None
    assert why_not_batched([]) is not None
