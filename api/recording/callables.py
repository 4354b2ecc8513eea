"""Functions that a loop gives for what is only sometimes looked at."""

import inspect
from collections.abc import Callable
from typing import Any

from fitreel.recording.arrays import is_model

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def call_with(function: Callable[..., Any], at: Any) -> Any:
    """What the function gives, of `at` if it takes an argument; a model is given back uncalled.

    An argument with a default is the function's own, as in `lambda net=net: net(x)`.
    """
    if is_model(function):
        return function
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # of a library's function written in C
        return function(at)
    takes_one = any(
        (each.kind in _POSITIONAL and each.default is each.empty)
        or each.kind is each.VAR_POSITIONAL
        for each in parameters
    )
    return function(at) if takes_one else function()
