"""Trainings of several inputs and outputs are bit for bit those of plain scripts."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from support.plain_training import task, training
from torch import Tensor, nn

from fitreel.model.data.grid_places import grid_places, pixel_places
from fitreel.model.errors import BadInput
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.training.batched.loop import BatchedTraining
from fitreel.model.training.checkpoint import load_checkpoint, save_checkpoint
from fitreel.model.training.loop import Training

EPOCHS, EVERY = 12, 3
SHORT = (f"train.epochs={EPOCHS}", f"train.snapshot_every={EVERY}", "network.hidden=[8]")
Loss = Callable[[Tensor, Tensor], Tensor]


def relu_network(inputs: int, outputs: int, hidden: int = 8) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def by_hand(
    network: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_function: Loss,
    look: Callable[[nn.Module], list[Any]],
    optimizer: Any = None,
) -> list[list[Any]]:
    """Of each snapshot the loss and what `look` gives; the last one after the last step."""
    optimizer = optimizer or torch.optim.SGD(network.parameters(), lr=0.05)
    snapshots = []
    for t in range(EPOCHS + 1):
        loss = loss_function(network(x), y)
        if t % EVERY == 0 or t == EPOCHS:
            with torch.no_grad():
                snapshots.append([loss.item(), *look(network)])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return snapshots


def ours(training: Training, *metrics: str) -> list[list[Any]]:
    snapshots = [each for each in training.epochs() if each is not None]
    assert training.closing is not None
    return [
        [each.loss, each.prediction, *(each.metrics[name] for name in metrics)]
        for each in (*snapshots, training.closing)
    ]


def assert_same(mine: list[list[Any]], theirs: list[list[Any]]) -> None:
    assert len(mine) == len(theirs) == EPOCHS // EVERY + 1
    for row, other in zip(mine, theirs, strict=True):
        for value, expected in zip(row, other, strict=True):
            if isinstance(expected, Tensor):
                np.testing.assert_array_equal(value, expected.numpy(), strict=True)
            else:
                assert value == expected


def grid_of(x: Tensor, count: int = 100) -> Tensor:
    return torch.from_numpy(grid_places(x.double().numpy(), count)[0]).float()


def test_a_surface() -> None:
    torch.manual_seed(3)
    u = torch.rand(50, 2)
    x = torch.stack([-1 + 3 * u[:, 0], 0 + 0.5 * u[:, 1]], 1)
    y = (torch.sin(3 * x[:, 0]) * x[:, 1]).unsqueeze(1) + 0.2 * torch.randn(50, 1)
    network, places = relu_network(2, 1), grid_of(x, 20)
    expected = by_hand(network, x, y, F.mse_loss, lambda net: [net(places).squeeze(1)])
    formula = ("data.function=sin(3*x)*y", "data.domain=[[-1, 2], [0, 0.5]]", "data.noise=0.2")
    mine = training(*formula, "data.points=50", "data.grid=20", "seed=3", *SHORT)
    assert_same(ours(mine), expected)
    assert mine._by_hand is not None, "the faster way to the same bits"
    assert mine.data.grid_shape[1] == 20 and len(places) == math.prod(mine.data.grid_shape)
    assert [column.name for column in mine.data.inputs + mine.data.outputs] == ["x", "y", "z"]


def test_a_function_may_end_at_its_domain() -> None:
    """Around the points lies a margin, where it has no value."""
    data = training("data.function=log(x)*sqrt(y)", "data.domain=[0, 1]", "data.grid=12").data
    assert data.grid is not None and data.truth is not None
    assert data.grid.min() < 0 and torch.isfinite(data.truth).all()
    inside = ((data.grid >= data.x.amin(0)) & (data.grid <= data.x.amax(0))).all(1)
    x, y = data.grid[inside].T
    assert torch.equal(data.truth[inside, 0], torch.log(x) * torch.sqrt(y))
    edge = data.grid[:, 0] < data.x[:, 0].min()
    assert edge.any() and (data.truth[edge, 0] <= 0).all()


@pytest.mark.parametrize(
    ("function", "domain", "classes"),
    [
        ("floor(4.999*x) + 5", "[-1, 1]", 10),  # noise moves points beyond both ends
        ("floor(2*x) + 2", "[[-1, 1], [-1, 1]]", 4),  # so does the margin
        ("floor(2*sqrt(x))", "[0, 0.99]", 2),
    ],
)
def test_classes_go_on_beyond_the_domain(function: str, domain: str, classes: int) -> None:
    keys = f"data.function={function}", f"data.domain={domain}", f"data.classes={classes}"
    made = training(*keys, "data.noise=0.3", "data.points=300", *SHORT)
    truth = made.data.truth
    assert truth is not None and {*truth.tolist()} <= {*range(classes)}
    assert all(each.truth_loss is not None for each in made.epochs() if each is not None)


@pytest.mark.parametrize("loss", ["mse", "rmse", "mae", "huber", "smooth_l1", "log_cosh"])
def test_a_curve_in_the_plane_with_every_loss(loss: str) -> None:
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 30).unsqueeze(1)
    clean = [torch.cos(math.pi * x), torch.sin(math.pi * x)]
    y = torch.cat(clean, 1) + 0.1 * torch.randn(30, 2)
    functions: dict[str, Loss] = {
        "mse": F.mse_loss,
        "rmse": lambda p, y: torch.sqrt(F.mse_loss(p, y)),
        "mae": F.l1_loss,
        "huber": F.huber_loss,
        "smooth_l1": F.smooth_l1_loss,
        "log_cosh": lambda p, y: torch.mean(p - y + F.softplus(-2.0 * (p - y)) - math.log(2.0)),
    }
    expected = by_hand(relu_network(1, 2), x, y, functions[loss], lambda net: [net(x)])
    for function in ("circle", '["cos(pi*x)", "sin(pi*x)"]'):
        mine = training(f"data.function={function}", "data.points=30", f"train.loss={loss}", *SHORT)
        assert_same(ours(mine), expected)


def moons(count: int) -> tuple[Tensor, Tensor]:
    k, u = torch.arange(count) % 2, torch.rand(count)
    x = torch.where(k == 0, torch.cos(math.pi * u), 1 - torch.cos(math.pi * u))
    y = torch.where(k == 0, torch.sin(math.pi * u), 0.5 - torch.sin(math.pi * u))
    return torch.stack([x, y], 1) + 0.1 * torch.randn(count, 2), k


def test_classes() -> None:
    torch.manual_seed(0)
    x, y = moons(60)
    network, places = relu_network(2, 2), grid_of(x)

    def look(net: nn.Module) -> list[Any]:
        right = int((net(x).argmax(1) == y).sum()) / 60
        return [torch.softmax(net(places), 1), right]

    expected = by_hand(network, x, y, F.cross_entropy, look)
    mine = training("data.function=moons", "data.points=60", *SHORT)
    assert_same(ours(mine, "accuracy"), expected)
    assert mine.data.classes == ("0", "1")


@pytest.mark.parametrize(
    ("name", "classes"), [("circles", 3), ("spirals", 2), ("gaussians", 4), ("moons", 2)]
)
def test_clouds(name: str, classes: int) -> None:
    torch.manual_seed(5)
    k = torch.arange(40) % classes
    u = torch.rand(40) if name != "gaussians" else torch.zeros(40)
    if name == "circles":
        r, a = (classes - k) / classes, 2 * math.pi * u
    elif name == "spirals":
        r, a = 0.1 + 0.9 * u, 3 * math.pi * u + 2 * math.pi * k / classes
    else:
        r, a = torch.ones(40), 2 * math.pi * k / classes
    x = torch.stack([r * torch.cos(a), r * torch.sin(a)], 1)
    x = x + 0.1 * (2 * torch.rand(40, 2) - 1)
    if name == "moons":
        torch.manual_seed(5)
        x, k = moons(40)
    data = [f"data.function={name}", "data.points=40", f"data.classes={classes}", "seed=5"]
    data += [] if name == "moons" else ["data.noise_kind=uniform"]
    mine = training(*data, *SHORT).data
    assert torch.equal(mine.x, x) and torch.equal(mine.y, k)


def test_two_classes_by_one_logit_and_points_kept_aside() -> None:
    torch.manual_seed(0)
    u = torch.rand(50, 2)
    x = torch.stack([-1.0 + 2.0 * u[:, 0], -1.0 + 2.0 * u[:, 1]], 1)
    y = (x[:, 0] * x[:, 1] < 0).long()
    x = x + 0.1 * torch.randn(50, 2)
    places = grid_of(x)
    aside = torch.randperm(50)[:10].sort().values
    kept = torch.tensor([n for n in range(50) if n not in aside.tolist()])
    xv, yv = x[aside], y[aside]
    x, y = x[kept], y[kept]
    target = y.float().unsqueeze(1)
    network = relu_network(2, 1)

    def look(net: nn.Module) -> list[Any]:
        second = torch.sigmoid(net(places))
        outside = F.binary_cross_entropy_with_logits(net(xv), yv.float().unsqueeze(1)).item()
        right = [int(((net(a).squeeze(1) > 0) == b).sum()) / len(a) for a, b in ((x, y), (xv, yv))]
        return [torch.cat([1 - second, second], 1), outside, *right]

    expected = by_hand(network, x, target, F.binary_cross_entropy_with_logits, look)
    job = ("data.function=xor", "data.points=50", "data.validation=0.2", "train.loss=bce")
    mine = training(*job, *SHORT)
    assert_same(ours(mine, "val_loss", "accuracy", "val_accuracy"), expected)
    np.testing.assert_array_equal(mine.data.own["validation_x"], xv.numpy())


def test_a_table_that_is_scaled_with_some_rows_kept_aside(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(100, 30, (40, 7))
    with (tmp_path / "t.csv").open("w") as file:
        csv.writer(file).writerows([list("abcdefg"), *table.tolist()])
    torch.manual_seed(4)
    aside = torch.randperm(40)[:8].sort().values.numpy()
    kept = np.setdiff1d(np.arange(40), aside)
    torch.manual_seed(9)
    inputs, outputs = table[:, [5, 0, 1, 2, 3]], table[:, [4, 6]]
    x, y, xv = (
        torch.from_numpy((part - side[kept].mean(0)) / side[kept].std(0)).float()
        for part, side in (
            (inputs[kept], inputs), (outputs[kept], outputs), (inputs[aside], inputs),
        )
    )  # fmt: skip
    yv = torch.from_numpy((outputs[aside] - outputs[kept].mean(0)) / outputs[kept].std(0)).float()

    def r2(p: Tensor, y: Tensor) -> float:
        left = (p.double() - y.double()).square().sum(0)
        spread = (y.double() - y.double().mean(0)).square().sum(0)
        return (1 - left / spread).mean().item()

    def look(net: nn.Module) -> list[Any]:
        return [net(x), F.mse_loss(net(xv), yv).item(), r2(net(x), y), r2(net(xv), yv)]

    expected = by_hand(relu_network(5, 2), x, y, F.mse_loss, look)
    mine = training(
        f"data.file={tmp_path / 't.csv'}", 'data.inputs=["f", 1, "b", "c", "d"]',
        'data.outputs=["e", "g"]', "data.standardize=true", "data.validation=0.2",
        "data.seed=4", "seed=9", *SHORT,
    )  # fmt: skip
    assert_same(ours(mine, "val_loss", "r2", "val_r2"), expected)
    assert mine.data.own["y"].dtype == np.float64 and mine.data.own["x"].shape == (32, 5)


class Fourier(nn.Module):
    def __init__(self, inputs: int, count: int, scale: float) -> None:
        super().__init__()
        self.B = scale * torch.randn(count, inputs)

    def forward(self, x: Tensor) -> Tensor:
        z = 2 * math.pi * (x @ self.B.T)
        return torch.cat([z.cos(), z.sin()], 1)


@pytest.fixture
def picture(tmp_path: Path) -> tuple[Path, Tensor, Tensor]:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)
    imageio.v3.imwrite(tmp_path / "p.png", pixels)
    places = [((2 * c + 1 - 9) / 9, (5 - 2 * r) / 9) for r in range(6) for c in range(9)]
    y = torch.from_numpy(pixels.reshape(-1, 3).astype(np.float64) / 255).float()
    return tmp_path / "p.png", torch.tensor(places, dtype=torch.float64).float(), y


@pytest.mark.parametrize("style", ["subclass", "sequential", "add_module"])
def test_a_picture_by_fourier_features(picture: tuple[Path, Tensor, Tensor], style: str) -> None:
    file, x, y = picture
    torch.manual_seed(0)
    network = nn.Sequential(Fourier(2, 16, 3.0), *relu_network(32, 3))
    fine = torch.from_numpy(pixel_places(12, 18)).float()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    expected = by_hand(network, x, y, F.mse_loss, lambda net: [net(fine)], optimizer)
    mine = training(
        f"data.file={file}", 'network.features={name="fourier", count=16, scale=3.0}',
        "data.scale=2", f"network.style={style}", "train.optimizer=Adam", *SHORT,
    )  # fmt: skip
    assert_same(ours(mine), expected)
    assert mine._by_hand is not None and mine.data.grid_shape == (12, 18)


def test_a_picture_in_batches_by_sines(picture: tuple[Path, Tensor, Tensor]) -> None:
    file, x, y = picture
    torch.manual_seed(2)
    first, last = nn.Linear(2, 8), nn.Linear(8, 3)
    nn.init.uniform_(first.weight, -1 / 2, 1 / 2)
    nn.init.uniform_(last.weight, -math.sqrt(6 / 8) / 30, math.sqrt(6 / 8) / 30)

    def network(x: Tensor) -> Tensor:
        return last(torch.sin(30 * first(x)))  # type: ignore[no-any-return]

    parameters = [*first.parameters(), *last.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.05)
    shuffling = torch.Generator().manual_seed(2)
    expected = []
    for t in range(EPOCHS + 1):
        if t % EVERY == 0 or t == EPOCHS:
            with torch.no_grad():
                expected.append([F.mse_loss(network(x), y).item(), network(x)])
        for batch in torch.split(torch.randperm(len(x), generator=shuffling), 20):
            optimizer.zero_grad()
            F.mse_loss(network(x[batch]), y[batch]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    job = (f"data.file={file}", "network.activations=sine", "train.batch_size=20", "seed=2")
    assert_same(ours(training(*job, *SHORT)), expected)
    assert training(*job[:2], *SHORT).settings.snapshot_every == EVERY
    whole = training(*job[:2], "train.epochs=1000").settings
    assert whole.snapshot_every == 10, "100 snapshots of a picture, unless told otherwise"


OWN = """
import torch
from torch import nn

class Wide(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.first, self.last = nn.Linear(3, width), nn.Linear(width, 2)
        self.unused = nn.Linear(1, 1)

    def forward(self, x):
        return self.last(torch.tanh(self.first(x)))

def make(width):
    return Wide(width)

def nothing():
    return 3

def loss(prediction, y, power=2.0):
    torch.rand(1)
    return (prediction - y).abs().pow(power).sum(1).mean()

def a_list(prediction, y):
    return [1.0]

def rows(prediction, y):
    return (prediction - y).sum(1)

def fails(prediction, y):
    raise RuntimeError("of mine")

def constant(prediction, y):
    return torch.zeros(())
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(OWN)
    return tmp_path / "own.py"


THREE = ('data.function=["x1 + x2", "x1*x3"]', "data.points=20")


@pytest.mark.parametrize("name", ["Wide", "make"])
def test_a_network_and_a_loss_of_ones_own(own: Path, name: str) -> None:
    torch.manual_seed(0)
    u = torch.rand(20, 3)
    x = torch.stack([-1.0 + 2.0 * u[:, n] for n in range(3)], 1)
    clean = torch.stack([x[:, 0] + x[:, 1], x[:, 0] * x[:, 2]], 1)
    y = clean + 0.1 * torch.randn(20, 2)
    scope: dict[str, Any] = {"__name__": "own"}
    exec(own.read_text(), scope)
    network = scope["Wide"](6)

    def look(net: nn.Module) -> list[Any]:
        return [net(x)]

    expected = by_hand(network, x, y, lambda p, y: scope["loss"](p, y, power=3.0), look)
    job = (f"network.module={own}:{name}", "network.module_args={width=6}")
    loss = (f"train.loss={own}:loss", "train.loss_args={power=3.0}")
    mine = training(*THREE, *job, *loss, *SHORT[:2])
    assert_same(ours(mine), expected)


@pytest.mark.parametrize(
    ("key", "name", "message"),
    [
        ("network.module", "nothing", "nothing makes a int, and no torch Module"),
        ("network.module", "Wider", "has no torch Module called Wider, and no function"),
        ("network.module", "Wide", "cannot map x of shape"),
        ("train.loss", "lost", "own.py has no function called lost"),
        ("train.loss", "a_list", "gives list; one number, as a tensor, is needed"),
        ("train.loss", "rows", "gives shape (100,); one number"),
        ("train.loss", "fails", "fails on a prediction of shape (100, 1) and y of shape (100, 1)"),
        ("train.loss", "constant", "what it gives has no gradient"),
    ],
)
def test_what_is_no_network_or_loss_is_refused(
    own: Path, key: str, name: str, message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        training("data.function=x**2 - y**2", f"{key}={own}:{name}")
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "job",
    [
        ("data.function=spirals", "data.validation=0.25", 'network.features={count=4}'),
        ("data.function=xor", "train.loss=bce", "network.dropout=0.2", "train.batch_size=30"),
        ("data.function=lissajous", "data.standardize=true", "train.optimizer=Adam"),
    ],
)  # fmt: skip
def test_what_is_cut_goes_on_bit_for_bit(job: tuple[str, ...]) -> None:
    def kept(training: Training, epochs: int = EPOCHS) -> list[Any]:
        snapshots = []
        for snapshot in training.epochs():
            if snapshot is not None:
                snapshots.append(snapshot)
            if training.epoch == epochs:
                break
        return [[s.epoch, s.loss, s.prediction.tobytes(), s.metrics] for s in snapshots]

    whole = training(*job, *SHORT)
    expected = kept(whole)
    cut = training(*job, *SHORT)
    before = kept(cut, 7)
    state = save_checkpoint(cut)
    torch.rand(9)
    again = training(*job, *SHORT)
    load_checkpoint(again, *state)
    assert before + kept(again) == expected
    assert whole.closing is not None and again.closing is not None
    assert again.closing.prediction.tobytes() == whole.closing.prediction.tobytes()
    assert again.closing.metrics == whole.closing.metrics


@pytest.mark.parametrize(
    "job", [("data.points=1",), ("data.points=2", "data.validation=0.5")], ids=str
)
def test_one_class_only_is_nothing_to_learn(job: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="each is of class 0; two classes are needed"):
        training("data.function=moons", *job)


def batch(*jobs: tuple[str, ...]) -> list[list[Snapshot]]:
    batched = BatchedTraining([task(*job) for job in jobs])
    kept: list[list[Snapshot]] = [[] for _ in jobs]
    for snapshots in batched.epochs():
        for k, snapshot in snapshots.items():
            kept[k].append(snapshot)
    return kept


@pytest.mark.parametrize("loss", ["mse", "rmse", "mae", "huber", "smooth_l1", "log_cosh"])
@pytest.mark.parametrize("hidden", ["[8]", "[]"])
def test_many_at_once_are_what_each_alone_is(loss: str, hidden: str) -> None:
    for function in ('["x1*x2 + x3", "sin(x1)"]', "x*y", "heart"):
        jobs = [
            (f"data.function={function}", "data.points=33", f"train.loss={loss}", f"seed={k}",
             *SHORT[:2], f"network.hidden={hidden}", "data.noise=0.01", "network.activations=sine")
            for k in range(3)
        ]  # fmt: skip
        together = batch(*jobs)
        for k, job in enumerate(jobs):
            exact = [each for each in training(*job).epochs() if each is not None]
            for mine, its in zip(together[k], exact, strict=True):
                np.testing.assert_allclose(mine.prediction, its.prediction, atol=1e-4, rtol=1e-4)
                assert mine.loss == pytest.approx(its.loss, rel=1e-3)
                assert {*mine.metrics} == {"r2"} == {*its.metrics}
                assert mine.metrics["r2"] == pytest.approx(its.metrics["r2"], abs=1e-3, rel=1e-3)
    alone = [[s.prediction.tobytes(), s.metrics] for s in batch(jobs[1])[0]]
    assert [[s.prediction.tobytes(), s.metrics] for s in together[1]] == alone


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ("data.function=xor", "train.loss: cross_entropy can't be batched; mse, rmse, mae"),
        ("network.features={count=3}", "network.features can't be batched"),
        ("data.validation=0.2", "data.validation can't be batched"),
    ],
)
def test_what_cannot_be_batched_is_refused_by_its_name(job: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        BatchedTraining([task(job)])
    assert message in str(caught.value)
    with pytest.raises(BadInput, match="the inputs and outputs must be the same"):
        BatchedTraining([task("data.function=x*y"), task("data.function=heart")])
