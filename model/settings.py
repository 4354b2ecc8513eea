"""What a job may say of the data, the network and the training: frozen, checked when made.

Torch-free. What only torch knows (the names of optimizers, activations, …) is checked by the torch
half when it builds them, still before any training.
"""

import ast
import inspect
import re
import textwrap
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import CoreSchema, no_info_before_validator_function

from fitreel.model.limits import MOST_CLASSES, MOST_INPUTS, MOST_OUTPUTS
from fitreel.model.suggestions import nearest

Count = Annotated[int, Field(ge=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
End = Annotated[float, Field(ge=-1e30, le=1e30, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
ColumnName = (
    Annotated[str, Field(min_length=1, max_length=255)] | Annotated[int, Field(ge=1, le=1_000_000)]
)

Formula = Annotated[str, Field(min_length=1, max_length=500)]

MOST_POINTS = 1_000_000
MOST_NEURONS = 65_536
MOST_LAYERS = 64
MOST_WEIGHTS_RECORDED = 10_000
"""A record has the weights of networks with up to so many parameters."""


LOSSES_OF_NUMBERS = ("mse", "rmse", "mae", "huber", "smooth_l1", "log_cosh")
LOSSES_OF_CLASSES = ("cross_entropy", "bce")
LOSSES = (*LOSSES_OF_NUMBERS, *LOSSES_OF_CLASSES)
OF_OWN_CODE = r"^.+\.py:[A-Za-z_]\w*$"
"""A Python file of one's own, and what of it is meant."""
_OWN_CODE = re.compile(OF_OWN_CODE)


def whole_number(value: Any) -> Any:
    """A value, as a whole number where it is one that is written as another: 1e3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _take_whole_numbers(schema: Any) -> None:
    """Have every whole number in a schema taken as `whole_number` makes it."""
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict) and part.get("type") == "int":
            inner = part.copy()
            part.clear()
            part |= no_info_before_validator_function(whole_number, inner)
        elif isinstance(part, list | tuple) or (isinstance(part, dict) and not _is_taken(part)):
            _take_whole_numbers(part)


def _is_taken(schema: dict[str, Any]) -> bool:
    """Of a table within a table, which has been here before."""
    return schema.get("type") == "function-before" and (
        schema["function"].get("function") is whole_number
    )


class Settings(BaseModel):
    """A table of a job: unknown keys are refused, values don't change once read."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,  # each is built as a part of the job, and else when it is first used
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Of every setting that is a whole number, 1e3 is one, too."""
        schema = handler(source)
        _take_whole_numbers(schema)
        return schema

    def given(self, key: str) -> bool:
        """Whether the job says `key` itself, rather than leaving it to the default."""
        return key in self.model_fields_set and getattr(self, key) is not None


@cache
def descriptions(kind: type[Settings]) -> dict[str, str]:
    """What the lines under each of its settings say, by its name.

    Read from the source when it is asked for: pydantic could have it, but would look it up for
    every setting whenever a program starts, for 0.03 s.
    """
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(docstring.value.value)
        for field, docstring in pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(docstring, ast.Expr)
        and isinstance(docstring.value, ast.Constant)
        and isinstance(docstring.value.value, str)
    }


Domain = tuple[End, End]

OF_FILES = (
    "inputs",
    "outputs",
    "label",
    "delimiter",
    "decimal",
    "thousands",
    "encoding",
    "missing",
)
"""What a job says of how its file is read; what is read decides the numbers, not this."""


class DataSettings(Settings):
    """The points that the network learns."""

    function: Formula | tuple[Formula, ...] | None = Field(default="x**3", min_length=1)
    """A formula in x, in x and y, or in x1, x2, …; a list of them, one an output; or the name of a
    target (`fitreel targets` lists them)."""
    file: str | None = Field(default=None, min_length=1, max_length=4096)
    """Instead of a function: a CSV, TSV or NPZ file of inputs and outputs, or a picture, PNG or
    JPEG, whose colours are learned."""
    inputs: tuple[ColumnName, ...] | None = Field(default=None, min_length=1)
    """The file's columns that are inputs, by their names, or by their places from 1. Default: x, or
    of the only two columns of numbers the first; beside a label all others of numbers."""
    outputs: tuple[ColumnName, ...] | None = Field(default=None, min_length=1)
    """The same for outputs. Default: y, or of the only two columns of numbers the second."""
    label: ColumnName | None = None
    """Instead of outputs: the file's column that says of which class each row is, in any words."""
    classes: int | None = Field(default=None, ge=2, le=MOST_CLASSES)
    """The formula numbers so many classes, from 0; of a cloud how many it has."""
    delimiter: Literal[",", ";", "\t", "|", " "] | None = None
    """What stands between a text file's cells; " " is any number of blanks. Default: what fits."""
    decimal: Literal[".", ","] | None = None
    """The decimal sign of its numbers. Default: what fits."""
    thousands: Literal["", ".", ",", " ", "'"] | None = None
    """What stands between groups of three digits; "" is nothing. Default: what fits."""
    encoding: str | None = Field(default=None, min_length=1, max_length=40)
    """A text file's encoding, such as "cp1252" or "gb18030". Default: UTF-8, or what it begins
    with."""
    missing: Literal["refuse", "drop"] = "refuse"
    """What becomes of rows without a number: drop leaves them out."""
    domain: Domain | tuple[Domain, ...] = (-1.0, 1.0)
    """Where x lies: the first and the last point. Of several inputs one pair for all, or a list
    with one each."""
    points: int = Field(default=100, ge=1, le=MOST_POINTS)
    """How many points: evenly spaced, of several inputs random."""
    noise: Finite = Field(default=0.1, ge=0)
    """What the noise is multiplied with: its standard deviation, or half its width if uniform."""
    noise_kind: Literal["normal", "uniform"] = "normal"
    """How the noise is distributed."""
    seed: Seed | None = None
    """Draw the data from this seed instead, so that the job's seed varies the network alone."""
    standardize: bool = False
    """Train on inputs and outputs scaled to mean 0 and deviation 1; what is seen is scaled back."""
    grid: int | None = Field(default=None, ge=2, le=MOST_POINTS)
    """Predict on this many evenly spaced points instead of the training points; of two inputs, so
    many along the longer side (default: 100, at most 512)."""
    scale: int = Field(default=1, ge=1, le=2)
    """Of a picture: predict so many pixels for each, along either side."""
    validation: float | None = Field(default=None, gt=0, lt=1)
    """Keep this part of the points aside: their loss is recorded, and nothing learned from them."""

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        if not self.domain:
            raise ValueError("domain: its first and its last point are needed, as [-1, 1]")
        for low, high in self.domain_pairs or (self.domain,):
            if low >= high:  # type: ignore[operator]
                raise ValueError("domain: the first end must be below the second")
        if self.file is not None:
            keys = ["function", "domain", "points", "noise", "noise_kind", "classes"]
            if self.validation is None:
                keys.append("seed")  # nothing of a file is drawn but which points are kept aside
            if clash := [key for key in keys if self.given(key)]:
                raise ValueError(
                    f"{' and '.join(clash)} and file: a file brings its own points; "
                    f"leave out {'one' if len(clash) == 1 else 'file or the others'}"
                )
            self._check_columns()
            return self
        if self.function is None:
            raise ValueError("function or file: one of them is needed")
        defaults = {key: DataSettings.model_fields[key].default for key in OF_FILES}
        if lost := [key for key in OF_FILES if getattr(self, key) != defaults[key]]:
            raise ValueError(f"{' and '.join(lost)} without file: only a file has such")
        return self

    @property
    def domain_pairs(self) -> tuple[Domain, ...] | None:
        """The domain of each input, where there is one each."""
        is_pairs = isinstance(self.domain[0], tuple)
        return self.domain if is_pairs else None  # type: ignore[return-value]

    def box(self, inputs: int) -> tuple[Domain, ...]:
        """The domain of each of so many inputs."""
        return self.domain_pairs or (self.domain,) * inputs  # type: ignore[return-value]

    def _check_columns(self) -> None:
        for key, most in (("inputs", MOST_INPUTS), ("outputs", MOST_OUTPUTS)):
            count = len(getattr(self, key) or ())
            if count > most:
                raise ValueError(f"{key}: {count} columns; there may be {most} at most")
        if self.label is not None and self.outputs is not None:
            raise ValueError("label and outputs: y is classes or numbers; leave out one")
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError("decimal and thousands: two different signs are needed")


class FeaturesSettings(Settings):
    """What the first layer sees in place of the inputs."""

    name: Literal["fourier"] = "fourier"
    """fourier: cosines and sines of the inputs, of random frequencies that aren't trained."""
    count: int = Field(default=64, ge=1, le=4096)
    """How many frequencies; the layer sees twice as many numbers."""
    scale: Positive = 4.0
    """The standard deviation of the frequencies, in waves per unit of an input."""


class NetworkSettings(Settings):
    """The network: fully connected, from D inputs to K outputs."""

    hidden: tuple[Annotated[int, Field(ge=1, le=MOST_NEURONS)], ...] = Field(
        default=(32, 32), max_length=MOST_LAYERS
    )
    """Neurons of each hidden layer; an empty list is linear regression."""
    activations: str | tuple[str, ...] | None = None
    """Torch activations by their plain names, or sine: one for all hidden layers, or a list with
    one a layer. Default: relu then sigmoid for two hidden layers, relu for any other number."""
    style: Literal["subclass", "sequential", "add_module"] = "add_module"
    """How the network is written; the numbers are the same."""
    init: str = "default"
    """How weights start: default, or one of torch.nn.init's (xavier_uniform, kaiming_normal, …)."""
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Probability of dropping each hidden activation while training."""
    batch_norm: bool = False
    """Normalise each hidden layer over the batch, before its activation."""
    features: FeaturesSettings | None = None
    """What the first layer sees in place of the inputs, such as { name = "fourier", count = 64,
    scale = 4.0 }: a plain network can't learn a picture."""
    module: str | None = Field(default=None, pattern=OF_OWN_CODE)
    """Your own network instead: "path/to/file.py:Name", a Module from (N, D) to (N, K), or a
    function that makes one."""
    module_args: dict[str, Any] = {}
    """What it is made with, such as { width = 64 }."""

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        if self.module is not None:
            keys = ("hidden", "activations", "style", "init", "dropout", "batch_norm", "features")
            if clash := [key for key in keys if self.given(key)]:
                raise ValueError(
                    f"{' and '.join(clash)} and module: your own module decides that; "
                    f"leave out {'one' if len(clash) == 1 else 'module or the others'}"
                )
        elif self.module_args:
            raise ValueError("module_args without module: only a network of one's own has such")
        if self.init != "default" and self.has_sine:
            raise ValueError(
                'init and "sine": sine layers have a start of their own; leave out init'
            )
        given = self.activations
        if isinstance(given, tuple) and len(given) != len(self.hidden):
            raise ValueError(
                f"activations: {len(given)} for {len(self.hidden)} hidden layers; "
                "give one a layer, or one name for all"
            )
        return self

    @property
    def has_sine(self) -> bool:
        """Whether any activation is sine."""
        return any(name.lower().replace("_", "") == "sine" for name in self.activation_names)

    @property
    def parameter_count(self) -> int:
        """Weights and biases of the network from one number to one, as `parameters_of` has them."""
        return self.parameters_of(1, 1)

    def widths(self, inputs: int, outputs: int) -> tuple[int, ...]:
        """How many numbers each layer reads, and the last one says."""
        first = inputs if self.features is None else 2 * self.features.count
        return (first, *self.hidden, outputs)

    def parameters_of(self, inputs: int, outputs: int) -> int:
        """Weights and biases, without building the network; not those of a `module`."""
        widths = self.widths(inputs, outputs)
        count = sum(inputs * outputs + outputs for inputs, outputs in pairwise(widths))
        own = [name.lower().replace("_", "") for name in self.activation_names].count("prelu")
        return count + own + (2 * sum(self.hidden) if self.batch_norm else 0)

    @property
    def activation_names(self) -> tuple[str, ...]:
        """One activation a hidden layer."""
        if isinstance(self.activations, tuple):
            return self.activations
        if isinstance(self.activations, str):
            return (self.activations,) * len(self.hidden)
        return ("relu", "sigmoid") if len(self.hidden) == 2 else ("relu",) * len(self.hidden)


class TrainSettings(Settings):
    """How the network is trained."""

    optimizer: str = "SGD"
    """Any torch optimizer by its name."""
    lr: Positive = 0.05
    """Learning rate."""
    optimizer_args: dict[str, Any] = {}
    """The optimizer's further arguments, such as { momentum = 0.9 }."""
    weight_decay: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """The optimizer's weight decay."""
    clip_grad_norm: Positive | None = None
    """Scale the gradient down to this norm where it is larger."""
    scheduler: dict[str, Any] | None = None
    """A torch learning rate scheduler that steps by epoch, such as
    { name = "StepLR", step_size = 1000 }."""
    loss: str | None = Field(default=None, max_length=4096)
    """What is made small: mse, rmse, mae, huber, smooth_l1 or log_cosh; of classes cross_entropy,
    or of two bce, on logits; or your own, "path/to/file.py:name", a function of (prediction, y).
    Default: mse, of classes cross_entropy."""
    loss_args: dict[str, Any] = {}
    """The loss's arguments, such as { delta = 0.5 } for huber."""
    metrics: tuple[Literal["accuracy", "r2"], ...] | None = None
    """What is recorded beside the loss: accuracy (of classes), r2 (of numbers). Default: accuracy
    of classes, r2 of several inputs or outputs."""
    batch_size: Count | None = None
    """Points a step, shuffled every epoch; default: all points."""
    epochs: int = Field(default=4000, ge=1, le=100_000_000)
    """Passes over the points."""
    snapshot_every: Count = 5
    """Keep the loss and the prediction of every so many epochs."""
    snapshot_at: Literal["even", "log"] = "even"
    """"log" keeps many early epochs and few late ones, as many as "even" would keep, up to a
    million."""
    delta: Positive | None = None
    """Stop at the first epoch whose loss is at or under this."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$")
    """auto, cpu, cuda, cuda:1, mps; auto takes the CPU for small networks, where it is faster."""
    engine: Literal["exact", "batched"] = "exact"
    """exact: bit for bit what a plain loop gives. batched: networks of one shape are trained at
    once, many times faster where a comparison has many, each within rounding of exact."""

    @field_validator("loss")
    @classmethod
    def _is_there(cls, name: str | None) -> str | None:
        if name is not None and name not in LOSSES and not _OWN_CODE.match(name):
            raise ValueError(
                f"there is no such loss{nearest(name, LOSSES)}; there are {', '.join(LOSSES)}, and"
                ' your own as "file.py:name"'
            )
        return name

    @property
    def has_own_loss(self) -> bool:
        """Whether the loss is the user's own function."""
        return self.loss is not None and _OWN_CODE.match(self.loss) is not None
