"""What training makes small, by its plain name."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from fitreel.model.errors import BadInput
from fitreel.model.suggestions import nearest
from fitreel.model.training.own_code import OwnCodeRuns, load_name

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
    "cross_entropy": F.cross_entropy,
    "bce": F.binary_cross_entropy_with_logits,
}
ARGUMENTS = {"huber": ("delta",), "smooth_l1": ("beta",), "cross_entropy": ("label_smoothing",)}


def build_loss(name: str, arguments: dict[str, Any], file: Path | None = None) -> Loss:
    """The loss of that name, from a prediction (N, K) and what `loss_target` gives to a scalar.

    It is the mean over the points and outputs.

    Args:
        name: of a loss, or the user's own, "file.py:name".
        arguments: the job's.
        file: where the user's own lies.

    Raises:
        BadInput: it has no such argument, or the value can't be used; the user's file has no such
            function.
    """
    if name not in LOSSES:
        return _own_loss(name, arguments, file)
    function = LOSSES[name]
    names = ARGUMENTS.get(name, ())
    for key, value in arguments.items():
        if key not in names:
            takes = f"takes {', '.join(names)}" if names else "takes none"
            raise BadInput(f"train.loss_args: {name} {takes}, not {key!r}{nearest(key, names)}")
        lowest_is_allowed = key != "delta"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput(f"train.loss_args: {key} = {value!r}: a number is needed")
        if not (value > 0 or (lowest_is_allowed and value == 0)):
            raise BadInput(f"train.loss_args: {key} = {value!r}: must be above 0")
        if key == "label_smoothing" and value >= 1:
            raise BadInput(f"train.loss_args: {key} = {value!r}: must be below 1")
    return functools.partial(function, **arguments) if arguments else function


def _own_loss(name: str, arguments: dict[str, Any], file: Path | None) -> Loss:
    if file is None:
        raise BadInput("train.loss: a loss of one's own is loaded only from a job file")
    word = name.rpartition(":")[2]
    function = load_name("train.loss", file, word)
    if not callable(function) or isinstance(function, type):
        raise BadInput(f"train.loss: {file} has no function called {word}")
    loss: Loss = functools.partial(function, **arguments) if arguments else function
    return loss


def check_own_loss(loss: Loss, name: str, prediction: Tensor, y: Tensor) -> None:
    """Refuse a loss of the user's that can't be trained with; random states stay as they were.

    Args:
        loss: the function.
        name: what the job says of it.
        prediction: shape (N, K), that gradients are recorded for.
        y: shape (N, K), or (N,) classes.

    Raises:
        BadInput: it fails, or gives something else than one number with a gradient.
    """
    where = f"train.loss: {name}"
    shapes = f"a prediction of shape {tuple(prediction.shape)} and y of shape {tuple(y.shape)}"
    with OwnCodeRuns(lambda: f"{where} fails on {shapes}"), torch.random.fork_rng([]):
        value = loss(prediction, y)
    if not isinstance(value, Tensor) or value.numel() != 1 or not value.is_floating_point():
        what = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise BadInput(f"{where} gives {what}; one number, as a tensor, is needed")
    with OwnCodeRuns(lambda: f"{where} has no gradient"):
        if value.ndim == 0 and value.requires_grad:
            torch.autograd.grad(value, prediction, allow_unused=True)
    if value.ndim or not value.requires_grad:
        why = f"has shape {tuple(value.shape)}" if value.ndim else "has no gradient"
        raise BadInput(f"{where}: what it gives {why}; a scalar of the prediction is needed")


def loss_target(name: str, y: Tensor) -> Tensor:
    """What a loss is given of y: for bce the classes as 0 and 1, shape (N, 1), else y itself."""
    return y.float().unsqueeze(1) if name == "bce" else y


def as_recorded(name: str, prediction: Tensor, classes: int) -> Tensor:
    """What is kept of a network's prediction (M, K): of classes, their probabilities.

    Returns:
        Shape (M,) of one number, (M, K) of more, or of classes.
    """
    if not classes:
        return prediction.squeeze(1) if prediction.shape[1] == 1 else prediction
    if name == "bce":
        second = torch.sigmoid(prediction)
        return torch.cat([1 - second, second], 1)
    return torch.softmax(prediction, 1)
