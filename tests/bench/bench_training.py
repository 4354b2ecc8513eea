"""Training against plain loops, side by side: `python tests/bench/bench_training.py [--epochs N]`.

Imports are left out. Bits and tolerance are checked before anything is timed. Figures of one row
are measured in turns and are medians, so that a busy machine slows all of them alike.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
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
from fitreel.model.training.loop import Task, Training


def task(*assignments: str) -> Task:
    resolved = resolve_job(load_job(DEMO, assignments))
    job = resolved.loaded.job
    return Task(job.seed, job.data, job.network, resolved.train, resolved.function, resolved.points)


def plain(one: Task, *, snapshots: bool = True) -> list[np.ndarray]:
    """A loop as anybody writes it, for a task of the demo's shape."""
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
    wanted = "" if target is None else f"   (target {target:g} x)"
    print(
        f"{name:44s} {plainly / unit * 1e6:8.1f} {mine / unit * 1e6:8.1f} "
        f"{plainly / mine:7.2f} x{wanted}"
    )


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
