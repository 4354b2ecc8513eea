"""The network in three ways of writing it, or the user's own; the numbers are the same in all."""

import importlib.util
import inspect
import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from fitreel.model.errors import BadInput
from fitreel.model.settings import NetworkSettings
from fitreel.model.suggestions import nearest


def build_network(settings: NetworkSettings, module_file: Path | None = None) -> nn.Module:
    """The network that `settings` describe, initialised from torch's current random state.

    Args:
        settings: widths, activations and the way of writing.
        module_file: where the file of `settings.module` lies.

    Returns:
        A module from (N, 1) float32 to (N, 1) float32, on the CPU.

    Raises:
        BadInput: an activation or init that torch doesn't have, or an unusable module.
    """
    if settings.module is not None:
        if module_file is None:
            raise BadInput("network.module: a network of one's own is loaded only from a job file")
        return load_own_network(module_file, settings.module.rpartition(":")[2])
    network = STYLES[settings.style](settings)
    initialise(network, settings.init)
    return network


class Subclass(nn.Module):
    """A Module with one attribute a layer and a functional forward."""

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.steps: list[tuple[str, Callable[[Tensor], Tensor] | None]] = []
        for number, (inputs, outputs, activation) in enumerate(layers(settings), start=1):
            self.add_module(f"hidden_{number}", nn.Linear(inputs, outputs))
            self.steps.append((f"hidden_{number}", None))
            if settings.batch_norm:
                self.add_module(f"norm_{number}", nn.BatchNorm1d(outputs))
                self.steps.append((f"norm_{number}", None))
            self._add_activation(f"activation_{number}", activation)
            if settings.dropout:
                self.add_module(f"dropout_{number}", nn.Dropout(settings.dropout))
                self.steps.append((f"dropout_{number}", None))
        self.predict = nn.Linear(width_of_last(settings), 1)

    def _add_activation(self, name: str, activation: str) -> None:
        """Plain ones are functions; those with weights or randomness of their own stay modules."""
        module = activation_class(activation)()
        if isinstance(module, nn.PReLU | nn.RReLU):
            self.add_module(name, module)
            self.steps.append((name, None))
        else:
            self.steps.append((name, module.forward))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 1) to (N, 1)."""
        for name, function in self.steps:
            x = getattr(self, name)(x) if function is None else function(x)
        return self.predict(x)  # type: ignore[no-any-return]


def sequential(settings: NetworkSettings) -> nn.Module:
    """One Sequential, ReLU in place."""
    steps: list[nn.Module] = []
    for inputs, outputs, activation in layers(settings):
        steps.append(nn.Linear(inputs, outputs))
        if settings.batch_norm:
            steps.append(nn.BatchNorm1d(outputs))
        kind = activation_class(activation)
        steps.append(kind(inplace=True) if kind is nn.ReLU else kind())
        if settings.dropout:
            steps.append(nn.Dropout(settings.dropout))
    steps.append(nn.Linear(width_of_last(settings), 1))
    return nn.Sequential(*steps)


def add_module(settings: NetworkSettings) -> nn.Module:
    """A Sequential filled by name."""
    network = nn.Sequential()

    def add(name: str, number: int, module: nn.Module) -> None:
        is_taken = name in dict(network.named_children())
        network.add_module(f"{name}_{number}" if is_taken else name, module)

    for number, (inputs, outputs, activation) in enumerate(layers(settings), start=1):
        name = "input_layer" if number == 1 else f"hidden_layer_{number}"
        network.add_module(name, nn.Linear(inputs, outputs))
        if settings.batch_norm:
            add("batch_norm", number, nn.BatchNorm1d(outputs))
        kind = activation_class(activation)
        add(f"{kind.__name__.lower()}_func", number, kind())
        if settings.dropout:
            add("dropout", number, nn.Dropout(settings.dropout))
    network.add_module("output_layer", nn.Linear(width_of_last(settings), 1))
    return network


STYLES: dict[str, Callable[[NetworkSettings], nn.Module]] = {
    "subclass": Subclass,
    "sequential": sequential,
    "add_module": add_module,
}


def layers(settings: NetworkSettings) -> list[tuple[int, int, str]]:
    """Inputs, outputs and activation of each hidden layer."""
    inputs = (1, *settings.hidden)[: len(settings.hidden)]
    return list(zip(inputs, settings.hidden, settings.activation_names, strict=True))


def width_of_last(settings: NetworkSettings) -> int:
    """What the output layer reads: the last hidden layer's width, or x itself."""
    return settings.hidden[-1] if settings.hidden else 1


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
    } | {"identity": nn.Identity}
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


def load_own_network(file: Path, name: str) -> nn.Module:
    """The class `name` of the Python file, made without arguments.

    Raises:
        BadInput: no such file or class, or it is not a Module from (N, 1) to (N, 1).
    """
    where = f"network.module: {file}"
    spec = importlib.util.spec_from_file_location("fitreel_own_network", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise BadInput(f"{where}: there is no such Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadInput(f"{where} fails when imported: {type(error).__name__}: {error}") from error
    kind = getattr(module, name, None)
    if not (isinstance(kind, type) and issubclass(kind, nn.Module)):
        raise BadInput(f"{where} has no torch Module called {name}")
    try:
        network = kind()
    except Exception as error:
        raise BadInput(f"{where}: {name}() fails: {error}") from error
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise BadInput(f"{where}: {name} has no parameter to train")
    return network


def check_shapes(network: nn.Module, x: Tensor) -> None:
    """Refuse a network that doesn't map (N, 1) to (N, 1) float32; random state stays as it was.

    Raises:
        BadInput: it doesn't.
    """
    before = torch.get_rng_state()
    training = network.training
    try:
        with torch.no_grad():
            result = network.eval()(x)
    except Exception as error:
        raise BadInput(
            f"network.module: cannot map x of shape {tuple(x.shape)}: {error}"
        ) from error
    finally:
        network.train(training)
        torch.set_rng_state(before)
    if not isinstance(result, Tensor) or result.shape != x.shape or result.dtype != x.dtype:
        got = tuple(result.shape) if isinstance(result, Tensor) else type(result).__name__
        raise BadInput(
            f"network.module: maps {tuple(x.shape)} to {got}; (N, 1) to (N, 1) is needed"
        )


def layout(network: nn.Module) -> "OrderedDict[str, tuple[int, ...]]":
    """Name and shape of each parameter, in the order in which snapshots keep the weights."""
    return OrderedDict(
        (name, tuple(parameter.shape)) for name, parameter in network.named_parameters()
    )
