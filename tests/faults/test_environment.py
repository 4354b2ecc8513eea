"""Other surroundings, the same frames: as another user, without a home, in any language and folder.

Everything runs as an unprivileged user, since root passes every test of permissions.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.program import FITREEL

from fitreel.model.record.reader import Record

LONG = pytest.mark.long
USER = 54321
"""Has no entry among the users, so no home either."""
FILMS = ("a.mp4", "a.gif", "a.png")
SMALL = ("--set", "film.size=[320,240]")
HOSTILE = "figure.dpi: 33\nbackend: nonsense\naxes.facecolor: red\nfont.size: 40\n"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")


@dataclass(frozen=True)
class Surroundings:
    """What is other than usual."""

    name: str
    env: dict[str, str] = field(default_factory=dict)
    """On top of PATH; "{here}" is the current folder, "{shut}" one that can't be written to."""
    folder: str = "here"
    """The current folder's name."""
    files: dict[str, str] = field(default_factory=dict)
    """Put into it."""
    shut: bool = False
    """The current folder can't be written to."""
    closed: tuple[int, ...] = ()
    """Descriptors that aren't open."""


MODULES = {f"{name}.py": "raise SystemExit('not yours')\n" for name in ("model", "render", "jobs")}
EVERYWHERE = [
    Surroundings("plain"),
    Surroundings("no home", {"HOME": "/nonexistent"}),
    Surroundings("home is shut", {"HOME": "{shut}", "XDG_CACHE_HOME": "{shut}/cache"}),
    Surroundings("home is a file", {"HOME": "/etc/passwd"}),
    Surroundings("no cache", {"MPLCONFIGDIR": "/proc/nothing", "XDG_CONFIG_HOME": "{shut}"}),
    Surroundings("no display", {"DISPLAY": ":77", "WAYLAND_DISPLAY": "x", "MPLBACKEND": "junk"}),
    Surroundings("interactive backend", {"DISPLAY": ":77", "MPLBACKEND": "TkAgg"}),
    Surroundings("matplotlibrc", {}, files={"matplotlibrc": HOSTILE}),
    Surroundings("MATPLOTLIBRC", {"MATPLOTLIBRC": "{here}/rc"}, files={"rc": HOSTILE}),
    Surroundings("C", {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}),
    Surroundings("German", {"LC_ALL": "de_DE.UTF-8", "PYTHONIOENCODING": "latin1"}),
    Surroundings("dumb", {"TERM": "dumb", "COLUMNS": "1", "NO_COLOR": "1"}),
    Surroundings("wrong numbers", {"COLUMNS": "x", "LINES": "-1", "OMP_NUM_THREADS": "1"}),
    Surroundings("TMPDIR", {"TMPDIR": "/nonexistent"}),
    Surroundings("read-only folder", {}, shut=True),
    Surroundings("spaces", {}, folder=" a b "),
    Surroundings("newlines", {}, folder="a\nb\n"),
    Surroundings("Chinese", {}, folder="学习 é 😀"),
    Surroundings("Chinese in C", {"LC_ALL": "C", "PYTHONUTF8": "0"}, folder="学习"),
    Surroundings("shell words", {}, folder="-o $(x) 'y' \"z\" %d {name} *"),
    Surroundings("own modules", {"PYTHONPATH": "{here}"}, files=MODULES),
    Surroundings("no stdin", {}, closed=(0,)),
    Surroundings("no stdin, no stdout", {}, closed=(0, 1)),
    Surroundings(
        "all at once",
        {"HOME": "{shut}", "DISPLAY": ":77", "MPLBACKEND": "junk", "LC_ALL": "C",
         "PYTHONIOENCODING": "ascii", "MPLCONFIGDIR": "{shut}"},
        folder="学习\n b", files={"matplotlibrc": HOSTILE}, shut=True,
    ),
]  # fmt: skip


def python() -> str:
    """One that other users can start; that of the tests may lie in a home of root's."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run(
            ["env", "-i", candidate, "-c", f"{packages()}; import numpy, pydantic"],
            check=False, user=USER, group=USER, extra_groups=[], cwd="/", capture_output=True,
        )  # fmt: skip
        if done.returncode == 0:
            return candidate
    pytest.skip("no Python here can be started by another user")


def packages() -> str:
    path = next(path for path in sys.path if path.endswith("site-packages"))
    return f"import site; site.addsitedir({path!r})"


@pytest.fixture(scope="module")
def common(short_run: Record) -> Iterator[Path]:
    """A folder that all may enter, with a record, and films as root makes them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(short_run.path, folder / "r")
        outputs = [part for film in FILMS for part in ("-o", film)]
        subprocess.run([*FITREEL, "render", "r", *outputs, *SMALL, "-q"], cwd=folder, check=True)
        yield folder


def ran(
    around: Surroundings, folder: Path, out: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    here = folder / around.folder
    shut = folder / "shut"
    if not here.exists():
        here.mkdir()
        shut.mkdir(mode=0o555)
        for name, content in around.files.items():
            (here / name).write_text(content)
        here.chmod(0o555 if around.shut else 0o777)
        out.mkdir(exist_ok=True)
        out.chmod(0o777)
    start = f"{packages()}; {FITREEL[-1]}"
    env = {key: value.format(here=here, shut=shut) for key, value in around.env.items()}

    def close() -> None:
        for descriptor in around.closed:
            os.close(descriptor)

    return subprocess.run(
        [python(), "-c", start, *arguments],
        cwd=here,
        env={"PATH": "/usr/bin:/bin"} | env,
        user=USER,
        group=USER,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=close,
        timeout=100,
    )


@pytest.mark.parametrize(
    "around",
    [pytest.param(around, marks=LONG) for around in EVERYWHERE],
    ids=lambda around: around.name,
)
def test_the_same_films(common: Path, around: Surroundings) -> None:
    with tempfile.TemporaryDirectory(dir=common) as name:
        folder = Path(name)
        folder.chmod(0o755)
        out = folder / "out 学" if "学" in around.folder else folder / "out"
        outputs = [part for film in FILMS for part in ("-o", str(out / film))]
        done = ran(around, folder, out, "render", str(common / "r"), *outputs, *SMALL)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert 1 in around.closed or done.stdout
        for film in FILMS:
            assert (out / film).read_bytes() == (common / film).read_bytes(), film


@pytest.mark.long
@pytest.mark.parametrize("around", EVERYWHERE, ids=lambda around: around.name)
def test_a_whole_run(common: Path, around: Surroundings) -> None:
    with tempfile.TemporaryDirectory(dir=common) as name:
        folder = Path(name)
        folder.chmod(0o755)
        out = folder / "out"
        arguments = ("run", "--set", "train.epochs=60", *SMALL, "-o", str(out / "a.png"))
        done = ran(around, folder, out, *arguments, "--runs", str(out / "runs"))
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        again = ran(around, folder, out, *arguments, "--runs", str(out / "runs"), "-q")
        assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
        if around.shut:
            refused = ran(
                around, folder, out, "run", "--set", "train.epochs=60", "--runs", str(out)
            )
            assert refused.returncode == 74 and len(refused.stderr.splitlines()) <= 2


@pytest.mark.long
@pytest.mark.parametrize("where", ["record", "runs", "lock", "log", "output"])
def test_what_may_not_be_written(common: Path, where: str) -> None:
    """Each told in a line, with the exit code for it; a record that can only be read is drawn."""
    with tempfile.TemporaryDirectory(dir=common) as name:
        folder = Path(name)
        folder.chmod(0o755)
        around, out = Surroundings("plain"), folder / "out"
        arguments = {
            "record": ("train", "--set", "train.epochs=70", "-o", str(common / "r")),
            "runs": ("train", "--set", "train.epochs=70", "--runs", str(common / "runs")),
            "lock": ("render", str(common / "r"), "-o", str(out / "a.png")),
            "log": ("render", str(common / "r"), "-o", str(out / "a.png"), "--log", "/proc/log"),
            "output": ("render", str(common / "r"), "-o", str(common / "b.png")),
        }[where]
        if where == "lock":
            out.mkdir()
            (out / ".a.png.lock").touch(mode=0o600)
            (out / ".a.png.lock").chmod(0o600)
        done = ran(around, folder, out, *arguments)
        assert done.returncode == (65 if where == "record" else 74), done.stderr
        assert len(done.stderr.splitlines()) <= 2 and done.stderr.startswith("fitreel: ")
        assert "Traceback" not in done.stderr


def test_a_file_in_the_place_of_a_library(short_run: Record, tmp_path: Path) -> None:
    """A numpy.py of the user's own on PYTHONPATH is no bug of ours, and is named."""
    (tmp_path / "numpy.py").touch()
    done = subprocess.run(
        [*FITREEL, "render", str(short_run.path), "-o", "a.png", "-q"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 69 and len(done.stderr.splitlines()) == 1, done
    assert f"{tmp_path}/numpy.py stands in the place of the library numpy" in done.stderr
