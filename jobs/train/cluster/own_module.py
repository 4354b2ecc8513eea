"""A Python file of the user's own, as a cluster can have it: alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

from fitreel.model.errors import BadInput


def check_alone(module: Path, key: str) -> None:
    """Refuse a module that imports what lies beside it: only the file itself travels.

    Raises:
        BadInput: it does, or can't be read.
    """
    try:
        tree = ast.parse(module.read_bytes())
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput(f"{key}: {module}: {error}") from error
    for name in _imports(tree):
        top = name.partition(".")[0]
        if not top or (module.parent / f"{top}.py").exists() or (module.parent / top).is_dir():
            raise BadInput(
                f"{key}: {module} imports {name or 'its own package'}, which lies beside "
                "it: to a cluster one file travels; put both into one, or install the other there"
            )


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "" if node.level else node.module or ""
