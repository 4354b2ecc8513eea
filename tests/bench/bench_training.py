"""Training against plain loops, side by side: `python tests/bench/bench_training.py [--epochs N]`.

Imports are left out. Bits and tolerance are checked before anything is timed. Figures of one row
are measured in turns and are medians, so that a busy machine slows all of them alike.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.plain_demo import plain_demo

from fitreel.jobs.job.loading import DEMO, load_job
from fitreel.jobs.job.resolve import resolve_job
from fitreel.model.batch_eligibility import MOST_NETWORKS
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.training.batched.loop import TOLERANCE, BatchedTraining
from fitreel.model.training.data.dataset import Data
from fitreel.model.training.loop import Task, Training

TANH = ("network.hidden=[16,16]", "network.activations=tanh", "train.optimizer=Adam",
        "train.lr=0.01", "train.snapshot_every=20")  # fmt: skip
SHAPED = {
    "two moons": ("data.function=moons", "data.points=200", "train.metrics=[]"),
    "a table of eight inputs": (
        "data.function=sin(3*x1) + x2*x5 - x8**2 + x3*x4 + x6 - x7", "data.points=400",
        "train.metrics=[]",
    ),
}  # fmt: skip
"""Data that aren't one number over one."""


def task(*assignments: str) -> Task:
    resolved = resolve_job(load_job(DEMO, assignments))
    job = resolved.loaded.job
    return Task(job.seed, job.data, job.network, resolved.train, resolved.function, resolved.points)


def points_and_network(one: Task) -> tuple[torch.Tensor, torch.Tensor, torch.nn.Module]:
    """Of a task of the demo's shape, as a plain script makes them."""
    torch.manual_seed(one.seed)
    x = torch.linspace(-1, 1, one.data.points).unsqueeze(1)
    y = x.pow(3) + one.data.noise * torch.randn(x.size())
    network = torch.nn.Sequential(
        torch.nn.Linear(1, 32),
        torch.nn.ReLU(),
        torch.nn.Linear(32, 32),
        torch.nn.Sigmoid(),
        torch.nn.Linear(32, 1),
    )
    return x, y, network


def plain(one: Task, *, snapshots: bool = True) -> list[np.ndarray]:
    """A loop as anybody writes it, for a task of the demo's shape."""
    x, y, network = points_and_network(one)
    optimizer = torch.optim.SGD(network.parameters(), lr=one.train.lr)
    loss_function = torch.nn.MSELoss()
    kept = []
    for t in range(one.train.epochs):
        prediction = network(x)
        loss = loss_function(prediction, y)
        if t % one.train.snapshot_every == 0:
            kept.append(prediction.detach().numpy().ravel().copy())
            loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return kept


def plain_batches(one: Task) -> None:
    """A loop over mini-batches as anybody writes it, for a task of the demo's shape."""
    x, y, network = points_and_network(one)
    optimizer = torch.optim.SGD(network.parameters(), lr=one.train.lr)
    loss_function = torch.nn.MSELoss()
    assert one.train.batch_size is not None
    for _ in range(one.train.epochs):
        for batch in torch.split(torch.randperm(len(x)), one.train.batch_size):
            loss = loss_function(network(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def plain_tanh(data: Data, one: Task) -> list[np.ndarray]:
    """A loop as anybody writes it, for a task of `SHAPED`: Adam, and two layers of tanh."""
    torch.manual_seed(one.seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(data.x.shape[1], 16),
        torch.nn.Tanh(),
        torch.nn.Linear(16, 16),
        torch.nn.Tanh(),
        torch.nn.Linear(16, len(data.classes) or data.y.shape[1]),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=one.train.lr)
    loss_function = torch.nn.CrossEntropyLoss() if data.classes else torch.nn.MSELoss()
    kept = []
    for t in range(one.train.epochs):
        prediction = network(data.x)
        loss = loss_function(prediction, data.y)
        if t % one.train.snapshot_every == 0:
            with torch.no_grad():
                looked_at = prediction if data.grid is None else network(data.grid)
                kept.append((torch.softmax(looked_at, 1) if data.classes else looked_at).numpy())
            loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return kept


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that do nothing but compute, inside the block."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def exactly(one: Task) -> list[Snapshot]:
    return [snapshot for snapshot in Training(one).epochs() if snapshot]


def batched(tasks: list[Task]) -> list[list[Snapshot]]:
    """As many at once as the program takes."""
    kept: list[list[Snapshot]] = []
    for start in range(0, len(tasks), MOST_NETWORKS):
        training = BatchedTraining(tasks[start : start + MOST_NETWORKS])
        kept += [[] for _ in range(len(training))]
        for snapshots in training.epochs():
            for k, snapshot in snapshots.items():
                kept[start + k].append(snapshot)
    return kept


def varied(count: int, epochs: int) -> list[Task]:
    """Networks that differ in seed, learning rate and noise."""
    return [
        task(
            f"seed={k}",
            f"train.lr={0.02 + 0.04 * k / max(1, count - 1)}",
            f"data.noise={0.05 + 0.01 * (k % 7)}",
            f"train.epochs={epochs}",
        )
        for k in range(count)
    ]


def seconds(work: Callable[[], object], threads: int | None = None) -> float:
    if threads is not None:
        torch.set_num_threads(threads)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The median of each, measured one after the other in every round; a first round warms up."""
    taken = [[work() for work in works] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def check(epochs: int) -> None:
    """The exact engine has a plain script's bits; the batched one stays within its tolerance."""
    expected = plain_demo(3, epochs)
    mine = exactly(task("seed=3", f"train.epochs={epochs}"))
    assert [s.loss for s in mine] == expected.losses
    assert np.array([s.prediction for s in mine]).tobytes() == expected.predictions.tobytes()
    print(f"exact engine, {len(mine)} snapshots: the bits of a plain script")
    torch.set_num_threads(1)
    tasks = varied(64, 1000)
    worst = max(
        float(np.abs(np.array([s.prediction for s in mine]) - np.array(plain(one))).max())
        for one, mine in zip(tasks, batched(tasks), strict=True)
    )
    assert worst <= TOLERANCE, worst
    print(f"64 batched networks, 1000 epochs: at most {worst:.1e} from plain loops\n")


def row(name: str, plainly: float, mine: float, unit: float, target: float | None) -> None:
    wanted = "" if target is None else f"   (target {target:.2g} x)"
    print(
        f"{name:44s} {plainly / unit * 1e6:8.1f} {mine / unit * 1e6:8.1f} "
        f"{plainly / mine:7.2f} x{wanted}"
    )


def mini_batches(rounds: int) -> None:
    """As the program chooses its threads, against one thread: alone, and on a busy machine."""
    one = task("data.points=50_000", "train.batch_size=256", "train.epochs=5")
    for name, others, most in (("", 0, 1.2), (", beside two busy processes", 2, 1.5)):
        with busy(others):
            both = in_turns(
                rounds,
                lambda: seconds(lambda: plain_batches(one), 1),
                lambda: seconds(lambda: exactly(one)),
            )
        row(f"mini-batches of 256{name}", *both, one.train.epochs, 1 / most)


def shaped(epochs: int, rounds: int) -> None:
    """Classes over the plane, and a number over eight inputs; one thread."""
    for name, more in SHAPED.items():
        one = task(*TANH, *more, f"train.epochs={epochs}")
        data = Training(one).data
        both = in_turns(
            rounds,
            lambda one=one, data=data: seconds(lambda: plain_tanh(data, one), 1),
            lambda one=one: seconds(lambda: exactly(one), 1),
        )
        row(f"exact, {name}, 1 thread", *both, epochs, 1.2)


def main() -> None:
    """Check, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    epochs, rounds = asked.epochs, asked.rounds
    default = torch.get_num_threads()
    check(epochs)

    print(f"{'µs an epoch and network':44s} {'plain':>8s} {'fitreel':>8s} {'ratio':>7s}")
    for threads in (default, 1):
        for name, more in (
            ("demo", ()),
            ("demo, 1000 points", ("data.points=1000",)),
            ("demo, 20 points", ("data.points=20",)),
        ):
            one = task(f"train.epochs={epochs}", *more)
            both = in_turns(
                rounds,
                lambda one=one, threads=threads: seconds(lambda: plain(one), threads),
                lambda one=one, threads=threads: seconds(lambda: exactly(one), threads),
            )
            row(f"exact, {name}, {threads} thread{'s'[: threads - 1]}", *both, epochs, 1.4)
    shaped(epochs, rounds)
    mini_batches(rounds)
    for count in (1, 8, 64, 256):
        tasks = varied(count, epochs)
        # Beyond 64 the plain loops only take longer: those of 64 are timed, and scaled.
        looped = tasks[:64]

        def one_by_one(looped: list[Task] = looped, count: int = count) -> float:
            taken = seconds(lambda: [plain(one) for one in looped], 1)
            return taken * count / len(looped)

        both = in_turns(
            rounds if count <= 64 else 1,
            one_by_one,
            lambda tasks=tasks: seconds(lambda: batched(tasks), 1),
        )
        row(f"batched, {count} networks", *both, epochs * count, 8 if count == 64 else None)


if __name__ == "__main__":
    main()
