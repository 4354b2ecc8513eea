"""The losses of many networks at once, and their slopes in the predictions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad, softplus

from fitreel.model.training.batched.padded_tensors import padded
from fitreel.model.training.losses import LOSSES


@dataclass(frozen=True)
class BatchedLoss:
    """A loss as two functions of each network's errors, prediction - y, (K, N, outputs)."""

    values: Callable[[Tensor], Tensor]
    """To (K,): each network's own mean."""
    differentiate: Callable[[Tensor], object]
    """Turns the errors, in place, into the gradient of each network's loss in its predictions."""


def batched_loss(name: str, arguments: dict[str, Any]) -> BatchedLoss:
    """What `fitreel.model.training.losses` calls by that name; the arguments are checked there."""

    def squared(errors: Tensor) -> Tensor:
        return errors.square().mean((1, 2))

    match name:
        case "mse":
            return BatchedLoss(squared, lambda e: e.mul_(2 / _count(e)))
        case "rmse":
            return BatchedLoss(
                lambda e: squared(e).sqrt(),
                lambda e: e.div_((squared(e).sqrt() * _count(e))[:, None, None]),
            )
        case "log_cosh":

            def log_cosh(errors: Tensor) -> Tensor:
                return errors + softplus(-2.0 * errors) - 0.6931471805599453

            return BatchedLoss(
                lambda e: _one_by_one(log_cosh, e).mean((1, 2)),
                lambda e: e.copy_(_one_by_one(torch.tanh, e)).div_(_count(e)),
            )
        case "huber":
            delta = float(arguments.get("delta", 1.0))
            differentiate = _clamped(delta, 1.0)
        case "smooth_l1" if (beta := float(arguments.get("beta", 1.0))) > 0:
            differentiate = _clamped(beta, 1 / beta)
        case _:

            def differentiate(errors: Tensor) -> Tensor:
                return errors.sgn_().div_(_count(errors))

    function = LOSSES[name]
    zero = torch.zeros(())

    def values(errors: Tensor) -> Tensor:
        nothing = zero.to(errors.device).expand_as(errors)
        return function(errors, nothing, reduction="none", **arguments).mean((1, 2))

    return BatchedLoss(values, differentiate)


def _clamped(most: float, factor: float) -> Callable[[Tensor], Tensor]:
    """Straight up to ±`most`, flat beyond; then times `factor`, over the points."""

    def differentiate(errors: Tensor) -> Tensor:
        return errors.clamp_(-most, most).mul_(factor / _count(errors))

    return differentiate


def _count(errors: Tensor) -> int:
    """How many numbers each network's mean is over."""
    return errors.shape[1] * errors.shape[2]


def _one_by_one(function: Callable[[Tensor], Tensor], errors: Tensor) -> Tensor:
    """`function` of every number, each with the same instructions: see `BLOCK`."""
    points = errors.shape[1]
    return function(pad(errors, (0, 0, 0, padded(points) - points)))[:, :points]
