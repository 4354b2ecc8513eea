"""Predictions of a torch network in the middle of its training, which must not notice."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from fitreel.model.errors import BadInput

WRAPPERS = {"DataParallel": "module", "DistributedDataParallel": "module"}
"""What holds a network, by the names of their classes, and where."""
SHARDED_MODULES = {"FullyShardedDataParallel", "XlaFullyShardedDataParallel", "FSDPModule"}
SHARDED_TENSORS = {"DTensor", "ShardedTensor"}


def unwrapped(network: nn.Module) -> nn.Module:
    """The network itself, out of what shares its training among processes or compiles it."""
    while True:
        inner = getattr(network, "_orig_mod", None)
        if inner is None:
            inner = getattr(network, WRAPPERS.get(type(network).__name__, ""), None)
        if not isinstance(inner, nn.Module):
            return network
        network = inner


def check_whole(network: nn.Module) -> None:
    """Refuse a network of which each process holds a part.

    One process alone can't predict with it, and would wait for the others without end.

    Raises:
        BadInput: it is FSDP's, ZeRO-3's or another's that shares out its weights.
    """
    modules = {base.__name__ for part in network.modules() for base in type(part).__mro__}
    tensors = {type(parameter).__name__ for parameter in network.parameters()}
    is_zero_3 = any(hasattr(parameter, "ds_id") for parameter in network.parameters())
    if modules & SHARDED_MODULES or tensors & SHARDED_TENSORS or is_zero_3:
        raise BadInput(
            "the network is shared out among processes (FSDP, ZeRO-3, tensor parallelism), none of "
            "which can predict alone: train it with DDP, or record its numbers by fitreel.Recorder"
        )


def is_initialized(network: nn.Module) -> bool:
    """Whether it has all its weights: those of lazy modules come with their first inputs."""
    return not any(map(is_lazy, network.parameters()))


@contextmanager
def evaluating(*networks: nn.Module) -> Iterator[None]:
    """A block in which networks predict, and after which all is as if they hadn't.

    Every part is in evaluation mode, whatever its own flag says, and gets that flag back; the
    methods `eval` and `train`, which some parts do more in, aren't called. No gradients; nothing is
    compiled for it. Random numbers that are drawn all the same are drawn again afterwards, and
    buffers that change all the same, as observers' do, are what they were.
    """
    flags = [(part, part.training) for network in networks for part in network.modules()]
    buffers = [
        (part, name, buffer, buffer.clone(), buffer._version)
        for part, _ in flags
        for name, buffer in part._buffers.items()
        if buffer is not None and not is_lazy(buffer) and not buffer.is_inference()
    ]
    parameters = [each for network in networks for each in network.parameters()]
    devices = {each.device for each in parameters if each.device.type == "cuda"}
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=list(devices)))
        stack.enter_context(torch.no_grad())
        if "torch._dynamo" in sys.modules:  # which takes long to import where nothing is compiled
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        try:
            for part, _ in flags:
                part.training = False
            yield
        finally:
            for part, flag in flags:
                part.training = flag
            for part, name, buffer, content, version in buffers:
                if buffer._version != version:
                    buffer.copy_(content)
                part._buffers[name] = buffer


def predict_with(
    network: nn.Module,
    at: NDArray[np.float32],
    predict: Callable[[Any, Tensor], Any] | None,
) -> Any:
    """What a network predicts now, as a tensor on the CPU that nobody else has.

    Args:
        network: may be wrapped.
        at: (M, D).
        predict: takes the network and `at` as a tensor of the network's device and type; None: the
            network is called. It may give any array.

    Raises:
        TypeError: it can't be seen what of its result are the predictions.
    """
    network = unwrapped(network)
    weights = next((each for each in network.parameters() if each.is_floating_point()), None)
    inputs = torch.tensor(at)
    if weights is not None:
        inputs = inputs.to(weights.device, weights.dtype)
    with evaluating(network):
        result = predict(network, inputs) if predict else _predictions(network(inputs))
    return result.detach().to("cpu", copy=True) if isinstance(result, Tensor) else result


def _predictions(result: Any) -> Tensor:
    """The tensor, the `logits`, the first of several, or the only one beside the loss."""
    if isinstance(result, Mapping):
        others = {name: value for name, value in result.items() if name != "loss"}
        result = others.get("logits", next(iter(others.values())) if len(others) == 1 else result)
    elif isinstance(result, tuple | list) and result:
        result = result[0]
    if not isinstance(result, Tensor):
        raise TypeError(
            f"the network gives {type(result).__name__}, not a tensor of predictions: say what "
            "of it they are, as predict=lambda network, at: network(at)[…]"
        )
    return result
