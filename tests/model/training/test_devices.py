"""On how many threads a network is trained, and on which device: by what a step holds."""

import pytest
import torch
from support.plain_training import training

from fitreel.model.system.processes import cores
from fitreel.model.training.devices import ONE_THREAD, SMALL, choose_device

LARGE = "network.hidden=[256, 256]"
"""66,561 parameters: a step over 76 points has more than one thread."""


def threads_of(*assignments: str) -> int:
    made = training("train.epochs=1", *assignments)
    assert made.device.type == "cpu"
    return torch.get_num_threads()


def test_threads_are_chosen_by_the_points_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    points = "data.points=5000"
    assert threads_of(LARGE, points) == 3
    assert threads_of(LARGE, points, "train.batch_size=64") == 1
    assert threads_of(LARGE, points, "train.batch_size=76") == 3
    assert threads_of(LARGE, points, "train.batch_size=1000000") == 3
    assert threads_of("data.points=50000", "train.batch_size=256") == 1


@pytest.mark.parametrize(
    ("said", "threads"), [("1", 1), ("2", 2), (" 5,2", 5), ("", 0), ("0", 0), ("-1", 0), ("all", 0)]
)
def test_what_openmp_is_told_is_the_most(
    said: str, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads_of(LARGE) == (threads or cores())
    assert threads_of() == 1


def test_auto_takes_the_cpu_for_steps_that_are_small() -> None:
    assert choose_device("auto", ONE_THREAD)[1] == "auto: the CPU is faster for steps this small"
    assert choose_device("auto", SMALL)[1] != choose_device("auto", SMALL - 1)[1]
    large = ("network.hidden=[512, 512]", "data.points=10000", "train.epochs=1")
    reasons = [training(*large, *more).device_reason for more in ((), ("train.batch_size=100",))]
    assert reasons[0] != reasons[1] and reasons[1].endswith("steps this small")
