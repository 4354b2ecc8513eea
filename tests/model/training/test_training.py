"""Training does what a plain loop does, for everything that a job can name."""

import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support.plain_training import training
from support.program import ROOT, Fitreel, train_here

from fitreel.model.errors import BadInput, Unavailable
from fitreel.model.settings import NetworkSettings, TrainSettings
from fitreel.model.training.checkpoint import load_checkpoint, save_checkpoint
from fitreel.model.training.devices import choose_device
from fitreel.model.training.network import activation_class, build_network
from fitreel.model.training.optimizers import REFUSED_OPTIMIZERS, optimizer_names
from fitreel.model.training.schedulers import REFUSED_SCHEDULERS, scheduler_names
from fitreel.model.training.snapshot_schedule import snapshot_epochs


def plain(
    network: torch.nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    optimizer: Any,
    epochs: int,
    loss_function: Any = torch.nn.functional.mse_loss,
    scheduler: Any = None,
) -> list[float]:
    losses = []
    for _ in range(epochs):
        loss = loss_function(network(x), y)
        losses.append(loss.item())
        if isinstance(optimizer, torch.optim.LBFGS):

            def closure() -> torch.Tensor:
                optimizer.zero_grad()
                again: torch.Tensor = loss_function(network(x), y)
                again.backward()
                return again

            optimizer.step(closure)
        else:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            scheduler.step(losses[-1])
        elif scheduler is not None:
            scheduler.step()
    return losses


def demo_by_hand(seed: int = 0) -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    x = torch.linspace(-1, 1, 100).unsqueeze(1)
    y = x.pow(3) + 0.1 * torch.randn(x.size())
    network = torch.nn.Sequential(
        torch.nn.Linear(1, 32),
        torch.nn.ReLU(),
        torch.nn.Linear(32, 32),
        torch.nn.Sigmoid(),
        torch.nn.Linear(32, 1),
    )
    return network, x, y


USABLE = [name for name in optimizer_names() if name not in REFUSED_OPTIMIZERS and name != "Muon"]


@pytest.mark.parametrize("name", USABLE)
def test_every_optimizer_trains_as_in_a_plain_loop(name: str) -> None:
    ours = training(
        f"train.optimizer={name}", "train.lr=0.01", "train.epochs=12", "train.snapshot_every=1"
    )
    losses = [snapshot.loss for snapshot in ours.epochs() if snapshot]
    network, x, y = demo_by_hand()
    optimizer = getattr(torch.optim, name)(network.parameters(), lr=0.01)
    assert losses == plain(network, x, y, optimizer, 12)


@pytest.mark.parametrize("name", [*REFUSED_OPTIMIZERS, "Muon", "Adamm", "Optimizer"])
def test_an_optimizer_that_cannot_train_this_is_refused_by_name(name: str) -> None:
    with pytest.raises(BadInput, match=name):
        training(f"train.optimizer={name}")


NEEDED = {
    "StepLR": {"step_size": 5},
    "MultiStepLR": {"milestones": [3, 9]},
    "ExponentialLR": {"gamma": 0.9},
    "CosineAnnealingLR": {"T_max": 10},
    "CosineAnnealingWarmRestarts": {"T_0": 5},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1},
    "OneCycleLR": {"max_lr": 0.1},
    "PolynomialLR": {},
    "LinearLR": {},
    "ConstantLR": {},
    "ReduceLROnPlateau": {"patience": 2},
}


@pytest.mark.parametrize("name", [n for n in scheduler_names() if n not in REFUSED_SCHEDULERS])
def test_every_scheduler_steps_as_in_a_plain_loop(name: str) -> None:
    arguments = NEEDED[name]
    text = ", ".join(
        f"{key} = {value}" for key, value in {"name": f'"{name}"', **arguments}.items()
    )
    ours = training(f"train.scheduler={{ {text} }}", "train.epochs=30", "train.snapshot_every=1")
    losses = [snapshot.loss for snapshot in ours.epochs() if snapshot]
    network, x, y = demo_by_hand()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    extra = {"total_steps": 30} if name == "OneCycleLR" else {}
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **arguments, **extra)
    assert losses == plain(network, x, y, optimizer, 30, scheduler=scheduler)


@pytest.mark.parametrize("name", [*REFUSED_SCHEDULERS, "StepLRR"])
def test_a_scheduler_that_cannot_be_used_is_refused_by_name(name: str) -> None:
    with pytest.raises(BadInput, match=name):
        training(f'train.scheduler={{ name = "{name}" }}')


@pytest.mark.parametrize(
    ("assignment", "part"),
    [
        ("train.optimizer_args.momentun=0.9", 'did you mean "momentum"'),
        ("train.optimizer_args.lr=0.9", "train.lr"),
        ("train.optimizer_args.momentum=-1", "momentum"),
        ("train.scheduler={step_size=3}", "name"),
        ('train.scheduler={name="StepLR"}', "step_size"),
        ('train.scheduler={name="StepLR", stepsize=3}', 'did you mean "step_size"'),
        ('train.scheduler={name="StepLR", step_size="a"}', "StepLR"),
        ('train.scheduler={name="OneCycleLR", max_lr=0.1, total_steps=9}', "total_steps"),
        ('train.optimizer_args={momentum="much"}', "SGD"),
        ("train.loss_args.delta=1", "takes none"),
        ("network.activations=rellu", "rellu"),
        ("network.activations=MultiheadAttention", "MultiheadAttention"),
        ("network.init=xavier", "xavier"),
    ],
)
def test_what_torch_does_not_know_is_named(assignment: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        training(assignment)
    assert part in str(caught.value)


def test_a_device_that_is_not_here_is_unavailable() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    with pytest.raises(Unavailable, match="cuda:1"):
        training("train.device=cuda:1")


def test_workers_of_a_machine_take_its_gpus_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices that are pretended: four of them, for six workers."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)

    def chosen(name: str, number: str = "") -> str:
        monkeypatch.setenv("FITREEL_WORKER", number)
        return str(choose_device(name, 10**9)[0])

    assert [chosen("cuda", str(n)) for n in range(6)] == [f"cuda:{n % 4}" for n in range(6)]
    assert chosen("auto", "3") == "cuda:3" and chosen("cuda") == "cuda"
    assert chosen("cuda:1", "3") == "cuda:1" and chosen("cpu", "3") == "cpu"


def test_delta_stops_where_a_plain_loop_reaches_it(tmp_path: Path) -> None:
    network, x, y = demo_by_hand()
    losses = plain(network, x, y, torch.optim.SGD(network.parameters(), lr=0.05), 1500)
    delta = losses[703]
    expected = next(t for t, loss in enumerate(losses) if loss <= delta)
    assert 0 < expected < 1499 and expected % 5
    run = train_here(tmp_path, f"train.delta={delta}")
    assert (run.ending, run.ending_epoch) == ("delta", expected)
    assert run.epochs[-1] == expected and run.losses[-1] == np.float32(losses[expected])
    assert run.epochs[:-1].tolist() == list(range(0, expected, 5))


def test_delta_reached_at_once_keeps_that_one_snapshot(tmp_path: Path) -> None:
    run = train_here(tmp_path, "train.delta=1000")
    assert (run.ending, run.ending_epoch, len(run)) == ("delta", 0, 1)


def test_divergence_keeps_what_came_before(tmp_path: Path) -> None:
    run = train_here(
        tmp_path,
        "train.lr=1e4",
        'network.activations="relu"',
        "train.epochs=200",
        "train.snapshot_every=1",
    )
    assert run.ending == "diverged" and run.ending_epoch is not None
    assert run.epochs.tolist() == list(range(run.ending_epoch + 1))
    assert np.isfinite(run.losses[:-1]).all() and run.closing == run.ending_epoch
    assert not np.isfinite(run.losses[-1])


LOSSES = {
    "mse": lambda p, y: ((p - y) ** 2).mean(),
    "rmse": lambda p, y: ((p - y) ** 2).mean().sqrt(),
    "mae": lambda p, y: (p - y).abs().mean(),
    "huber": lambda p, y: torch.where(
        (p - y).abs() < 1, 0.5 * (p - y) ** 2, (p - y).abs() - 0.5
    ).mean(),
    "smooth_l1": lambda p, y: torch.where(
        (p - y).abs() < 1, 0.5 * (p - y) ** 2, (p - y).abs() - 0.5
    ).mean(),
    "log_cosh": lambda p, y: torch.log(torch.cosh((p - y).double())).mean(),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_what_their_names_say(name: str) -> None:
    ours = training(f"train.loss={name}", "train.epochs=40", "train.snapshot_every=1")
    y = ours.data.y
    for snapshot in ours.epochs():
        assert snapshot is not None
        prediction = torch.from_numpy(snapshot.prediction).unsqueeze(1)
        assert snapshot.loss == pytest.approx(LOSSES[name](prediction, y).item(), rel=1e-4)
        assert snapshot.truth_loss == pytest.approx(
            LOSSES[name](prediction, ours.data.x**3).item(), rel=1e-4
        )


@pytest.mark.parametrize("style", ["subclass", "sequential", "add_module"])
@pytest.mark.parametrize(
    "network",
    [
        {"hidden": ()},
        {"hidden": (5,)},
        {"hidden": (4, 3, 2), "activations": "tanh"},
        {"hidden": (8, 8), "dropout": 0.5},
        {"hidden": (8, 8), "batch_norm": True},
        {"hidden": (6,), "activations": ("prelu",)},
        {"hidden": (6, 6), "activations": "rrelu"},
        {"hidden": (6, 6), "init": "xavier_uniform"},
        {"hidden": (6, 6), "activations": "gelu"},
    ],
)
def test_styles_agree_bit_for_bit(style: str, network: dict[str, Any]) -> None:
    def outputs(kind: str) -> bytes:
        torch.manual_seed(3)
        built = build_network(NetworkSettings(style=kind, **network))  # type: ignore[arg-type]
        x = torch.linspace(-1, 1, 20).unsqueeze(1)
        values: bytes = built(x).detach().numpy().tobytes()
        return values

    assert outputs(style) == outputs("add_module")


def test_every_elementwise_activation_of_torch_is_there() -> None:
    x = torch.linspace(-1, 1, 6).reshape(3, 2)
    for name in (
        "relu",
        "sigmoid",
        "tanh",
        "gelu",
        "silu",
        "elu",
        "selu",
        "celu",
        "leaky_relu",
        "LeakyReLU",
        "softplus",
        "softsign",
        "mish",
        "hardtanh",
        "relu6",
        "logsigmoid",
        "hardswish",
        "tanhshrink",
        "identity",
    ):
        assert activation_class(name)()(x).shape == x.shape


@pytest.mark.parametrize(
    "assignments",
    [
        ("train.optimizer=Adam", "train.batch_size=30", "network.dropout=0.2"),
        ("train.optimizer=LBFGS", "train.lr=0.1"),
        (
            "train.optimizer=SGD",
            "train.optimizer_args.momentum=0.9",
            "network.batch_norm=true",
            'train.scheduler={name="OneCycleLR", max_lr=0.1}',
        ),
        ("train.optimizer=RMSprop", 'train.scheduler={name="ReduceLROnPlateau", patience=1}'),
    ],
)
def test_a_state_goes_on_bit_for_bit(assignments: tuple[str, ...]) -> None:
    asked = (*assignments, "train.epochs=40", "train.snapshot_every=1", "train.clip_grad_norm=1.0")
    whole = [s.prediction.tobytes() for s in training(*asked).epochs() if s]
    first = training(*asked)
    cut = []
    for snapshot in first.epochs():
        assert snapshot is not None
        cut.append(snapshot.prediction.tobytes())
        if len(cut) == 17:
            break
    tensors, tree = save_checkpoint(first)
    torch.manual_seed(999)
    second = training(*asked)
    load_checkpoint(second, tensors, tree)
    cut += [s.prediction.tobytes() for s in second.epochs() if s]
    assert cut == whole


def test_a_batch_size_of_all_points_is_the_full_batch() -> None:
    def losses(*more: str) -> list[float]:
        ours = training("train.epochs=10", "train.snapshot_every=1", *more)
        return [snapshot.loss for snapshot in ours.epochs() if snapshot]

    assert losses("train.batch_size=100") == losses()
    assert losses("train.batch_size=10") != losses()


def test_a_grid_is_predicted_on_and_does_not_change_training() -> None:
    plainly = [s.loss for s in training("train.epochs=50").epochs() if s]
    ours = training("train.epochs=50", "data.grid=37")
    gridded = [s for s in ours.epochs() if s]
    assert [s.loss for s in gridded] == plainly
    assert {s.prediction.shape for s in gridded} == {(37,)}
    assert len(ours.data.own["grid"]) == len(ours.data.own["truth"]) == 37


def test_data_seed_holds_the_data_while_the_seed_varies_the_network() -> None:
    first, second = (training("data.seed=7", f"seed={seed}") for seed in (1, 2))
    assert torch.equal(first.data.y, second.data.y)
    weights = [next(iter(t.network.parameters())) for t in (first, second)]
    assert not torch.equal(*weights)
    torch.manual_seed(7)
    x = torch.linspace(-1, 1, 100).unsqueeze(1)
    assert torch.equal(first.data.y, x.pow(3) + 0.1 * torch.randn(x.size()))
    torch.manual_seed(1)
    assert torch.equal(weights[0], torch.nn.Linear(1, 32).weight)


def test_uniform_noise_stays_within_its_width() -> None:
    data = training("data.noise_kind=uniform", "data.noise=0.3", "data.points=1000").data
    errors = (data.y - data.x**3).abs()
    assert 0.25 < errors.max() <= 0.3 + 1e-6


@given(epochs=st.integers(1, 5000), every=st.integers(1, 300))
@settings(max_examples=80, deadline=None)
def test_log_snapshots_begin_at_0_end_at_the_last_epoch_and_are_as_many(
    epochs: int, every: int
) -> None:
    even = snapshot_epochs(TrainSettings(epochs=epochs, snapshot_every=every))
    log = snapshot_epochs(TrainSettings(epochs=epochs, snapshot_every=every, snapshot_at="log"))
    assert even.tolist() == list(range(0, epochs, every))
    assert log[0] == 0 and len(log) == len(even)
    gaps = np.diff(log)
    assert (gaps > 0).all()
    assert (np.diff(gaps) >= -1).all()  # ever wider, but for rounding
    if len(even) > 1:
        assert log[-1] == epochs - 1


@pytest.mark.parametrize(
    ("epochs", "every"), [(3000, 10), (10_000_000, 10), (100_000_000, 100), (5000, 1), (7, 2)]
)
def test_log_snapshots_of_long_trainings(epochs: int, every: int) -> None:
    log = snapshot_epochs(TrainSettings(epochs=epochs, snapshot_every=every, snapshot_at="log"))
    assert len(np.unique(log)) == len(log) == len(range(0, epochs, every))
    assert (log[0], log[-1]) == (0, epochs - 1)


MODULE = """
import torch
class Wave(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.amplitude = torch.nn.Parameter(torch.ones(1))
    def forward(self, x):
        return self.amplitude * torch.sin(3 * x)
class Wrong(torch.nn.Linear):
    def __init__(self):
        super().__init__(1, 2)
class Fails(torch.nn.Module):
    def __init__(self):
        raise RuntimeError("no")
"""


def test_a_network_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(MODULE)
    run = train_here(
        tmp_path,
        f"network.module={file}:Wave",
        "data.function=2*sin(3*x)",
        "train.epochs=300",
        "train.lr=0.5",
        "data.noise=0",
    )
    assert run.losses[-1] < 1e-6
    for name, part in (("Wrong", "(N, 1)"), ("Fails", "no"), ("Missing", "Missing")):
        with pytest.raises(BadInput) as caught:
            training(f"network.module={file}:{name}")
        assert part in str(caught.value)
    with pytest.raises(BadInput):
        training(f"network.module={tmp_path}/missing.py:Wave")


def test_rising_memory_is_refused_not_killed() -> None:
    with pytest.raises(BadInput, match="memory"):
        training("network.hidden=[65536, 65536, 65536]")


def test_nothing_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for snapshot in training("train.epochs=3", "data.points=1").epochs():
            assert snapshot is None or math.isfinite(snapshot.loss)


def test_the_demo_trains_without_what_torch_compiles_with() -> None:
    """The first optimizer that is made imports torch._dynamo, which takes a second."""
    code = (
        "import sys; from pathlib import Path; from support.program import train_here\n"
        "assert train_here(Path(sys.argv[1]), 'train.epochs=10').ending == 'complete'\n"
        "assert 'torch' in sys.modules and 'torch._dynamo' not in sys.modules"
    )
    tests = ROOT / "tests"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", code, folder], cwd=tests, check=True, timeout=60)


@pytest.mark.parametrize(
    "more", [("train.optimizer_args.dampening=0",), ("train.weight_decay=0.0",)]
)
def test_plain_descent_is_the_same_with_an_optimizer_of_torchs(more: tuple[str, ...]) -> None:
    asked = ("train.epochs=30", "train.snapshot_every=1")
    mine, theirs = training(*asked), training(*asked, "train.optimizer_args.momentum=0.0", *more)
    assert mine.optimizer is None and theirs.optimizer is not None
    for a, b in zip(mine.epochs(), theirs.epochs(), strict=True):
        assert a is not None and b is not None and a.weights is not None and b.weights is not None
        assert a.loss == b.loss and a.weights.tobytes() == b.weights.tobytes()


def test_a_record_from_when_plain_descent_had_an_optimizer_goes_on() -> None:
    asked = ("train.epochs=30", "train.snapshot_every=1")
    older = training(*asked, "train.optimizer_args.momentum=0.0")
    epochs = older.epochs()
    for _ in range(10):
        next(epochs)
    tensors, tree = save_checkpoint(older)
    assert '"optimizer", {"dict"' in tree
    going_on = training(*asked)
    load_checkpoint(going_on, tensors, tree)
    kept = [snapshot for snapshot in going_on.epochs() if snapshot]
    whole = [snapshot for snapshot in training(*asked).epochs() if snapshot]
    assert [snapshot.loss for snapshot in kept] == [snapshot.loss for snapshot in whole[10:]]
    adam = training(*asked, "train.optimizer=Adam")
    next(adam.epochs())
    with pytest.raises(BadInput, match="another optimizer"):
        load_checkpoint(training(*asked), *save_checkpoint(adam))


@pytest.mark.parametrize(
    "assignments",
    [
        ("train.lr=1e308",),
        ("train.weight_decay=1e300",),
        ("train.optimizer=Adam", "train.lr=1e300"),
    ],
)
def test_numbers_that_no_step_can_hold_are_refused(
    fitreel: Fitreel, assignments: tuple[str, ...]
) -> None:
    sets = [part for text in assignments for part in ("--set", text)]
    done = fitreel("train", *sets, "--set", "train.epochs=5", "-q")
    assert done.returncode in (0, 65), done
    assert len(done.stderr.splitlines()) == (done.returncode == 65)
    if done.returncode:
        assert "too large" in done.stderr or "can't take a step" in done.stderr
