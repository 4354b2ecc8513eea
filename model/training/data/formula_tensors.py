"""A formula's functions on tensors are torch's own, so that `x**3` is `x.pow(3)` bit for bit.

y = formula.evaluate(x, TORCH)
"""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def _full_like(x: Tensor, value: float) -> Tensor:
    # torch refuses what is too large for x's dtype; everywhere else it is infinity.
    if abs(value) > torch.finfo(x.dtype).max:
        value = math.copysign(math.inf, value)
    return torch.full_like(x, value)


def _cbrt(x: Tensor) -> Tensor:
    return torch.copysign(x.abs().pow(1 / 3), x)


TORCH: Mapping[str, Callable[..., Tensor]] = {
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "arcsin": torch.asin,
    "arccos": torch.acos,
    "arctan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log2": torch.log2,
    "log10": torch.log10,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "cbrt": _cbrt,
    "sinc": torch.sinc,
    "abs": torch.abs,
    "sign": torch.sign,
    "floor": torch.floor,
    "ceil": torch.ceil,
    "round": torch.round,
    "heaviside": torch.heaviside,
    "minimum": torch.minimum,
    "maximum": torch.maximum,
    "clip": torch.clamp,
    "where": torch.where,
    "full_like": _full_like,
}
