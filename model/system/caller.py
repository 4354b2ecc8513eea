"""The line of somebody's program from which we were called."""

import warnings

_BETWEEN = {"fitreel", "matplotlib", "contextlib"}
"""Packages that a program's call comes through."""


def warn_caller(message: str) -> None:
    """Give a `UserWarning` that names that line, however deep in fitreel we are."""
    import inspect  # only here: start-up counts

    level, frame = 1, inspect.currentframe()
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] in _BETWEEN:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
