"""What a training needs to go on exactly where it was: as tensors and JSON, never a pickle."""

import json
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.training.loop import Training
from fitreel.model.training.optimizers import Optimizer, Scheduler

FORMAT = 1
LONGEST_REASON = 300
"""Characters of what torch says where a state doesn't fit."""
_IN_NUMPY = {
    *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
    *(torch.float16, torch.float32, torch.float64),
}
"""What a run folder's files have."""


def save_checkpoint(training: Training) -> tuple[dict[str, Tensor], str]:
    """Weights, optimizer, scheduler and random states.

    Returns:
        Tensors by name, and a JSON text that says how they hang together.

    Raises:
        BadInput: the optimizer or scheduler holds something that is neither number nor tensor.
    """
    tree = {
        "format": FORMAT,
        "epoch": training.epoch,
        "seconds": training.seconds,
        "network": _state_of(training),
        "optimizer": None if training.optimizer is None else training.optimizer.state_dict(),
        "scheduler": None if training.scheduler is None else training.scheduler.state_dict(),
        "shuffling": training.shuffling.get_state(),
        "random": torch.get_rng_state(),
        "random_device": (
            torch.cuda.get_rng_state(training.device) if training.device.type == "cuda" else None
        ),
    }
    tensors: dict[str, Tensor] = {}
    return tensors, json.dumps(_flatten(tree, tensors))


def load_checkpoint(training: Training, tensors: dict[str, Tensor], text: str) -> None:
    """Put `training` where the saved one was.

    Raises:
        BadInput: the state is not one of this network and optimizer.
    """
    try:
        _restore(training, _tree_of(text, tensors))
        if training.optimizer is not None:
            # It takes whatever tensors it is given, and fails at its next step.
            _step(training.optimizer, training.scheduler)
            _restore(training, _tree_of(text, tensors))
    except (FitreelError, MemoryError):
        raise
    except Exception as error:  # torch raises what it likes of what a stranger wrote
        reason = " ".join(str(error).split())[:LONGEST_REASON]
        raise BadInput(f"the state to go on from doesn't fit this job: {reason}") from error


def _tree_of(text: str, tensors: dict[str, Tensor]) -> Any:
    """What `save_checkpoint` flattened, of tensors that nobody else changes."""
    tree = _unflatten(json.loads(text), {name: each.clone() for name, each in tensors.items()})
    if tree["format"] != FORMAT:
        raise BadInput(f"state of format {tree['format']}, not {FORMAT}")
    return tree


def _restore(training: Training, tree: Any) -> None:
    epoch, seconds = tree["epoch"], float(tree["seconds"])
    if type(epoch) is not int or not 0 <= epoch <= training.settings.epochs:
        raise ValueError(f"it stands at epoch {epoch!r}")
    with training.guarded:
        training.network.load_state_dict(tree["network"])
    remembered = tree["optimizer"]
    if training.optimizer is not None:
        _check_counts(training.optimizer, remembered)
        training.optimizer.load_state_dict(remembered)
    elif remembered is not None and remembered["state"]:
        raise ValueError("it holds what another optimizer remembers")
    if training.scheduler is not None:
        training.scheduler.load_state_dict(tree["scheduler"])
    training.shuffling.set_state(tree["shuffling"])
    torch.set_rng_state(tree["random"])
    if tree["random_device"] is not None and training.device.type == "cuda":
        torch.cuda.set_rng_state(tree["random_device"], training.device)
    training.epoch, training.seconds = epoch, seconds


def _check_counts(optimizer: Optimizer, remembered: Any) -> None:
    """Whole numbers are the job's, and no scheduler changes them: how often a step may repeat."""
    for own, group in zip(optimizer.param_groups, remembered["param_groups"], strict=True):
        for key, value in own.items():
            if type(value) is int and group.get(key, value) != value:
                raise ValueError(f"its {key} is {group[key]!r}, not {value}")


def _step(optimizer: Optimizer, scheduler: Scheduler | None) -> None:
    """A step by any gradient, to see whether what is remembered is enough for one."""
    parameters = [each for group in optimizer.param_groups for each in group["params"]]

    def closure() -> float:
        for parameter in parameters:
            parameter.grad = torch.ones_like(parameter)
        return 1.0

    closure()
    optimizer.step(closure)
    if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
        scheduler.step(1.0)
    elif scheduler is not None:
        scheduler.step()
    optimizer.zero_grad()


def _state_of(training: Training) -> dict[str, Any]:
    with training.guarded:
        return dict(training.network.state_dict())


def network_of(tree: Any, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Of a saved training's state, less its text's JSON, what its network holds."""
    network = dict(_unflatten(tree, tensors)["network"])
    if not all(isinstance(value, Tensor) for value in network.values()):
        raise ValueError("something in it is no tensor")
    return network


def arrays_of(tensors: dict[str, Tensor]) -> dict[str, NDArray[Any]]:
    """The same values without torch, as a run folder keeps them."""
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def tensors_of(arrays: dict[str, NDArray[Any]]) -> dict[str, Tensor]:
    """What `arrays_of` was given; the arrays are copied, since read ones can't be written to."""
    return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}


def _flatten(value: Any, tensors: dict[str, Tensor]) -> Any:
    """A JSON-able copy of `value`; its tensors go to `tensors` and leave their names."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Tensor() if value.layout != torch.strided or value.dtype not in _IN_NUMPY:
            raise BadInput(f"a {value.dtype} tensor in the training's state can't be recorded")
        case Tensor():
            name = f"t{len(tensors)}"
            tensors[name] = value.detach().cpu().clone().contiguous()
            return {"tensor": name}
        case list():
            return {"list": [_flatten(item, tensors) for item in value]}
        case tuple():
            return {"tuple": [_flatten(item, tensors) for item in value]}
        case dict():
            return {"dict": [[_key(k), _flatten(v, tensors)] for k, v in value.items()]}
    raise BadInput(f"a {type(value).__name__} in the training's state can't be recorded")


def _key(key: object) -> object:
    if isinstance(key, str | int):
        return key
    raise BadInput(f"a {type(key).__name__} as key in the training's state can't be recorded")


def _unflatten(node: Any, tensors: dict[str, Tensor]) -> Any:
    if not isinstance(node, dict):
        return node
    ((kind, content),) = node.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "dict":
        return {key: _unflatten(item, tensors) for key, item in content}
    items = [_unflatten(item, tensors) for item in content]
    return tuple(items) if kind == "tuple" else items
