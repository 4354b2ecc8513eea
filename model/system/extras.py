"""Libraries that an extra of ours brings: asked for by name, and missed in one line."""

import importlib
from importlib.util import find_spec
from types import ModuleType

from fitreel.model.errors import Unavailable


def is_installed(library: str) -> bool:
    """Whether it is here, without importing it."""
    try:
        return find_spec(library) is not None
    except (ImportError, ValueError):  # whoever hides it says so in one of these ways
        return False


def check_installed(library: str, extra: str, purpose: str) -> None:
    """Make sure that a library is here, without importing it.

    Args:
        library: the name that it is imported by.
        extra: of fitreel's, which brings it.
        purpose: what needs it, as the subject of a sentence.

    Raises:
        Unavailable: it is not; the line holds the command that installs it.
    """
    if not is_installed(library):
        raise Unavailable(
            f'{purpose} needs {library}, which is not installed: pip install "fitreel[{extra}]"'
        )


def import_library(library: str, extra: str, purpose: str) -> ModuleType:
    """Import a library, with arguments as `check_installed` takes them.

    Raises:
        Unavailable: it is not here, or its own files don't load.
    """
    check_installed(library, extra, purpose)
    try:
        return importlib.import_module(library)
    except Exception as error:  # of its own files, or of what the environment tells it
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        remedy = f"pip install --force-reinstall {library}"
        if not isinstance(error, ImportError | OSError):
            remedy = f"look for {library.upper()}_… in the environment, or {remedy}"
        raise Unavailable(
            f"{purpose} needs {library}, which can't be imported: {reason}; {remedy}"
        ) from error
