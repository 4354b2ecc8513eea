"""The losses of many networks at once, and their slopes in the predictions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from fitreel.model.losses import LOSSES


@dataclass(frozen=True)
class BatchedLoss:
    """A loss as two functions of each network's errors, prediction - y, of shape (K, N, 1)."""

    values: Callable[[Tensor], Tensor]
    """To (K,): each network's own mean."""
    slopes: Callable[[Tensor], Tensor]
    """To (K, N, 1): the gradient of each network's loss in its predictions; may overwrite."""


def batched_loss(name: str, arguments: dict[str, Any]) -> BatchedLoss:
    """What `fitreel.model.losses` calls by that name; the arguments are checked there."""

    def values(errors: Tensor) -> Tensor:
        return errors.square().mean((1, 2))

    match name:
        case "mse":
            return BatchedLoss(values, lambda e: e.mul_(2 / e.shape[1]))
        case "rmse":
            return BatchedLoss(
                lambda e: values(e).sqrt(),
                lambda e: e / (values(e).sqrt() * e.shape[1])[:, None, None],
            )
        case "huber":
            delta = float(arguments.get("delta", 1.0))
            slopes = _clamped(delta, 1.0)
        case "smooth_l1" if (beta := float(arguments.get("beta", 1.0))) > 0:
            slopes = _clamped(beta, 1 / beta)
        case "log_cosh":

            def slopes(errors: Tensor) -> Tensor:
                return errors.tanh_().div_(errors.shape[1])

        case _:

            def slopes(errors: Tensor) -> Tensor:
                return errors.sgn_().div_(errors.shape[1])

    function = LOSSES[name]
    zero = torch.zeros(())
    if name == "log_cosh":

        def each(errors: Tensor) -> Tensor:
            soft = torch.nn.functional.softplus(-2.0 * errors)
            return (errors + soft - 0.6931471805599453).mean((1, 2))

        return BatchedLoss(each, slopes)

    def reduced(errors: Tensor) -> Tensor:
        nothing = zero.to(errors.device).expand_as(errors)
        return function(errors, nothing, reduction="none", **arguments).mean((1, 2))

    return BatchedLoss(reduced, slopes)


def _clamped(most: float, factor: float) -> Callable[[Tensor], Tensor]:
    """Straight up to ±`most`, flat beyond; then times `factor`, over the points."""

    def slopes(errors: Tensor) -> Tensor:
        return errors.clamp_(-most, most).mul_(factor / errors.shape[1])

    return slopes
