"""Torch's learning rate schedulers by their names."""

import inspect
import warnings

import torch

from fitreel.model.errors import BadInput
from fitreel.model.settings import TrainSettings
from fitreel.model.suggestions import nearest
from fitreel.model.training.optimizers import Optimizer, Scheduler, check_arguments

REFUSED_SCHEDULERS = {
    "LambdaLR": "it needs a function, which a job can't hold",
    "MultiplicativeLR": "it needs a function, which a job can't hold",
    "SequentialLR": "it needs other schedulers, which a job can't hold",
    "ChainedScheduler": "it needs other schedulers, which a job can't hold",
    "SWALR": "it belongs to weight averaging, which a job doesn't do",
}


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
    if depends_on_epochs(settings):
        arguments["total_steps"] = settings.epochs
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scheduler = kind(optimizer, **arguments)
    except Exception as error:
        raise BadInput(f"train.scheduler: {name} can't be used: {error}") from error
    return scheduler  # type: ignore[no-any-return]


def depends_on_epochs(settings: TrainSettings) -> bool:
    """Whether the learning rates depend on how many epochs there are in all."""
    arguments = settings.scheduler or {}
    return (
        arguments.get("name") == "OneCycleLR"
        and "total_steps" not in arguments
        and ("epochs" not in arguments or "steps_per_epoch" not in arguments)
    )
