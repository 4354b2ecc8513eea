"""Many networks of one shape trained at once, each with its own data, seed and learning rate.

The numbers are those of the exact engine up to rounding: the products of all networks are asked for
in one call, and sums may be taken in another order. Rounding grows as training goes on. Against
plain loops of the demo's shape, 1000 epochs, 64 seeds and all four optimizers at usual learning
rates, see `TOLERANCE`; training that is itself chaotic (rates near divergence) has no such bound.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fitreel.model.batched_losses import batched_loss
from fitreel.model.batched_network import Rows, Stack
from fitreel.model.batched_optimizers import rule_of, state_names
from fitreel.model.devices import check_memory, choose_device, choose_threads
from fitreel.model.epochs import snapshot_epochs
from fitreel.model.errors import BadInput
from fitreel.model.exact import activation_of
from fitreel.model.network import activation_class
from fitreel.model.snapshot import Snapshot
from fitreel.model.train import MOST_WEIGHTS_RECORDED, Ending, Task, Training

FORMAT = 1
TOLERANCE = 1e-3
"""Most that a prediction may differ from the exact engine's after 1000 epochs."""


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
        for what, here, there in zip(_ALIKE, _alike(task), _alike(first), strict=True):
            if here != there:
                return f"{what} must be the same for all networks, not {there} and {here}"
    return None


def _why_not(task: Task) -> str | None:
    network, train = task.network, task.train
    if network.module is not None:
        return "network.module: a network of one's own can't be batched"
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


_ALIKE = (
    "network.hidden",
    "network.activations",
    "the number of points",
    "data.grid",
    "train.optimizer",
    "train.optimizer_args",
    "train.weight_decay",
    "train.loss",
    "train.loss_args",
    "train.device",
)


def _alike(task: Task) -> tuple[Any, ...]:
    """What the networks of a batch have in common, in the order of `_ALIKE`."""
    network, train = task.network, task.train
    return (
        network.hidden,
        tuple(activation_class(name).__name__ for name in network.activation_names),
        _points(task),
        task.data.grid,
        train.optimizer,
        train.optimizer_args,
        train.weight_decay,
        train.loss,
        train.loss_args,
        train.device,
    )


def _points(task: Task) -> int:
    return task.data.points if task.points is None else len(task.points[0])


@dataclass
class _Member:
    """One of the networks: what it started from, and where it is while it isn't being trained."""

    task: Task
    training: Training
    snapshot_epochs: frozenset[int]
    state: dict[str, Tensor]
    """Rows of shape (P,): "parameters", and what the optimizer remembers of each."""
    epoch: int = 0
    seconds: float = 0.0
    ending: Ending | None = None


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
            raise BadInput(f'train.engine = "batched": {reason}')
        # Data and weights are made where the exact engine makes them, so that they are its own.
        trainings = [Training(_on_cpu(task)) for task in tasks]
        first, train = trainings[0], tasks[0].train
        parameters = first.parameter_count
        work = parameters * len(first.data.x) * len(tasks)
        points = max(len(first.data.x), tasks[0].data.grid or 0)
        check_memory(
            2 * len(tasks) * points * (sum(tasks[0].network.hidden) + 1), len(tasks) * parameters
        )
        self.device, self.device_reason = choose_device(train.device, work)
        torch.set_num_threads(choose_threads(work))
        self._layout = Rows(tuple(tuple(p.shape) for p in first.network.parameters()))
        self._options = dict(first.optimizer.defaults)
        self._options.setdefault("decoupled_weight_decay", train.optimizer == "AdamW")
        if train.optimizer == "AdamW":
            self._options["decoupled_weight_decay"] = True
        names = state_names(train.optimizer, self._options)
        self._members = []
        for task, training in zip(tasks, trainings, strict=True):
            with torch.no_grad():
                row = torch.cat([p.reshape(-1) for p in training.network.parameters()])
            state = {"parameters": row} | {name: torch.zeros_like(row) for name in names}
            kept = frozenset(snapshot_epochs(task.train).tolist())
            self._members.append(_Member(task, training, kept, state))
        self._batch: _Batch | None = None

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
        """How many steps each network has made."""
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

    def layout(self, k: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter of network `k`, as its snapshots keep them."""
        return self._members[k].training.layout

    def points(self, k: int) -> dict[str, NDArray[np.float32]]:
        """x and y, shape (N,), of network `k`; where there are any, grid and truth, (M,)."""
        return self._members[k].training.points()

    def state(self, k: int) -> tuple[dict[str, Tensor], str]:
        """What network `k` needs to go on exactly where it is: tensors, and a JSON text.

        Only between the epochs that `epochs` yields, and while it has more to train.
        """
        member = self._members[k]
        assert member.ending is None
        self._settle()
        tree = {"format": FORMAT, "engine": "batched"}
        text = json.dumps(tree | {"epoch": member.epoch, "seconds": member.seconds})
        return {name: row.cpu().clone() for name, row in member.state.items()}, text

    def load_state(self, k: int, tensors: dict[str, Tensor], text: str) -> None:
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
            found = {name: (row.dtype, row.shape) for name, row in tensors.items()}
            if found != {name: (row.dtype, row.shape) for name, row in member.state.items()}:
                raise ValueError("it holds other tensors")
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise BadInput(f"the state to go on from doesn't fit this job: {error}") from error
        member.state = {name: row.clone() for name, row in tensors.items()}
        member.epoch, member.seconds = epoch, seconds

    def epochs(self) -> Iterator[dict[int, Snapshot]]:
        """Train epoch by epoch until all have ended; after each, yield what is kept of it.

        Keys are places in `tasks`. What a snapshot holds, and when one is kept, is as in
        `Training.epochs`. Networks that are behind (after `load_state`) catch up first.
        """
        started = time.perf_counter()
        while waiting := [member for member in self._members if member.ending is None]:
            batch = self._batch_of(waiting)
            kept = batch.epoch(time.perf_counter() - started)
            now = time.perf_counter()
            for member in batch.members:
                member.seconds += now - started
            yield {self._members.index(member): snapshot for member, snapshot in kept}
            started = time.perf_counter()

    def _batch_of(self, waiting: list[_Member]) -> "_Batch":
        """The batch of all that are furthest behind: the present one, or one made anew."""
        behind = min(member.epoch for member in waiting)
        members = [member for member in waiting if member.epoch == behind]
        if self._batch is None or self._batch.members != members:
            self._settle()
            self._batch = _Batch(members, self._layout, self._options, self.device)
        return self._batch

    def _settle(self) -> None:
        """Bring every member's state up to date."""
        if self._batch is not None:
            self._batch.settle()
