"""What is recorded beside the loss: accuracy of classes, R² of numbers."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def accuracy(prediction: Tensor, y: Tensor) -> float:
    """The part of the points whose class is the most probable one.

    Args:
        prediction: logits, shape (N, K), or of two classes that of the second, (N, 1).
        y: the numbers of the classes, shape (N,).
    """
    return float((predicted_classes(prediction) == y).sum().item()) / len(y)


def predicted_classes(prediction: Tensor) -> Tensor:
    """The most probable class of each point, int64, shape (N,)."""
    if prediction.shape[1] == 1:
        return (prediction.squeeze(1) > 0).long()
    return prediction.argmax(1)


def r2(prediction: Tensor, y: Tensor) -> float:
    """R², the mean over the outputs, in float64; nan where one of them is constant.

    Args:
        prediction: shape (N, K).
        y: shape (N, K).
    """
    exact = y.double()
    left = (prediction.double() - exact).square().sum(0)
    spread = (exact - exact.mean(0)).square().sum(0)
    r2_of_each = torch.where(spread > 0, 1 - left / spread, torch.nan)
    return float(r2_of_each.mean().item())


METRICS: Mapping[str, Callable[[Tensor, Tensor], float]] = {"accuracy": accuracy, "r2": r2}
"""By the names that stand in jobs."""
