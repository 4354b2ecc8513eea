"""Scripts of people's, run by the program or by Python, and what their films show.

`film_words` starts the whole command. `film_command` is the same where the start isn't the subject:
the command in this process, and what it becomes, the script's process, as `film_script` runs it, in
a fork of one that has imported matplotlib: a tenth of the price. `run_text` is `python -c`, forked
from one that has imported fitreel, too.

    python -m support.scripts script|text        these processes: a request a line, as JSON
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from support.program import FITREEL, ROOT

PAINT = """
import sys
import matplotlib.pyplot as plt

def figure():
    fig, ax = plt.subplots(figsize=(0.2, 0.1))
    ax.plot([0, 1])
    return fig

def paint(fig, number):
    fig.set_facecolor((number / 255, 0, 0))

"""
"""What the scripts of the tests begin with: pictures that are a number, the red of a corner."""


@dataclass
class Filmed:
    """How a script ended, and its films."""

    folder: Path
    code: int
    stdout: str
    stderr: str

    def pictures(self, name: str = "out") -> list[Any]:
        """The frames of a folder, each (H, W, 4), uint8."""
        import imageio.v3 as iio

        return [iio.imread(path) for path in sorted((self.folder / name).glob("*.png"))]

    def numbers(self, name: str = "out") -> list[int]:
        """What the pictures of a folder of frames are."""
        return [int(picture[0, 0, 0]) for picture in self.pictures(name)]


def write_script(folder: Path, text: str) -> None:
    """Write `script.py`: `PAINT` and the text."""
    (folder / "script.py").write_text(PAINT + textwrap.dedent(text))


def film_script(folder: Path, text: str, *arguments: str, **options: Any) -> Filmed:
    """Run a script in `folder` in the process that films it; the frames go to `out/`."""
    write_script(folder, text)
    values = {"script": "script.py", "outputs": [f"{folder}/out/"], "moments": "show"} | options
    return _forked("script", folder, json.dumps(values), *arguments)


def film_command(folder: Path, *words: str) -> Filmed:
    """`fitreel film` with these words, in `folder`."""
    import pytest
    from typer.testing import CliRunner

    from fitreel.jobs.cli import app

    becomes: list[list[str]] = []

    def become(_program: str, command: list[str]) -> None:
        becomes.append(command)
        raise SystemExit(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(os, "execv", become)
        done = CliRunner().invoke(app, ["film", *words])
    if not becomes:
        return Filmed(folder, done.exit_code, done.stdout, done.stderr)
    command = becomes[0]
    return _forked("script", folder, *command[command.index("-c") + 2 :])


def run_text(folder: Path, text: str) -> Filmed:
    """A program of somebody's, in `folder`."""
    return _forked("text", folder, text)


def film_words(
    folder: Path, *words: str, environment: dict[str, str] | None = None, stdin: str = ""
) -> Filmed:
    """`fitreel film` with these words, in `folder`."""
    done = subprocess.run(
        [*FITREEL, "film", *words],
        cwd=folder,
        env=clean_environment() | (environment or {}),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return Filmed(folder, done.returncode, done.stdout, done.stderr)


def clean_environment() -> dict[str, str]:
    """Without what decides how matplotlib shows something."""
    return {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}


def _forked(kind: str, folder: Path, *arguments: str) -> Filmed:
    forge = _forge(kind)
    assert forge.stdin is not None and forge.stdout is not None
    forge.stdin.write(json.dumps([str(folder), arguments]) + "\n")
    forge.stdin.flush()
    code = int(forge.stdout.readline())
    said = [(folder / name).read_text() for name in ("stdout", "stderr")]
    return Filmed(folder, code, *said)


@cache
def _forge(kind: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "support.scripts", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment() | {"PYTHONPATH": str(ROOT / "tests")},
    )
    atexit.register(process.communicate)
    return process


def _serve(kind: str) -> None:
    from fitreel.jobs.script import matplotlib_hook
    from fitreel.jobs.script.start import main

    if kind == "script":
        matplotlib_hook.install()
        import_module("fitreel.backend")
    for name in ("matplotlib.animation", "matplotlib.pyplot", "fitreel"):
        import_module(name)
    import numpy as np

    from fitreel.jobs.films.live.live_film import LiveFilm

    with tempfile.TemporaryDirectory() as folder:  # which imports what writes, too
        film = LiveFilm(f"{folder}/film/", 20)
        film.show(np.zeros((2, 2, 4), np.uint8))
        film.close()
    gc.freeze()
    for line in sys.stdin:
        folder, arguments = json.loads(line)
        child = os.fork()
        if child:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            os.write(1, f"{code}\n".encode())
            continue
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        sys.stdin = open(0)  # noqa: SIM115 (for ever)
        sys.argv = ["-c", *arguments]
        main() if kind == "script" else _run(sys.argv.pop())


def _run(text: str) -> None:
    sys.modules["__main__"] = ModuleType("__main__")
    sys.path[0] = ""
    exec(compile(text, "<string>", "exec", dont_inherit=True), vars(sys.modules["__main__"]))
    sys.exit()


if __name__ == "__main__":
    _serve(sys.argv[1])
