"""What the script's process does with matplotlib, as soon as the script imports it: our backend.

Any backend is obeyed in name only, and until the script chooses one it sees an interactive one's.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

NAME = "TkAgg"
"""The backend that a script sees."""
_BACKEND = "fitreel.backend"


def install() -> None:
    """Wait for the script to import matplotlib."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds matplotlib, also for who only asks whether it is there."""

    def __init__(self) -> None:
        self._is_looking = False

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders find, with our loader."""
        if name != "matplotlib" or self._is_looking:
            return None
        self._is_looking = True
        try:
            spec = find_spec(name)
        finally:
            self._is_looking = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """Loads matplotlib as it loads itself."""

    def __init__(self, own: Loader) -> None:
        self._own = own

    def __getattr__(self, name: str) -> object:
        return getattr(self._own, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the own loader does."""
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Import it, under the name of an interactive backend, whatever is set."""
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._own
        before = os.environ.get("MPLBACKEND")
        os.environ["MPLBACKEND"] = NAME
        try:
            self._own.exec_module(module)
        finally:  # programs that are started have what they would have had
            if before is None:
                del os.environ["MPLBACKEND"]
            else:
                os.environ["MPLBACKEND"] = before
        # Or pyplot looks for one that fits a machine without a display, as `use` keeps it from.
        vars(module)["rcParams"]["backend_fallback"] = False
        registry = import_module("matplotlib.backends").backend_registry
        load = registry.load_backend_module

        def load_backend_module(name: str) -> ModuleType:
            # `savefig(backend="pdf")`, and with it PdfPages, asks for what writes a file.
            shows = sys._getframe(1).f_globals.get("__name__") == "matplotlib.pyplot"
            module: ModuleType = import_module(_BACKEND) if shows else load(name)
            return module

        registry.load_backend_module = load_backend_module
