"""What may stand in a formula: functions, constants and operators."""

import math

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


def signature_of(name: str) -> str:
    """What a function, or a synonym of one, is called with, as "x, low, high"."""
    return SIGNATURES[SYNONYMS.get(name, name)]
