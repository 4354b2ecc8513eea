"""What the folders promise: which rooms may know which, read from the folders themselves."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from support.program import ROOT

FLOORS = ("model", "render", "jobs")
"""From the lowest; none knows one above it."""
WITH_TORCH = {"model/training", "model/training/batched"}
WITH_MATPLOTLIB = {
    "render/text", "render/mpl", "render/raster", "render/single", "render/comparison",
    "render/handout",
}  # fmt: skip
MOST_FILES = 14
"""In a folder."""
PRINTING = "jobs/runtime"


def files() -> Iterator[Path]:
    """Every Python file of ours, below the checkout."""
    for floor in FLOORS:
        yield from sorted((ROOT / floor).rglob("*.py"))


def room(path: Path) -> str:
    """The folder of a file, or the room that a module's name says, as `render/mpl`."""
    return path.parent.relative_to(ROOT).as_posix()


def room_of(module: str) -> str:
    """The folder of a module of ours."""
    parts = module.split(".")[1:]
    path = ROOT.joinpath(*parts)
    return "/".join(parts) if path.is_dir() else "/".join(parts[:-1])


def imports(path: Path, *, late: bool) -> set[str]:
    """Modules that a file imports: when it is imported, or with `late` also in its functions."""
    tree = ast.parse(path.read_text("utf-8"))
    only_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    in_functions = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in only_types or (node in in_functions and not late):
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = {
                name
                for name in whole
                if name.startswith("fitreel.")
                and (ROOT.joinpath(*name.split(".")[1:]).with_suffix(".py")).exists()
            }
            names |= ours or {node.module}
    return names


def test_every_room_says_what_it_is_in_a_line() -> None:
    for folder in {path.parent for path in files()} - {ROOT / floor for floor in FLOORS}:
        text = (folder / "__init__.py").read_text("utf-8")
        assert len(ast.parse(text).body) == 1 and ast.get_docstring(ast.parse(text)), folder
        assert len(text.splitlines()) == 1, folder


def test_no_room_is_crowded() -> None:
    for folder in {path.parent for path in files()}:
        count = len([path for path in folder.glob("*.py") if path.name != "__init__.py"])
        assert count <= MOST_FILES, f"{folder}: {count} files"


def test_no_floor_knows_one_above_it() -> None:
    for path in files():
        above = FLOORS[FLOORS.index(room(path).partition("/")[0]) + 1 :]
        for module in imports(path, late=True):
            assert not module.startswith(tuple(f"fitreel.{floor}" for floor in above)), path


def test_torch_and_matplotlib_stay_in_their_rooms() -> None:
    for path in files():
        tops = {name.partition(".")[0] for name in imports(path, late=False)}
        assert "torch" not in tops or room(path) in WITH_TORCH, path
        assert "matplotlib" not in tops or room(path) in WITH_MATPLOTLIB, path


def test_only_rooms_with_torch_are_imported_late_by_others() -> None:
    for path in files():
        if room(path) in WITH_TORCH:
            continue
        for module in imports(path, late=False):
            in_training = room_of(module) in WITH_TORCH if module.startswith("fitreel.") else False
            if in_training:
                module_file = ROOT.joinpath(*module.split(".")[1:]).with_suffix(".py")
                tops = {name.partition(".")[0] for name in imports(module_file, late=False)}
                assert "torch" not in tops, f"{path} imports {module}"


def test_no_two_rooms_need_each_other() -> None:
    needs: dict[str, set[str]] = {}
    for path in files():
        others = {room_of(name) for name in imports(path, late=True) if name.startswith("fitreel.")}
        needs.setdefault(room(path), set()).update(others - {room(path)})
    TopologicalSorter(needs).prepare()  # raises CycleError, with the cycle


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("render/single", "render/comparison"),
        ("render/comparison", "render/single"),
        ("render/output", "render/raster"),
        ("render/output", "render/single"),
        ("render/output", "render/comparison"),
        ("render/single", "render/output"),
        ("render/comparison", "render/output"),
        ("render/raster", "render/output"),
    ],
)
def test_rooms_that_do_not_know_each_other(one: str, other: str) -> None:
    for path in (ROOT / one).rglob("*.py"):
        assert other not in {
            room_of(name) for name in imports(path, late=True) if name.startswith("fitreel.")
        }, path


def test_printing_and_signals_live_in_one_room() -> None:
    for path in files():
        if room(path) == PRINTING:
            continue
        code = path.read_text("utf-8")
        assert not re.search(r"(?<![\w.])print\(", code), path


def test_what_is_installed_is_what_is_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    there = {"fitreel." + room(path).replace("/", ".") for path in files()}
    assert set(settings["packages"]) - {"fitreel", "fitreel.callbacks"} == there
    for name, patterns in settings["package-data"].items():
        folder = ROOT.joinpath(*name.split(".")[1:]) if "." in name else ROOT / "api"
        for pattern in patterns:
            assert list(folder.glob(pattern)), f"{name}: {pattern}"


def test_no_two_classes_have_one_name() -> None:
    homes: dict[str, Path] = {}
    for path in files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                other = homes.setdefault(node.name, path)
                assert other == path, f"{node.name}: {other} and {path}"


@pytest.mark.parametrize("limit", [60])
def test_no_function_is_too_long(limit: int) -> None:
    for path in files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                length = node.end_lineno - node.lineno + 1
                assert length <= limit, f"{path}: {node.name} has {length} lines"


def test_no_function_takes_too_much() -> None:
    for path in files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if any("command" in ast.unparse(each) for each in node.decorator_list):
                continue
            taken = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
            taken += [each.arg for each in node.args.kwonlyargs]
            count = len([name for name in taken if name not in ("self", "cls")])
            assert count <= 8, f"{path}: {node.name} takes {count}"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, fitreel.model, fitreel.render, fitreel.jobs\n"
        "sys.exit(', '.join({'numpy', 'torch', 'matplotlib', 'pydantic'} & {*sys.modules}) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
