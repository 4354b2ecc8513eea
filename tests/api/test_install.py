"""What `pip install` puts in place is what lies in the folders, and works in a clone after it."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from support.program import ROOT

PACKAGES = {"api": "", "model": "model", "render": "render", "jobs": "jobs"}
"""Where each folder goes, in the package."""
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis", "build", "dist", "runs"
)


def call(python: Path | str, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [str(python), *arguments], cwd=cwd, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def pip() -> str:
    """A Python that has pip: this one, or the one that it was made from."""
    for python in (sys.executable, getattr(sys, "_base_executable", sys.executable)):
        done = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)
        if done.returncode == 0:
            return str(python)
    pytest.skip("there is no pip here")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout, without what was built or installed in it."""
    return shutil.copytree(
        ROOT, tmp_path_factory.mktemp("clone") / "fitreel", ignore=LEFT_OUT, symlinks=True
    )


@pytest.fixture(
    params=["wheel", pytest.param("editable", marks=pytest.mark.long)],  # as the suite's own is
    scope="module",
)
def python(
    request: pytest.FixtureRequest, pip: str, clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Of an environment where the clone is installed, and that borrows all else from this one."""
    folder = tmp_path_factory.mktemp(request.param)
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    python = folder / "bin" / "python"
    source = ["-e", str(clone)] if request.param == "editable" else [str(clone)]
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    call(pip, "-m", "pip", "--python", str(python), "install", *options, *source, cwd=folder)
    return python


@pytest.mark.parametrize("python", ["wheel"], indirect=True)
def test_what_is_installed_is_all_that_lies_in_the_folders(python: Path, clone: Path) -> None:
    (package,) = python.parents[1].glob("lib/python*/site-packages/fitreel")
    installed = {file.relative_to(package) for file in package.rglob("*") if file.is_file()}
    there = {
        Path(place) / file.relative_to(clone / folder)
        for folder, place in PACKAGES.items()
        for file in (clone / folder).rglob("*")
        if file.is_file()
    }
    compiled = {file for file in installed | there if file.suffix == ".pyc"}
    assert installed - compiled == there - compiled
    endings = {file.suffix for file in there}
    assert {Path("py.typed"), Path("model/py.typed")} <= there and {".toml", ".csv"} <= endings


def test_it_works_in_a_clone_and_elsewhere(python: Path, clone: Path, tmp_path: Path) -> None:
    version = call(python.with_name("fitreel"), "--version", cwd=tmp_path)
    assert version.startswith("fitreel ")
    for folder in (clone, tmp_path):
        assert call(python, "-m", "fitreel", "--version", cwd=folder) == version
        file = call(python, "-c", "import fitreel; print(fitreel.__file__)", cwd=folder)
        assert Path(file).is_relative_to(python.parents[1]) or Path(file).parent == clone / "api"
    code = "import fitreel; print(fitreel.make_film('tests/data/records/one', 'one.png'))"
    assert call(python, "-c", code, cwd=clone) == "one.png\n"


@pytest.mark.long
def test_its_tests_are_collected_in_a_clone(python: Path, clone: Path) -> None:
    collected = call(python, "-m", "pytest", "--collect-only", "-q", "tests/api", cwd=clone)
    assert "test_make_film.py" in collected
