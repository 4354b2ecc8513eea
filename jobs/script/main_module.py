"""A script, or a module, as Python's `__main__`."""

import io
import runpy
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import is_zipfile

from fitreel.model.errors import BadInput

_AS_MAIN = "_run_module_as_main"
"""What Python itself calls for `-m`, under a private name."""


def new_main() -> ModuleType:
    """A `__main__` with nothing in it, in place of the one that is there."""
    main = ModuleType("__main__")
    vars(main).update(__builtins__=sys.modules["builtins"], __annotations__={})
    sys.modules["__main__"] = main
    return main


def run_script(script: str) -> None:
    """Run a file, or a folder or archive with a `__main__.py` in it, as `python SCRIPT` does.

    Raises:
        BaseException: whatever comes out of it.
    """
    path = Path(script)
    main = new_main()
    if path.is_dir() or is_zipfile(path):
        sys.path.insert(0, script)
        _run_as_main("__main__", alter_argv=False)
        return
    file = str(path.absolute())
    if not sys.flags.safe_path:
        sys.path.insert(0, str(path.resolve().parent))
    vars(main).update(__file__=file, __cached__=None, __loader__=SourceFileLoader("__main__", file))
    with io.open_code(file) as source:
        # As Python names it in tracebacks: the way it was given.
        code = compile(source.read(), script, "exec", dont_inherit=True)
    exec(code, vars(main))  # noqa: S102 (what `python SCRIPT` is)


def run_module(name: str) -> None:
    """Run a module, or a package's `__main__`, as `python -m NAME` does.

    Raises:
        BadInput: there is no such module.
        BaseException: whatever comes out of it.
    """
    new_main()
    if not sys.flags.safe_path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        spec = find_spec(name)
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):
            raise
        spec = None
    if spec is None:
        raise BadInput(f"{name}: there is no such module")
    _run_as_main(name)


def _run_as_main(name: str, *, alter_argv: bool = True) -> None:
    run: Any = getattr(runpy, _AS_MAIN, None)
    if run is None:  # its `__main__` is gone then when exit functions run
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        run(name, alter_argv=alter_argv)
