"""Kills at every call that touches a file; a naive writer shows that the harness sees damage."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import pytest

from fitreel.model.record import Run
from fitreel.render.imprint import check_whole

# Counts the calls that change files; before or after the one asked for, the process is killed.
PROLOGUE = """
import builtins, io, os, signal, sys
target, late, count = int(sys.argv.pop(1)), sys.argv.pop(1) == "after", [0]
def counted(call):
    def wrapped(*arguments, **options):
        count[0] += 1
        mine = count[0]
        if mine == target and not late:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return call(*arguments, **options)
        finally:
            if mine == target:
                os.kill(os.getpid(), signal.SIGKILL)
    return wrapped
for name in ("rename", "replace", "unlink", "fsync", "rmdir", "mkdir", "chmod"):
    setattr(os, name, counted(getattr(os, name)))
io.open = counted(io.open)
import pathlib
pathlib.Path.write_bytes = counted(pathlib.Path.write_bytes)
"""
OURS = PROLOGUE + "from fitreel.jobs.start import main\nmain()"
NAIVE = PROLOGUE + (
    "from pathlib import Path\n"
    "with io.open('a.png', 'wb') as file:\n"
    "    content = Path(sys.argv[-1]).read_bytes()\n"
    "    file.write(content[:9]); file.flush(); os.fsync(file.fileno()); file.write(content[9:])\n"
)


def killed(code: str, folder: Path, call: int, when: str, *arguments: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", code, str(call), when, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def whole_or_absent(film: Path) -> bool:
    if not film.exists():
        return True
    try:
        check_whole(film)
    except Exception:
        return False
    return True


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_still_killed_anywhere_is_whole_or_absent_and_made_again(
    when: str, short_run: Run, tmp_path: Path
) -> None:
    shutil.copytree(short_run.path, tmp_path / "r")
    command = ("render", "r", "-o", "a.png", "-q", "--set", "film.size=[320,240]")
    assert not killed(OURS, tmp_path, 10**9, when, *command)
    expected = iio.imread(tmp_path / "a.png")
    (tmp_path / "a.png").unlink()
    calls = 0
    while killed(OURS, tmp_path, 3 * calls + 1, when, *command):
        calls += 1
        assert whole_or_absent(tmp_path / "a.png"), calls
        assert calls < 200
        if calls % 4 == 0:  # from where the killed ones left it
            assert not killed(OURS, tmp_path, 10**9, when, *command)
            assert (iio.imread(tmp_path / "a.png") == expected).all()
            assert not list(tmp_path.glob(".*.tmp"))
            (tmp_path / "a.png").unlink()
        else:
            (tmp_path / "a.png").unlink(missing_ok=True)
    assert calls >= 3
    assert (iio.imread(tmp_path / "a.png") == expected).all()
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_naive_writer_is_caught(short_run: Run, tmp_path: Path) -> None:
    shutil.copytree(short_run.path, tmp_path / "r")
    assert not killed(OURS, tmp_path, 10**9, "before", "render", "r", "-o", "whole.png", "-q")
    damaged = 0
    for call in range(1, 12):
        if not killed(NAIVE, tmp_path, call, "before", "whole.png"):
            break
        damaged += not whole_or_absent(tmp_path / "a.png")
    assert damaged
