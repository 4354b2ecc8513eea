"""The tensors that a network is trained on, from the job's function or points."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fitreel.model.data.formula import Formula
from fitreel.model.data.scaling import standardized
from fitreel.model.record.header import Column
from fitreel.model.settings import DataSettings
from fitreel.model.training.formula_tensors import TORCH


@dataclass(frozen=True)
class Data:
    """All on the CPU; the tensors float32, as the network sees them."""

    x: Tensor
    """Shape (N, 1): the training points, in the order that training sees."""
    y: Tensor
    """Shape (N, 1)."""
    grid: Tensor | None
    """Shape (M, 1): where to predict, if not at the training points."""
    truth: Tensor | None
    """Shape (M, 1): the noiseless function where the network predicts; None for points from a
    file."""
    own: dict[str, NDArray[Any]]
    """The same in their own units, as they are recorded: shape (N,) or (M,), float64 of a file and
    where they are scaled."""
    columns: tuple[Column, Column]
    """What the input and the output are called, and how they are scaled."""


def draw_data(
    settings: DataSettings,
    formula: Formula | None,
    points: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
    names: tuple[str, str] = ("x", "y"),
) -> Data:
    """The points of a job; noise is drawn from torch's current random state.

    Args:
        settings: domain, number of points, noise, grid, scaling.
        formula: the noiseless function, or None for points from a file.
        points: x and y, shape (N,) each, in place of a formula.
        names: of the input and the output.

    Raises:
        BadInput: the formula is not finite at every point, or what is to be scaled is constant.
    """
    dtype = torch.float64 if settings.standardize else torch.float32
    if formula is None:
        assert points is not None
        x, y = (torch.from_numpy(values.copy()).to(dtype).unsqueeze(1) for values in points)
        ends = (float(x.min()), float(x.max()))
    else:
        ends = settings.domain
        x = torch.linspace(*ends, settings.points, dtype=dtype).unsqueeze(1)
        if settings.noise_kind == "normal":
            noise = torch.randn(x.size())
        else:
            noise = 2 * torch.rand(x.size()) - 1
        clean: Tensor = formula.evaluate(x, TORCH)
        formula.check_finite(x.numpy(), clean.numpy())
        y = clean + settings.noise * noise
    grid = None
    if settings.grid is not None:
        grid = torch.linspace(*ends, settings.grid, dtype=dtype).unsqueeze(1)
    truth = None if formula is None else formula.evaluate(x if grid is None else grid, TORCH)
    if formula is not None and grid is not None and truth is not None:
        formula.check_finite(grid.numpy(), truth.numpy())
    tensors = {"x": x, "y": y, "grid": grid, "truth": truth}
    own = {key: t.squeeze(1).numpy() for key, t in tensors.items() if t is not None}
    if points is not None:
        own = {key: values.astype(np.float64) for key, values in own.items()}
        own |= {"x": points[0], "y": points[1]}
    columns = Column(names[0]), Column(names[1])
    if settings.standardize:
        columns = standardized(names[0], own["x"]), standardized(names[1], own["y"])
    across, along = columns
    return Data(
        x=_seen(x, across),
        y=_seen(y, along),
        grid=None if grid is None else _seen(grid, across),
        truth=None if truth is None else _seen(truth, along),
        own=own,
        columns=columns,
    )


def _seen(values: Tensor, column: Column) -> Tensor:
    """As the network sees them, float32."""
    return torch.from_numpy(column.scaled(values.numpy())).float()
