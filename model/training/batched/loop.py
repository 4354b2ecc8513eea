"""Many networks of one shape trained at once, each with its own data, seed and learning rate.

The numbers are those of the exact engine up to rounding: sums are taken in another order. How far
that carries depends on the training; by about as much differs a plain loop from one whose first
weights are nudged in their last bit.

On the CPU no bit of a network depends on how many or which others are in its batch (see
`padded_tensors`), so one that is cut goes on bit for bit, with the same others or without them.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from fitreel.model.batch_eligibility import ALIKE, alike
from fitreel.model.errors import BadInput
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.settings import LOSSES_OF_CLASSES, LOSSES_OF_NUMBERS
from fitreel.model.training.batched.members import EpochBatch, Member
from fitreel.model.training.batched.optimizers import options_of, rule_of, state_names
from fitreel.model.training.batched.padded_tensors import ParameterRows
from fitreel.model.training.data.dataset import Data
from fitreel.model.training.devices import check_memory, choose_device
from fitreel.model.training.loop import Ending, Task, Training
from fitreel.model.training.manual_backward import activation_of
from fitreel.model.training.network import activation_class
from fitreel.model.training.snapshot_schedule import kept_epochs

FORMAT = 1
TOLERANCE = 1e-3
"""Most that a prediction differs from a plain loop's after 1000 epochs of the demo with SGD, with
momentum or without; with Adam, AdamW and RMSprop at lr up to 0.001 it is so of half the networks.
"""
TOLERANCE_ADAPTIVE = 5e-2
"""The same, with Adam, AdamW and RMSprop, of every network: they divide by the root of gradients
that may be nothing but rounding.
"""


def why_not_batched(tasks: Sequence[Task]) -> str | None:
    """In one line, what keeps these trainings from being done at once; None if nothing does.

    Names that torch doesn't know are not looked for here: making the trainings finds them.
    """
    if not tasks:
        return "there is nothing to train"
    for task in tasks:
        reason = _why_not(task)
        if reason is not None:
            return reason
    first = tasks[0]
    for task in tasks[1:]:
        for what, here, there in zip(ALIKE, _alike(task), _alike(first), strict=True):
            if here != there:
                return f"{what} must be the same for all networks, not {there} and {here}"
    return None


def _why_not(task: Task) -> str | None:
    network, train = task.network, task.train
    if network.module is not None:
        return "network.module: a network of one's own can't be batched"
    if network.features is not None:
        return "network.features can't be batched"
    if task.loss in LOSSES_OF_CLASSES or train.has_own_loss:
        return f"train.loss: {task.loss} can't be batched; {', '.join(LOSSES_OF_NUMBERS)} can"
    if task.data.validation is not None:
        return "data.validation can't be batched"
    if network.dropout or network.batch_norm:
        return "network.dropout and network.batch_norm can't be batched"
    for name in network.activation_names:
        if activation_of(activation_class(name)) is None:
            return f"network.activations: {name} can't be batched"
    if rule_of(train.optimizer) is None:
        return f"train.optimizer: {train.optimizer} can't be batched; SGD, Adam, AdamW, RMSprop can"
    if train.scheduler is not None:
        return "train.scheduler can't be batched"
    if train.clip_grad_norm is not None:
        return "train.clip_grad_norm can't be batched"
    if train.batch_size is not None and train.batch_size < _points(task):
        return "train.batch_size: only all points at once can be batched"
    if train.device == "mps":
        return "train.device: mps can't be batched"
    return None


def _alike(task: Task) -> tuple[Any, ...]:
    return alike(task.data, task.network, task.train, _points(task), task.shape.sizes)


def _points(task: Task) -> int:
    return task.data.points if task.points is None else len(task.points.x)


class BatchedTraining:
    """Networks being trained together; `epochs()` goes on from wherever each is.

    Each starts from the very data and weights that the exact engine gives its task. One that has
    reached its end leaves the batch; the others go on without it.

    Raises:
        BadInput: see `why_not_batched`; or torch can't build what a job names.
        Unavailable: the device is not here.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        reason = why_not_batched(tasks)
        if reason is not None:
            raise BadInput(f'train.engine = "batched": {reason}; use engine = "exact"')
        # Data and weights are made where the exact engine makes them, so that they are its own.
        trainings = [Training(_on_cpu(task)) for task in tasks]
        first, train = trainings[0], tasks[0].train
        parameters = first.parameter_count
        grid = first.data.grid
        points = max(len(first.data.x), 0 if grid is None else len(grid))
        check_memory(
            2 * len(tasks) * points * (sum(tasks[0].network.hidden) + 1), len(tasks) * parameters
        )
        # As for one network: neither device nor threads may depend on how many are beside it.
        self.device, self.device_reason = choose_device(
            train.device, parameters * len(first.data.x)
        )
        torch.set_num_threads(1)
        self._layout = ParameterRows(tuple(tuple(p.shape) for p in first.network.parameters()))
        self._options = options_of(train)
        names = state_names(train.optimizer, self._options)
        self._members = []
        for task, training in zip(tasks, trainings, strict=True):
            with torch.no_grad():
                row = torch.cat([p.reshape(-1) for p in training.network.parameters()])
            state = {"parameters": row} | {name: torch.zeros_like(row) for name in names}
            at = kept_epochs(task.train)
            self._members.append(Member(task, training, at, state))
        self._batch: EpochBatch | None = None

    def __len__(self) -> int:
        return len(self._members)

    @property
    def networks(self) -> list[nn.Module]:
        """Each network as it was before its first step, on the CPU, for its printed form."""
        return [member.training.network for member in self._members]

    @property
    def parameter_count(self) -> int:
        """Of each network."""
        return self._members[0].training.parameter_count

    @property
    def epochs_done(self) -> list[int]:
        """How many steps each network has made; of one that ended early, the epoch of that."""
        return [member.epoch for member in self._members]

    @property
    def endings(self) -> list[Ending | None]:
        """None while there is more to train; else complete, delta or diverged."""
        return [member.ending for member in self._members]

    @property
    def ending(self) -> Ending | None:
        """None while any network has more to train; else how the last one ended."""
        endings = self.endings
        return None if None in endings else endings[-1]

    def closing(self, k: int) -> Snapshot | None:
        """Of network `k` the end, as `Training.closing`."""
        return self._members[k].closing

    def layout(self, k: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter of network `k`, as its snapshots keep them."""
        return self._members[k].training.layout

    def data(self, k: int) -> Data:
        """What network `k` is trained on."""
        return self._members[k].training.data

    def state(self, k: int) -> tuple[dict[str, Tensor], str]:
        """What network `k` needs to go on exactly where it is: tensors, and a JSON text.

        Only between the epochs that `epochs` yields, and not of one that diverged.
        """
        member = self._members[k]
        assert member.ending != "diverged"
        self._settle()
        tree = {"format": FORMAT, "engine": "batched"}
        text = json.dumps(tree | {"epoch": member.epoch, "seconds": member.seconds})
        return {name: row.cpu().clone() for name, row in member.state.items()}, text

    def load_checkpoint(self, k: int, tensors: dict[str, Tensor], text: str) -> None:
        """Put network `k` where the saved one was; the others may be at other epochs.

        Raises:
            BadInput: the state is not one of this network and optimizer.
        """
        member = self._members[k]
        self._settle()
        self._batch = None
        try:
            tree = json.loads(text)
            epoch, seconds = int(tree["epoch"]), float(tree["seconds"])
            if (tree["format"], tree["engine"]) != (FORMAT, "batched"):
                raise ValueError(f"it is one of the {tree['engine']} engine")
            if not 0 <= epoch <= member.task.train.epochs:
                raise ValueError(f"it stands at epoch {epoch}")
            kinds = {name: (row.dtype, row.shape) for name, row in tensors.items()}
            if kinds != {name: (row.dtype, row.shape) for name, row in member.state.items()}:
                raise ValueError("it holds other tensors")
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise BadInput(f"the state to go on from doesn't fit this job: {error}") from error
        member.state = {name: row.clone() for name, row in tensors.items()}
        member.epoch, member.seconds = epoch, seconds

    def leave_out(self, k: int) -> None:
        """Train network `k` no further; the others go on without it."""
        self._settle()
        self._batch = None
        self._members[k].left_out = True

    def epochs(self) -> Iterator[dict[int, Snapshot]]:
        """Train epoch by epoch until all have ended; after each, yield what is kept of it.

        Keys are places in `tasks`. What a snapshot holds, and when one is kept, is as in
        `Training.epochs`. Networks that are behind (after `load_checkpoint`) catch up first.
        """
        started = time.perf_counter()
        while (batch := self._next_batch()) is not None:
            snapshots = batch.epoch(started)
            seconds = time.perf_counter() - started
            for member in batch.members:
                member.seconds += seconds
            yield snapshots
            started = time.perf_counter()

    def _next_batch(self) -> "EpochBatch | None":
        """All that are furthest behind: the present batch, or one made anew; None at the end."""
        if self._batch is not None and self._batch.goes_on:
            return self._batch
        self._settle()
        self._batch = None
        unfinished = [(k, member) for k, member in enumerate(self._members) if member.goes_on]
        if unfinished:
            epochs = sorted({member.epoch for _, member in unfinished})
            behind = {k: member for k, member in unfinished if member.epoch == epochs[0]}
            until = epochs[1] if len(epochs) > 1 else None
            self._batch = EpochBatch(behind, self._layout, self._options, self.device, until)
        return self._batch

    def _settle(self) -> None:
        """Bring every member's state up to date."""
        if self._batch is not None:
            self._batch.settle()


def _on_cpu(task: Task) -> Task:
    return replace(task, train=task.train.model_copy(update={"device": "cpu"}))
