"""Many chains of one shape, and the gradients of all of them in a few calls."""

import torch
from torch import Tensor

from fitreel.model.training.batched.losses import BatchedLoss
from fitreel.model.training.batched.padded_tensors import PaddedTensor, ParameterRows
from fitreel.model.training.manual_backward import Activation


class Stack:
    """K networks over the points of each, and the memory that their step needs."""

    def __init__(
        self,
        layout: ParameterRows,
        rows: Tensor,
        activations: list[Activation],
        x: Tensor,
        y: Tensor,
        loss: BatchedLoss,
    ) -> None:
        """Take over the parameters `rows`, shape (K, P); x and y have shape (K, N, 1)."""
        padded_y = PaddedTensor.of(y)
        self._y, self._loss = padded_y.blocks, loss
        self.parameters = layout.flat(rows)
        """In one dimension, in the order of `layout`: changed in place by the optimizer."""
        self.gradients = torch.zeros_like(self.parameters)
        """In the same order: of the latest `differentiate`."""
        blocks = layout.blocks(self.parameters)
        slopes = layout.blocks(self.gradients)
        self._layers: list[_LayerStack] = []
        inputs = PaddedTensor.of(x)
        for number in range(len(blocks) // 2):
            weight, bias = blocks[2 * number : 2 * number + 2]
            of_weight, of_bias = slopes[2 * number : 2 * number + 2]
            activation = activations[number] if number < len(activations) else None
            layer = _LayerStack(
                weight, bias, of_weight, of_bias, activation, inputs, first=number == 0
            )
            self._layers.append(layer)
            inputs = layer.result
        self.prediction = inputs.blocks
        """Shape (K, N, 1): of the latest `predict`; the next one overwrites it."""
        self._errors = PaddedTensor.like(y, *y.shape)

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
        inputs = PaddedTensor.of(x)
        for layer in self._layers:
            inputs = layer.apply_to(inputs)
        return inputs.blocks

    def differentiate(self) -> Tensor:
        """The gradients of the losses that the latest `predict` gave, as `gradients`."""
        torch.sub(self.prediction, self._y, out=self._errors.blocks)
        gradient = self._errors
        self._loss.differentiate(gradient.blocks)
        for layer in reversed(self._layers):
            gradient = layer.backward(gradient)
        return self.gradients


class _LayerStack:
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
        inputs: PaddedTensor,
        *,
        first: bool,
    ) -> None:
        self._weight, self._turned = weight, weight.transpose(1, 2)
        self._bias, self._of_bias = bias.unsqueeze(1), of_bias.unsqueeze(1)
        self._of_weight, self._of_weight_turned = of_weight, of_weight.transpose(1, 2)
        self._activation, self._inputs, self._first = activation, inputs, first
        networks, out_features, in_features = weight.shape
        self._one_input, self._one_output = in_features == 1, out_features == 1
        points = inputs.blocks.shape[1]
        self._sum = PaddedTensor.like(weight, networks, points, out_features)
        keeps_result = activation is None or activation.keeps_result
        self.result = (
            self._sum if keeps_result else PaddedTensor.like(weight, *self._sum.blocks.shape)
        )
        self._of_inputs = PaddedTensor.like(weight, *inputs.blocks.shape)
        # Where a product is written as multiplication and sum, what is summed.
        self._terms = PaddedTensor.like(
            weight, networks, points, max(in_features, out_features)
        ).blocks

    def forward(self) -> None:
        self._apply(self._inputs.blocks, self._terms, self._sum, self.result)

    def apply_to(self, inputs: PaddedTensor) -> PaddedTensor:
        """To the result for other values than those read, in memory of its own."""
        x = inputs.blocks
        total = PaddedTensor.like(x, *x.shape[:2], self._bias.shape[2])
        result = total if self.result is self._sum else PaddedTensor.like(x, *total.blocks.shape)
        self._apply(x, PaddedTensor.like(x, *x.shape).blocks, total, result)
        return result

    def _apply(
        self, inputs: Tensor, terms: Tensor, total: PaddedTensor, result: PaddedTensor
    ) -> None:
        if self._one_input:
            torch.addcmul(self._bias, inputs, self._turned, out=total.blocks)
        elif self._one_output:
            torch.mul(inputs, self._weight, out=terms)
            torch.sum(terms, 2, True, out=total.blocks)
            total.blocks.add_(self._bias)
        else:
            torch.baddbmm(self._bias, inputs, self._turned, out=total.blocks)
        if self._activation is not None:
            self._activation.forward(total.whole, result.whole)

    def backward(self, slope: PaddedTensor) -> PaddedTensor:
        """From the gradient in the result, which is overwritten, to that in what was read."""
        if self._activation is not None:
            self._activation.backward(slope.whole, self._sum.whole)
        gradient, inputs, of_inputs = slope.blocks, self._inputs.blocks, self._of_inputs.blocks
        torch.sum(gradient, 1, True, out=self._of_bias)
        if self._one_input or self._one_output:
            torch.mul(gradient, inputs, out=self._terms)
            narrow = self._of_weight_turned if self._one_input else self._of_weight
            torch.sum(self._terms, 1, True, out=narrow)
        else:
            torch.bmm(gradient.transpose(1, 2), inputs, out=self._of_weight)
        if self._first:
            pass  # nothing learns from the gradient in x
        elif self._one_output:
            torch.mul(gradient, self._weight, out=of_inputs)
        elif self._one_input:
            torch.mul(gradient, self._turned, out=self._terms)
            torch.sum(self._terms, 2, True, out=of_inputs)
        else:
            torch.bmm(gradient, self._weight, out=of_inputs)
        return self._of_inputs
