"""Points drawn from torch's random state, in the order that a plain script would draw them."""

import math

import torch
from torch import Tensor

from fitreel.model.data.function import Function, check_classes
from fitreel.model.data.plane_targets import Cloud
from fitreel.model.settings import DataSettings
from fitreel.model.training.data.formula_tensors import TORCH


def draw(function: Function, settings: DataSettings, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """N points: the inputs, then the noise; what is random is float32, whatever `dtype` says.

    Returns:
        x, shape (N, D), and y, shape (N, K), of classes their numbers, int64, shape (N,).

    Raises:
        BadInput: the function is not finite at every point, or one class is all there is.
    """
    if function.cloud is not None:
        return _of_cloud(function.cloud, function.classes, settings)
    x = _inputs(function.inputs, settings, dtype)
    if function.classes:
        y = values_at(function, x)
        check_classes(function, y.numpy())
        return x + settings.noise * _noise(x.size(), settings), y
    noise = _noise(torch.Size([len(x), len(function.formulas)]), settings)
    return x, values_at(function, x) + settings.noise * noise


def values_at(function: Function, x: Tensor) -> Tensor:
    """The noiseless function at places (M, D): (M, K), or of classes their numbers, (M,).

    Raises:
        BadInput: it is not finite at every place.
    """
    columns = tuple(x[:, n] for n in range(x.shape[1])) if x.shape[1] > 1 else (x,)
    values = []
    for formula in function.formulas:
        y: Tensor = formula.evaluate(columns, TORCH)
        formula.check_finite(x.numpy(), y.numpy())
        values.append(y.reshape(-1, 1))
    if function.classes:
        return values[0].squeeze(1).long()
    return values[0] if len(values) == 1 else torch.cat(values, 1)


def _inputs(count: int, settings: DataSettings, dtype: torch.dtype) -> Tensor:
    box = settings.box(count)
    if count == 1:
        return torch.linspace(*box[0], settings.points, dtype=dtype).unsqueeze(1)
    u = torch.rand(settings.points, count).to(dtype)
    return torch.stack([low + (high - low) * u[:, n] for n, (low, high) in enumerate(box)], 1)


def _noise(size: torch.Size, settings: DataSettings) -> Tensor:
    return torch.randn(size) if settings.noise_kind == "normal" else 2 * torch.rand(size) - 1


def _of_cloud(cloud: Cloud, classes: int, settings: DataSettings) -> tuple[Tensor, Tensor]:
    """As `Cloud.formula` says, and the noise on both inputs."""
    count = settings.points
    k = torch.arange(count) % classes
    if cloud.name == "gaussians":
        angle = 2 * math.pi * k / classes
        places = torch.stack([torch.cos(angle), torch.sin(angle)], 1)
    else:
        places = _along(cloud, torch.rand(count), k, classes)
    return places + settings.noise * _noise(places.size(), settings), k


def _along(cloud: Cloud, u: Tensor, k: Tensor, classes: int) -> Tensor:
    """The places at `u` of [0, 1] along the shape of each point's class, shape (N, 2)."""
    if cloud.name == "moons":
        angle = math.pi * u
        first = torch.where(k == 0, torch.cos(angle), 1 - torch.cos(angle))
        second = torch.where(k == 0, torch.sin(angle), 0.5 - torch.sin(angle))
        return torch.stack([first, second], 1)
    if cloud.name == "circles":
        radius, angle = (classes - k) / classes, 2 * math.pi * u
    else:
        radius, angle = 0.1 + 0.9 * u, 3 * math.pi * u + 2 * math.pi * k / classes
    return torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], 1)
