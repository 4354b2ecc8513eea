"""The program as a user runs it: real processes, real ffmpeg, real files."""

import csv
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from support.program import FITREEL, Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.ffmpeg import ffmpeg_path

SHORT = ("--set", "train.epochs=60")


@pytest.fixture
def run_folder(short_run: Record, tmp_path: Path) -> Path:
    return shutil.copytree(short_run.path, tmp_path / "copied")


def listing(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def refused(
    done: "subprocess.CompletedProcess[str]", code: int, *parts: str
) -> "subprocess.CompletedProcess[str]":
    assert done.returncode == code, done.stderr
    assert done.stdout == "" or "Traceback" not in done.stdout
    lines = done.stderr.strip().splitlines()
    assert 1 <= len(lines) <= 2 and lines[0].startswith("fitreel: "), done.stderr
    for part in parts:
        assert part in done.stderr
    return done


def test_run_makes_the_film_then_finds_it_and_force_makes_it_again(
    fitreel: Fitreel, program: Fitreel, tmp_path: Path
) -> None:
    first = program("run", *SHORT)
    assert (first.returncode, first.stderr) == (0, "")
    assert "(hidden_layer_2): Linear(in_features=32, out_features=32, bias=True)" in first.stdout
    assert "1,153 parameters" in first.stdout
    last = first.stdout.splitlines()[-1]
    assert re.fullmatch(
        r"demo\.mp4: 12 frames, 0\.6 s at 20 frames/s, 640 x 480, \d+ kB, [\d.]+ s", last
    )
    film = (tmp_path / "demo.mp4").read_bytes()
    assert film.index(b"moov") < film.index(b"mdat")
    visible = [p for p in (tmp_path / "runs").iterdir() if not p.name.startswith(".")]
    assert len(visible) == 1 and re.fullmatch(r"demo-[0-9a-f]{12}", visible[0].name)

    before = listing(tmp_path)
    second = fitreel("run", *SHORT)
    assert (second.returncode, second.stderr) == (0, "")
    assert "already trained" in second.stdout and "up to date" in second.stdout
    assert listing(tmp_path) == before

    third = fitreel("run", *SHORT, "--force", "-q")
    assert (third.returncode, third.stdout, third.stderr) == (0, "", "")
    assert listing(tmp_path) != before  # other seconds of training, so another digest


def test_the_film_is_what_it_should_be(fitreel: Fitreel, run_folder: Path, tmp_path: Path) -> None:
    assert fitreel("render", str(run_folder), "-o", "a.mp4", "-o", "frames/").returncode == 0
    facts = subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-i", str(tmp_path / "a.mp4")],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    assert "h264 (High)" in facts and "yuv420p" in facts and "640x480" in facts
    assert "20 fps" in facts and "Duration: 00:00:00.60" in facts
    decoded = subprocess.run(
        [
            ffmpeg_path(),
            "-v",
            "error",
            "-i",
            tmp_path / "a.mp4",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-",
        ],
        capture_output=True,
        check=True,
    ).stdout
    frames = np.frombuffer(decoded, np.uint8).reshape(-1, 480, 640, 3)
    assert len(frames) == 12
    for number, frame in enumerate(frames):
        drawn = iio.imread(tmp_path / "frames" / f"{number:05d}.png")[..., :3]
        difference = np.abs(frame.astype(int) - drawn.astype(int))
        assert difference.mean() < 1.5


def test_frames_equal_an_independent_full_draw(
    fitreel: Fitreel, run_folder: Path, tmp_path: Path
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    assert fitreel("render", str(run_folder), "-o", "frames/", "-o", "still.png").returncode == 0
    run = Record(run_folder)
    assert len(list((tmp_path / "frames").iterdir())) == run.closing == 12
    for number, snapshot in enumerate(run.snapshots(range(12))):
        figure = Figure()
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.scatter(run.x, run.y)
        axes.plot(run.x, snapshot.prediction, "r-", lw=5)
        style = {"size": 20, "color": "red"}
        axes.text(0.3, -0.6, f"epoch={snapshot.epoch:d}", fontdict=style)
        axes.text(0.3, -0.8, f"Loss={snapshot.loss:.4f}", fontdict=style)
        canvas.draw()
        expected = np.asarray(canvas.buffer_rgba())
        drawn = iio.imread(tmp_path / "frames" / f"{number:05d}.png")
        assert np.array_equal(drawn[..., :3], expected[..., :3]) and (expected[..., 3] == 255).all()
    assert np.array_equal(iio.imread(tmp_path / "still.png"), drawn)


def test_every_format_carries_the_job_and_makes_itself_again(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    outputs = ["a.mp4", "a.gif", "a.webm", "a.png", "frames/"]
    wanted = [part for name in outputs for part in ("-o", name)]
    done = fitreel("run", *SHORT, "--seed", "3", *wanted)
    assert (done.returncode, done.stderr) == (0, "")
    shutil.rmtree(tmp_path / "runs")
    for name in outputs:
        path = tmp_path / name
        check_whole(path)
        provenance = read_provenance(path)
        assert provenance["job"]["seed"] == 3 and provenance["job"]["train"]["epochs"] == 60
        text = json.dumps(provenance)
        assert str(tmp_path) not in text and os.uname().nodename not in text
        told = fitreel("info", name, "--json")
        assert json.loads(told.stdout)["job"] == provenance["job"]
    frame = iio.imread(tmp_path / "a.png")
    again = fitreel("run", "a.png")
    assert (again.returncode, again.stderr) == (0, "")
    assert np.array_equal(iio.imread(tmp_path / "a.png"), frame)
    assert "trained" in fitreel("run", "a.mp4").stdout


def test_still_of_an_epoch(fitreel: Fitreel, run_folder: Path, tmp_path: Path) -> None:
    assert fitreel("render", str(run_folder), "-o", "frames/").returncode == 0
    assert fitreel("render", str(run_folder), "-o", "s.png", "--at", "25").returncode == 0
    still = iio.imread(tmp_path / "s.png")
    assert np.array_equal(still, iio.imread(tmp_path / "frames" / "00005.png"))
    before = listing(tmp_path)
    refused(fitreel("render", str(run_folder), "-o", "s.png", "--at", "27"), 65, "nearest", "25")
    refused(fitreel("render", str(run_folder), "-o", "s.mp4", "--at", "25"), 65, "--at")
    assert listing(tmp_path) == before


def test_export_gives_the_numbers(fitreel: Fitreel, run_folder: Path, tmp_path: Path) -> None:
    done = fitreel("export", str(run_folder), "-o", "a.npz", "-o", "a.csv")
    assert (done.returncode, done.stderr) == (0, "")
    run = Record(run_folder)
    predictions = np.array([snapshot.prediction for snapshot in run.snapshots()])
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["x"].shape == arrays["y"].shape == (100,)
        assert arrays["epoch"].dtype == np.int64 and arrays["epoch"].tolist() == [*range(0, 61, 5)]
        assert arrays["prediction"].shape == (13, 100)
        for name, expected in (
            ("x", run.x),
            ("y", run.y),
            ("loss", run.losses),
            ("prediction", predictions),
        ):
            assert arrays[name].dtype == np.float32
            assert arrays[name].tobytes() == expected.tobytes()
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1300
    read = np.array([np.float32(row["prediction"]) for row in rows])
    assert read.tobytes() == predictions.ravel().tobytes()
    assert "up to date" in fitreel("export", str(run_folder), "-o", "a.npz").stdout
    refused(fitreel("export", str(run_folder), "-o", "a.xls"), 65, ".npz", ".csv")


def test_info_of_a_run(fitreel: Fitreel, run_folder: Path) -> None:
    told = fitreel("info", str(run_folder))
    assert "parameters: 1153" in told.stdout and "(relu_func): ReLU()" in told.stdout
    facts = json.loads(fitreel("info", str(run_folder), "--json").stdout)
    assert facts["snapshots"] == 13 and facts["ending"] == "complete"


def test_train_into_a_folder_of_ones_own(fitreel: Fitreel, tmp_path: Path) -> None:
    done = fitreel("train", *SHORT, "--run", "mine", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(Record(tmp_path / "mine")) == 13
    assert not (tmp_path / "runs").exists()
    refused(fitreel("train", "--set", "train.epochs=65", "--run", "mine"), 65, "another job")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("meow")
    refused(fitreel("train", *SHORT, "--run", "photos"), 65, "cat.jpg")
    refused(fitreel("train", *SHORT, "--run", "photos", "--force"), 65, "cat.jpg")


def test_outputs_of_a_job_lie_beside_it(fitreel: Fitreel, tmp_path: Path) -> None:
    folder = tmp_path / "jobs here"
    folder.mkdir()
    (folder / "sine.toml").write_text(
        'seed = 4\n[data]\nfunction = "sin(3*x)"\n[train]\nepochs = 20\n'
        '[film]\noutputs = ["{name}-{seed}.gif"]\n'
    )
    assert fitreel("run", "jobs here/sine.toml", "-q").returncode == 0
    assert (folder / "sine-4.gif").is_file()
    assert fitreel("run", "jobs here/sine.toml", "-q", "-o", "{name}.mp4").returncode == 0
    assert (tmp_path / "sine.mp4").is_file()


def test_several_jobs_go_on_after_one_fails(fitreel: Fitreel, tmp_path: Path) -> None:
    for name, text in (
        ("a", "[train]\nepochs = 10"),
        ("b", "[train]\nepochs = 'x'"),
        ("c", "[train]\nepochs = 15"),
    ):
        (tmp_path / f"{name}.toml").write_text(text)
    done = refused(fitreel("run", "a.toml", "b.toml", "c.toml", "-q"), 65, "b.toml", "epochs")
    assert done.stdout == ""
    assert (tmp_path / "a.mp4").is_file() and (tmp_path / "c.mp4").is_file()
    refused(fitreel("run", "a.toml", "c.toml", "-o", "x.mp4"), 65, "{name}")


def test_a_diverged_training_is_a_result(fitreel: Fitreel, tmp_path: Path) -> None:
    arguments = (
        "run",
        "--set",
        "train.lr=1e4",
        "--set",
        "network.activations=relu",
        "--set",
        "train.snapshot_every=1",
        "-o",
        "d.mp4",
    )
    done = fitreel(*arguments)
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1
    assert "diverged at epoch" in done.stderr
    quiet = fitreel(*arguments, "--force", "-q")
    assert (quiet.returncode, quiet.stderr, quiet.stdout) == (0, "", "")


class TestBadInput:
    def test_runs(self, fitreel: Fitreel, run_folder: Path, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        refused(fitreel("render", "missing", "-o", "a.mp4"), 65, "missing")
        refused(fitreel("render", "empty", "-o", "a.mp4"), 65, "empty", "run.json")
        partial = shutil.copytree(run_folder, tmp_path / "partial")
        next(partial.glob("snapshots-*")).unlink()
        refused(fitreel("render", "partial", "-o", "a.mp4"), 65, "not finished")
        newer = shutil.copytree(run_folder, tmp_path / "newer")
        header = json.loads((newer / "run.json").read_text())
        (newer / "run.json").write_text(json.dumps(header | {"format": 7}))
        refused(fitreel("render", "newer", "-o", "a.mp4"), 65, "newer fitreel")
        chunk = next(run_folder.glob("snapshots-*"))
        content = bytearray(chunk.read_bytes())
        content[len(content) // 2] ^= 4
        chunk.write_bytes(content)
        for command in (
            ("render", str(run_folder), "-o", "a.mp4"),
            ("info", str(run_folder)),
            ("export", str(run_folder), "-o", "a.npz"),
        ):
            refused(fitreel(*command), 65, chunk.name, "damaged")
        assert not (tmp_path / "a.mp4").exists() and not (tmp_path / "a.npz").exists()

    def test_outputs(self, fitreel: Fitreel, run_folder: Path, tmp_path: Path) -> None:
        folder = str(run_folder)
        (tmp_path / "file").write_text("mine")
        refused(fitreel("render", folder, "-o", "file/a/b.mp4"), 74, f"no folder {tmp_path}/file,")
        refused(fitreel("render", folder, "-o", "a.avi"), 65, ".mp4", ".gif", ".webm", ".png")
        refused(fitreel("run", "-o", "a.avi"), 65, ".mp4")
        assert not (tmp_path / "runs").exists()  # found before any training
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "cat.jpg").write_text("meow")
        refused(fitreel("render", folder, "-o", "photos/"), 65, "cat.jpg")
        assert (tmp_path / "photos" / "cat.jpg").read_text() == "meow"

    def test_assignments(self, fitreel: Fitreel, run_folder: Path, tmp_path: Path) -> None:
        refused(fitreel("run", "--set", "train.lrr=1"), 65, "lrr", "lr")
        refused(fitreel("run", "--set", "train.lr=much"), 65, "train.lr", "much", "number")
        refused(fitreel("render", str(run_folder), "--set", "train.lr=1"), 65, "film")
        refused(fitreel("render", str(run_folder), "--seed", "5"), 65, "seed")
        assert not (tmp_path / "runs").exists()

    def test_films_that_are_not_ours(self, fitreel: Fitreel, tmp_path: Path) -> None:
        (tmp_path / "text.mp4").write_text("hello")
        iio.imwrite(tmp_path / "cat.png", np.zeros((4, 4, 3), np.uint8))
        for name in ("text.mp4", "cat.png"):
            refused(fitreel("info", name), 65, name)
            refused(fitreel("run", name), 65, name)
        refused(fitreel("run", "missing.mp4"), 65, "missing.mp4")
        refused(fitreel("run", "missing.toml"), 65, "missing.toml")

    def test_usage(self, program: Fitreel) -> None:
        assert program("paint").returncode == 2
        assert program("run", "--sett", "x=1").returncode == 2

    @pytest.mark.parametrize(
        ("script", "code"),
        [
            (None, 69),
            ("exit 1", 74),
            ("echo refused >&2; exit 1", 74),
            ("head -c 1000000 >/dev/null; kill -9 $$", 74),
            ("cat >/dev/null; exit 0", 74),
        ],
    )
    def test_ffmpeg_fails(
        self,
        fitreel: Fitreel,
        run_folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        script: str | None,
        code: int,
    ) -> None:
        binary = tmp_path / "ffmpeg"
        if script is not None:
            binary.write_text(f"#!/bin/sh\n{script}\n")
            binary.chmod(0o755)
        (tmp_path / "a.mp4").write_text("the old film")
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(binary))
        before = listing(tmp_path)
        refused(fitreel("render", str(run_folder), "-o", "a.mp4", "--force"), code)
        assert listing(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to change")
def test_as_a_user_without_a_home_in_a_hostile_folder(
    fitreel: Fitreel, run_folder: Path, tmp_path: Path
) -> None:
    """The same frames, nothing on stderr; folders that can't be written are said."""
    (tmp_path / "matplotlibrc").write_text("figure.dpi: 33\nbackend: nonsense\naxes.facecolor: red")
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        if parent.name.startswith(("pytest-", "popen-")):
            parent.chmod(0o755)
    open_to_all = tmp_path / "out"
    open_to_all.mkdir(mode=0o777)
    open_to_all.chmod(0o777)
    # The Python of the tests may lie in a home that other users can't enter: then the system's.
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    start = f"import site; site.addsitedir({packages!r}); {FITREEL[-1]}"

    def reachable(python: str) -> bool:
        try:
            return not subprocess.run(
                [python, "-c", f"{start.rpartition(';')[0]}"],
                user=65534,
                group=65534,
                capture_output=True,
                check=False,
                cwd="/",
            ).returncode
        except OSError:
            return False

    # Of the same version, whose libraries it is to use.
    others = f"/usr/bin/python3.{sys.version_info.minor}"
    python = next((p for p in (sys.executable, others) if reachable(p)), None)
    if python is None:
        pytest.skip("no Python here can be reached by another user")
    command = [python, "-c", start, "render", str(run_folder)]

    def as_nobody(*more: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, *more],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": "/usr/bin:/bin"} | environment,
            check=False,
            user=65534,
            group=65534,
            stdin=subprocess.DEVNULL,
        )

    plain = fitreel("render", str(run_folder), "-o", "out/plain.png")
    assert (plain.returncode, plain.stderr) == (0, "")
    hostile = as_nobody(
        "-o",
        "out/hostile.png",
        HOME="/nonexistent",
        MPLBACKEND="junk",
        DISPLAY=":77",
        LC_ALL="C",
        PYTHONIOENCODING="ascii",
    )
    assert (hostile.returncode, hostile.stderr) == (0, "")
    first, second = (iio.imread(open_to_all / f"{n}.png") for n in ("plain", "hostile"))
    assert np.array_equal(first, second)
    refused(as_nobody("-o", "here.png"), 74, "here.png")
    assert stat.S_IMODE((open_to_all / "hostile.png").stat().st_mode) == 0o644
