"""What may stand in a formula: inputs, functions, constants and operators."""

import math
import re

from fitreel.model.limits import MOST_INPUTS

CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}

# How each function is called; the number of names is the number of values it takes.
SIGNATURES = {
    **dict.fromkeys(["sin", "cos", "tan", "arcsin", "arccos", "arctan"], "x"),
    **dict.fromkeys(["sinh", "cosh", "tanh", "sinc"], "x"),
    **dict.fromkeys(["exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt"], "x"),
    **dict.fromkeys(["abs", "sign", "floor", "ceil", "round"], "x"),
    "heaviside": "x, at_zero",
    "minimum": "a, b",
    "maximum": "a, b",
    "mod": "a, b",
    "clip": "x, low, high",
    "where": "condition, a, b",
}
SYNONYMS = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "min": "minimum",
    "max": "maximum",
}
FUNCTION_NAMES = {*SIGNATURES, *SYNONYMS}
NAMES = {"x", *CONSTANTS, *FUNCTION_NAMES}


def input_names(count: int) -> tuple[str, ...]:
    """What the inputs are called: x; x and y; of more x1, x2, …."""
    if count <= 2:
        return ("x", "y")[:count]
    return tuple(f"x{number}" for number in range(1, count + 1))


def input_place(name: str) -> int | None:
    """Which input, from 0, a name in a formula means: x, y, or x1, x2, …; None for another one."""
    if name in ("x", "y"):
        return "xy".index(name)
    match = re.fullmatch(r"x([1-9]\d?)", name)
    return int(match[1]) - 1 if match and int(match[1]) <= MOST_INPUTS else None


def signature_of(name: str) -> str:
    """What a function, or a synonym of one, is called with, as "x, low, high"."""
    return SIGNATURES[SYNONYMS.get(name, name)]
