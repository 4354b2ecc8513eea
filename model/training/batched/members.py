"""The networks of a batch: where each is, and one epoch of those that stand at the same one."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fitreel.model.data.grid_places import GRID
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.settings import MOST_WEIGHTS_RECORDED
from fitreel.model.training.batched.losses import batched_loss
from fitreel.model.training.batched.network import Stack
from fitreel.model.training.batched.optimizers import rule_of, with_rates
from fitreel.model.training.batched.padded_tensors import ParameterRows
from fitreel.model.training.loop import Ending, Task, Training
from fitreel.model.training.manual_backward import activation_of
from fitreel.model.training.metrics import METRICS
from fitreel.model.training.network import activation_class


@dataclass(eq=False)
class Member:
    """One of the networks: what it started from, and where it is while it isn't being trained."""

    task: Task
    training: Training
    kept_epochs: Collection[int]
    state: dict[str, Tensor]
    """Rows of shape (P,): "parameters", and what the optimizer remembers of each."""
    epoch: int = 0
    seconds: float = 0.0
    ending: Ending | None = None
    closing: Snapshot | None = None
    """As `Training.closing`."""
    left_out: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether it is still to be trained."""
        return self.ending is None and not self.left_out


class EpochBatch:
    """Networks that stand at the same epoch, from there until one of them ends."""

    def __init__(
        self,
        members: dict[int, Member],
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
        self._due = {member.kept_epochs for member in self.members}
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
            batched_loss(self.members[0].task.loss, train.loss_args),
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
        task = self.members[0].task
        # As many places for each, and whatever the others have: no bit may depend on these.
        places = (task.data.grid or GRID) ** 2 if task.shape.inputs == 2 else None
        self._grid = _stacked([d.grid for d in data], device, places)
        self._truth = _stacked([d.truth for d in data], device, places)
        self._places_of = [None if d.grid is None else len(d.grid) for d in data]
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
        if any(self._steps in kept for kept in self._due) or reached.any():
            due = [self._steps in member.kept_epochs for member in self.members]
            numbers = np.flatnonzero(finite & (reached | due)).tolist()
            snapshots = self._snapshots(numbers, losses, started)
        if not finite.all():
            self._close(np.flatnonzero(~finite).tolist(), losses, started)
        if reached.any():
            self._settle_members(np.flatnonzero(reached).tolist())
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
        complete = [k for k, each in enumerate(self.members) if each.ending == "complete"]
        if complete:
            losses = self._stack.predict().cpu().numpy().astype(np.float64)
            for k in complete:
                if not np.isfinite(losses[k]):
                    self.members[k].ending = "diverged"
            self._close(complete, losses, started)
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

    def _close(self, numbers: list[int], losses: NDArray[np.float64], started: float) -> None:
        """Keep how the members with these `numbers` end."""
        closing = self._snapshots(numbers, losses, started)
        for k in numbers:
            self.members[k].closing = replace(closing[self._places[k]], is_closing=True)

    def _snapshots(
        self, numbers: list[int], losses: NDArray[np.float64], started: float
    ) -> dict[int, Snapshot]:
        """Of the networks with these `numbers`, as the latest `predict` of the stack left them."""
        elapsed = time.perf_counter() - started
        stack = self._stack
        values = stack.prediction if self._grid is None else stack.predict_at(self._grid)
        truth = self._truth_losses(values)
        metrics = self._metrics(numbers)
        values = values.squeeze(2) if values.shape[2] == 1 else values
        predictions = values.cpu().numpy().copy()  # the next epoch overwrites it
        weights = self._layout.rows(stack.parameters).cpu().numpy() if self._keeps_weights else None
        snapshots = {}
        for k in numbers:
            member = self.members[k]
            has_truth = truth is not None and member.training.data.truth is not None
            snapshots[self._places[k]] = Snapshot(
                epoch=self._steps,
                loss=float(losses[k]),
                seconds=member.seconds + elapsed,
                prediction=predictions[k, : self._places_of[k]],
                weights=None if weights is None else weights[k],
                truth_loss=truth[k] if has_truth and truth is not None else None,
                metrics=metrics[k],
            )
        return snapshots

    def _truth_losses(self, values: Tensor) -> list[float] | None:
        """Of each network the loss of its predictions, (K, M, outputs), against the function."""
        if self._truth is None:
            return None
        truth, counts = self._truth, self._places_of
        if len({*counts}) == 1 and counts[0] in (None, truth.shape[1]):
            losses: list[float] = self._stack.loss_against(values, truth).tolist()
            return losses
        return [
            self._stack.loss_against(values[k : k + 1, :count], truth[k : k + 1, :count]).item()
            for k, count in enumerate(counts)
        ]

    def _metrics(self, numbers: list[int]) -> dict[int, dict[str, float]]:
        """Of each of the networks with these `numbers`, what is recorded beside its loss."""
        metrics: dict[int, dict[str, float]] = {}
        for k in numbers:
            names = self.members[k].task.train.metrics or ()
            y = self.members[k].training.data.y
            prediction = self._stack.prediction[k].cpu() if names else y
            metrics[k] = {name: METRICS[name](prediction, y) for name in names}
        return metrics

    def settle(self) -> None:
        """Bring the states of the members that go on, or are complete, up to date."""
        if not self._settled:
            numbers = [k for k, m in enumerate(self.members) if m.ending in (None, "complete")]
            self._settle_members(numbers)
            self._settled = True

    def _settle_members(self, numbers: list[int]) -> None:
        flats = {"parameters": self._stack.parameters, **self._memory}
        rows = {name: self._layout.rows(flat) for name, flat in flats.items()}
        for k in numbers:
            self.members[k].state = {name: of_all[k] for name, of_all in rows.items()}


def _stacked(
    tensors: Sequence[Tensor | None], device: torch.device, rows: int | None
) -> Tensor | None:
    """(K, M, columns) of K tensors (M, columns), zeros for missing ones; None without any.

    With `rows`, M is that, and zeros follow the rows of each.
    """
    like = next((tensor for tensor in tensors if tensor is not None), None)
    if like is None:
        return None
    like = like.new_zeros((rows or len(like), like.shape[1]))
    stacked = []
    for tensor in tensors:
        part = like if tensor is None else tensor
        stacked.append(torch.cat([part, like[len(part) :]]))
    return torch.stack(stacked).to(device)
