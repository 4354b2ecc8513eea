"""What a Python file of the user's own defines: a network, or a loss."""

import importlib.util
from pathlib import Path
from typing import Any

from fitreel.model.errors import BadInput


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
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadInput(f"{where} fails when imported: {type(error).__name__}: {error}") from error
    return getattr(module, name, None)
