"""What is inside a recorded network: its hidden units, its weights by layer, and the gradient.

Points come in the data's own units, whether they are scaled for the network or not. All of it from
the weights in the record, in numpy and float64; torch isn't needed to look.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from fitreel.model.errors import BadInput
from fitreel.model.record.header import Header
from fitreel.model.record.reader import Record
from fitreel.model.settings import LOSSES_OF_NUMBERS, NetworkSettings, TrainSettings
from fitreel.model.suggestions import nearest
from fitreel.render.network.activations import (
    ACTIVATIONS,
    DRAWABLE,
    RRELU_SLOPE,
    Function,
    Values,
    leaky,
    plain,
)

STEP = 1e-6
"""Half the distance over which an activation's slope is measured."""
MOST_GRADIENT_POINTS = 2_000
"""Of more training points, evenly chosen ones stand for all in a gradient."""


@dataclass(frozen=True)
class DenseLayer:
    """Where a fully connected layer's numbers are among the recorded weights."""

    weight: slice
    bias: slice
    shape: tuple[int, int]
    """Outputs and inputs."""
    slope: slice | None
    """A PReLU's one weight."""
    activation: str
    """Its plain name; "" after the last layer."""


class Network:
    """A recorded network, to be evaluated at any of its snapshots' weights.

    Raises:
        BadInput: its structure isn't known, or it needs numbers that aren't recorded; the line
            begins with the setting that is in the way.
    """

    def __init__(self, header: Header) -> None:
        self.layers = _layers(header)
        self._inputs, self._output = header.inputs, header.outputs[0]
        self._outputs, self._classes = header.outputs, header.classes
        self._parameters = header.parameters

    @property
    def units(self) -> int:
        """How many the last hidden layer has; 0 without hidden layers."""
        return self.layers[-1].shape[1] if len(self.layers) > 1 else 0

    @property
    def matrix_shapes(self) -> list[tuple[int, int]]:
        """The shapes of `matrices`."""
        return [(outputs, inputs + 1) for outputs, inputs in (each.shape for each in self.layers)]

    def matrices(self, weights: NDArray[np.float32]) -> list[Values]:
        """Of each layer its weights, shape (outputs, inputs), and the biases as a last column."""
        return [
            np.column_stack([_of(weights, layer.weight).reshape(layer.shape),
                             _of(weights, layer.bias)])
            for layer in self.layers
        ]  # fmt: skip

    def hidden(self, weights: NDArray[np.float32], x: Values) -> Values:
        """What the last hidden layer puts out, shape (units, M), at places of shape (M,)."""
        return self.hidden_and_sums(weights, x)[0]

    def hidden_and_sums(self, weights: NDArray[np.float32], x: Values) -> tuple[Values, Values]:
        """The same, and what its activation is given; places of D inputs have shape (M, D)."""
        columns = np.asarray(x).reshape(len(x), -1).T
        values = sums = np.stack(
            [np.asarray(own.scaled(each)) for own, each in zip(self._inputs, columns, strict=True)]
        )
        with np.errstate(all="ignore"):
            for layer in self.layers[:-1]:
                sums = _linear(layer, weights, values)
                values = _activation(layer, weights)(sums)
        return values, sums

    def prediction(self, weights: NDArray[np.float32], x: Values) -> Values:
        """What a record would say at places of shape (M, D), shape (M, K): of classes, how probable
        each is, else numbers in the data's own units.
        """
        with np.errstate(all="ignore"):
            values = _linear(self.layers[-1], weights, self.hidden(weights, x)).T
            if not self._classes:
                columns = zip(self._outputs, values.T, strict=True)
                return np.stack([column.unscaled(each) for column, each in columns], axis=1)
            if values.shape[1] == 1:
                second = 1 / (1 + np.exp(-values))
                return np.concatenate([1 - second, second], axis=1)
            parts = np.exp(values - values.max(axis=1, keepdims=True))
            return np.asarray(parts / parts.sum(axis=1, keepdims=True))

    def contributions(self, weights: NDArray[np.float32], x: Values) -> tuple[Values, float]:
        """What each unit adds to the curve, shape (units, M), and the output's bias.

        Their sum is the network's prediction at `x`, shape (M,), in the data's own units; scaled
        outputs are counted from their mean, or it would hide what the units do.
        """
        last = self.layers[-1]
        with np.errstate(all="ignore"):
            parts = _of(weights, last.weight)[:, None] * self.hidden(weights, x)
        scale = self._output.scale
        return parts * scale, float(weights[last.bias][0]) * scale

    def pushes(self, weights: NDArray[np.float32], x: Values) -> Values:
        """How far each unit moves several outputs together, shape (units, M), at `x`, shape (M,).

        It is what the unit puts out times the length of its weights, numbers in the data's own
        units. Of classes only differences count: what raises all of them alike moves nothing.
        """
        last = self.layers[-1]
        matrix = _of(weights, last.weight).reshape(last.shape)
        if not self._classes:
            matrix = matrix * np.array([output.scale for output in self._outputs])[:, None]
        elif len(matrix) > 1:
            matrix = matrix - matrix.mean(axis=0)
        with np.errstate(all="ignore"):
            lengths = np.sqrt((matrix**2).sum(axis=0))
            return np.asarray(lengths[:, None] * self.hidden(weights, x))

    def unit_rows(self, weights: NDArray[np.float32], x: Values) -> Values:
        """What each unit does at `x`, shape (M,), in rows.

        Of one output it is what it adds, and in a last row their sum; of several, how far it moves
        them, without a sum.
        """
        if self._classes or len(self._outputs) > 1:
            return self.pushes(weights, x)
        parts, bias = self.contributions(weights, x)
        return np.concatenate([parts, parts.sum(axis=0, keepdims=True) + bias])

    def toward_second(self, weights: NDArray[np.float32]) -> Values:
        """How much each of the last hidden units speaks for the second class, for a larger value,
        or for light: shape (units,).
        """
        matrix = _of(weights, self.layers[-1].weight).reshape(self.layers[-1].shape)
        if not self._classes and len(self._outputs) > 1:
            return np.asarray(matrix.mean(axis=0))
        return np.asarray(matrix[1] - matrix[0] if len(matrix) > 1 else matrix[0])

    def gradient(
        self, weights: NDArray[np.float32], x: Values, y: Values, loss: "Loss"
    ) -> list[Values]:
        """Of the network's mean loss over points of shape (N,), in the shapes of `matrices`.

        It is that of all points, without dropout, clipping or weight decay.
        """
        with np.errstate(all="ignore"):
            inputs, sums = [np.asarray(self._inputs[0].scaled(x))[None, :]], []
            for layer in self.layers[:-1]:
                sums.append(_linear(layer, weights, inputs[-1]))
                inputs.append(_activation(layer, weights)(sums[-1]))
            prediction = _linear(self.layers[-1], weights, inputs[-1])[0]
            error = loss.slope(prediction, np.asarray(self._output.scaled(y)))[None, :]
            gradients = []
            for number in reversed(range(len(self.layers))):
                gradients.append(np.column_stack([error @ inputs[number].T, error.sum(axis=1)]))
                if number:
                    layer, before = self.layers[number], self.layers[number - 1]
                    back = _of(weights, layer.weight).reshape(layer.shape).T @ error
                    function, at = _activation(before, weights), sums[number - 1]
                    error = back * (function(at + STEP) - function(at - STEP)) / (2 * STEP)
        return gradients[::-1]


class Loss:
    """The slopes of a run's training loss."""

    def __init__(self, header: Header) -> None:
        settings = _settings(TrainSettings, header.job.get("train", {}))
        self._name = settings.loss or "mse"
        if self._name not in LOSSES_OF_NUMBERS:
            raise BadInput(f"film.panels: gradients: the slopes of {self._name} aren't known")
        arguments = settings.loss_args
        self._delta = float(arguments.get("delta", arguments.get("beta", 1.0)))

    def slope(self, prediction: Values, y: Values) -> Values:
        """Of the loss, by each prediction."""
        error = prediction - y
        if self._name == "mse":
            slope = 2 * error
        elif self._name == "rmse":
            slope = error / max(float(np.sqrt(np.mean(error**2))), 1e-300)
        elif self._name == "mae":
            slope = np.sign(error)
        elif self._name == "huber":
            slope = np.clip(error, -self._delta, self._delta)
        elif self._name == "smooth_l1":
            slope = np.clip(error / max(self._delta, 1e-300), -1, 1)
        else:
            slope = np.tanh(error)
        return np.asarray(slope / len(y))


def why_unknown(network: NetworkSettings) -> str | None:
    """Why it isn't known how a network's recorded weights make its prediction, or None."""
    if network.module is not None:
        return (
            f"network.module: the structure of {network.module} isn't known; "
            "train with network.hidden instead"
        )
    if network.features is not None:
        return "network.features: what they make of the input isn't drawn; train without them"
    if network.batch_norm:
        return "network.batch_norm: its running averages aren't recorded; train without it"
    for name in network.activation_names:
        if plain(name) not in DRAWABLE:
            return (
                f"network.activations: {name!r} can't be drawn unit by unit; train with another "
                f"one{nearest(plain(name), DRAWABLE)}"
            )
    return None


def network_of(run: Record, what: str) -> Network:
    """The network of a record that has its weights.

    Raises:
        BadInput: it hasn't, or as `Network`; the line begins with `what` needs them.
    """
    try:
        network = Network(run.header)
    except BadInput as error:
        raise BadInput(f"{what}: {error}") from None
    if next(run.snapshots([0], weights=True)).weights is None:
        raise BadInput(f"{what}: the weights of this network aren't recorded")
    return network


def _settings(kind: Any, table: Any) -> Any:
    try:
        return kind.model_validate_json(json.dumps(table))
    except (ValidationError, TypeError, ValueError):
        raise BadInput("the record's job can't be read") from None


def _layers(header: Header) -> list[DenseLayer]:
    settings: NetworkSettings = _settings(NetworkSettings, header.job.get("network", {}))
    if (reason := why_unknown(settings)) is not None:
        raise BadInput(reason)
    shapes = [tuple(shape) for _, shape in header.layout]
    starts = np.cumsum([0, *(int(np.prod(shape, dtype=int)) for shape in shapes)]).tolist()
    slices = [slice(a, b) for a, b in pairwise(starts)]
    is_logit = header.job.get("train", {}).get("loss") == "bce"
    widths = (
        len(header.inputs), *settings.hidden, 1 if is_logit else header.predicted_columns
    )  # fmt: skip
    layers, at = [], 0
    for number, (inputs, outputs) in enumerate(pairwise(widths)):
        is_last = number == len(settings.hidden)
        activation = "" if is_last else plain(settings.activation_names[number])
        expected = [(outputs, inputs), (outputs,)] + [(1,)] * (activation == "prelu")
        if shapes[at : at + len(expected)] != expected:
            raise BadInput("network: the record's layers aren't those of its job")
        slope = slices[at + 2] if activation == "prelu" else None
        layers.append(DenseLayer(slices[at], slices[at + 1], (outputs, inputs), slope, activation))
        at += len(expected)
    if at != len(shapes):
        raise BadInput("network: the record's layers aren't those of its job")
    return layers


def _of(weights: NDArray[np.float32], part: slice) -> Values:
    return weights[part].astype(np.float64)


def _linear(layer: DenseLayer, weights: NDArray[np.float32], values: Values) -> Values:
    matrix = _of(weights, layer.weight).reshape(layer.shape)
    return np.asarray(matrix @ values + _of(weights, layer.bias)[:, None])


def _activation(layer: DenseLayer, weights: NDArray[np.float32]) -> Function:
    if layer.slope is not None:
        return leaky(float(weights[layer.slope][0]))
    return leaky(RRELU_SLOPE) if layer.activation == "rrelu" else ACTIVATIONS[layer.activation]


def flattened(matrices: Sequence[Values]) -> Values:
    """All numbers of a network's layers, one after another."""
    return np.concatenate([matrix.ravel() for matrix in matrices])


def thinned(values: NDArray[Any], most: int) -> NDArray[Any]:
    """At most `most` of the values, evenly chosen, the first and the last among them."""
    if len(values) <= most:
        return values
    return np.asarray(values[np.linspace(0, len(values) - 1, most).round().astype(int)])


def largest(parts: Sequence[float] | Values, most: int) -> NDArray[np.intp]:
    """The indices of the `most` largest, in their own order."""
    order = np.argsort(-np.nan_to_num(np.asarray(parts), nan=np.inf), kind="stable")
    return np.sort(order[:most])
