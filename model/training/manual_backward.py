"""Loss and gradients of a chain of layers by hand: autograd's numbers without its bookkeeping.

For a network this small most of a plain loop's time goes into recording and walking the graph. Here
the same kernels are called in the same order on tensors of the same layout, into memory that is
made once. Whether that gives the same bits is not believed but tried, on every machine anew.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fitreel.model.settings import NetworkSettings, TrainSettings
from fitreel.model.training.layers import OMEGA, FourierFeatures, Sine
from fitreel.model.training.losses import Loss
from fitreel.model.training.network import activation_class

STEPS_TRIED = 2


@dataclass(frozen=True)
class Activation:
    """One of torch's, as the two kernels that autograd would call."""

    forward: Callable[[Tensor, Tensor], object]
    """(values, out): writes the activated values to `out`; in place where `keeps_result`."""
    backward: Callable[[Tensor, Tensor], object]
    """(gradient, kept): turns the gradient, in place, into that before the activation."""
    keeps_result: bool
    """Whether the backward kernel reads what came out, not what went in."""


_SINE = Activation(
    lambda z, out: torch.sin(torch.mul(z, OMEGA, out=out), out=out),
    lambda g, z: g.mul_((z * OMEGA).cos()).mul_(OMEGA),
    keeps_result=False,
)


def activation_of(kind: type[nn.Module]) -> Activation | None:
    """The two kernels of a torch activation made without arguments; None if not known here.

    Raises:
        AttributeError: this torch has no kernel of that name.
    """
    aten = torch.ops.aten
    if kind is nn.ReLU:
        relu = aten.threshold_backward.grad_input
        return Activation(
            lambda z, out: torch.clamp_min(z, 0, out=out),
            lambda g, a: relu(g, a, 0, grad_input=g),
            True,
        )
    if kind is nn.Sigmoid:
        sigmoid = aten.sigmoid_backward.grad_input
        return Activation(
            lambda z, out: torch.sigmoid(z, out=out), lambda g, a: sigmoid(g, a, grad_input=g), True
        )
    if kind is nn.Tanh:
        tanh = aten.tanh_backward.grad_input
        return Activation(
            lambda z, out: torch.tanh(z, out=out), lambda g, a: tanh(g, a, grad_input=g), True
        )
    if kind is nn.LeakyReLU:
        leaky = aten.leaky_relu_backward.grad_input
        return Activation(
            lambda z, out: aten.leaky_relu.out(z, 0.01, out=out),
            lambda g, z: leaky(g, z, 0.01, False, grad_input=g),
            False,
        )
    if kind is nn.ELU:
        elu = aten.elu_backward.grad_input
        return Activation(
            lambda z, out: aten.elu.out(z, 1.0, out=out),
            lambda g, z: elu(g, 1.0, 1, 1, False, z, grad_input=g),
            False,
        )
    if kind is nn.GELU:
        gelu = aten.gelu_backward.grad_input
        return Activation(
            lambda z, out: aten.gelu.out(z, out=out), lambda g, z: gelu(g, z, grad_input=g), False
        )
    if kind is nn.SiLU:
        silu = aten.silu_backward.grad_input
        return Activation(
            lambda z, out: aten.silu.out(z, out=out), lambda g, z: silu(g, z, grad_input=g), False
        )
    if kind is nn.Softplus:
        softplus = aten.softplus_backward.grad_input
        return Activation(
            lambda z, out: aten.softplus.out(z, 1.0, 20.0, out=out),
            lambda g, z: softplus(g, z, 1.0, 20.0, grad_input=g),
            False,
        )
    if kind is Sine:
        return _SINE
    if kind is nn.Identity:
        return Activation(lambda z, out: None, lambda g, a: None, True)
    return None


def _cross_entropy_backward(
    one: Tensor, prediction: Tensor, y: Tensor, *, grad_input: Tensor
) -> None:
    """As the kernels of the other losses, of logits (N, K) and the numbers of classes (N,)."""
    aten = torch.ops.aten
    logarithms = aten._log_softmax(prediction, 1, False)
    _, weight = aten.nll_loss_forward(logarithms, y, None, 1, -100)
    gradient = aten.nll_loss_backward(one, logarithms, y, None, 1, -100, weight)
    aten._log_softmax_backward_data.out(gradient, logarithms, 1, prediction.dtype, out=grad_input)


class Slope:
    """The gradient of a loss in the prediction: (N, K) and what `loss_target` gives to (N, K).

    It is in its own memory.
    """

    def __init__(self, name: str, arguments: dict[str, Any], loss: Loss, like: Tensor) -> None:
        aten = torch.ops.aten
        self._loss = loss
        self._one = torch.ones((), device=like.device)
        self._out = torch.empty_like(like)
        mean = 1
        kernel: Callable[..., object] | None = None
        last: tuple[Any, ...] = ()
        if name == "mse":
            kernel, last = aten.mse_loss_backward.grad_input, (mean,)
        elif name == "huber":
            kernel, last = aten.huber_loss_backward.out, (mean, arguments.get("delta", 1.0))
        elif name == "smooth_l1":
            kernel = aten.smooth_l1_loss_backward.grad_input
            last = (mean, arguments.get("beta", 1.0))
        elif name == "cross_entropy" and not arguments:
            kernel = _cross_entropy_backward
        self._kernel, self._last = kernel, last

    def __call__(self, prediction: Tensor, y: Tensor) -> Tensor:
        """Overwritten by the next call."""
        if self._kernel is not None:
            self._kernel(self._one, prediction, y, *self._last, grad_input=self._out)
            return self._out
        # The other losses are made of several operations: autograd walks just these.
        leaf = prediction.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self._loss(leaf, y), leaf)
        self._out.copy_(gradient)
        return self._out


class ManualBackward:
    """Prediction, loss and gradients of a chain of fully connected layers over fixed points.

    It reads the network's parameters where they lie: they may change between calls, in place.
    """

    def __init__(
        self,
        linears: list[nn.Linear],
        activations: list[Activation],
        x: Tensor,
        y: Tensor,
        loss: Loss,
        train: TrainSettings,
    ) -> None:
        self._y, self._loss = y, loss
        self._layers: list[_Layer] = []
        inputs = x
        for linear, activation in zip(linears, [*activations, None], strict=True):
            layer = _Layer(linear, activation, inputs, first=inputs is x)
            self._layers.append(layer)
            inputs = layer.result
        self.prediction = inputs
        """Shape (N, K): of the latest `predict`; the next one overwrites it."""
        self._slope = Slope(train.loss or "mse", train.loss_args, loss, inputs)
        self.gradients = [g for layer in self._layers for g in (layer.of_weight, layer.of_bias)]
        """Of the latest `differentiate`, in the parameters' order; the next one overwrites them."""

    def predict(self) -> Tensor:
        """Predict with the present parameters; the loss, a scalar."""
        for layer in self._layers:
            layer.forward()
        return self._loss(self.prediction, self._y)

    def differentiate(self) -> list[Tensor]:
        """The gradients of the loss that the latest `predict` gave."""
        gradient = self._slope(self.prediction, self._y)
        for layer in reversed(self._layers):
            gradient = layer.backward(gradient)
        return self.gradients


class _Layer:
    """A fully connected layer with its activation, and the memory that both write to."""

    def __init__(
        self, linear: nn.Linear, activation: Activation | None, inputs: Tensor, *, first: bool
    ) -> None:
        self._inputs, self._activation, self._first = inputs, activation, first
        # Detached they share the network's memory, and nothing done to them is recorded.
        self._weight, self._bias = linear.weight.detach(), linear.bias.detach()
        self._weight_turned = self._weight.t()
        self.of_weight, self.of_bias = torch.empty_like(self._weight), torch.empty_like(self._bias)
        self._of_bias_as_row = self.of_bias.unsqueeze(0)
        self._sum = inputs.new_empty(len(inputs), len(self._bias))
        keeps_result = activation is None or activation.keeps_result
        self.result = self._sum if keeps_result else torch.empty_like(self._sum)
        self._of_inputs = torch.empty_like(inputs)

    def forward(self) -> None:
        torch.addmm(self._bias, self._inputs, self._weight_turned, out=self._sum)
        if self._activation is not None:
            self._activation.forward(self._sum, self.result)

    def backward(self, gradient: Tensor) -> Tensor:
        """From the gradient in the result, which is overwritten, to that in what was read."""
        if self._activation is not None:
            self._activation.backward(gradient, self._sum)
        torch.mm(gradient.t(), self._inputs, out=self.of_weight)
        torch.sum(gradient, 0, True, out=self._of_bias_as_row)
        if not self._first:
            torch.mm(gradient, self._weight, out=self._of_inputs)
        return self._of_inputs


def manual_backward(
    settings: NetworkSettings,
    train: TrainSettings,
    network: nn.Module,
    x: Tensor,
    y: Tensor,
    loss: Loss,
) -> ManualBackward | None:
    """What gives autograd's very bits for this network on these points, if anything here does.

    It is tried on a copy, against autograd, at the present weights and where a step leads; no
    random state is used.

    Args:
        settings: what `network` was built from.
        train: names the loss and its arguments.
        network: on the CPU; its parameters are read, and not replaced.
        x: shape (N, D).
        y: what `loss_target` gives.
        loss: as built from `train`.

    Returns:
        None for other networks, for kernels that this torch lacks, and where any bit differs.
    """
    if settings.module is not None or settings.dropout or settings.batch_norm:
        return None
    if train.has_own_loss:  # which may draw random numbers, and remember
        return None
    try:
        kinds = [activation_of(activation_class(name)) for name in settings.activation_names]
        activations = [activation for activation in kinds if activation is not None]
        if len(activations) < len(kinds):
            return None

        features = next((m for m in network.modules() if isinstance(m, FourierFeatures)), None)
        with torch.no_grad():  # of the same points they are the same in every epoch
            first = x if features is None else features(x)

        def of(network: nn.Module) -> ManualBackward:
            linears = [module for module in network.modules() if type(module) is nn.Linear]
            return ManualBackward(linears, activations, first, y, loss, train)

        trial = copy.deepcopy(network)
        return of(network) if _agrees(of(trial), trial, x, y, loss) else None
    except (AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError):
        return None


def _agrees(hand: ManualBackward, network: nn.Module, x: Tensor, y: Tensor, loss: Loss) -> bool:
    """Whether `hand` gives autograd's bits for `network`, whose parameters are changed."""
    parameters: list[Tensor] = list(network.parameters())
    for _ in range(STEPS_TRIED):
        prediction = network(x)
        value = loss(prediction, y)
        gradients = torch.autograd.grad(value, parameters)
        ours = [hand.predict(), hand.prediction, *hand.differentiate()]
        pairs = zip(ours, [value, prediction, *gradients], strict=True)
        if not all(_same_bits(mine, theirs) for mine, theirs in pairs):
            return False
        step(parameters, gradients, 0.05)
    return True


def step(parameters: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> None:
    """One of gradient descent, in place: the bits of `torch.optim.SGD`.

    A torch without its private call for all of them at once takes them one by one, 7 µs slower.
    """
    add_to_all: Any = getattr(torch, "_foreach_add_", None)
    with torch.no_grad():
        if add_to_all is not None:
            add_to_all(parameters, gradients, alpha=-lr)
            return
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.add_(gradient, alpha=-lr)


def _same_bits(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.equal(a.view(torch.int32), b.detach().view(torch.int32))
