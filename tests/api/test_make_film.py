"""Films made from other people's programs."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.program import DATA, Fitreel

import fitreel
from fitreel.jobs.runtime.locks import locked

DEMO, RELU, TANH = (DATA / "records" / name for name in ("demo", "relu", "tanh"))
SMALL = {"size": (96, 64)}
LONG = pytest.mark.long


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Fitreel:
    """The command line in this process: what is tried here starts processes of its own."""
    call: Fitreel = request.getfixturevalue("fitreel")
    return call


def test_a_film_is_the_commands_wherever_it_is_made(
    program: Fitreel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ("--set", "film.size=[96, 64]", "--set", "film.truth=true")
    assert program("render", str(DEMO), *settings, "-o", "there.mp4").returncode == 0
    for name in ("model", "random", "matplotlib", "fitreel"):
        (folder / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.setenv("MPLBACKEND", "no_such_backend")
    path = fitreel.make_film(DEMO, "-here.mp4", truth=True, **SMALL)
    assert path == Path("-here.mp4")
    assert path.read_bytes() == Path("there.mp4").read_bytes()
    before = path.stat().st_mtime_ns
    assert fitreel.make_film(fitreel.Run(DEMO), path, truth=True, **SMALL) == path
    assert path.stat().st_mtime_ns == before, "it was up to date"
    assert not [each for each in folder.iterdir() if each.name.endswith(".log")]


def test_several_runs_make_a_comparison(program: Fitreel) -> None:
    runs = (each for each in (str(RELU), TANH))
    settings: dict[str, Any] = {"size": (640, 480), "layout": "overlay", "loss_panel": np.True_}
    fitreel.make_film(runs, Path("here.png"), **settings)
    program(
        "render", str(RELU), str(TANH), "-o", "there.png", "--set", "film.size=[640, 480]",
        "--set", "compare.layout=overlay", "--set", "compare.loss_panel=true",
    )  # fmt: skip
    assert Path("here.png").read_bytes() == Path("there.png").read_bytes()


def test_settings_are_what_python_has(program: Fitreel) -> None:
    pace = np.array([[0, 0.0], [100, 0.5], [220, 1.0]])
    film = fitreel.make_film(
        DEMO, "a.png", panels=("loss",), size=np.array([640, 480]), fps=np.float64(10),
        pace=pace, title=None, truth=np.True_, caption='a "b" \\ é\n2',
        words={"epoch": "step = 1"}, hold_end=np.int8(1), theme="light",
    )  # fmt: skip
    told = json.loads(program("info", "--json", str(film)).stdout)["job"]["film"]
    assert told == {
        "fps": 10, "pace": pace.tolist(), "truth": True, "hold_end": 1,
        "caption": 'a "b" \\ é\n2', "words": {"epoch": "step = 1"}, "theme": "light",
        "panels": ["loss"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "settings", "line"),
    [
        ("BadInput", {"thme": "dark"}, '[film] thme: there is no such key; did you mean "theme"?'),
        pytest.param(
            "BadInput", {"layout": "grid"}, "[film] layout: there is no such key; it belongs in",
            marks=LONG,
        ),
        ("BadInput", {"theme": object}, "film.theme = <class 'object'>: must be a text, a number"),
        ("BadInput", {"out": "{name}.mp4"}, "{name}.mp4: {…} is filled in by the command line"),
        ("BadInput", {"out": "a\0.png"}, "embedded null byte"),
        pytest.param(
            "BadInput", {"run_or_runs": "relu"}, "relu: there is no such run folder", marks=LONG
        ),
        ("BadInput", {"run_or_runs": []}, "there is no run to draw"),
        ("Unavailable", {"theme": "dark", "font": "Nowhere Sans"}, "Nowhere Sans"),
        ("CannotWrite", {"out": "file/a.png"}, "file/a.png"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_an_error_of_ours(
    kind: str, settings: dict[str, Any], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("FITREEL_RUNS", str(RELU.parent))  # is for the command line
    with pytest.raises(getattr(fitreel, kind)) as caught:
        fitreel.make_film(**{"run_or_runs": DEMO, "out": "a.png", **settings})
    assert type(caught.value) is getattr(fitreel, kind)
    assert line in str(caught.value) and not str(caught.value).startswith("fitreel")
    assert not Path("a.png").exists()


def test_what_is_no_run_is_a_wrong_call() -> None:
    with pytest.raises(TypeError, match="several of them; not int"):
        fitreel.make_film(3, "a.png")  # type: ignore[arg-type]


def test_who_makes_the_same_film_is_not_disturbed() -> None:
    with locked(Path("a.png").resolve(), "film"), pytest.raises(fitreel.Busy, match=r"a\.png"):
        fitreel.make_film(DEMO, "a.png", **SMALL)


@pytest.mark.parametrize("name", ["a.png", pytest.param("a.srt", marks=LONG)])
def test_what_is_not_fitreels_stays_unless_told(name: str) -> None:
    file = Path(name)
    file.write_text("my own")
    line = rf"^{name} is there, and fitreel did not make it; give another name, or overwrite=True"
    with pytest.raises(FileExistsError, match=line):
        fitreel.make_film("nowhere", name, **SMALL)  # said at the call, before anything is read
    assert file.read_text() == "my own"
    fitreel.make_film(DEMO, name, overwrite=True, **SMALL)
    made = file.read_bytes()
    assert made != b"my own"
    if name == "a.png":
        Image.open(name).save(name)
    else:
        file.write_bytes(made + b"!")
    with pytest.raises(FileExistsError, match=r"fitreel did not make it|was changed since"):
        fitreel.make_film(DEMO, name, **SMALL)


def test_a_folder_with_files_of_others_is_left_alone() -> None:
    Path("frames").mkdir()
    Path("frames/notes.txt").write_text("my own")
    with pytest.raises(FileExistsError, match=r"notes\.txt.*give another folder"):
        fitreel.make_film(DEMO, "frames/", **SMALL)


def test_what_the_program_warns_of_is_a_warning_at_the_call() -> None:
    with pytest.warns(UserWarning) as caught:
        fitreel.make_film(DEMO, "a.png", size=(95, 63))
    (warning,) = caught
    assert warning.filename == __file__
    assert (
        str(warning.message) == "film.size: 95 x 63 is odd, as no video can be: it becomes 96 x 64"
    )


LONG_FILM = (
    "import signal, sys, fitreel\n"
    # Background jobs of a shell, as these tests may be, inherit that it is ignored.
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "try:\n"
    f"    fitreel.make_film({str(DEMO)!r}, 'a.mp4', size='4k', duration=600, theme='dark')\n"
    "except KeyboardInterrupt:\n"
    "    sys.exit(7)\n"
)


@pytest.mark.parametrize(
    "whole_group", [False, pytest.param(True, marks=LONG)], ids=["a notebook", "a terminal"]
)
def test_ctrl_c_ends_it_and_leaves_nothing(whole_group: bool, folder: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", LONG_FILM], start_new_session=True)
    try:
        for _ in range(1000):
            if [path for path in folder.iterdir() if path.name.startswith(".a.mp4")]:
                break
            time.sleep(0.02)
        else:
            raise AssertionError("it did not begin")
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        assert process.wait(8) == 7
        for _ in range(100):
            try:
                os.killpg(process.pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.02)
        else:
            raise AssertionError("a process of ours goes on")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert not [path for path in folder.iterdir() if not path.name.endswith(".lock")]
