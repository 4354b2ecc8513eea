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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fitreel.model.errors import BadInput
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.settings import MOST_WEIGHTS_RECORDED
from fitreel.model.training.batched.batch_eligibility import ALIKE, alike
from fitreel.model.training.batched.losses import batched_loss
from fitreel.model.training.batched.network import Stack
from fitreel.model.training.batched.optimizers import options_of, rule_of, state_names, with_rates
from fitreel.model.training.batched.padded_tensors import ParameterRows
from fitreel.model.training.devices import check_memory, choose_device
from fitreel.model.training.loop import Ending, Task, Training
from fitreel.model.training.manual_backward import activation_of
from fitreel.model.training.network import activation_class
from fitreel.model.training.snapshot_schedule import snapshot_epochs

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
    return alike(task.data, task.network, task.train, _points(task))


def _points(task: Task) -> int:
    return task.data.points if task.points is None else len(task.points[0])


@dataclass(eq=False)
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
    left_out: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether it is still to be trained."""
        return self.ending is None and not self.left_out


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
        points = max(len(first.data.x), tasks[0].data.grid or 0)
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
            at = frozenset(snapshot_epochs(task.train).tolist())
            self._members.append(_Member(task, training, at, state))
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
        except (KeyError, TypeError, ValueError, RecursionError) as error:
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

    def _next_batch(self) -> "_Batch | None":
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
            self._batch = _Batch(behind, self._layout, self._options, self.device, until)
        return self._batch

    def _settle(self) -> None:
        """Bring every member's state up to date."""
        if self._batch is not None:
            self._batch.settle()


class _Batch:
    """Networks that stand at the same epoch, from there until one of them ends."""

    def __init__(
        self,
        members: dict[int, _Member],
        layout: ParameterRows,
        options: dict[str, Any],
        device: torch.device,
        until: int | None,
    ) -> None:
        """Take over the members' states; keys are their places among all.

        Args:
            members: at the same epoch.
            layout: of their parameters.
            options: of their optimizer.
            device: to train on.
            until: the epoch at which more networks join, if any do.
        """
        self._places, self.members = list(members), list(members.values())
        self._layout, self._until = layout, until
        settings, train = self.members[0].task.network, self.members[0].task.train
        data = [member.training.data for member in self.members]
        self._steps = self.members[0].epoch
        self._due = frozenset[int]().union(*(m.snapshot_epochs for m in self.members))
        self._lasts = [member.task.train.epochs for member in self.members]
        deltas = [member.task.train.delta for member in self.members]
        self._deltas = np.array([-np.inf if delta is None else delta for delta in deltas])
        states = {
            name: torch.stack([member.state[name] for member in self.members]).to(device)
            for name in self.members[0].state
        }
        states_width = states["parameters"].shape[1]
        activations = [activation_of(activation_class(name)) for name in settings.activation_names]
        self._stack = Stack(
            layout,
            states.pop("parameters"),
            [activation for activation in activations if activation is not None],
            torch.stack([d.x for d in data]).to(device),
            torch.stack([d.y for d in data]).to(device),
            batched_loss(train.loss, train.loss_args),
        )
        self._memory = {name: layout.flat(rows) for name, rows in states.items()}
        rule = rule_of(train.optimizer)
        assert rule is not None
        self._rule = rule
        each = [member.task.train.lr for member in self.members]
        parameters = states_width
        rates = torch.tensor(each, dtype=torch.float64)[:, None].expand(-1, parameters)
        flat = layout.flat(rates)
        self._rates = flat.float().to(device)
        self._options = with_rates(options, flat.to(device))
        self._grid = _stacked([d.grid for d in data], device)
        self._truth = _stacked([d.truth for d in data], device)
        self._keeps_weights = parameters <= MOST_WEIGHTS_RECORDED
        self._settled = True
        self.goes_on = True
        """Whether the next epoch is these networks' again."""

    def epoch(self, started: float) -> dict[int, Snapshot]:
        """One epoch; what is kept of it. `started` is its perf_counter, with what led to it."""
        self._settled = False
        losses = self._stack.predict().cpu().numpy().astype(np.float64)
        finite = np.isfinite(losses)
        reached = finite & (losses <= self._deltas)
        snapshots: dict[int, Snapshot] = {}
        if self._steps in self._due or reached.any():
            due = [self._steps in member.snapshot_epochs for member in self.members]
            numbers = np.flatnonzero(finite & (reached | due)).tolist()
            snapshots = self._snapshots(numbers, losses.tolist(), time.perf_counter() - started)
        # Those that have just ended are stepped too, and never looked at again.
        self._rule(
            self._options,
            self._stack.parameters,
            self._stack.differentiate(),
            self._rates,
            self._memory,
            self._steps,
        )
        self._steps += 1
        self._note(finite, reached)
        return snapshots

    def _note(self, finite: NDArray[np.bool_], reached: NDArray[np.bool_]) -> None:
        """Where the members are now, and which of them have ended."""
        for k, (member, last) in enumerate(zip(self.members, self._lasts, strict=True)):
            if not finite[k]:
                member.ending = "diverged"
            elif reached[k]:
                member.ending = "delta"
            else:
                member.epoch = self._steps
                if self._steps >= last:
                    member.ending = "complete"
        ended = any(member.ending is not None for member in self.members)
        self.goes_on = not ended and self._steps != self._until

    def _snapshots(
        self, numbers: list[int], losses: list[float], elapsed: float
    ) -> dict[int, Snapshot]:
        """Of the networks with these `numbers`, from before this epoch's step."""
        stack = self._stack
        values = stack.prediction if self._grid is None else stack.predict_at(self._grid)
        truth = None if self._truth is None else stack.loss_against(values, self._truth).tolist()
        predictions = values.squeeze(2).cpu().numpy().copy()  # the next epoch overwrites it
        weights = self._layout.rows(stack.parameters).cpu().numpy() if self._keeps_weights else None
        snapshots = {}
        for k in numbers:
            member = self.members[k]
            has_truth = truth is not None and member.training.data.truth is not None
            snapshots[self._places[k]] = Snapshot(
                epoch=self._steps,
                loss=losses[k],
                seconds=member.seconds + elapsed,
                prediction=predictions[k],
                weights=None if weights is None else weights[k],
                truth_loss=truth[k] if has_truth and truth is not None else None,
            )
        return snapshots

    def settle(self) -> None:
        """Bring the states of the members that go on up to date."""
        if self._settled:
            return
        flats = {"parameters": self._stack.parameters, **self._memory}
        rows = {name: self._layout.rows(flat) for name, flat in flats.items()}
        for k, member in enumerate(self.members):
            if member.ending is None:
                member.state = {name: of_all[k] for name, of_all in rows.items()}
        self._settled = True


def _stacked(tensors: Sequence[Tensor | None], device: torch.device) -> Tensor | None:
    """(K, M, 1) of K tensors (M, 1), zeros for missing ones; None where all are missing."""
    like = next((tensor for tensor in tensors if tensor is not None), None)
    if like is None:
        return None
    return torch.stack([torch.zeros_like(like) if t is None else t for t in tensors]).to(device)


def _on_cpu(task: Task) -> Task:
    return replace(task, train=task.train.model_copy(update={"device": "cpu"}))
