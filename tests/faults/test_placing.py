"""A signal while frames are put in their place: the old folder or the new one, whole, and its code.

Syncing and removing are slow here, as on a disk that others are writing to.
"""

import shutil
import signal
from pathlib import Path

import pytest
from support.forked import Done, Fault, film, forge, record
from support.refusing import needs_library

pytestmark = needs_library
LONG = pytest.mark.long
SMALL = ("--set", "film.size=[320,240]", "--set", "film.hold_end=2.5", "-q")
SLOW_SYNC = {"SLOW_FSYNC": "50000"}
"""Three seconds for some sixty frames."""
SLOW_REMOVAL = {"SLOW_FOLDER_FSYNC": "2200000", "SLOW_UNLINK": "25000"}
"""The thread that ends the program is at it while the folder gets its name."""


def content_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The frames that are made."""
    folder = tmp_path_factory.mktemp("new")
    command = ("render", str(record()), "-o", "frames/", *SMALL)
    assert forge(*command, cwd=folder).code == 0
    return content_of(folder / "frames")


def signalled(folder: Path, env: dict[str, str], *seconds: float) -> Done:
    """TERM at each of these seconds after the last frame came, over an old folder of frames."""
    shutil.rmtree(folder / "frames", ignore_errors=True)
    shutil.copytree(film("frames/", "400,300"), folder / "frames")
    command = ("render", str(record()), "-o", "frames/", *SMALL)
    signals = [(delay, signal.SIGTERM) for delay in seconds]
    fault = Fault(signals=signals, after=".frames.*.tmp/00000.png")
    return forge(*command, cwd=folder, env=env, fault=fault)


def check(done: Done, folder: Path, new: dict[str, bytes]) -> None:
    assert done.code in (0, 143), done
    assert done.stderr in (
        "",
        "fitreel: stopped by signal 15; the same command goes on from what is recorded\n",
    )
    content = content_of(folder / "frames")
    assert content == new or (done.code and content == content_of(film("frames/", "400,300")))
    left = [path.name for path in folder.iterdir() if path.name not in ("frames", ".frames.lock")]
    assert left == [], done


def test_each_file_that_is_synced_looks_at_the_stop_flag(
    tmp_path: Path, new: dict[str, bytes]
) -> None:
    done = signalled(tmp_path, SLOW_SYNC, 0.5)
    check(done, tmp_path, new)
    assert done.code == 143 and done.seconds_after < 0.5


@pytest.mark.parametrize(
    "more", [{}, pytest.param({"REFUSE_EXCHANGE": "22"}, marks=LONG)], ids=["exchange", "aside"]
)
@pytest.mark.parametrize(
    "delay", [0.3, *(pytest.param(0.1 * step, marks=LONG) for step in range(1, 30))]
)
def test_what_is_removed_at_the_end_is_not_placed(
    tmp_path: Path, new: dict[str, bytes], delay: float, more: dict[str, str]
) -> None:
    done = signalled(tmp_path, SLOW_REMOVAL | more, delay)
    check(done, tmp_path, new)
    assert delay > 2 or (done.code == 143 and done.seconds_after > 1.5)


@pytest.mark.long
@pytest.mark.parametrize("step", range(30))
def test_a_second_signal_at_any_instant_of_it(
    tmp_path: Path, new: dict[str, bytes], step: int
) -> None:
    for env in (SLOW_SYNC, SLOW_REMOVAL | {"REFUSE_EXCHANGE": "22"}):
        check(signalled(tmp_path, env, 0.1 * step, 0.1 * step + 0.03), tmp_path, new)
