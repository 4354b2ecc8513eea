"""The network in three ways of writing it, or the user's own; the numbers are the same in all."""

import inspect
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fitreel.model.errors import BadInput
from fitreel.model.settings import NetworkSettings
from fitreel.model.suggestions import nearest
from fitreel.model.training.layers import FourierFeatures, Sine, start_sine
from fitreel.model.training.own_code import OwnCodeRuns, all_stays_as_it_was, load_name


def build_network(
    settings: NetworkSettings, inputs: int = 1, outputs: int = 1, module_file: Path | None = None
) -> nn.Module:
    """The network that `settings` describe, initialised from torch's current random state.

    Args:
        settings: widths, activations and the way of writing.
        inputs: how many numbers it reads, D.
        outputs: how many numbers it says, K.
        module_file: where the file of `settings.module` lies.

    Returns:
        A module from (N, D) float32 to (N, K) float32, on the CPU.

    Raises:
        BadInput: an activation or init that torch doesn't have, or an unusable module.
    """
    if settings.module is not None:
        if module_file is None:
            raise BadInput("network.module: a network of one's own is loaded only from a job file")
        name = settings.module.rpartition(":")[2]
        return load_own_network(module_file, name, settings.module_args)
    features = None
    if settings.features is not None:
        features = FourierFeatures(inputs, settings.features)
    network = STYLES[settings.style](settings, settings.widths(inputs, outputs), features)
    initialise(network, settings.init)
    if settings.has_sine:
        start_sine(network)
    return network


class Subclass(nn.Module):
    """A Module with one attribute a layer and a functional forward."""

    def __init__(
        self, settings: NetworkSettings, widths: Sequence[int], features: nn.Module | None
    ) -> None:
        super().__init__()
        self.steps: list[tuple[str, Callable[[Tensor], Tensor] | None]] = []
        if features is not None:
            self.features = features
            self.steps.append(("features", None))
        for number, (inputs, outputs, activation) in enumerate(layers(settings, widths), start=1):
            self.add_module(f"hidden_{number}", nn.Linear(inputs, outputs))
            self.steps.append((f"hidden_{number}", None))
            if settings.batch_norm:
                self.add_module(f"norm_{number}", nn.BatchNorm1d(outputs))
                self.steps.append((f"norm_{number}", None))
            self._add_activation(f"activation_{number}", activation)
            if settings.dropout:
                self.add_module(f"dropout_{number}", nn.Dropout(settings.dropout))
                self.steps.append((f"dropout_{number}", None))
        self.predict = nn.Linear(widths[-2], widths[-1])

    def _add_activation(self, name: str, activation: str) -> None:
        """Plain ones are functions; those with weights or randomness of their own stay modules."""
        module = activation_class(activation)()
        if isinstance(module, nn.PReLU | nn.RReLU):
            self.add_module(name, module)
            self.steps.append((name, None))
        else:
            self.steps.append((name, module.forward))

    def forward(self, x: Tensor) -> Tensor:
        """(N, D) to (N, K)."""
        for name, function in self.steps:
            x = getattr(self, name)(x) if function is None else function(x)
        return self.predict(x)  # type: ignore[no-any-return]


def sequential(
    settings: NetworkSettings, widths: Sequence[int], features: nn.Module | None
) -> nn.Module:
    """One Sequential, ReLU in place."""
    steps: list[nn.Module] = [] if features is None else [features]
    for inputs, outputs, activation in layers(settings, widths):
        steps.append(nn.Linear(inputs, outputs))
        if settings.batch_norm:
            steps.append(nn.BatchNorm1d(outputs))
        kind = activation_class(activation)
        steps.append(kind(inplace=True) if kind is nn.ReLU else kind())
        if settings.dropout:
            steps.append(nn.Dropout(settings.dropout))
    steps.append(nn.Linear(widths[-2], widths[-1]))
    return nn.Sequential(*steps)


def add_module(
    settings: NetworkSettings, widths: Sequence[int], features: nn.Module | None
) -> nn.Module:
    """A Sequential filled by name."""
    network = nn.Sequential()
    if features is not None:
        network.add_module("features", features)

    def add(name: str, number: int, module: nn.Module) -> None:
        is_taken = name in dict(network.named_children())
        network.add_module(f"{name}_{number}" if is_taken else name, module)

    for number, (inputs, outputs, activation) in enumerate(layers(settings, widths), start=1):
        name = "input_layer" if number == 1 else f"hidden_layer_{number}"
        network.add_module(name, nn.Linear(inputs, outputs))
        if settings.batch_norm:
            add("batch_norm", number, nn.BatchNorm1d(outputs))
        kind = activation_class(activation)
        add(f"{kind.__name__.lower()}_func", number, kind())
        if settings.dropout:
            add("dropout", number, nn.Dropout(settings.dropout))
    network.add_module("output_layer", nn.Linear(widths[-2], widths[-1]))
    return network


STYLES: dict[str, Callable[[NetworkSettings, Sequence[int], nn.Module | None], nn.Module]] = {
    "subclass": Subclass,
    "sequential": sequential,
    "add_module": add_module,
}


def layers(settings: NetworkSettings, widths: Sequence[int]) -> list[tuple[int, int, str]]:
    """Inputs, outputs and activation of each hidden layer."""
    return list(zip(widths[:-2], settings.hidden, settings.activation_names, strict=True))


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def activation_class(name: str) -> type[nn.Module]:
    """Torch's activation of that plain name: relu, leaky_relu, tanh, GELU, …

    Raises:
        BadInput: torch has none of that name that maps each neuron's value by itself.
    """
    kinds = {
        _plain(kind): getattr(nn.modules.activation, kind)
        for kind in nn.modules.activation.__all__
        if kind not in NOT_PER_NEURON
    } | {"identity": nn.Identity, "sine": Sine}
    kind = kinds.get(_plain(name))
    if kind is None:
        raise BadInput(
            f"network.activations: {name!r} is not an activation of torch"
            + nearest(_plain(name), list(kinds))
        )
    return kind  # type: ignore[no-any-return]


# These need arguments of their own, change the width, or work across the batch.
NOT_PER_NEURON = {
    "GLU",
    "LogSoftmax",
    "MultiheadAttention",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Threshold",
}


def initialise(network: nn.Module, init: str) -> None:
    """Start the layers' weights by torch.nn.init's function of that name; biases stay torch's.

    Raises:
        BadInput: torch has no such function, or it needs more than the weights.
    """
    if init == "default":
        return
    names = sorted(
        name.removesuffix("_")
        for name, function in vars(nn.init).items()
        if name.endswith("_") and not name.startswith("_") and _needs_only_the_tensor(function)
    )
    if init.removesuffix("_") not in names:
        raise BadInput(
            f"network.init: {init!r} is not one of torch's"
            + nearest(init, names)
            + f"; there are default, {', '.join(names)}"
        )
    function = getattr(nn.init, init.removesuffix("_") + "_")
    for module in network.modules():
        if isinstance(module, nn.Linear):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                function(module.weight)


def _needs_only_the_tensor(function: object) -> bool:
    if not inspect.isfunction(function):
        return False
    needed = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
    ]
    return len(needed) == 1


def load_own_network(file: Path, name: str, arguments: dict[str, Any]) -> nn.Module:
    """The class `name` of the Python file, or what the function of that name makes.

    Raises:
        BadInput: no such file, class or function, or it makes no network that can be trained.
    """
    where = f"network.module: {file}"
    kind = load_name("network.module", file, name)
    is_class = isinstance(kind, type)
    if not callable(kind) or (is_class and not issubclass(kind, nn.Module)):
        raise BadInput(f"{where} has no torch Module called {name}, and no function that makes one")
    said = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    with OwnCodeRuns(lambda: f"{where}: {name}({said}) fails"), all_stays_as_it_was():
        network = kind(**arguments)
    if not isinstance(network, nn.Module):
        raise BadInput(f"{where}: {name} makes a {type(network).__name__}, and no torch Module")
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise BadInput(f"{where}: {name} has no parameter to train")
    return network


def check_network(network: nn.Module, x: Tensor, outputs: int, batch: int | None) -> None:
    """Refuse a network of one's own that can't be trained, now and in each step.

    Random state stays as it was.

    Args:
        network: it is tried in evaluation mode, in which it remembers nothing.
        x: shape (N, D).
        outputs: how many numbers it is to say, K.
        batch: how many rows a step has, if not all of them.

    Raises:
        BadInput: it doesn't map (N, D) to (N, K) float32, or there is no gradient.
    """
    before = torch.get_rng_state()
    training = network.training
    others = {parameter.dtype for parameter in network.parameters()} - {x.dtype}
    hint = f"; its weights are {_word(others.pop())}, and x is {_word(x.dtype)}" if others else ""

    def check(_network: nn.Module, given: tuple[Tensor, ...], result: object) -> None:
        got = type(result).__name__
        if isinstance(result, Tensor):
            got = f"{tuple(result.shape)} {_word(result.dtype)}"
        if got != f"{(len(given[0]), outputs)} {_word(x.dtype)}":
            raise BadInput(
                f"network.module: maps {tuple(given[0].shape)} to {got}; (N, {x.shape[1]}) to "
                f"(N, {outputs}) {_word(x.dtype)} is needed{hint}"
            )

    where = f"network.module: cannot map x of shape {tuple(x.shape)}{hint}"
    try:
        with OwnCodeRuns(lambda: where):
            network.register_forward_hook(check)  # in each step, too
            is_full = batch is None or batch >= len(x)
            with torch.set_grad_enabled(is_full):
                result = network.eval()(x)
            where = "network.module: has no gradient"
            part = result if is_full else network(x[:batch])
            trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
            gradients: Sequence[Tensor | None] = ()
            if part.requires_grad:
                gradients = torch.autograd.grad(part.sum(), trained, allow_unused=True)
    finally:
        network.train(training)
        torch.set_rng_state(before)
    if all(gradient is None for gradient in gradients):
        raise BadInput(
            "network.module: what it gives has no gradient for any of its parameters, as after "
            "detach(), numpy() or under no_grad(): nothing can be learned"
        )


def _word(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def layout(network: nn.Module) -> "OrderedDict[str, tuple[int, ...]]":
    """Name and shape of each parameter, in the order in which snapshots keep the weights."""
    return OrderedDict(
        (name, tuple(parameter.shape)) for name, parameter in network.named_parameters()
    )
