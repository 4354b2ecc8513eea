"""Torch's optimizers over many networks at once, each network with its own learning rate.

The formulas are those of torch's documentation, on one long tensor in place of many short ones.
"""

import inspect
from collections.abc import Callable
from math import sqrt
from typing import Any

import torch
from torch import Tensor

from fitreel.model.settings import TrainSettings

State = dict[str, Tensor]
Options = dict[str, Any]
Rule = Callable[[Options, Tensor, Tensor, Tensor, State, int], None]
"""(options, parameters, gradients, rates, state, steps before): one step, all in place.

Parameters, gradients, rates and each of the state lie as `ParameterRows.flat` lays them; gradients
are used up.
"""


def rule_of(name: str) -> Rule | None:
    """The optimizer of that name; None where it isn't known here."""
    return {"SGD": _sgd, "Adam": _adam, "AdamW": _adam, "RMSprop": _rmsprop}.get(name)


def options_of(train: TrainSettings) -> Options:
    """All that the optimizer which the job names goes by, but for the learning rate."""
    parameters = inspect.signature(getattr(torch.optim, train.optimizer)).parameters
    options = {key: p.default for key, p in parameters.items()} | train.optimizer_args
    if train.weight_decay is not None:
        options["weight_decay"] = train.weight_decay
    # AdamW is Adam with this, and doesn't take it as an argument.
    decoupled = train.optimizer == "AdamW" or bool(options.get("decoupled_weight_decay"))
    return options | {"decoupled_weight_decay": decoupled}


def state_names(name: str, options: Options) -> list[str]:
    """What the optimizer remembers of each parameter, beside the number of steps."""
    needs = {
        "momentum": bool(options.get("momentum")),
        "mean": name in ("Adam", "AdamW") or bool(options.get("centered")),
        "square": name != "SGD",
        "largest": bool(options.get("amsgrad")),
    }
    return [key for key, is_needed in needs.items() if is_needed]


def with_rates(options: Options, rates: Tensor) -> Options:
    """The options, and what of them depends on the learning rates, float64 of any shape.

    The factor of a decoupled weight decay lies so near to 1 that its rounding adds up over the
    steps: it is rounded once, as torch does it.
    """
    if not options["decoupled_weight_decay"]:
        return options
    return options | {"shrink": (1 - rates * options["weight_decay"]).float()}


def _sgd(o: Options, p: Tensor, g: Tensor, rates: Tensor, state: State, steps: int) -> None:
    _adjust(o, p, g)
    if momentum := o["momentum"]:
        buffer = state["momentum"]
        if steps == 0:
            buffer.copy_(g)
        else:
            buffer.mul_(momentum).add_(g, alpha=1 - o["dampening"])
        g = g.add_(buffer, alpha=momentum) if o["nesterov"] else buffer
    p.addcmul_(g, rates, value=-1)


def _adam(o: Options, p: Tensor, g: Tensor, rates: Tensor, state: State, steps: int) -> None:
    beta, beta_square = o["betas"]
    mean, square = state["mean"], state["square"]
    if o["decoupled_weight_decay"]:
        if o["weight_decay"]:
            p.mul_(o["shrink"])
        _adjust(o | {"weight_decay": 0}, p, g)
    else:
        _adjust(o, p, g)
    mean.lerp_(g, 1 - beta)
    square.mul_(beta_square).addcmul_(g, g, value=1 - beta_square)
    if o["amsgrad"]:
        square = torch.maximum(state["largest"], square, out=state["largest"])
    root = torch.sqrt(square, out=g).div_(sqrt(1 - beta_square ** (steps + 1))).add_(o["eps"])
    p.addcmul_(torch.div(mean, root, out=g), rates, value=-1 / (1 - beta ** (steps + 1)))


def _rmsprop(o: Options, p: Tensor, g: Tensor, rates: Tensor, state: State, steps: int) -> None:
    _adjust(o, p, g)
    square = state["square"]
    square.mul_(o["alpha"]).addcmul_(g, g, value=1 - o["alpha"])
    if o["centered"]:
        mean = state["mean"].lerp_(g, 1 - o["alpha"])
        root = square.addcmul(mean, mean, value=-1).sqrt_()
    else:
        root = square.sqrt()
    g.div_(root.add_(o["eps"]))
    if momentum := o["momentum"]:
        g = state["momentum"].mul_(momentum).add_(g)
    p.addcmul_(g, rates, value=-1)


def _adjust(o: Options, p: Tensor, g: Tensor) -> None:
    """Turn the gradient uphill where asked, then let it pull towards zero."""
    if o["maximize"]:
        g.neg_()
    if o["weight_decay"]:
        g.add_(p, alpha=o["weight_decay"])
