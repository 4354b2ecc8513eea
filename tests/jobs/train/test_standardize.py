"""Points in their own units: what the network sees, what is recorded, and what is said."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from support.plain_training import task, training
from support.program import Fitreel, train_here

import fitreel as public
from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.model.data.scaling import standardized
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.training.batched.loop import BatchedTraining

MINUTES = np.arange(41) / 2
CELSIUS = np.round(20 + 60 * np.exp(-MINUTES / 8), 2)
COFFEE = "minutes,temp (°C)\n" + "".join(
    f"{a},{b}\n" for a, b in zip(MINUTES, CELSIUS, strict=True)
)
SMALL = ("train.epochs=20", "network.hidden=[6]")
SCALED = ("data.standardize=true", *SMALL)


def sets(*assignments: str) -> list[str]:
    return [part for each in assignments for part in ("--set", each)]


@pytest.fixture(scope="module")
def coffee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("coffee") / "coffee.csv"
    path.write_text(COFFEE)
    return path


@pytest.fixture(scope="module")
def run(coffee: Path) -> Record:
    """Trained on scaled minutes and degrees."""
    return train_here(coffee.parent, f"data.file={coffee}", "data.grid=9", *SCALED)


def plain(
    x: NDArray[np.float64], y: NDArray[np.float64], at: NDArray[np.float64], loss_name: str = "mse"
) -> tuple[list[float], list[NDArray[np.float32]]]:
    """Losses and predictions of a plain script that scales its points, whose seed is set."""
    seen = torch.from_numpy((x - x.mean()) / x.std()).float().unsqueeze(1)
    target = torch.from_numpy((y - y.mean()) / y.std()).float().unsqueeze(1)
    places = torch.from_numpy((at - x.mean()) / x.std()).float().unsqueeze(1)
    network = torch.nn.Sequential(torch.nn.Linear(1, 6), torch.nn.ReLU(), torch.nn.Linear(6, 1))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    losses, predictions = [], []
    for epoch in range(21):
        prediction = network(seen)
        error = prediction - target
        loss = {"mse": error.pow(2).mean(), "mae": error.abs().mean()}[loss_name]
        if epoch % 5 == 0:
            losses.append(loss.item())
            predictions.append(network(places).detach().numpy().ravel())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses, predictions


def test_a_file_is_trained_as_a_plain_script_does_that_scales_it(run: Record) -> None:
    torch.manual_seed(0)
    at = torch.linspace(0, 20, 9, dtype=torch.float64).numpy()
    losses, predictions = plain(MINUTES, CELSIUS, at)
    assert run.losses.dtype == np.float32 and run.losses.tolist() == losses
    assert np.array_equal(run.x, MINUTES) and np.array_equal(run.y, CELSIUS)
    assert run.grid is not None and np.array_equal(run.grid, at)
    along = run.header.outputs[0]
    assert (along.name, along.scale, along.offset) == ("temp (°C)", CELSIUS.std(), CELSIUS.mean())
    for snapshot, prediction in zip(run.snapshots(), predictions, strict=True):
        expected = prediction.astype(np.float64) * CELSIUS.std() + CELSIUS.mean()
        assert snapshot.prediction.dtype == np.float64
        assert snapshot.prediction.tobytes() == expected.tobytes()


@pytest.mark.parametrize("engine", ["exact", "batched"])
def test_a_domain_that_float32_merges_is_trained_as_a_plain_script_does(engine: str) -> None:
    keys = ("data.domain=[1709600000, 1709600060]", "data.function=sin(x / 9)", "data.noise=0.3",
            "data.points=61", "train.loss=mae", *SCALED)  # fmt: skip
    torch.manual_seed(0)
    x = torch.linspace(1709600000, 1709600060, 61, dtype=torch.float64)
    y = (torch.sin(x / 9.0).unsqueeze(1) + 0.3 * torch.randn(61, 1)).squeeze(1)
    losses, predictions = plain(x.numpy(), y.numpy(), x.numpy(), "mae")
    assert not resolve_job(load_job(DEMO, keys)).warnings
    if engine == "batched":
        unscaled = (*keys[1:4], "train.loss=mae", *SMALL)
        batch = BatchedTraining([task(*keys), task(*unscaled)])
        snapshots = [each[0] for each in batch.epochs() if 0 in each]
        assert [batch.data(k).inputs[0].is_scaled for k in (0, 1)] == [True, False]
        assert np.allclose([each.loss for each in snapshots], losses[:-1], rtol=1e-4)
        return
    ours = training(*keys)
    snapshots = [each for each in ours.epochs() if each is not None]
    assert [each.loss for each in snapshots] == losses[:-1]
    assert ours.closing is not None and ours.closing.loss == losses[-1]
    assert all(
        np.array_equal(a.prediction, b) for a, b in zip(snapshots, predictions, strict=False)
    )
    own = ours.data.own
    assert own["x"].tobytes() == x.numpy().tobytes() and own["y"].tobytes() == y.numpy().tobytes()
    assert own["truth"].tobytes() == torch.sin(x / 9.0).numpy().tobytes()


def test_numbers_too_large_or_small_to_be_squared_are_scaled() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.5])
    column = standardized("y", values)
    for factor in (2.0**-600, 2.0**900):
        other = standardized("y", values * factor)
        assert (other.scale, other.offset) == (column.scale * factor, column.offset * factor)
        assert np.array_equal(other.scaled(values * factor), column.scaled(values))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (('data.inputs=["a"]', 'data.outputs=["b"]'), "data.standardize: b is 5 at every point"),
        (('data.inputs=["b"]', 'data.outputs=["a"]'), "data.standardize: b is 5 at every point"),
    ],
)
def test_a_constant_column_is_refused(tmp_path: Path, keys: tuple[str, ...], message: str) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,5\n2,5\n3,5\n")
    job = load_job(DEMO, [f"data.file={tmp_path / 'a.csv'}", *keys, *SCALED])
    with pytest.raises(BadInput, match=message):
        resolve_job(job)


def test_a_constant_formula_is_refused() -> None:
    with pytest.raises(BadInput, match="y is 2 at every point, which can't be scaled; leave out"):
        training('data.function="2"', "data.noise=0", *SCALED)


def test_only_a_job_that_scales_has_another_fingerprint(coffee: Path) -> None:
    def fingerprint(*keys: str) -> str:
        return resolve_job(load_job(DEMO, [f"data.file={coffee}", *keys])).fingerprint

    assert fingerprint() == fingerprint("data.standardize=false") != fingerprint(SCALED[0])


def test_all_that_leaves_a_record_is_in_the_file_s_units(
    fitreel: Fitreel, tmp_path: Path, run: Record
) -> None:
    for name in ("a.npz", "a.csv"):
        assert fitreel("export", str(run.path), "-o", name).returncode == 0
    last = list(run.snapshots())[-1].prediction
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["prediction"].dtype == np.float64
        assert arrays["prediction"][-1].tobytes() == last.tobytes()
        assert np.array_equal(arrays["y"], CELSIUS)
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))[-9:]
    assert [float(row["prediction"]) for row in rows] == last.tolist()
    assert rows[0]["loss"] == str(run.losses[-1]), "the network's"
    captions = fitreel("render", str(run.path), "-o", "a.srt", *sets("film.fps=0.2"))
    text = " ".join((tmp_path / "a.srt").read_text().split())
    assert captions.returncode == 0 and "loss is of scaled values" in text


def test_info_says_what_a_loss_is_of(fitreel: Fitreel, run: Record) -> None:
    facts = json.loads(fitreel("info", "--json", str(run.path)).stdout)
    assert facts["loss_of"] == "scaled values: (value - offset) / scale"
    scale = facts["scaled"]["temp (°C)"]["scale"]
    assert facts["last_loss_unscaled"] == facts["last_loss"] * scale**2
    prediction = list(run.snapshots())[-1].prediction
    assert run.grid is not None and np.all((prediction > 10) & (prediction < 110))


@pytest.mark.parametrize(("loss", "power"), [("mse", 2), ("rmse", 1), ("mae", 1), ("huber", None)])
def test_a_loss_in_own_units(coffee: Path, tmp_path: Path, loss: str, power: int | None) -> None:
    run = train_here(
        tmp_path, f"data.file={coffee}", *SCALED, "train.epochs=2", f"train.loss={loss}"
    )
    if power is None:
        assert run.own_loss_factor is None and run.loss_is_scaled
        return
    own = run.in_own_units()
    error = list(run.snapshots())[-1].prediction - CELSIUS
    expected = {
        "mse": np.mean(error**2), "rmse": np.sqrt(np.mean(error**2)), "mae": np.mean(np.abs(error))
    }  # fmt: skip
    assert own.losses[-1] == pytest.approx(expected[loss], rel=1e-5)
    assert own.losses[-1] == next(own.snapshots([len(own) - 1])).loss
    assert run.loss_is_scaled and not own.loss_is_scaled
    assert run.losses[-1] * CELSIUS.std() ** power == own.losses[-1]


def test_python_has_the_file_s_units(run: Record) -> None:
    same = public.Run(run.path)
    assert same.prediction.dtype == np.float64 and same.prediction.shape == (5, 9)
    assert same.prediction[-1].tobytes() == list(run.snapshots())[-1].prediction.tobytes()
    assert np.array_equal(same.y, CELSIUS) and same.prediction_x[-1] == 20


def test_a_comparison_of_what_is_scaled_differently(
    fitreel: Fitreel, tmp_path: Path, coffee: Path, run: Record
) -> None:
    def record(*keys: str) -> str:
        return str(train_here(tmp_path, f"data.file={coffee}", "data.grid=9", *keys).path)

    def table(*runs: str) -> tuple[list[float], str]:
        size = sets("film.size=[640, 480]", "compare.layout=overlay")
        done = fitreel("render", *runs, *size, "-o", "a.png", "--table", "a.csv", "--force")
        assert done.returncode == 0, done.stderr
        with (tmp_path / "a.csv").open() as file:
            return [float(row["final_loss"]) for row in csv.DictReader(file)], done.stdout

    plain, slower = record(*SMALL, "train.lr=0.0005"), record(*SCALED, "train.lr=0.01")
    losses, said = table(str(run.path), plain)
    assert "losses are in the data's own units" in said
    assert min(losses) == run.in_own_units().losses[-1] > 5, "of degrees, squared"
    losses, said = table(str(run.path), slower)
    assert "losses are of scaled values" in said
    assert min(losses) == float(str(run.losses[-1])) and max(losses) < 3
    huber = (record(*keys, "train.loss=huber", "train.epochs=2") for keys in (SMALL, SCALED))
    assert "scaled differently: they can't be compared" in table(*huber)[1]


HINT = "on such scales a training may get nowhere; data.standardize = true takes them off it"


def test_a_scale_on_which_training_gets_nowhere_is_said_once(
    fitreel: Fitreel, tmp_path: Path, coffee: Path
) -> None:
    job = ("train", *sets(f"data.file={coffee}", *SMALL))
    done = fitreel(*job)
    (line,) = done.stderr.splitlines()
    assert "'minutes' 10 ± 5.92, 'temp (°C)' 42.3 ± 15.7" in line and HINT in line
    assert not fitreel(*job).stderr, "it is trained already"
    assert HINT in fitreel(*job, "--force").stderr
    assert not fitreel(*job, *sets("data.standardize=true")).stderr
    assert HINT in fitreel("train", *sets("data.domain=[100, 103]", *SMALL)).stderr


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("data.function=sine",),
        ("data.domain=[-5, 5]", "data.function=sin(x)"),
        ("data.domain=[0, 3]", "data.function=2 + exp(x)"),
    ],
)
def test_no_scale_is_said_where_training_goes_well(keys: tuple[str, ...]) -> None:
    assert resolve_job(load_job(DEMO, keys)).scale_warning is None


def test_huge_values_diverge_at_once_and_are_filmed(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n0,1e20\n1,2e20\n2,3.5e20\n")
    for theme in ("demo", "light"):
        done = fitreel(
            "run", *sets("data.file=a.csv", f"film.theme={theme}", *SMALL), "-o", "a.png"
        )
        assert done.returncode == 0 and (tmp_path / "a.png").exists()
        *_, line = done.stderr.splitlines()
        assert "diverged at epoch 0" in line and "data.standardize = true" in line
    done = fitreel("run", *sets("data.file=a.csv", *SCALED), "-o", "b.png")
    assert done.returncode == 0 and not done.stderr
