"""run.json: what a run is. Checked by hand when read, as films wait for what it imports."""

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from fitreel.model.limits import MOST_CLASSES, MOST_INPUTS, MOST_OUTPUTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 2
"""Of what is written. The first had one input, one output and no closing snapshot."""
COMPRESSED_FORMAT = 3
"""Of what is written where snapshots are large: the second with compressed rows."""


@dataclass(frozen=True)
class Column:
    """One input or output of the points."""

    name: str
    scale: float = 1.0
    offset: float = 0.0
    """What the network sees is (value - offset) / scale, and what it says the same of its kind."""

    @property
    def is_scaled(self) -> bool:
        """Whether the network sees other numbers than the file has."""
        return (self.scale, self.offset) != (1.0, 0.0)

    def scaled(self, values: "NDArray[np.floating[Any]]") -> "NDArray[np.floating[Any]]":
        """As the network sees them, float64; unscaled as they are."""
        return (values.astype("float64") - self.offset) / self.scale if self.is_scaled else values

    def unscaled(self, values: "NDArray[np.floating[Any]]") -> "NDArray[np.floating[Any]]":
        """In the column's own units, float64, what the network says; unscaled as it is."""
        return values.astype("float64") * self.scale + self.offset if self.is_scaled else values


@dataclass(frozen=True)
class Header:
    """What run.json says, less its own digest."""

    format: int
    fitreel: str
    """The version that wrote it."""
    name: str
    fingerprint: str
    """What decides the numbers, as 64 hexadecimal digits."""
    job: dict[str, Any]
    network: str
    """The network as torch prints it."""
    parameters: int
    layout: list[tuple[str, list[int]]]
    """Name and shape of each parameter, in the order of the recorded weights."""
    environment: dict[str, str | int]
    points: str
    """The digest of the points' file."""
    recorder: Literal["job", "program"] = "job"
    """Who recorded it: a job of ours, or a program of the user's."""
    inputs: tuple[Column, ...] = (Column("x"),)
    """Empty in a record of numbers only, which has neither points nor predictions."""
    outputs: tuple[Column, ...] = (Column("y"),)
    classes: tuple[str, ...] = ()
    """Their names, where y says of each point which one it is of; predictions are probabilities."""
    grid_shape: tuple[int, ...] = ()
    """Rows and columns of the grid of two inputs at which predictions are, row after row."""
    info: dict[str, Any] = field(default_factory=dict)
    """What a program says of itself."""

    @property
    def predicted_columns(self) -> int:
        """How many numbers are predicted at each place, K."""
        return len(self.classes) or len(self.outputs)

    @property
    def is_compressed(self) -> bool:
        """Whether predictions and weights are kept as `compress_rows` gives them."""
        return self.format >= COMPRESSED_FORMAT

    @property
    def is_curve(self) -> bool:
        """Whether what is predicted is a curve: one number over one input."""
        return len(self.inputs) == 1 and self.predicted_columns == 1

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Header":
        """The header that says `content`, as JSON has it.

        Raises:
            ValueError: a field is missing, of another kind, too long or unknown.
        """
        first = isinstance(content.get("format"), int) and content["format"] < 2
        checks = _CHECKS_OF_FIRST if first else _CHECKS_OF_FIRST | _CHECKS_SINCE_SECOND
        if wrong := content.keys() ^ checks.keys():
            raise ValueError(f"missing or unknown: {', '.join(sorted(wrong))}")
        for name, holds in checks.items():
            if not holds(content[name]):
                raise ValueError(f"{name} is not what it should be")
        values = {**content, "layout": [(name, list(shape)) for name, shape in content["layout"]]}
        if not first:
            for name in ("inputs", "outputs"):
                values[name] = tuple(Column(**column) for column in content[name])
            for name in ("classes", "grid_shape"):
                values[name] = tuple(content[name])
        header = cls(**values)
        if bool(header.inputs) != bool(header.predicted_columns):
            raise ValueError("inputs without outputs, or the other way round")
        if header.parameters != sum(math.prod(shape) for _, shape in header.layout):
            raise ValueError("parameters isn't how many the layout has")
        return header


def header_digest(content: dict[str, Any]) -> str:
    """SHA-256 of a header's content in one canonical spelling."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_text(longest: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _is_hexadecimal(digits: int) -> Callable[[Any], bool]:
    pattern = re.compile(f"[0-9a-f]{{{digits}}}")
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_layout(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, list)
        and len(entry) == 2
        and isinstance(entry[0], str)
        and isinstance(entry[1], list)
        and all(map(_is_count, entry[1]))
        for entry in value
    )


def _is_job(value: Any) -> bool:
    """Whether it has a job's form so far as it is looked at without a check of its own."""
    tables = ("data", "network", "train")
    if not isinstance(value, dict) or any(type(value.get(key, {})) is not dict for key in tables):
        return False
    loss, function = value.get("train", {}).get("loss"), value.get("data", {}).get("function")
    formulas = function if isinstance(function, list) else [function]
    return all(each is None or isinstance(each, str) for each in (loss, *formulas))


def _is_environment(value: Any) -> bool:
    return isinstance(value, dict) and all(type(each) in (str, int) for each in value.values())


def _is_list(most: int, holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(holds, value))


def _is_column(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "scale", "offset"}
        and _is_text(255)(value["name"])
        and _is_number(value["scale"])
        and _is_number(value["offset"])
        and value["scale"] != 0
    )


_CHECKS_OF_FIRST: dict[str, Callable[[Any], bool]] = {
    "format": _is_count,
    "fitreel": _is_text(100),
    "name": _is_text(255),
    "fingerprint": _is_hexadecimal(64),
    "job": _is_job,
    "network": _is_text(1_000_000),
    "parameters": _is_count,
    "layout": _is_layout,
    "environment": _is_environment,
    "points": _is_hexadecimal(32),
}

_CHECKS_SINCE_SECOND: dict[str, Callable[[Any], bool]] = {
    "recorder": lambda value: value in ("job", "program"),
    "inputs": _is_list(MOST_INPUTS, _is_column),
    "outputs": _is_list(MOST_OUTPUTS, _is_column),
    "classes": _is_list(MOST_CLASSES, _is_text(255)),
    "grid_shape": _is_list(2, _is_count),
    "info": lambda value: isinstance(value, dict),
}
