"""What training makes small, by its plain name."""

import functools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from fitreel.model.errors import BadInput
from fitreel.model.suggestions import nearest

Loss = Callable[[Tensor, Tensor], Tensor]


def root_mean_square(prediction: Tensor, y: Tensor) -> Tensor:
    """√MSE."""
    return torch.sqrt(F.mse_loss(prediction, y))


def log_cosh(prediction: Tensor, y: Tensor) -> Tensor:
    """Mean of log cosh of the error, in the form that doesn't overflow.

    log cosh e = e + softplus(-2e) - log 2.
    """
    error = prediction - y
    return torch.mean(error + F.softplus(-2.0 * error) - 0.6931471805599453)


LOSSES: dict[str, Callable[..., Tensor]] = {
    "mse": F.mse_loss,
    "rmse": root_mean_square,
    "mae": F.l1_loss,
    "huber": F.huber_loss,
    "smooth_l1": F.smooth_l1_loss,
    "log_cosh": log_cosh,
}
ARGUMENTS = {"huber": ("delta",), "smooth_l1": ("beta",)}


def build_loss(name: str, arguments: dict[str, Any]) -> Loss:
    """The loss of that name: (N, 1) and (N, 1) to a scalar, the mean over the points.

    Raises:
        BadInput: it has no such argument, or the value can't be used.
    """
    function = LOSSES[name]
    names = ARGUMENTS.get(name, ())
    for key, value in arguments.items():
        if key not in names:
            takes = f"takes {', '.join(names)}" if names else "takes none"
            raise BadInput(f"train.loss_args: {name} {takes}, not {key!r}{nearest(key, names)}")
        lowest_is_allowed = key == "beta"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput(f"train.loss_args: {key} = {value!r}: a number is needed")
        if not (value > 0 or (lowest_is_allowed and value == 0)):
            raise BadInput(f"train.loss_args: {key} = {value!r}: must be above 0")
    return functools.partial(function, **arguments) if arguments else function
