"""What a Python file of the user's own defines: a network, or a loss; what it may do."""

import importlib.util
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.own_code import OwnCode
from fitreel.model.system.processes import SIGNALS, open_standard_files


def load_name(key: str, file: Path, name: str) -> Any:
    """What `file` calls `name`; the file is run.

    Args:
        key: what names it in the job, as network.module.
        file: a Python file.
        name: of a class or a function in it.

    Raises:
        BadInput: no such file or name, or the file fails.
    """
    where = f"{key}: {file}"
    spec = importlib.util.spec_from_file_location(f"fitreel_own_{key.partition('.')[2]}", file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise BadInput(f"{where}: there is no such Python file")
    module = importlib.util.module_from_spec(spec)
    with OwnCodeRuns(lambda: f"{where} fails when imported"), all_stays_as_it_was():
        try:
            spec.loader.exec_module(module)
        except ModuleNotFoundError as error:
            beside = file.parent / (error.name or "").partition(".")[0]
            if beside.is_dir() or beside.with_name(f"{beside.name}.py").is_file():
                raise BadInput(
                    f"{where} imports {beside.name}, a file beside it: own code is one file, whose "
                    "bytes tell a record from another; put it all into that file, or install it"
                ) from error
            raise
    return getattr(module, name, None)


class OwnCodeRuns(AbstractContextManager[None]):
    """A block in which code of the user's own runs; what it raises is no bug of ours.

    Raises:
        BadInput: it raises, or wants to end the program.
    """

    def __init__(self, what: Callable[[], str]) -> None:
        """Of a block that may run many times; `what` says where it is and what fails then."""
        self._what = what
        self._before: list[_ProcessState] = []

    def __enter__(self) -> None:
        """From here on os._exit is as sys.exit: else a training would vanish as if all went well.

        So it would where another program took its place. In processes that the user's code forks
        both do as ever, and wherever we call them.
        """
        self._before.append(before := _ProcessState())
        for home, name, end in before.ends:
            setattr(home, name, _instead(name, end, before.number))

    def __exit__(self, kind: object, error: BaseException | None, _traceback: object) -> None:
        """Say it in our words; the program finds its process as it was."""
        before = self._before.pop()
        before.come_back(has_failed=error is not None)
        if error is None or isinstance(error, FitreelError | MemoryError):
            return
        said = f"sys.exit({error.code!r})" if isinstance(error, SystemExit) else str(error)
        lines = ": ".join(filter(None, (type(error).__name__, " ".join(said.split()))))
        raise BadInput(f"{self._what()}: {lines}") from error


class _ProcessState:
    """What the program needs of its process in the next moment, as it is now."""

    def __init__(self) -> None:
        self.number = os.getpid()
        self.ends = [(home, name, getattr(home, name)) for home, name in _ENDS]
        self._streams = (sys.stdout, sys.stderr)
        self._handlers = [signal.getsignal(number) for number in SIGNALS]
        self._folder: str | None = None
        with suppress(OSError):
            self._folder = os.getcwd()  # noqa: PTH109 (no object of a path in each epoch)

    def come_back(self, *, has_failed: bool) -> None:
        """Have all be so again. A process that own code forked ends: this is not its work."""
        for home, name, end in self.ends:
            setattr(home, name, end)
        if os.getpid() != self.number:
            os._exit(int(has_failed))
        sys.stdout, sys.stderr = self._streams
        open_standard_files()
        for number, handler in zip(SIGNALS, self._handlers, strict=True):
            if signal.getsignal(number) != handler:
                with suppress(ValueError, TypeError):  # not in a thread, nor one of C's own
                    signal.signal(number, handler)
        with suppress(OSError):
            if self._folder is not None and os.getcwd() != self._folder:  # noqa: PTH109
                os.chdir(self._folder)


_ENDS = [
    (sys.modules[home], name)
    for home in ("os", "posix", "nt")
    for name in ("_exit", "execv", "execve")
    if hasattr(sys.modules.get(home), name)
]
"""What ends a process without a word, under all its names; exec's other forms call these."""


def _instead(name: str, end: Callable[..., Any], process: int) -> Callable[..., Any]:
    def instead(*arguments: Any, **options: Any) -> Any:
        caller = str(sys._getframe(1).f_globals.get("__name__"))
        if os.getpid() != process or caller.startswith("fitreel."):
            return end(*arguments, **options)
        if name == "_exit":
            raise SystemExit(*arguments, *options.values())
        raise RuntimeError(f"os.{name}: another program would take this one's place")

    return instead


def guard(code: OwnCode, doing: Callable[[], str]) -> AbstractContextManager[None]:
    """Blocks in which what a job has of the user's own code may run, if it has any.

    Args:
        code: the files.
        doing: what fails then, as "in epoch 3".
    """
    keys = {"network.module": code.module, "train.loss": code.loss}
    files = " or ".join(f"{key}: {file}" for key, file in keys.items() if file is not None)
    return OwnCodeRuns(lambda: f"{files} fails {doing()}") if files else nullcontext()


@contextmanager
def all_stays_as_it_was() -> Iterator[None]:
    """A block in which the numbers of the whole process may be changed, and aren't at its end."""
    has_gradients, device = torch.is_grad_enabled(), torch.get_default_device()
    dtype, precision = torch.get_default_dtype(), torch.get_float32_matmul_precision()
    is_exact = torch.are_deterministic_algorithms_enabled()
    depth = sys.getrecursionlimit()
    try:
        with warnings.catch_warnings(), np.errstate(), torch.set_grad_enabled(has_gradients):
            yield
    finally:
        sys.setrecursionlimit(depth)
        torch.set_default_dtype(dtype)
        torch.set_float32_matmul_precision(precision)
        if torch.are_deterministic_algorithms_enabled() != is_exact:  # that imports much
            torch.use_deterministic_algorithms(is_exact)
        if torch.get_default_device() != device:
            torch.set_default_device(device)
