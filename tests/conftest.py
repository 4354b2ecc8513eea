import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from support.browser import browser
from support.program import FITREEL, Fitreel, train_here
from typer.testing import CliRunner

from fitreel.jobs.cli import app
from fitreel.model.record.reader import Record
from fitreel.render.mpl import own_process

# Some machines forbid compiled modules to be kept: then each of our hundreds of processes compiles
# all of ours anew, and every worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# As in the program, matplotlib's defaults are in force in whatever is imported and drawn here.
own_process.declare_own()

settings.register_profile("same", derandomize=True, database=None)


def pytest_configure(config: pytest.Config) -> None:
    """What every change has to pass tries the same examples each time; long tests try others."""
    if "long" not in config.option.markexpr.replace("not long", ""):
        settings.load_profile("same")


def pytest_collection_finish() -> None:
    """Look seldom for rubbish, as the program does, and never in what stays: torch, all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests may take long."""
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all tests of a file; while it is open, nothing else can run asyncio here."""
    with browser() as opened:
        yield opened


@pytest.fixture
def program(tmp_path: Path) -> Fitreel:
    """Run the program in a process of its own, in tmp_path unless told otherwise."""

    def call(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
        settings: dict[str, object] = {
            "cwd": tmp_path,
            "capture_output": True,
            "text": True,
            "timeout": 100,
            "stdin": subprocess.DEVNULL,
        }
        return subprocess.run([*FITREEL, *arguments], **(settings | options))  # type: ignore[call-overload,no-any-return]

    return call


@pytest.fixture
def fitreel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fitreel:
    """Run the program's command line in this process, which has torch already, in tmp_path."""

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            done = CliRunner().invoke(app, list(arguments))
        return subprocess.CompletedProcess(
            arguments, done.exit_code, stdout=done.stdout, stderr=done.stderr
        )

    return call


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The whole demo, trained once. Read only."""
    return train_here(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Twelve snapshots of the demo. Read only."""
    return train_here(tmp_path_factory.mktemp("short"), "train.epochs=60")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    ours = ("FITREEL_", "MPL", "TORCHINDUCTOR_")
    for name in [name for name in os.environ if name.startswith(ours)]:
        monkeypatch.delenv(name)
    yield
