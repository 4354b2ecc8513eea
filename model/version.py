"""Which fitreel this is."""

from functools import cache
from importlib.metadata import version


@cache
def own_version() -> str:
    """As it is installed; read from the disk once, since each record says it."""
    return version("fitreel")
