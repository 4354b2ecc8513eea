"""Small trainings of every kind, and the digests of what their records hold.

Records are read with the safetensors library alone. Seconds are left out: they differ each time.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

SIDES = ("x", "y", "grid", "truth")
ARRAYS = ("epoch", "loss", "truth_loss", "prediction", "weights")

EXACT = """
[train]
epochs = 40
snapshot_every = 4
[film]
size = "1080p"
[compare]
layout = "overlay"
"""

EXACT_PANELS = """
train.lr = 0.05
seed = 11
network.style = "subclass"
network.style = "sequential"
data.seed = 4
data.noise_kind = "uniform"
data.grid = 50
data.function = "sin(3*x)"; data.domain = [-2, 3]; data.noise = 0
data.file = "../points.csv"
network.hidden = []
network.hidden = [5]
network.hidden = [4, 4, 4]
network.activations = "tanh"
network.activations = ["gelu", "prelu"]
network.activations = "selu"
network.activations = "leakyrelu"
network.activations = "softplus"
network.init = "xavier_uniform"
network.init = "kaiming_normal"
network.init = "orthogonal"
network.dropout = 0.2
network.batch_norm = true
network.dropout = 0.1; network.batch_norm = true; train.batch_size = 10
network.module = "../network.py:Wave"
train.optimizer_args = { momentum = 0.9, nesterov = true }
train.weight_decay = 0.01
train.optimizer = "Adam"
train.optimizer = "Adam"; train.optimizer_args = { amsgrad = true }
train.optimizer = "AdamW"; train.lr = 0.01
train.optimizer = "RMSprop"; train.lr = 0.01
train.optimizer = "Adagrad"
train.optimizer = "Adadelta"; train.lr = 1.0
train.optimizer = "Adamax"
train.optimizer = "NAdam"
train.optimizer = "RAdam"
train.optimizer = "Rprop"
train.optimizer = "ASGD"
train.optimizer = "LBFGS"; train.lr = 0.5
train.scheduler = { name = "StepLR", step_size = 10 }
train.scheduler = { name = "CosineAnnealingLR", T_max = 40 }
train.scheduler = { name = "ExponentialLR", gamma = 0.9 }
train.scheduler = { name = "ReduceLROnPlateau", patience = 2 }
train.loss = "rmse"
train.loss = "mae"
train.loss = "huber"; train.loss_args = { delta = 0.5 }
train.loss = "smooth_l1"; train.loss_args = { beta = 0.2 }
train.loss = "log_cosh"
train.clip_grad_norm = 0.1
train.batch_size = 1
train.batch_size = 7
train.batch_size = 7; train.optimizer = "Adam"; train.loss = "huber"
train.snapshot_at = "log"
train.delta = 0.1
train.lr = 500.0; network.activations = "relu"
"""

BATCHED_PANELS = """
train.lr = 0.05
train.lr = 0.1
seed = 11
data.noise = 0.3
data.grid = 50
network.activations = "tanh"
network.hidden = [5]
train.delta = 0.1
train.lr = 500.0; network.activations = "relu"
train.optimizer_args = { momentum = 0.9, nesterov = true }
train.weight_decay = 0.01
train.optimizer = "Adam"
train.optimizer = "AdamW"
train.optimizer = "RMSprop"
train.loss = "rmse"
train.loss = "mae"
train.loss = "huber"
train.loss = "smooth_l1"
train.loss = "log_cosh"
"""

OPEN = ("seed=8", "data.points=20", "network.hidden=[4]", "train.batch_size=1",
        "train.optimizer=Adam", "train.lr=0.002", "train.epochs=1000", "train.snapshot_every=50",
        "name=open")  # fmt: skip
"""The job of the record that was stopped; it takes a few seconds."""


def job(start: str, panels: str) -> str:
    """A comparison of one configuration a line."""
    lines = [line for line in panels.splitlines() if line]
    tables = [f"[[compare.panel]]\nlabel = {json.dumps(str(number))}\n" + line.replace("; ", "\n")
              for number, line in enumerate(lines)]  # fmt: skip
    return "\n".join([start, *tables])


def arrays_of_trainings(program: Path, work: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Train everything in a folder of `work`; digests of each record by what its job says."""
    folder = work / "trainings"
    folder.mkdir()

    def train(*arguments: str) -> None:
        done = subprocess.run([program, *arguments, "-q"], cwd=folder, env=environment, check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")

    (folder / "exact.toml").write_text(job(EXACT, EXACT_PANELS))
    batched = EXACT.replace("[train]", '[train]\nengine = "batched"')
    (folder / "batched.toml").write_text(job(batched, BATCHED_PANELS))
    for name in ("exact", "batched"):
        train("run", f"{name}.toml", "-o", f"{name}.png", "--table", f"{name}.csv")
    train("train", "--set", "train.epochs=60", "--set", "name=alone")
    train("run", "../films/demo.mp4", "-o", "again.mp4")
    # One that the version before began goes on to the same bits.
    shutil.copytree(work / "records" / "open", folder / "runs" / "open")
    train("train", "--run", "runs/open", *(word for value in OPEN for word in ("--set", value)))
    return dict(sorted(_records(folder / "runs")))


def _records(runs: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for header in sorted(runs.glob("*/run.json")):
        content = json.loads(header.read_text())
        said = {
            key: value for key, value in content["job"].items() if key not in ("film", "compare")
        }
        yield json.dumps(said, sort_keys=True), _digests(header.parent, content)


def _metadata(path: Path) -> dict[str, str]:
    with safe_open(path, "numpy") as file:
        return dict(file.metadata())


def _digests(record: Path, content: dict[str, Any]) -> dict[str, str]:
    (points,) = record.glob("points-*.safetensors")
    chunks = [load_file(path) for path in sorted(record.glob("snapshots-*.safetensors"))]
    arrays = {name: array for name, array in load_file(points).items() if name in SIDES}
    closes = _metadata(sorted(record.glob("snapshots-*.safetensors"))[-1]).get("closing") == "yes"
    for name in ARRAYS:
        if name in chunks[0]:
            rows = np.concatenate([chunk[name] for chunk in chunks])
            arrays[name] = rows[:-1] if closes else rows
            if closes:
                arrays[f"closing {name}"] = rows[-1]
    digests = {name: hashlib.sha256(array.tobytes()).hexdigest()[:32]
               for name, array in arrays.items()}  # fmt: skip
    return digests | {"fingerprint": content["fingerprint"], "snapshots": str(len(arrays["epoch"]))}
