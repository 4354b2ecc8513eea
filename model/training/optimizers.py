"""Torch's optimizers by their names."""

import inspect
from typing import Any

import torch
from torch import nn

from fitreel.model.errors import BadInput
from fitreel.model.settings import TrainSettings
from fitreel.model.suggestions import nearest

Optimizer = torch.optim.Optimizer
Scheduler = torch.optim.lr_scheduler.LRScheduler

REFUSED_OPTIMIZERS = {"SparseAdam": "it trains sparse embeddings only, and this network is dense"}


def optimizer_names() -> list[str]:
    """Torch's optimizers that a job may name."""
    return sorted(
        name
        for name, kind in vars(torch.optim).items()
        if inspect.isclass(kind) and issubclass(kind, Optimizer) and kind is not Optimizer
    )


def build_optimizer(settings: TrainSettings, network: nn.Module) -> Optimizer:
    """The optimizer that the job names, over all parameters of `network`.

    Raises:
        BadInput: torch has none of that name, it can't train this network, or an argument is
            wrong.
    """
    name = settings.optimizer
    names = optimizer_names()
    if name not in names:
        raise BadInput(
            f"train.optimizer: {name!r} is not one of torch's{nearest(name, names)}"
            f"; there are {', '.join(names)}"
        )
    if name in REFUSED_OPTIMIZERS:
        raise BadInput(f"train.optimizer: {name} can't be used: {REFUSED_OPTIMIZERS[name]}")
    kind = getattr(torch.optim, name)
    arguments = dict(settings.optimizer_args)
    for key in ("lr", "weight_decay"):
        if key in arguments:
            raise BadInput(f"train.optimizer_args: {key} has a key of its own: train.{key}")
    if settings.weight_decay is not None:
        arguments["weight_decay"] = settings.weight_decay
    check_arguments("train.optimizer_args", name, kind, arguments, {"lr", "params"})
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    try:
        optimizer = kind(parameters, lr=settings.lr, **arguments)
    except Exception as error:
        raise BadInput(f"train.optimizer: {name} can't train this network: {error}") from error
    assert isinstance(optimizer, Optimizer)
    return optimizer


def check_arguments(
    where: str, name: str, kind: type, arguments: dict[str, Any], ours: set[str]
) -> None:
    """Refuse arguments that `kind` doesn't take, naming the nearest, and missing needed ones.

    Raises:
        BadInput: an argument is unknown or missing.
    """
    parameters = inspect.signature(kind).parameters
    names = [key for key in parameters if key not in ours]
    for key in arguments:
        if key not in names:
            raise BadInput(
                f"{where}: {name} has no argument {key!r}{nearest(key, names)}"
                f"; it takes {', '.join(names)}"
            )
    for key in names:
        if parameters[key].default is inspect.Parameter.empty and key not in arguments:
            raise BadInput(f"{where}: {name} needs {key}")
