"""The engine by hand gives a plain loop's bits, or stands aside."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from support.plain_training import training
from torch import Tensor

from fitreel.model.training import manual_backward as exact
from fitreel.model.training.checkpoint import load_checkpoint, save_checkpoint
from fitreel.model.training.loop import Training

LOSSES: dict[str, Any] = {
    "mse": torch.nn.functional.mse_loss,
    "mae": torch.nn.functional.l1_loss,
    "huber": torch.nn.functional.huber_loss,
    "smooth_l1": torch.nn.functional.smooth_l1_loss,
    "rmse": lambda p, y: torch.sqrt(torch.nn.functional.mse_loss(p, y)),
}
ACTIVATIONS = {
    "relu": torch.nn.ReLU,
    "sigmoid": torch.nn.Sigmoid,
    "tanh": torch.nn.Tanh,
    "leaky_relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU,
    "gelu": torch.nn.GELU,
    "silu": torch.nn.SiLU,
    "softplus": torch.nn.Softplus,
    "identity": torch.nn.Identity,
    "mish": torch.nn.Mish,
}


def plain(
    hidden: list[int],
    activation: str,
    loss: str = "mse",
    seed: int = 0,
    points: int = 100,
    epochs: int = 60,
    optimizer: str = "SGD",
    lr: float = 0.05,
    **arguments: Any,
) -> list[tuple[float, bytes, bytes]]:
    """Loss, prediction and weights before each step of a loop as anybody writes it."""
    torch.manual_seed(seed)
    x = torch.linspace(-1, 1, points).unsqueeze(1)
    y = x.pow(3) + 0.1 * torch.randn(x.size())
    layers: list[torch.nn.Module] = []
    width = 1
    for neurons in hidden:
        layers += [torch.nn.Linear(width, neurons), ACTIVATIONS[activation]()]
        width = neurons
    network = torch.nn.Sequential(*layers, torch.nn.Linear(width, 1))
    steps = getattr(torch.optim, optimizer)(network.parameters(), lr=lr, **arguments)
    kept = []
    for _ in range(epochs):
        prediction = network(x)
        value = LOSSES[loss](prediction, y)
        weights = torch.cat([p.detach().reshape(-1) for p in network.parameters()])
        kept.append((value.item(), prediction.detach().numpy().tobytes(), bits(weights.numpy())))
        steps.zero_grad()
        value.backward()
        steps.step()
    return kept


def bits(values: NDArray[np.float32] | None) -> bytes:
    assert values is not None
    return values.tobytes()


def ours(*assignments: str, epochs: int = 60) -> tuple[Training, list[tuple[float, bytes, bytes]]]:
    started = training(f"train.epochs={epochs}", "train.snapshot_every=1", *assignments)
    # All are kept until the end: none may be a view of memory that the next epoch overwrites.
    snapshots = [snapshot for snapshot in started.epochs() if snapshot]
    return started, [(s.loss, bits(s.prediction), bits(s.weights)) for s in snapshots]


def is_by_hand(started: Training) -> bool:
    return started._by_hand is not None


@pytest.mark.parametrize("hidden", [[], [1], [32, 32], [7, 5, 3]])
@pytest.mark.parametrize("points", [1, 100, 1000])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_every_shape_has_the_bits_of_a_plain_loop(
    hidden: list[int], points: int, activation: str
) -> None:
    started, kept = ours(
        f"network.hidden={hidden}", f"data.points={points}", f"network.activations={activation}"
    )
    assert kept == plain(hidden, activation, points=points)
    assert is_by_hand(started)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("style", ["sequential", "subclass"])
def test_every_activation_has_the_bits_of_a_plain_loop(activation: str, style: str) -> None:
    started, kept = ours(
        "network.hidden=[9,6]",
        f"network.activations={activation}",
        f"network.style={style}",
        "seed=5",
    )
    assert kept == plain([9, 6], activation, seed=5)
    assert is_by_hand(started) == (activation != "mish")


def test_a_torch_without_its_private_call_has_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(torch, "_foreach_add_")
    started, kept = ours("network.hidden=[9,6]", "network.activations=tanh", "seed=5")
    assert kept == plain([9, 6], "tanh", seed=5)
    assert is_by_hand(started)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_has_the_bits_of_a_plain_loop(loss: str) -> None:
    started, kept = ours(
        "network.hidden=[8,8]", "network.activations=tanh", f"train.loss={loss}", "seed=7"
    )
    assert kept == plain([8, 8], "tanh", loss, seed=7)
    assert is_by_hand(started)


@pytest.mark.parametrize(
    ("optimizer", "arguments"),
    [
        ("SGD", {"momentum": 0.9, "nesterov": True}),
        ("SGD", {"weight_decay": 0.01}),
        ("Adam", {}),
        ("AdamW", {}),
        ("RMSprop", {"momentum": 0.5}),
    ],
)
def test_optimizers_have_the_bits_of_a_plain_loop(
    optimizer: str, arguments: dict[str, Any]
) -> None:
    more = [
        f"train.weight_decay={value}"
        if key == "weight_decay"
        else f"train.optimizer_args.{key}={str(value).lower()}"
        for key, value in arguments.items()
    ]
    started, kept = ours(
        "network.hidden=[16,16]",
        "network.activations=sigmoid",
        f"train.optimizer={optimizer}",
        "train.lr=0.01",
        "seed=2",
        *more,
    )
    assert kept == plain([16, 16], "sigmoid", seed=2, optimizer=optimizer, lr=0.01, **arguments)
    assert is_by_hand(started)


@pytest.mark.parametrize(
    "assignments",
    [
        ("network.dropout=0.1",),
        ("network.batch_norm=true",),
        ("train.batch_size=10",),
        ("train.optimizer=LBFGS",),
        ("network.activations=prelu",),
    ],
)
def test_what_is_not_known_by_hand_is_left_to_autograd(assignments: tuple[str, ...]) -> None:
    started, kept = ours(*assignments, epochs=3)
    assert len(kept) == 3 and not is_by_hand(started)


def wrong_bits(kind: type[torch.nn.Module]) -> exact.Activation:
    """An activation whose backward kernel is off by a rounding."""
    known = activation_of(kind)
    assert known is not None

    def backward(g: Tensor, kept: Tensor) -> None:
        known.backward(g, kept)
        g.mul_(1 + 2e-7)

    return exact.Activation(known.forward, backward, known.keeps_result)


def no_kernel(kind: type[torch.nn.Module]) -> exact.Activation:
    raise AttributeError("'_OpNamespace' 'aten' object has no attribute 'threshold_backward'")


def fails_when_called(kind: type[torch.nn.Module]) -> exact.Activation:
    def backward(g: Tensor, kept: Tensor) -> None:
        raise RuntimeError("expected other arguments")

    return exact.Activation(lambda z, out: torch.relu(z), backward, True)


activation_of = exact.activation_of


@pytest.mark.parametrize("broken", [wrong_bits, no_kernel, fails_when_called])
def test_a_way_by_hand_that_differs_is_not_taken(
    broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "activation_of", broken)
    started, kept = ours("network.hidden=[32,32]", "network.activations=relu")
    assert not is_by_hand(started)
    assert kept == plain([32, 32], "relu")


def test_trying_it_uses_no_randomness_and_changes_no_weight() -> None:
    started = training()
    before = torch.get_rng_state(), [p.detach().clone() for p in started.network.parameters()]
    assert started._try_by_hand() is not None
    assert torch.equal(torch.get_rng_state(), before[0])
    for parameter, was in zip(started.network.parameters(), before[1], strict=True):
        assert torch.equal(parameter, was) and parameter.grad is None


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("cut", [1, 23])
def test_a_training_that_is_cut_goes_on_with_the_same_bits(optimizer: str, cut: int) -> None:
    asked = (f"train.optimizer={optimizer}", "train.lr=0.01", "train.snapshot_every=1")
    first = training(*asked, "train.epochs=60")
    kept = []
    for snapshot in first.epochs():
        assert snapshot is not None
        kept.append((snapshot.loss, bits(snapshot.prediction), bits(snapshot.weights)))
        if len(kept) == cut:
            break
    tensors, tree = save_checkpoint(first)
    second = training(*asked, "train.epochs=60")
    load_checkpoint(second, tensors, tree)
    for snapshot in second.epochs():
        assert snapshot is not None
        kept.append((snapshot.loss, bits(snapshot.prediction), bits(snapshot.weights)))
    assert is_by_hand(first) and is_by_hand(second)
    assert kept == ours(*asked)[1]


def test_divergence_is_found_at_the_epoch_of_a_plain_loop() -> None:
    wild = ("network.activations=relu", "train.lr=1e4")
    started, kept = ours(*wild, epochs=200)
    assert is_by_hand(started) and started.ending == "diverged"
    expected = plain([32, 32], "relu", lr=1e4, epochs=200)
    finite = next(t for t, (loss, _, _) in enumerate(expected) if not math.isfinite(loss))
    assert kept == expected[:finite] and started.epoch == finite
