"""The tensors that a network is trained on, from the job's function or points."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fitreel.model.data.formula import Formula
from fitreel.model.settings import DataSettings
from fitreel.model.training.formula_tensors import TORCH


@dataclass(frozen=True)
class Data:
    """All on the CPU, float32."""

    x: Tensor
    """Shape (N, 1): the training points, in the order that training sees."""
    y: Tensor
    """Shape (N, 1)."""
    grid: Tensor | None
    """Shape (M, 1): where to predict, if not at the training points."""
    truth: Tensor | None
    """Shape (M, 1): the noiseless function where the network predicts; None for points from a
    file."""


def draw_data(
    settings: DataSettings,
    formula: Formula | None,
    points: tuple[NDArray[np.float32], NDArray[np.float32]] | None,
) -> Data:
    """The points of a job; noise is drawn from torch's current random state.

    Args:
        settings: domain, number of points, noise, grid.
        formula: the noiseless function, or None for points from a file.
        points: x and y, shape (N,) each, in place of a formula.

    Raises:
        BadInput: the formula is not finite at every point.
    """
    if formula is None:
        assert points is not None
        x, y = (torch.from_numpy(values.copy()).unsqueeze(1) for values in points)
        ends = (float(x.min()), float(x.max()))
    else:
        ends = settings.domain
        x = torch.linspace(*ends, settings.points).unsqueeze(1)
        if settings.noise_kind == "normal":
            noise = torch.randn(x.size())
        else:
            noise = 2 * torch.rand(x.size()) - 1
        clean: Tensor = formula.evaluate(x, TORCH)
        formula.check_finite(x.numpy(), clean.numpy())
        y = clean + settings.noise * noise
    grid = None if settings.grid is None else torch.linspace(*ends, settings.grid).unsqueeze(1)
    truth = None if formula is None else formula.evaluate(x if grid is None else grid, TORCH)
    if formula is not None and grid is not None and truth is not None:
        formula.check_finite(grid.numpy(), truth.numpy())
    return Data(x, y, grid, truth)
