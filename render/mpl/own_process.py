"""Whether this process is the program's own, so that nobody else's settings are in force in it.

The `fitreel` command declares it when it starts, and the drawing process, which is forked off,
inherits it. There matplotlib's defaults are put in force once, for good, and what speeds up an
import for the price of a changed process is done. In anybody else's process neither happens.
"""

_is_own = False


def declare_own() -> None:
    """Say that this process is our own; before anything that draws is imported."""
    global _is_own
    _is_own = True


def is_own() -> bool:
    """Whether that was said."""
    return _is_own
