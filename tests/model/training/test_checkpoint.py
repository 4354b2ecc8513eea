"""States to go on from that others wrote: what doesn't fit is said before a step is made of it."""

from typing import Any

import pytest
from support.plain_training import training
from torch import Tensor

from fitreel.model.errors import BadInput
from fitreel.model.settings import TrainSettings
from fitreel.model.training.checkpoint import load_checkpoint, save_checkpoint
from fitreel.model.training.snapshot_schedule import (
    epochs_beside,
    kept_epochs,
    snapshot_epochs,
)

JOB = ("data.points=5", "network.hidden=[3]", "train.epochs=10")
ADAM = (*JOB, "train.optimizer=Adam", 'train.scheduler={name="StepLR", step_size=3}')
LBFGS = (*JOB, "train.optimizer=LBFGS")
CHANGES = {
    "a kind": (ADAM, '["exp_avg", {"tensor"', '["exp_avg", {"list": []}], ["other", {"tensor"'),
    "nothing remembered": (ADAM, '"exp_avg"', '"other"'),
    "an epoch that is none": (ADAM, '["epoch", 3]', '["epoch", "3"]'),
    "an epoch to come": (ADAM, '["epoch", 3]', '["epoch", 11]'),
    "seconds": (ADAM, '["seconds", ', '["seconds", "x"], ["other", '),
    "a weight's name": (ADAM, "input_layer.weight", "other"),
    "a scheduler's function": (ADAM, '"step_size", 3', '"step", 3'),
    "a scheduler's zero": (ADAM, '"step_size", 3', '"step_size", 0'),
    "random states": (ADAM, '["shuffling", {"tensor": "t', '["shuffling", {"tensor": "u'),
    "steps without end": (LBFGS, '"max_iter", 20', '"max_iter", 1000000000000'),
}


@pytest.fixture(scope="module")
def states() -> dict[tuple[str, ...], tuple[dict[str, Tensor], str]]:
    """After three epochs."""
    saved = {}
    for job in (ADAM, LBFGS):
        begun = training(*job)
        epochs = begun.epochs()
        for _ in range(3):
            next(epochs)
        saved[job] = save_checkpoint(begun)
    return saved


@pytest.mark.parametrize("what", CHANGES)
def test_a_state_that_no_step_fits_is_bad_input(what: str, states: Any) -> None:
    job, before, after = CHANGES[what]
    tensors, text = states[job]
    load_checkpoint(training(*job), tensors, text)
    changed = text.replace(before, after)
    assert changed != text
    refuses(job, tensors, changed)


def test_a_state_of_another_shape_is_bad_input(states: Any) -> None:
    """Of each tensor one number is left; what is one number, a count of steps, stays as it is."""
    tensors, text = states[ADAM]
    for name in (name for name, tensor in tensors.items() if tensor.numel() > 1):
        refuses(ADAM, tensors | {name: tensors[name].reshape(-1)[:1]}, text)


def refuses(job: tuple[str, ...], tensors: dict[str, Tensor], text: str) -> None:
    with pytest.raises(BadInput, match="the state to go on from doesn't fit this job: ") as error:
        load_checkpoint(training(*job), tensors, text)
    assert len(str(error.value).splitlines()) == 1


def test_a_hundred_million_epochs_are_looked_up_in_no_memory() -> None:
    many = kept_epochs(TrainSettings(epochs=100_000_000, snapshot_every=3))
    assert isinstance(many, range) and 99_999_999 in many and 4 not in many
    for at in ("even", "log"):
        settings = TrainSettings(epochs=50, snapshot_every=7, snapshot_at=at)
        assert [epoch for epoch in range(60) if epoch in kept_epochs(settings)] == [
            *snapshot_epochs(settings)
        ]


def test_what_is_kept_beside_an_epoch() -> None:
    for at in ("even", "log"):
        settings = TrainSettings(epochs=50, snapshot_every=7, snapshot_at=at)
        kept = snapshot_epochs(settings).tolist()
        for epoch in range(-3, 60):
            before = [k for k in kept if k <= epoch] or [0]
            after = [k for k in kept if k > max(epoch, 0)]
            assert epochs_beside(settings, epoch).tolist() == before[-1:] + after[:1]
    many = TrainSettings(epochs=100_000_000, snapshot_every=1)
    assert epochs_beside(many, 77_000_000).tolist() == [77_000_000, 77_000_001]
