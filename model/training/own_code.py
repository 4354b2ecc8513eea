"""What a Python file of the user's own defines: a network, or a loss; what it may do."""

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch

from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.own_code import OwnCode


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
        self._exits: list[Callable[[int], NoReturn]] = []

    def __enter__(self) -> None:
        """From here on os._exit is as sys.exit: else a training would vanish as if all went well.

        In processes that the user's code forks it ends them, as it does wherever we call it.
        """
        end, process = os._exit, os.getpid()
        self._exits.append(end)

        def leave(status: int) -> NoReturn:
            caller = str(sys._getframe(1).f_globals.get("__name__"))
            if os.getpid() != process or caller.startswith("fitreel."):
                end(status)
            raise SystemExit(status)

        os._exit = leave

    def __exit__(self, kind: object, error: BaseException | None, _traceback: object) -> None:
        """Say it in our words."""
        os._exit = self._exits.pop()  # type: ignore[assignment]
        if error is None or isinstance(error, FitreelError | MemoryError | GeneratorExit):
            return
        said = f"sys.exit({error.code!r})" if isinstance(error, SystemExit) else str(error)
        lines = ": ".join(filter(None, (type(error).__name__, " ".join(said.split()))))
        raise BadInput(f"{self._what()}: {lines}") from error


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
    """A block in which the whole process may be changed, and isn't any more at its end."""
    folder, has_gradients = Path.cwd(), torch.is_grad_enabled()
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    streams, depth = (sys.stdout, sys.stderr), sys.getrecursionlimit()
    try:
        with warnings.catch_warnings(), np.errstate(), torch.set_grad_enabled(has_gradients):
            yield
    finally:
        sys.setrecursionlimit(depth)
        sys.stdout, sys.stderr = streams
        torch.set_default_dtype(dtype)
        if torch.get_default_device() != device:
            torch.set_default_device(device)
        with suppress(OSError):
            os.chdir(folder)
