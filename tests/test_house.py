"""What the folders promise: which rooms may know which, read from the folders themselves."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from support.program import ROOT

import fitreel

FLOORS = ("model", "render", "jobs", "api")
"""From the lowest; none knows one above it."""
WITH_TORCH = {"model/training", "model/training/batched", "model/training/data", "api/callbacks"}
MORE_THAN_A_LINE = {"model/training", "api/callbacks"}
"""Rooms that can't be entered without a library: at the door it is said if it is missing."""
WITH_MATPLOTLIB = {
    "api", "api/headless_gui", "render/text", "render/mpl", "render/raster", "render/figure",
    "render/single", "render/single/demo", "render/single/fields", "render/single/layout",
    "render/single/panels", "render/single/shapes",
    "render/comparison", "render/comparison/cells", "render/comparison/ranking",
    "render/comparison/grid", "render/comparison/lines", "render/comparison/losses",
    "render/comparison/overlay", "render/comparison/page",
    "render/handout", "render/page", "render/plots", "render/plots/fields",
    "render/plots/labels", "render/plots/pictures",
    "render/plots/losses",
}  # fmt: skip
MOST_FILES = 14
"""In a folder."""
PRINTING = "jobs/runtime"
MATPLOTLIB = "(from|import) matplotlib"


@cache
def files() -> tuple[Path, ...]:
    """Every Python file of ours, below the checkout."""
    return tuple(path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py")))


def room(path: Path) -> str:
    """The folder of a file, or the room that a module's name says, as `render/mpl`."""
    return path.parent.relative_to(ROOT).as_posix()


def place_of(module: str) -> Path:
    """Where a module of ours lies, without its ending: what is no floor's is the top's."""
    parts = module.split(".")[1:]
    return ROOT.joinpath(*parts) if parts and parts[0] in FLOORS else ROOT.joinpath("api", *parts)


@cache
def room_of(module: str) -> str:
    """The folder of a module of ours."""
    path = place_of(module)
    return (path if path.is_dir() else path.parent).relative_to(ROOT).as_posix()


def is_ours(module: str) -> bool:
    """Whether a module is the package itself or in it."""
    return module.partition(".")[0] == "fitreel"


@cache
def nodes(path: Path) -> list[ast.AST]:
    """The nodes of a file's syntax tree: parsed once for all rules."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imports(path: Path, *, late: bool) -> set[str]:
    """Modules that a file imports: when it is imported, or with `late` also in its functions."""
    only_types = {
        inner
        for node in nodes(path)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    in_functions = {
        inner
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in nodes(path):
        if node in only_types or (node in in_functions and not late):
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            ours = {
                name
                for name in whole
                if is_ours(name) and place_of(name).with_suffix(".py").exists()
            }
            names |= ours or {node.module}
    return names


def test_every_room_says_what_it_is_in_a_line() -> None:
    for folder in {path.parent for path in files()} - {ROOT / floor for floor in FLOORS}:
        text = (folder / "__init__.py").read_text("utf-8")
        assert ast.get_docstring(ast.parse(text)), folder
        if room(folder / "__init__.py") not in MORE_THAN_A_LINE:
            assert len(text.splitlines()) == 1, folder


def test_no_room_is_crowded() -> None:
    for folder in {path.parent for path in files()}:
        count = len([path for path in folder.glob("*.py") if path.name != "__init__.py"])
        assert count <= MOST_FILES, f"{folder}: {count} files"


def test_no_floor_knows_one_above_it() -> None:
    for path in files():
        above = FLOORS[FLOORS.index(room(path).partition("/")[0]) + 1 :]
        for module in filter(is_ours, imports(path, late=True)):
            assert room_of(module).partition("/")[0] not in above, f"{path} imports {module}"


def test_torch_and_matplotlib_stay_in_their_rooms() -> None:
    for path in files():
        tops = {name.partition(".")[0] for name in imports(path, late=True)}
        assert "torch" not in tops or room(path) in WITH_TORCH, path
        assert "matplotlib" not in tops or room(path) in WITH_MATPLOTLIB, path


def test_only_rooms_with_torch_are_imported_late_by_others() -> None:
    for path in files():
        if room(path) in WITH_TORCH:
            continue
        for module in filter(is_ours, imports(path, late=False)):
            assert room_of(module) not in WITH_TORCH, f"{path} imports {module}"


def test_no_two_rooms_need_each_other() -> None:
    needs: dict[str, set[str]] = {}
    for path in files():
        others = {room_of(name) for name in filter(is_ours, imports(path, late=True))}
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
        assert other not in set(map(room_of, filter(is_ours, imports(path, late=True)))), path


def test_printing_and_signals_live_in_one_room() -> None:
    for path in files():
        if room(path) == PRINTING:
            continue
        code = path.read_text("utf-8")
        assert not re.search(r"(?<![\w.])print\(", code), path


def test_what_is_installed_is_what_is_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {folder: place_of(folder) for folder in settings["packages"]}
    assert sorted(folders.values()) == sorted({path.parent for path in files()})
    assert all((folder / "__init__.py").exists() for folder in folders.values())
    for name, patterns in settings["package-data"].items():
        for pattern in patterns:
            assert list(place_of(name).glob(pattern)), f"{name}: {pattern}"


@pytest.mark.skipif(not (ROOT / ".typing").exists(), reason="the source archive has no links")
def test_types_are_checked_in_what_is_there() -> None:
    links = {link.name: link.resolve() for link in (ROOT / ".typing" / "fitreel").iterdir()}
    entries = [path for path in (ROOT / "api").iterdir() if path.name != "__pycache__"]
    entries += [ROOT / floor for floor in FLOORS if floor != "api"]
    assert links == {path.name: path for path in entries}


def test_no_module_is_called_as_a_public_name_is() -> None:
    names = {path.stem for path in (ROOT / "api").iterdir() if path.suffix == ".py"} | {*FLOORS}
    assert not names & {*fitreel.__all__}, "importing the module would replace what it holds"


def test_the_bare_name_of_a_floor_is_banned() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert {*FLOORS} <= lint["flake8-tidy-imports"]["banned-api"].keys()


def test_no_two_classes_have_one_name() -> None:
    homes: dict[str, Path] = {}
    for path in files():
        for node in nodes(path):
            if isinstance(node, ast.ClassDef):
                other = homes.setdefault(node.name, path)
                assert other == path, f"{node.name}: {other} and {path}"


@pytest.mark.parametrize("limit", [60])
def test_no_function_is_too_long(limit: int) -> None:
    for path in files():
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                length = node.end_lineno - node.lineno + 1
                assert length <= limit, f"{path}: {node.name} has {length} lines"


def test_no_function_takes_too_much() -> None:
    for path in files():
        for node in nodes(path):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if any("command" in ast.unparse(each) for each in node.decorator_list):
                continue
            taken = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
            taken += [each.arg for each in node.args.kwonlyargs]
            count = len([name for name in taken if name not in ("self", "cls")])
            # What other people call takes what is promised.
            most = 12 if room(path) == "api" else 8
            assert count <= most, f"{path}: {node.name} takes {count}"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, fitreel, fitreel.model, fitreel.render, fitreel.jobs\n"
        "sys.exit(', '.join({'numpy', 'torch', 'matplotlib', 'pydantic'} & {*sys.modules}) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_matplotlib_is_set_up_before_it_is_imported() -> None:
    """Whichever module comes first: what a user has set must not reach a process of our own."""
    for path in files():
        lines = path.read_text("utf-8").splitlines()
        first = next((n for n, at in enumerate(lines) if re.match(MATPLOTLIB, at)), 0)
        if first and path.name != "setup.py":
            before = "\n".join(lines[:first])
            assert re.search(r"^(from|import) fitreel\.render\.mpl\.setup", before, re.M), path
