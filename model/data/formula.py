"""A formula as a tree, and the numbers that it gives; `formula_parser` makes it of a text.

Numbers are Python floats, so `x ** 3` is `x.pow(3.0)`.
"""

import functools
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.formula_names import input_names
from fitreel.model.data.formula_tokens import shortened
from fitreel.model.errors import BadInput

# What arrays of numpy and tensors of torch do alike by themselves.
OPERATORS: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "negative": operator.neg,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "and": lambda *truths: functools.reduce(operator.and_, truths),
    "or": lambda *truths: functools.reduce(operator.or_, truths),
    "not": operator.invert,
}

# The named functions, and `full_like`, for numpy; `formula_tensors` holds torch's.
NUMPY: Mapping[str, Callable[..., Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "sinc": np.sinc,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "heaviside": np.heaviside,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "clip": np.clip,
    "where": np.where,
    "full_like": np.full_like,
}


@dataclass(frozen=True)
class Number:
    """A constant, as a Python float; may be infinite."""

    value: float


@dataclass(frozen=True)
class Variable:
    """One of the inputs: the x of a formula, or the x2 of one in several."""

    place: int = 0
    """Which of the inputs, from 0."""


@dataclass(frozen=True)
class Apply:
    """A function or operator, by its name in `OPERATORS` or in a table such as `NUMPY`."""

    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True)
class Compare:
    """`a < b`, or a chain such as `0 < x <= 1`; an operand in the middle is computed once."""

    names: tuple[str, ...]
    operands: "tuple[Node, ...]"


Node = Number | Variable | Apply | Compare


def is_condition(node: Node) -> bool:
    """Whether `node` is true or false; everything else is a number."""
    return isinstance(node, Compare) or (
        isinstance(node, Apply) and node.name in ("and", "or", "not")
    )


def as_number(node: Node) -> Node:
    """A condition as 1 where it holds and 0 where it doesn't; a number as it is."""
    return Apply("where", (node, Number(1.0), Number(0.0))) if is_condition(node) else node


@dataclass(frozen=True)
class Formula:
    """A formula that has passed every check. Made by `parse`."""

    text: str
    """As it was written."""
    tree: Node
    inputs: int = 1
    """How many inputs it needs: of x 1, of x and y 2, of x1 and x5 5."""
    names: frozenset[str] = frozenset({"x"})
    """What it calls those that are in it."""

    def __call__(self, x: NDArray[Any]) -> NDArray[np.float32]:
        """The formula on `x` (any shape), in x's own precision; float32 of x's shape, a new array.

        What has no value is NaN or infinite, silently: see `check_finite`.
        """
        x = np.asarray(x)
        if x.dtype.kind != "f":
            x = x.astype(np.float64)
        # One dimension at least: numpy makes Python-like scalars of arrays without any.
        value = self.evaluate(x.reshape(-1), NUMPY)
        with np.errstate(all="ignore"):
            return np.array(value, dtype=np.float32).reshape(x.shape)

    def of_places(self, x: NDArray[Any]) -> NDArray[np.float32]:
        """The formula at places, shape (M, D) floats, in x's own precision; float32, shape (M,)."""
        value = self.evaluate(tuple(x.T), NUMPY)
        with np.errstate(all="ignore"):
            return np.array(value, dtype=np.float32)

    def evaluate(self, x: Any, functions: Mapping[str, Callable[..., Any]]) -> Any:
        """The formula on an array of any library, in x's dtype and shape.

        `functions` gives that library's own under the names in `NUMPY`. The formula `x` gives x
        itself, not a copy. Of several inputs x is a tuple, an array for each.
        """
        columns = x if isinstance(x, tuple) else (x,)
        with np.errstate(all="ignore"):
            value = _value(self.tree, columns, functions)
            return functions["full_like"](columns[0], value) if isinstance(value, float) else value

    def check_finite(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Raise BadInput where `y`, the formula on `x`, is not finite: the first such x, and y.

        Args:
            x: of one input any shape, of several (M, D).
            y: as many values.
        """
        bad = np.flatnonzero(~np.isfinite(y))
        if bad.size:
            place, first_y = x.reshape(y.size, -1)[bad[0]], y.reshape(-1)[bad[0]]
            others = f", the first of {bad.size} such points" if bad.size > 1 else ""
            names = input_names(len(place))
            where = ", ".join(f"{n} = {v:g}" for n, v in zip(names, place, strict=True))
            raise BadInput(
                f"{shortened(self.text)} is {first_y:g} at {where}{others};"
                " change the formula or the domain"
            )


def _value(node: Node, x: tuple[Any, ...], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """A float or a bool where x has no part in it, otherwise an array of numbers or truths."""
    match node:
        case Number(value):
            return value
        case Variable(place):
            return x[place]
        case Apply(name, arguments):
            values = [_value(argument, x, functions) for argument in arguments]
            return _applied(name, values, x, functions)
        case Compare(names, operands):
            values = [_value(operand, x, functions) for operand in operands]
            truths = [
                _applied(name, [left, right], x, functions)
                for name, left, right in zip(names, values, values[1:], strict=False)
            ]
            return _applied("and", truths, x, functions)


def _applied(
    name: str, values: list[Any], x: tuple[Any, ...], functions: Mapping[str, Callable[..., Any]]
) -> Any:
    if all(isinstance(value, float | bool) for value in values):
        # numpy's scalars give infinity and NaN where Python's floats raise or turn complex.
        scalars = [np.asarray(value)[()] for value in values]
        return (OPERATORS.get(name) or NUMPY[name])(*scalars).item()
    if name in OPERATORS:
        return OPERATORS[name](*values)
    if name == "where" and isinstance(values[0], bool):
        return values[1] if values[0] else values[2]
    # Named functions of torch want tensors, and numpy's `where` of two floats forgets x's dtype.
    arrays = [functions["full_like"](x[0], v) if isinstance(v, float) else v for v in values]
    return functions[name](*arrays)
