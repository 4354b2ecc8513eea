"""Training: a loop that yields snapshots; it prints nothing, knows no path and draws nothing."""

import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fitreel.model.data.data_shape import DataShape
from fitreel.model.data.function import Function
from fitreel.model.data.grid_places import GRID
from fitreel.model.data.points_file import Points
from fitreel.model.errors import BadInput
from fitreel.model.own_code import NO_CODE, OwnCode
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.settings import (
    MOST_WEIGHTS_RECORDED,
    DataSettings,
    NetworkSettings,
    TrainSettings,
)
from fitreel.model.training.data.dataset import Data, draw_data
from fitreel.model.training.devices import check_memory, choose_device, choose_threads
from fitreel.model.training.layers import FourierFeatures
from fitreel.model.training.losses import (
    Loss,
    as_recorded,
    build_loss,
    check_own_loss,
    loss_target,
)
from fitreel.model.training.manual_backward import ManualBackward, manual_backward, step
from fitreel.model.training.metrics import METRICS
from fitreel.model.training.network import build_network, check_network, layout
from fitreel.model.training.optimizers import Optimizer, Scheduler, build_optimizer
from fitreel.model.training.own_code import guard
from fitreel.model.training.rehearsal import rehearse
from fitreel.model.training.schedulers import build_scheduler
from fitreel.model.training.snapshot_schedule import kept_epochs

Ending = Literal["complete", "delta", "diverged"]


@dataclass(frozen=True)
class Task:
    """Everything that decides the numbers of one training."""

    seed: int
    data: DataSettings
    network: NetworkSettings
    train: TrainSettings
    function: Function | None = None
    points: Points | None = None
    own_code: OwnCode = NO_CODE

    @property
    def shape(self) -> DataShape:
        """How many inputs and outputs its data have."""
        source = self.function or self.points
        assert source is not None
        return source.shape

    @property
    def most_places(self) -> int:
        """How many points there are, or places of the grid, if these are more."""
        points = self.data.points if self.points is None else len(self.points.x)
        if self.points is not None and self.points.picture is not None:
            return points * self.data.scale**2
        grid = self.data.grid or 0
        return max(points, (grid or GRID) ** 2 if self.shape.inputs == 2 else grid)

    @property
    def loss(self) -> str:
        """What is made small, by its name."""
        return self.train.loss or ("cross_entropy" if self.shape.classes else "mse")

    @property
    def outputs(self) -> int:
        """How many numbers the network says, K."""
        return self.shape.network_outputs(self.loss)


class Training:
    """One network being trained; `epochs()` goes on from wherever it is.

    Making it seeds torch, draws the data, builds the network and its optimizer, in the order that
    a plain script would.

    Raises:
        BadInput: torch can't build what the job names.
        Unavailable: the device is not here.
    """

    def __init__(self, task: Task) -> None:
        self.settings = train = task.train
        self._network_settings = task.network
        self._loss_name, inputs, outputs = task.loss, task.shape.inputs, task.outputs
        if task.network.module is None:
            layers = task.network.widths(inputs, outputs)[:-1]
            kept = sum(layers if task.network.features is not None else layers[1:])
            check_memory(task.most_places * kept, task.network.parameters_of(inputs, outputs))
        torch.manual_seed(task.seed if task.data.seed is None else task.data.seed)
        self.data: Data = draw_data(task.data, task.function, task.points)
        if task.data.seed is not None:
            torch.manual_seed(task.seed)
        self.network = build_network(task.network, inputs, outputs, task.own_code.module)
        for layer in self.network.modules():
            if isinstance(layer, FourierFeatures):
                self.data.own["frequencies"] = layer.frequencies.numpy()
        self._full_batch = train.batch_size is None or train.batch_size >= len(self.data.x)
        if task.own_code.module is not None:
            check_network(self.network, self.data.x, outputs, train.batch_size)
        self.parameter_count = sum(p.numel() for p in self.network.parameters())
        work = self.parameter_count * min(train.batch_size or len(self.data.x), len(self.data.x))
        self.device, self.device_reason = choose_device(train.device, work)
        torch.set_num_threads(choose_threads(work))
        self.network.to(self.device)
        self._x, self._y = self.data.x.to(self.device), self._target(self.data.y)
        self._grid = None if self.data.grid is None else self.data.grid.to(self.device)
        self._truth = None if self.data.truth is None else self._target(self.data.truth)
        self._classes = self.data.y.to(self.device) if self.data.classes else None
        self.loss: Loss = build_loss(task.loss, train.loss_args, task.own_code.loss)
        self.optimizer: Optimizer | None = None
        """None where a step is nothing but p -= lr · gradient, which needs none of torch's."""
        self.scheduler: Scheduler | None = None
        if task.network.module is not None or not is_plain_sgd(train):
            self.optimizer = build_optimizer(train, self.network)
            rehearse(train)
            self.scheduler = build_scheduler(train, self.optimizer)
        self.shuffling = torch.Generator().manual_seed(task.seed)
        self.epoch = 0
        self.guarded = guard(task.own_code, lambda: f"in epoch {self.epoch}")
        """Blocks in which the user's own code runs."""
        self.seconds = 0.0
        self.ending: Ending | None = None
        """None while there is more to train; else complete, delta or diverged."""
        self.closing: Snapshot | None = None
        """What came of it, once training is complete or has diverged; see `epochs`."""
        self._kept_epochs = kept_epochs(train)
        self._parameters = list(self.network.parameters())
        self._trained: list[Tensor] = [p for p in self._parameters if p.requires_grad]
        # Layers that behave differently while training, or that remember: own modules may have any.
        self._has_modes = task.own_code.module is not None or any(
            isinstance(module, nn.Dropout | nn.BatchNorm1d | nn.RReLU)
            for module in self.network.modules()
        )
        if self._has_modes and len(self.data.x) == 1 and task.network.batch_norm:
            raise BadInput("network.batch_norm: it needs at least 2 points to normalise over")
        # A network of one's own may have weights that this loss doesn't reach.
        self._plain_sgd = task.network.module is None and is_plain_sgd(train)
        self._by_hand: ManualBackward | None = None
        if task.own_code.loss is not None:
            check_own_loss(self.loss, task.loss, *self._trial())

    @property
    def description(self) -> str:
        """The network as torch writes it."""
        with self.guarded:
            return str(self.network)

    @property
    def layout(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter, in the order in which snapshots keep them."""
        return dict(layout(self.network))

    def epochs(self) -> Iterator[Snapshot | None]:
        """Train epoch by epoch until the end; after each epoch's step, yield what is kept of it.

        A snapshot holds the loss and the prediction from before its epoch's step. The epoch that
        reaches delta is kept, and not stepped; one whose loss is not finite is neither.

        At the end `closing` is set: of a complete training the loss and the prediction after the
        last step, in evaluation mode (where they aren't finite, that step diverged); of one that
        diverged before, those that ended it. Where delta was reached, the last snapshot is the end.
        """
        train = self.settings
        last = train.epochs
        self._by_hand = self._try_by_hand()
        started = time.perf_counter() - self.seconds
        while self.ending is None:
            epoch = self.epoch
            with self.guarded:
                prediction, loss = self._predict()
                value = loss.item()
                if not math.isfinite(value):
                    self.ending = "diverged"
                    self.seconds = time.perf_counter() - started
                    self.closing = self._snapshot(value, prediction, self.seconds, is_closing=True)
                    return
                reached = train.delta is not None and value <= train.delta
                snapshot = None
                if reached or epoch in self._kept_epochs:
                    snapshot = self._snapshot(value, prediction, time.perf_counter() - started)
                if reached:
                    self.ending = "delta"
                else:
                    with _numbers_that_fit(epoch):
                        self._step(loss)
                        if self.scheduler is not None:
                            self._schedule(value)
                    self.epoch = epoch + 1
                    if self.epoch >= last:
                        self.ending = "complete"
                self.seconds = time.perf_counter() - started
                if self.ending == "complete":
                    self._close()
            yield snapshot
            started = time.perf_counter() - self.seconds

    def _try_by_hand(self) -> ManualBackward | None:
        """The faster way to the same bits, where there is one."""
        if (
            not self._full_batch
            or self.device.type != "cpu"
            or isinstance(self.optimizer, torch.optim.LBFGS)
        ):
            return None
        settings = self._network_settings
        train = self.settings.model_copy(update={"loss": self._loss_name})
        return manual_backward(settings, train, self.network, self._x, self._y, self.loss)

    def _target(self, y: Tensor) -> Tensor:
        """What the loss is given of y, on the device."""
        return loss_target(self._loss_name, y).to(self.device)

    def _trial(self) -> tuple[Tensor, Tensor]:
        """A prediction and y to try a loss with; neither random states nor the network change."""
        with self._without_drawing(), torch.no_grad(), self._looking():
            prediction: Tensor = self.network(self._x)
        return prediction.requires_grad_(), self._y

    def _predict(self) -> tuple[Tensor, Tensor]:
        """Prediction and loss over all points, with what the full-batch step needs."""
        if self._by_hand is not None:
            return self._by_hand.prediction, self._by_hand.predict()
        if self._full_batch:
            prediction = self.network(self._x)
            return prediction, self.loss(prediction, self._y)
        with torch.no_grad(), self._looking():
            prediction = self.network(self._x)
            return prediction, self.loss(prediction, self._y)

    def _look(self, prediction: Tensor, places: Tensor | None, *, is_evaluated: bool) -> Tensor:
        """What is seen at `places`, (M, K); None: at the points, where `prediction` is the step's.

        Layers that behave differently while training look as when they don't, as in one that
        `is_evaluated` already.
        """
        is_step = self._has_modes and self._full_batch and not is_evaluated
        if places is not None or is_step:
            with self._looking():
                looked_at: Tensor = self.network(self._x if places is None else places)
            return looked_at
        # By hand, the next epoch writes to the same place.
        return prediction.detach() if self._by_hand is None else prediction.clone()

    def _snapshot(
        self,
        loss: float,
        prediction: Tensor,
        seconds: float,
        *,
        is_closing: bool = False,
        is_evaluated: bool = False,
    ) -> Snapshot:
        """What is kept of the present epoch; `prediction`, shape (N, K), is that at the points.

        `is_evaluated` says that the network was in evaluation mode then, not in a step.
        """
        truth = self._truth
        with torch.no_grad():
            drawn = self._look(prediction, self._grid, is_evaluated=is_evaluated)
            truth_loss = None if truth is None else self.loss(drawn, truth).item()
            metrics = self._metrics(prediction, drawn, is_evaluated=is_evaluated)
            recorded = as_recorded(self._loss_name, drawn, len(self.data.classes))
        return Snapshot(
            epoch=self.epoch,
            loss=loss,
            seconds=seconds,
            prediction=recorded.cpu().numpy(),
            weights=self._weights(),
            truth_loss=truth_loss,
            metrics=metrics,
            is_closing=is_closing,
        )

    def _metrics(
        self, prediction: Tensor, drawn: Tensor, *, is_evaluated: bool
    ) -> dict[str, float]:
        """What is recorded beside the loss: of the points, and of those kept aside."""
        names, held_out = self.settings.metrics or (), self.data.held_out
        if not names and held_out is None:
            return {}
        values: dict[str, float] = {}
        with self._without_drawing():
            if names:
                seen = drawn
                if self._grid is not None:
                    seen = self._look(prediction, None, is_evaluated=is_evaluated)
                y = self._y if self._classes is None else self._classes
                values |= {name: METRICS[name](seen, y) for name in names}
            if held_out is not None:
                x, y = (each.to(self.device) for each in held_out)
                with self._looking():
                    aside: Tensor = self.network(x)
                values["val_loss"] = self.loss(aside, self._target(y)).item()
                values |= {f"val_{name}": METRICS[name](aside, y) for name in names}
        return values

    def _without_drawing(self) -> AbstractContextManager[None]:
        """No random number that is drawn inside the block is missing from those that follow."""
        devices = [self.device] if self.device.type == "cuda" else []
        return torch.random.fork_rng(devices)

    def _close(self) -> None:
        """See what the last step made of the network; if a loss that isn't finite, it diverged.

        No random number is drawn, so that more epochs can follow: a module of the user's may well
        take some in evaluation mode, too.
        """
        with self._without_drawing(), torch.no_grad():
            with self._looking():
                prediction = self.network(self._x)
                loss = self.loss(prediction, self._y).item()
            if not math.isfinite(loss):
                self.ending = "diverged"
            self.closing = self._snapshot(
                loss, prediction, self.seconds, is_closing=True, is_evaluated=True
            )

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """Evaluation mode inside the block, where the network has modes."""
        if self._has_modes:
            self.network.eval()
        try:
            yield
        finally:
            if self._has_modes:
                self.network.train()

    def _weights(self) -> NDArray[np.float32] | None:
        if self.parameter_count > MOST_WEIGHTS_RECORDED:
            return None
        with torch.no_grad():
            flat = torch.cat([parameter.reshape(-1) for parameter in self._parameters])
        return flat.float().cpu().numpy()

    def _step(self, loss: Tensor) -> None:
        """One epoch's step, or steps where there are mini-batches."""
        if not self._full_batch:
            order = torch.randperm(len(self._x), generator=self.shuffling).to(self.device)
            assert self.settings.batch_size is not None
            for batch in torch.split(order, self.settings.batch_size):
                x, y = self._x[batch], self._y[batch]
                if len(x) == 1 and self._has_modes:
                    continue  # batch norm can't normalise over one point
                self._step_on(self.loss(self.network(x), y), x, y)
        else:
            self._step_on(loss, self._x, self._y)

    def _step_on(self, loss: Tensor, x: Tensor, y: Tensor) -> None:
        if self._plain_sgd:
            # The same bits as zero_grad, backward and step of torch.optim.SGD, in half the time.
            if self._by_hand is not None:
                gradients = self._by_hand.differentiate()
            else:
                gradients = list(torch.autograd.grad(loss, self._trained))
            step(self._trained, gradients, self.settings.lr)
            return
        optimizer = self.optimizer
        assert optimizer is not None

        def clip() -> None:
            if self.settings.clip_grad_norm is not None:
                nn.utils.clip_grad_norm_(self._trained, self.settings.clip_grad_norm)

        if isinstance(optimizer, torch.optim.LBFGS):

            def closure() -> float:
                optimizer.zero_grad()
                again = self.loss(self.network(x), y)
                again.backward()  # type: ignore[no-untyped-call]
                clip()
                return float(again.item())

            optimizer.step(closure)  # type: ignore[no-untyped-call]
            return
        if self._by_hand is not None:
            gradients = self._by_hand.differentiate()
            for parameter, gradient in zip(self._trained, gradients, strict=True):
                parameter.grad = gradient
        else:
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        clip()
        optimizer.step()

    def _schedule(self, value: float) -> None:
        assert self.scheduler is not None
        if isinstance(self.scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            self.scheduler.step(value)
        else:
            self.scheduler.step()


@contextmanager
def _numbers_that_fit(epoch: int) -> Iterator[None]:
    """A step may meet a rate or an argument that torch's numbers can't hold, also by a schedule."""
    try:
        yield
    except (RuntimeError, OverflowError) as error:
        if "overflow" not in str(error) and not isinstance(error, OverflowError):
            raise
        raise BadInput(
            f"epoch {epoch}: train.lr, or another number in [train], is too large: {error}"
        ) from error


def is_plain_sgd(train: TrainSettings) -> bool:
    """Whether a step is nothing but p -= lr · gradient, with one rate to the end.

    Then no optimizer of torch's is made for a network of ours: making the first one imports what
    torch compiles with, which takes a second.
    """
    return (
        train.optimizer == "SGD"
        and not train.optimizer_args
        and not train.weight_decay
        and train.clip_grad_norm is None
        and train.scheduler is None
    )
