"""Torch's activations by their plain names, in numpy, for drawing what is inside a network."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Function = Callable[[Values], Values]

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

_erf = np.frompyfunc(math.erf, 1, 1)


def _sigmoid(z: Values) -> Values:
    return 0.5 * (1 + np.tanh(0.5 * z))


def _softplus(z: Values) -> Values:
    return np.logaddexp(0.0, z)


def _elu(z: Values) -> Values:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def _gelu(z: Values) -> Values:
    return np.asarray(0.5 * z * (1 + np.asarray(_erf(z / math.sqrt(2)), np.float64)))


def _hard_sigmoid(z: Values) -> Values:
    return np.clip(z / 6 + 0.5, 0, 1)


ACTIVATIONS: dict[str, Function] = {
    "celu": _elu,
    "elu": _elu,
    "gelu": _gelu,
    "hardshrink": lambda z: np.where(np.abs(z) > 0.5, z, 0.0),
    "hardsigmoid": _hard_sigmoid,
    "hardswish": lambda z: z * _hard_sigmoid(z),
    "hardtanh": lambda z: np.clip(z, -1, 1),
    "identity": lambda z: z,
    "leakyrelu": lambda z: np.where(z > 0, z, 0.01 * z),
    "logsigmoid": lambda z: -_softplus(-z),
    "mish": lambda z: z * np.tanh(_softplus(z)),
    "relu": lambda z: np.maximum(z, 0.0),
    "relu6": lambda z: np.clip(z, 0, 6),
    "selu": lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))),
    "sigmoid": _sigmoid,
    "silu": lambda z: z * _sigmoid(z),
    "softplus": _softplus,
    "softshrink": lambda z: np.sign(z) * np.maximum(np.abs(z) - 0.5, 0),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "tanh": np.tanh,
    "tanhshrink": lambda z: z - np.tanh(z),
}
"""With torch's own default arguments; a network's PReLU has a weight, and its RReLU draws lots."""

DRAWABLE = {*ACTIVATIONS, "prelu", "rrelu"}
"""Those that can be drawn unit by unit."""

# As a network that is looked at, rather than trained, has it: the mean of both slopes.
RRELU_SLOPE = (1 / 8 + 1 / 3) / 2


def plain(name: str) -> str:
    """An activation's name as it stands in `ACTIVATIONS`: Leaky_ReLU is leakyrelu."""
    return name.lower().replace("_", "")


def leaky(slope: float) -> Function:
    """ReLU with a slope below zero."""
    return lambda z: np.where(z > 0, z, slope * z)
