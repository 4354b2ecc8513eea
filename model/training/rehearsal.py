"""A step tried out before the training: whether optimizer and scheduler do what the job asks."""

import warnings

import torch
from torch import nn

from fitreel.model.errors import BadInput
from fitreel.model.settings import TrainSettings
from fitreel.model.training.optimizers import build_optimizer
from fitreel.model.training.schedulers import build_scheduler


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
