"""What libraries keep in the temporary folder, where anybody can be first; what is left there."""

import getpass
import os
import subprocess
from pathlib import Path

import pytest
from support.program import FITREEL

from fitreel.model.system.private_folders import choose_torch_cache

SMALL = ("--set", "film.size=[320,240]")
ADAM = ("--set", "train.epochs=20", "--set", "train.optimizer=Adam", "-q")


def ran(tmp_path: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """With a temporary folder of its own, and a home in which nothing can be made."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    surroundings = {"TMPDIR": str(tmp_path / "tmp"), "HOME": "/proc"} | env
    return subprocess.run(
        [*FITREEL, *arguments],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "XDG_CACHE_HOME"} | surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def take_all_names(temporary: Path) -> None:
    """As somebody does who was there first."""
    user = os.geteuid()
    temporary.mkdir()
    (temporary / f"torchinductor_{getpass.getuser()}").touch()
    (temporary / f"fitreel-torch-{user}").touch()
    (temporary / f"fitreel-matplotlib-{user}").mkdir()
    (temporary / f"fitreel-matplotlib-{user}").chmod(0o777)


RUN = ("run", *ADAM, *SMALL, "-o", "a.png")
VARY = ("--vary", "seed=0,1", "--workers", "2", "--set", "film.size=[640,480]")


@pytest.mark.parametrize(
    "commands",
    [
        (RUN, RUN),  # the second is up to date: the drawing process is ended at once
        pytest.param((("compare", *ADAM, *VARY, "-o", "c.png"),), marks=pytest.mark.long),
        pytest.param((("doctor",),), marks=pytest.mark.long),
    ],
    ids=lambda commands: commands[0][0],
)
def test_folders_that_others_have_made(
    commands: tuple[tuple[str, ...], ...], tmp_path: Path
) -> None:
    """None is used, no job ends for them, and nothing more is left than was there."""
    take_all_names(tmp_path / "tmp")
    before = names(tmp_path / "tmp")
    for command in commands:
        done = ran(tmp_path, *command)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert names(tmp_path / "tmp") == before, command


def test_one_folder_for_each_library_and_what_lists_the_fonts_says_nothing(tmp_path: Path) -> None:
    """From run to run one folder. What lists the fonts complains, as where fontconfig's cache can't
    be written; when the list is made, and when a font is looked for that isn't in it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    complaint = "Fontconfig error: No writable cache directories"
    (programs / "fc-list").write_text(
        f'#!/bin/sh\ntouch asked\necho "{complaint}" >&2\necho "--format"\n'
    )
    (programs / "fc-list").chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    done = ran(tmp_path, *RUN, PATH=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "asked").exists()
    (tmp_path / "asked").unlink()
    font = ("--set", "film.theme=paper", "--set", "film.font=Nowhere Sans")
    done = ran(tmp_path, *RUN, *font, PATH=path)
    assert done.returncode == 69 and "Nowhere Sans" in done.stderr
    assert complaint not in done.stderr and (tmp_path / "asked").exists()
    left = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "tmp").iterdir()}
    user = os.geteuid()
    assert left == {f"fitreel-torch-{user}": 0o700, f"fitreel-matplotlib-{user}": 0o700}


@pytest.mark.parametrize("usable", [True, False])
def test_the_users_own_cache_for_torch(
    usable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "cache"
    if not usable:
        own.touch()
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(own))
    choose_torch_cache()
    assert (os.environ["TORCHINDUCTOR_CACHE_DIR"] == str(own)) == usable
