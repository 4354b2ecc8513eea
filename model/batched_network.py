"""Many chains of one shape, and the gradients of all of them in a few calls."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from fitreel.model.batched_losses import BatchedLoss
from fitreel.model.exact import Activation


@dataclass(frozen=True)
class Rows:
    """How K networks' parameters lie: one after the other, each for all networks together.

    Products over a batch want each parameter's (K, …) without gaps, optimizers want all numbers in
    one piece, and records want a row for each network.
    """

    shapes: tuple[tuple[int, ...], ...]
    """Of each parameter, in the network's order."""

    def blocks(self, flat: Tensor) -> list[Tensor]:
        """(K · P,) as one view of shape (K, *shape) for each parameter."""
        sizes = [prod(shape) for shape in self.shapes]
        count = len(flat) // sum(sizes)
        parts = torch.split(flat, [count * size for size in sizes])
        return [part.view(count, *shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def rows(self, flat: Tensor) -> Tensor:
        """(K · P,) to a copy of shape (K, P)."""
        return torch.cat([block.flatten(1) for block in self.blocks(flat)], 1)

    def flat(self, rows: Tensor) -> Tensor:
        """(K, P) to a copy of shape (K · P,)."""
        parts = torch.split(rows, [prod(shape) for shape in self.shapes], 1)
        return torch.cat([part.reshape(-1) for part in parts])


class Stack:
    """K networks over the points of each, and the memory that their step needs."""

    def __init__(
        self,
        layout: Rows,
        rows: Tensor,
        activations: list[Activation],
        x: Tensor,
        y: Tensor,
        loss: BatchedLoss,
    ) -> None:
        """Take over the parameters `rows`, shape (K, P); x and y have shape (K, N, 1)."""
        self._y, self._loss = y, loss
        self.parameters = layout.flat(rows)
        """Shape (K · P,), in the order of `layout`: changed in place by the optimizer."""
        self.gradients = torch.zeros_like(self.parameters)
        """Shape (K · P,): of the latest `differentiate`."""
        blocks = layout.blocks(self.parameters)
        slopes = layout.blocks(self.gradients)
        self._layers: list[_Layer] = []
        read = x
        for number in range(len(blocks) // 2):
            weight, bias = blocks[2 * number : 2 * number + 2]
            of_weight, of_bias = slopes[2 * number : 2 * number + 2]
            activation = activations[number] if number < len(activations) else None
            layer = _Layer(weight, bias, of_weight, of_bias, activation, read, first=number == 0)
            self._layers.append(layer)
            read = layer.result
        self.prediction = read
        """Shape (K, N, 1): of the latest `predict`; the next one overwrites it."""
        self._errors = torch.empty_like(y)

    def predict(self) -> Tensor:
        """Predict with the present parameters; each network's loss, shape (K,)."""
        for layer in self._layers:
            layer.forward()
        return self.loss_against(self.prediction, self._y)

    def loss_against(self, prediction: Tensor, y: Tensor) -> Tensor:
        """Each network's loss, shape (K,), of predictions and values of shape (K, M, 1)."""
        return self._loss.values(prediction - y)

    def predict_at(self, x: Tensor) -> Tensor:
        """Predictions at other points, (K, M, 1) to (K, M, 1), in memory of their own."""
        for layer in self._layers:
            x = layer.applied(x)
        return x

    def differentiate(self) -> Tensor:
        """The gradients of the losses that the latest `predict` gave, shape (K · P,)."""
        torch.sub(self.prediction, self._y, out=self._errors)
        gradient = self._loss.slopes(self._errors)
        for layer in reversed(self._layers):
            gradient = layer.backward(gradient)
        return self.gradients


class _Layer:
    """A fully connected layer of K networks with its activation.

    A product with a single column or row is faster, by four times and more, written as
    multiplication and sum.
    """

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor,
        of_weight: Tensor,
        of_bias: Tensor,
        activation: Activation | None,
        read: Tensor,
        *,
        first: bool,
    ) -> None:
        self._weight, self._turned = weight, weight.transpose(1, 2)
        self._bias, self._of_bias = bias.unsqueeze(1), of_bias.unsqueeze(1)
        self._of_weight, self._of_weight_turned = of_weight, of_weight.transpose(1, 2)
        self._activation, self._read, self._first = activation, read, first
        networks, outputs, inputs = weight.shape
        self._one_input, self._one_output = inputs == 1, outputs == 1
        points = read.shape[1]
        self._sum = read.new_empty(networks, points, outputs)
        keeps_result = activation is None or activation.keeps_result
        self.result = self._sum if keeps_result else torch.empty_like(self._sum)
        self._of_read = torch.empty_like(read)
        # Where a product is written as multiplication and sum, what is summed.
        self._terms = read.new_empty(networks, points, max(inputs, outputs))

    def forward(self) -> None:
        self._apply(self._read, self._terms, self._sum, self.result)

    def applied(self, x: Tensor) -> Tensor:
        """To the result for other values than those read, in memory of its own."""
        total = x.new_empty(*x.shape[:2], self._bias.shape[2])
        result = total if self.result is self._sum else torch.empty_like(total)
        self._apply(x, torch.empty_like(x), total, result)
        return result

    def _apply(self, read: Tensor, terms: Tensor, total: Tensor, result: Tensor) -> None:
        if self._one_input:
            torch.addcmul(self._bias, read, self._turned, out=total)
        elif self._one_output:
            torch.mul(read, self._weight, out=terms)
            torch.sum(terms, 2, True, out=total)
            total.add_(self._bias)
        else:
            torch.baddbmm(self._bias, read, self._turned, out=total)
        if self._activation is not None:
            self._activation.forward(total, result)

    def backward(self, gradient: Tensor) -> Tensor:
        """From the gradient in the result, which is overwritten, to that in what was read."""
        if self._activation is not None:
            self._activation.backward(gradient, self._sum)
        torch.sum(gradient, 1, True, out=self._of_bias)
        if self._one_input or self._one_output:
            torch.mul(gradient, self._read, out=self._terms)
            narrow = self._of_weight_turned if self._one_input else self._of_weight
            torch.sum(self._terms, 1, True, out=narrow)
        else:
            torch.bmm(gradient.transpose(1, 2), self._read, out=self._of_weight)
        if self._first:
            pass  # nothing learns from the gradient in x
        elif self._one_output:
            torch.mul(gradient, self._weight, out=self._of_read)
        elif self._one_input:
            torch.mul(gradient, self._turned, out=self._terms)
            torch.sum(self._terms, 2, True, out=self._of_read)
        else:
            torch.bmm(gradient, self._weight, out=self._of_read)
        return self._of_read
