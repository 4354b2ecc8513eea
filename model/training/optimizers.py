"""Torch's optimizers and learning rate schedulers by their names."""

import inspect
import warnings
from typing import Any

import torch
from torch import nn

from fitreel.model.errors import BadInput
from fitreel.model.settings import TrainSettings
from fitreel.model.suggestions import nearest

Optimizer = torch.optim.Optimizer
Scheduler = torch.optim.lr_scheduler.LRScheduler

REFUSED_OPTIMIZERS = {"SparseAdam": "it trains sparse embeddings only, and this network is dense"}
REFUSED_SCHEDULERS = {
    "LambdaLR": "it needs a function, which a job can't hold",
    "MultiplicativeLR": "it needs a function, which a job can't hold",
    "SequentialLR": "it needs other schedulers, which a job can't hold",
    "ChainedScheduler": "it needs other schedulers, which a job can't hold",
    "SWALR": "it belongs to weight averaging, which a job doesn't do",
}


def optimizer_names() -> list[str]:
    """Torch's optimizers that a job may name."""
    return sorted(
        name
        for name, kind in vars(torch.optim).items()
        if inspect.isclass(kind) and issubclass(kind, Optimizer) and kind is not Optimizer
    )


def scheduler_names() -> list[str]:
    """Torch's schedulers, those that a job can't use among them."""
    module = torch.optim.lr_scheduler
    return sorted(
        name
        for name, kind in vars(module).items()
        if inspect.isclass(kind)
        and issubclass(kind, Scheduler)
        and kind.__module__ == module.__name__
        and name not in ("LRScheduler", "_LRScheduler")
        and not name.startswith("_")
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


def build_scheduler(settings: TrainSettings, optimizer: Optimizer) -> Scheduler | None:
    """The scheduler that the job names, or None; it steps once an epoch.

    Raises:
        BadInput: torch has none of that name, it can't be used here, or an argument is wrong.
    """
    if settings.scheduler is None:
        return None
    arguments = dict(settings.scheduler)
    name = arguments.pop("name", None)
    names = scheduler_names()
    if not isinstance(name, str):
        raise BadInput('train.scheduler: a name is needed, such as { name = "StepLR", … }')
    if name not in names:
        usable = [each for each in names if each not in REFUSED_SCHEDULERS]
        raise BadInput(
            f"train.scheduler: {name!r} is not one of torch's{nearest(name, names)}"
            f"; there are {', '.join(usable)}"
        )
    if name in REFUSED_SCHEDULERS:
        raise BadInput(f"train.scheduler: {name} can't be used: {REFUSED_SCHEDULERS[name]}")
    kind = getattr(torch.optim.lr_scheduler, name)
    check_arguments("train.scheduler", name, kind, arguments, {"optimizer"})
    if (
        name == "OneCycleLR"
        and "total_steps" not in arguments
        and ("epochs" not in arguments or "steps_per_epoch" not in arguments)
    ):
        arguments["total_steps"] = settings.epochs
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scheduler = kind(optimizer, **arguments)
    except Exception as error:
        raise BadInput(f"train.scheduler: {name} can't be used: {error}") from error
    return scheduler  # type: ignore[no-any-return]


def rehearse(settings: TrainSettings) -> None:
    """Take a few steps with one weight, so that a value that only a step refuses is found now.

    Torch's random state stays as it was.

    Raises:
        BadInput: the optimizer or the scheduler can't be stepped with these arguments.
    """
    if not settings.optimizer_args and settings.scheduler is None:
        return
    scheduler_name = (settings.scheduler or {}).get("name")
    total = (settings.scheduler or {}).get("total_steps")
    if isinstance(total, int) and total < settings.epochs:
        raise BadInput(
            f"train.scheduler: {scheduler_name} ends after total_steps = {total}, "
            f"and there are {settings.epochs} epochs"
        )
    with torch.random.fork_rng(devices=[]):
        network = nn.Linear(1, 1, bias=False)
        optimizer = build_optimizer(settings, network)
        scheduler = build_scheduler(settings, optimizer)
        x = torch.ones(2, 1)

        def closure() -> float:
            optimizer.zero_grad()
            loss = network(x).square().mean()
            loss.backward()
            return float(loss.item())

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for _ in range(3):
                    optimizer.step(closure)
                    if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
                        scheduler.step(1.0)
                    elif scheduler is not None:
                        scheduler.step()
        except Exception as error:
            what = settings.optimizer + (f" with {scheduler_name}" if scheduler_name else "")
            raise BadInput(f"train: {what} can't take a step: {error}") from error


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
