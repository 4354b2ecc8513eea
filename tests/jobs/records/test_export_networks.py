"""`fitreel export`: several records, seconds, weights, and the trained network."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from support.program import Fitreel, train_here

from fitreel.model.record.reader import Record

SMALL = ("train.epochs=12", "network.hidden=[5]")


@pytest.mark.parametrize(
    "more", [(), ("network.batch_norm=true", "train.optimizer=Adam"), ("train.engine=batched",)]
)
def test_the_network_predicts_what_the_record_ends_on(
    more: tuple[str, ...], fitreel: Fitreel, tmp_path: Path
) -> None:
    run = train_here(tmp_path, *SMALL, *more)
    done = fitreel("export", str(run.path), "-o", "net.pt")
    assert (done.returncode, done.stderr) == (0, "")
    state = torch.load(tmp_path / "net.pt", weights_only=True)
    has_norm = "network.batch_norm=true" in more
    norm = [("batch_norm", torch.nn.BatchNorm1d(5))] if has_norm else []
    names = [name for name in state if name.endswith("weight")]
    layers = [torch.nn.Linear(1, 5), *(m for _, m in norm), torch.nn.ReLU(), torch.nn.Linear(5, 1)]
    network = torch.nn.Sequential(*layers)
    own = dict(zip(state, network.state_dict(), strict=True))
    network.load_state_dict({own[name]: value for name, value in state.items()})
    with torch.no_grad():
        seen = network.eval()(torch.from_numpy(run.x.astype(np.float32))[:, None]).squeeze(1)
    *_, last = run.snapshots()
    assert len(names) >= 2 and np.allclose(seen.numpy(), last.prediction, atol=1e-5)
    assert "is up to date" in fitreel("export", str(run.path), "-o", "net.pt").stdout


def test_several_records_with_seconds_and_weights(fitreel: Fitreel, tmp_path: Path) -> None:
    runs = [train_here(tmp_path, *SMALL, f"seed={seed}") for seed in (0, 1)]
    names = [run.path.name for run in runs]
    done = fitreel("export", *names, "-o", "{run}.npz", "-o", "out/{run}.csv", "-o", "{run}.pt")
    assert (done.returncode, done.stderr) == (0, "")
    for run in runs:
        weights = [snapshot.weights for snapshot in run.snapshots(weights=True)]
        with np.load(tmp_path / f"{run.path.name}.npz") as arrays:
            assert (arrays["seconds"] == run.seconds).all()
            assert (arrays["weights"] == np.array(weights)).all()
        with (tmp_path / "out" / f"{run.path.name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [float(row["seconds"]) for row in rows[:: len(run.x)]] == run.seconds.tolist()
        assert (tmp_path / f"{run.path.name}.pt").exists()


def test_what_has_no_network_or_no_name(
    fitreel: Fitreel, tmp_path: Path, short_run: Record
) -> None:
    diverged = train_here(tmp_path, *SMALL, "train.lr=1e30")
    (tmp_path / "own.pt").write_text("somebody's")
    name, other = str(short_run.path), str(diverged.path)
    for arguments, why in (
        ((other, "-o", "a.pt"), "diverged"),
        ((name, other, "-o", "a.csv"), "{run}"),
        ((name, "-o", "a.txt"), "export writes"),
        ((name, "-o", "own.pt"), "own.pt"),
        ((name, "-o", "a.pt", "-o", "./a.pt"), "a.pt"),
        (("none", "-o", "a.pt"), "none"),
    ):
        done = fitreel("export", *arguments)
        assert done.returncode == 65 and why in done.stderr, arguments
        assert not (tmp_path / "a.pt").exists() and not (tmp_path / "a.csv").exists()
