"""In somebody else's process nothing is changed by us, and films are the same as anywhere."""

import ast
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import foreign
from support.program import ROOT, Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.figure import private_names as of_figures
from fitreel.render.mpl import private_names

SCRIPT = ROOT / "tests" / "support" / "foreign.py"
SOURCES = ROOT
OF_TORCH = {"_log_softmax", "_log_softmax_backward_data"}
"""Of the manual backward, which is held against autograd."""
GROUPS = {name: names for name, names in vars(private_names).items() if name.isupper()}
IN_PYTHON = sorted({name for group in GROUPS.values() for name in group} - {*GROUPS["OF_FONT"]})
"""Those of a library in C can't be called otherwise."""
OF_FIGURES = {name for key, names in vars(of_figures).items() if key.isupper() for name in names}


def answer(*arguments: str, cwd: Path, **environment: str) -> Any:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True, text=True, timeout=100, cwd=cwd, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def digests(short_run: Record, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of every kind of picture, as the program draws it; this process is set up as its own is."""
    with contextlib.chdir(tmp_path_factory.mktemp("own")):
        return foreign.digests(str(short_run.path.resolve()))


@pytest.mark.parametrize(
    "steps",
    [
        "records,makes,films,imports,draws",
        *(
            pytest.param(step, marks=pytest.mark.long)
            for step in ("records", "makes", "films", "imports", "draws")
        ),
    ],
)
def test_nothing_is_changed_and_pictures_are_the_same(
    steps: str, short_run: Record, digests: dict[str, str], fitreel: Fitreel, tmp_path: Path
) -> None:
    """One process for all, as its start is what takes long; the long ones see each step alone."""
    run = str(short_run.path.resolve())
    result = answer(steps, run, "here.png", cwd=tmp_path)
    if "imports" in result:
        assert {
            "fitreel.film_making", "fitreel.stored_run", "fitreel.render.mpl.setup",
            "fitreel.jobs.main", "fitreel.model.training.loop",
        } <= {*result["imports"]}  # fmt: skip
    if "makes" in result:
        assert result["makes"] == "here.png"
        assert fitreel("render", run, "-o", "there.png").returncode == 0
        here, there = (tmp_path / "here.png", tmp_path / "there.png")
        assert here.read_bytes() == there.read_bytes()
        here.unlink()
        there.unlink()
    assert not result.get("films"), "frames that differ from what matplotlib saves"
    if "draws" in result:
        assert result["draws"] == digests
    assert not [path for path in tmp_path.iterdir() if "lock" not in path.name]


def test_matplotlib_is_imported_as_its_user_has_it(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 7\nfont.family: serif\n")
    plain, ours = (answer("first", by, cwd=tmp_path, MPLBACKEND="svg") for by in ("plain", "ours"))
    assert plain == ours
    assert plain["lines.linewidth"] == "7.0" and plain["backend"] == "svg"


def test_private_names_of_matplotlib_are_done_without(
    short_run: Record, digests: dict[str, str], tmp_path: Path
) -> None:
    run = str(short_run.path.resolve())
    assert answer("own", run, ",".join(IN_PYTHON), cwd=tmp_path) == digests


@pytest.mark.long
@pytest.mark.parametrize("name", IN_PYTHON)
def test_each_private_name_is_done_without(
    name: str, short_run: Record, digests: dict[str, str], tmp_path: Path
) -> None:
    assert answer("own", str(short_run.path.resolve()), name, cwd=tmp_path) == digests


def test_every_private_name_is_listed() -> None:
    ours, used = (
        {"_exit", "_replace", "_asdict", "_getframe", "_run_module_as_main"} | OF_TORCH,
        dict[str, str](),
    )
    for path in sorted(
        path for folder in ("render", "model", "jobs") for path in SOURCES.glob(f"{folder}/**/*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                ours.add(node.name)
            elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
                ours.add(node.attr if isinstance(node, ast.Attribute) else node.id)
            elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
                used[node.attr] = path.name
    theirs = {name: where for name, where in used.items() if name not in ours and "__" not in name}
    assert theirs and not theirs.keys() - {*IN_PYTHON, *GROUPS["OF_FONT"], *OF_FIGURES}, theirs
