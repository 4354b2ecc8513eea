"""What works where torch isn't installed; and what doesn't says so in one line."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from support.program import DATA, FITREEL, ROOT, Fitreel

TORCH = re.compile(r"(torch|torchgen|functorch)([-.].*)?")
NEEDS = 'fitreel: training needs torch, which is not installed: pip install "fitreel[train]"\n'
SMALL = ("--set", "film.size=[640,480]", "--set", "film.fps=5")
SHORT = ("--set", "train.epochs=6")
SCRIPT = """
import matplotlib.pyplot as plt

for k in range(3):
    plt.cla()
    plt.plot([0, k])
    plt.pause(0.1)
"""
LOOP = """
import matplotlib.pyplot as plt

import fitreel

with fitreel.film("figure.gif") as film:
    for k in range(2):
        plt.plot([0, k])
        film.frame()
with fitreel.Recorder("run", [0.0, 1.0, 2.0], [0.0, 1.0, 4.0]) as rec:
    for k in range(3):
        rec.log(k, 1 / (k + 1), [0, k, k])
rec.film("record.gif", size=[320, 240])
"""
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "*.egg-info", ".*_cache", "build", "runs")
SINE, BATCHED = (str(DATA / "records" / name) for name in ("sine", "batched"))
SEEDS = ("compare", "--vary", "seed=1,2", "--workers", "1", *SHORT)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an environment with all that this one has, but torch."""
    folder = tmp_path_factory.mktemp("without-torch")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for borrowed in [Path(path) for path in sys.path if path.endswith("site-packages")]:
        for entry in borrowed.iterdir():
            link = packages / entry.name
            # What names further folders would bring torch back by them.
            if not TORCH.fullmatch(entry.name) and not link.exists() and entry.suffix != ".pth":
                link.symlink_to(entry)
        for file in borrowed.glob("__editable__*.pth"):
            if not (packages / file.name).exists():
                (packages / file.name).symlink_to(file)
    return folder / "bin" / "python"


def call(python: Path, *arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(python), "-m", "fitreel", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("compare", "--vary", "seed=1,2,3", "--workers", "2"),
        *(
            pytest.param(command, marks=pytest.mark.long)
            for command in (
                ("run", "a.toml", "--set", "train.engine=batched"),
                ("train", "a.toml", "--run", "here", "--force"),
                (*SEEDS, "--set", "train.engine=batched"),
            )
        ),
    ],
)
def test_what_must_train_says_so_in_one_line(
    python: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "a.toml").write_text("[train]\nepochs = 3\n")
    done = call(python, *command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (69, NEEDS)
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


def test_a_room_with_torch_says_it_at_the_door(python: Path, tmp_path: Path) -> None:
    for module in ("", ".devices", ".batched.loop", ".snapshot_schedule"):
        code = (
            "from fitreel import Unavailable\n"
            f"try:\n    import fitreel.model.training{module}\n"
            "except Unavailable as error:\n    print(f'fitreel: {error}')\n"
        )
        done = subprocess.run(
            [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == (NEEDS, "")


def test_doctor_misses_it_and_nothing_else(python: Path, tmp_path: Path) -> None:
    done = call(python, "doctor", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    missing = [line for line in done.stdout.splitlines() if re.match(r"\w+ +missing", line)]
    assert len(missing) == 1 and missing[0].startswith("torch") and "[train]" in missing[0]


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        ("OSError('libgomp.so.1: cannot open\\nshared file')", "libgomp.so.1: cannot open; pip"),
        ("ValueError('\\nno such log: x\\nsee …')", "no such log: x; look for TORCH_… in the env"),
    ],
)
def test_a_torch_that_does_not_load_is_said_too(tmp_path: Path, raised: str, reason: str) -> None:
    (tmp_path / "torch.py").write_text(f"raise {raised}\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    for command in ("doctor", "run"):
        done = subprocess.run(
            [*FITREEL, command],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 69, done
        said = done.stdout if command == "doctor" else done.stderr
        assert f"training needs torch, which can't be imported: {reason}" in said
        assert len(done.stderr.splitlines()) == 1


def test_what_is_trained_is_filmed(python: Path, tmp_path: Path, fitreel: Fitreel) -> None:
    """By the commands that would train if it weren't."""
    for command in (("run", *SHORT), SEEDS):
        done = fitreel(*command, *SMALL, "-o", "with.png", "--force", "-q")
        assert done.returncode == 0, done.stderr
    for command in (("run", *SHORT, *SMALL, "-o", "run.gif"), (*SEEDS, *SMALL, "-o", "all.png")):
        done = call(python, *command, "-q", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), (command, done)


@pytest.mark.parametrize(
    "commands",
    [
        [("render", SINE, "-o", "a.mp4", *SMALL, "-q"), ("export", SINE, "-o", "a.npz", "-q")],
        pytest.param(
            [
                ("render", SINE, BATCHED, "-o", "several.png", *SMALL, "-q"), ("info", SINE),
                ("new", "new.toml"), ("schema",), ("targets", "-o", "targets.png"),
            ],
            marks=pytest.mark.long,
        ),
    ],
)  # fmt: skip
def test_records_are_filmed_exported_and_told(
    python: Path, tmp_path: Path, commands: list[tuple[str, ...]]
) -> None:
    for command in commands:
        done = call(python, *command, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), (command, done)


def test_scripts_and_loops_are_filmed(python: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = call(python, "film", "script.py", "-o", "script.gif", "-q", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "loop.py").write_text(LOOP)
    done = subprocess.run(
        [python, "loop.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    films = {path.name for path in tmp_path.glob("*.gif")}
    assert films == {"script.gif", "figure.gif", "record.gif"}


@pytest.mark.long
def test_a_plain_installation_has_no_torch_and_the_named_command_brings_it(tmp_path: Path) -> None:
    """With pip and a package index, as README says."""
    clone = shutil.copytree(ROOT, tmp_path / "clone", ignore=LEFT_OUT, symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)

    def pip(*arguments: str) -> None:
        command = [python, "-m", "pip", "install", "-q", "-c", clone / "constraints.txt"]
        subprocess.run([*command, *arguments], cwd=tmp_path, check=True)

    pip(str(clone))
    done = call(python, "run", *SHORT, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (69, NEEDS)
    done = call(python, "render", str(DATA / "records" / "sine"), "-o", "a.mp4", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pip("fitreel[train]")
    assert call(python, "run", *SHORT, cwd=tmp_path).returncode == 0
