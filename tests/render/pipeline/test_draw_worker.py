"""The process that draws: the same pictures, the same errors, and no trace of it afterwards."""

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from support.program import Fitreel

from fitreel.model.errors import BadInput, CannotWrite, Stopped
from fitreel.model.record.reader import Record
from fitreel.render.film_settings import FilmSettings
from fitreel.render.frame import FrameSelection
from fitreel.render.output.output import Output
from fitreel.render.output.yuv import YuvConverter
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.pipeline import draw_worker as painting
from fitreel.render.pipeline.draw_worker import DrawWorker
from fitreel.render.pipeline.film import selection_of, write_frames
from fitreel.render.pipeline.run_frames import run_frames
from fitreel.render.single.snapshot_frames import drawn_snapshots
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import Timeline, make_timeline


@pytest.fixture
def draw_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[DrawWorker]:
    monkeypatch.setattr(painting, "cores", lambda: 4)
    with DrawWorker.start() as started:
        yield started


def quietly() -> None:
    """Nothing asks for an end."""


FILM = FrameSelection(film=True, stills=frozenset())
FILM_AS_YUV = FrameSelection(film=True, stills=frozenset(), as_yuv=True)


LOOKS = [
    pytest.param(FilmSettings(), marks=pytest.mark.long),
    FilmSettings(fps=60, duration=0.2, interpolate=True, pace="log"),
    FilmSettings(
        theme="dark", panels=("loss", "units"), title="$x^3$", size=(640, 360), pace="even"
    ),
]


@pytest.mark.parametrize("settings", LOOKS)
def test_its_pictures_are_those_drawn_here(
    short_run: Record, settings: FilmSettings, draw_worker: DrawWorker
) -> None:
    run = short_run
    line = make_timeline(
        run.epochs, run.losses, settings.pacing(),
    )  # fmt: skip
    for stills in (set[int](), {0, 11}):  # one request after another
        assert draw_worker.ask(run, settings.picture, line, FrameSelection(True, frozenset(stills)))
        theirs = draw_worker.pictures(quietly)
        before: np.ndarray | None = None
        for ours, other in zip(
            drawn_snapshots(run, settings.picture, line, stills), theirs, strict=True
        ):
            assert np.array_equal(ours.frame, other.frame)
            assert ours[1:] == other[1:]
            if before is not None:
                rows, columns = np.nonzero((before != other.frame).any(axis=2))
                left, top, right, bottom = other.changed
                assert not rows.size or (rows.min() >= top and rows.max() < bottom)
                assert not columns.size or (columns.min() >= left and columns.max() < right)
            before = other.frame.copy()


def test_planes_are_those_of_its_pictures(short_run: Record, draw_worker: DrawWorker) -> None:
    line = make_timeline(short_run.epochs, short_run.losses, Pacing(Fraction(20)))
    converter = YuvConverter(FilmSettings().pixels)
    for _ in range(2):  # of the second request, no place holds anything of the first
        assert draw_worker.ask(short_run, FilmSettings().picture, line, FILM_AS_YUV)
        theirs = draw_worker.pictures(quietly)
        here = drawn_snapshots(short_run, FilmSettings().picture, line, ())
        for ours, other in zip(here, theirs, strict=True):
            assert other.frame.tobytes() == bytes(converter.update(ours.frame))
            assert ours[1:] == other[1:]


def test_more_pictures_than_places(short_run: Record, draw_worker: DrawWorker) -> None:
    settings = FilmSettings(size="1080p").picture
    line = make_timeline(short_run.epochs, short_run.losses, Pacing(Fraction(20)))
    assert draw_worker.ask(short_run, settings, line, FILM)
    numbers = []
    for picture in draw_worker.pictures(quietly):
        time.sleep(0.02)  # it would be ahead
        kept = picture.frame.copy()
        time.sleep(0.02)
        assert np.array_equal(kept, picture.frame)
        numbers.append(picture.number)
    assert numbers == list(range(13))


def draw(
    run: Record,
    out: Path,
    draw_worker: DrawWorker | None,
    check: Callable[[], None] = quietly,
    line: Timeline | None = None,
) -> bytes:
    line = line or make_timeline(run.epochs, run.losses, Pacing(Fraction(20)))
    outputs, picture = [Output(str(out), provenance={"fitreel": "test"})], PictureSettings()
    frames = run_frames(run, picture, line, selection_of(outputs), check, draw_worker)
    write_frames(frames, outputs, picture.pixels, 20, lambda done: None, check)
    return out.read_bytes()


@pytest.mark.parametrize("ending", ["mp4", "gif"])
def test_films_are_the_same_with_it_and_without(
    short_run: Record, tmp_path: Path, ending: str, draw_worker: DrawWorker
) -> None:
    ours = draw(short_run, tmp_path / f"a.{ending}", draw_worker)
    assert ours == draw(short_run, tmp_path / f"b.{ending}", None)
    ours = draw(short_run, tmp_path / f"c.{ending}", draw_worker)
    assert ours == draw(short_run, tmp_path / f"b.{ending}", None)


def test_it_tells_of_damage_as_we_would(
    short_run: Record, tmp_path: Path, draw_worker: DrawWorker
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(short_run.path, folder)
    run = Record(folder)
    chunk = next(folder.glob("snapshots-*"))
    content = bytearray(chunk.read_bytes())
    content[-1] ^= 1
    chunk.write_bytes(content)
    with pytest.raises(BadInput, match="snapshots-00000"):
        draw(run, tmp_path / "a.gif", draw_worker)
    assert not list(tmp_path.glob("*a.gif*"))


def test_its_death_is_an_error(short_run: Record, tmp_path: Path, draw_worker: DrawWorker) -> None:
    number = draw_worker.number
    assert number
    line = make_timeline(short_run.epochs, short_run.losses, Pacing(Fraction(20)))
    assert draw_worker.ask(short_run, FilmSettings(size="4k").picture, line, FILM)
    drawn = draw_worker.pictures(quietly)
    next(drawn)
    os.kill(number, signal.SIGKILL)
    with pytest.raises(CannotWrite, match="ended by signal 9"):
        list(drawn)
    assert not draw_worker.ask(short_run, FilmSettings().picture, line, FILM)
    draw(short_run, tmp_path / "a.gif", draw_worker)  # by ourselves


@pytest.mark.parametrize("frames", [20, 200_000])
def test_where_it_is_stopped_it_is_given_up(
    short_run: Record,
    tmp_path: Path,
    draw_worker: DrawWorker,
    monkeypatch: pytest.MonkeyPatch,
    frames: int,
) -> None:
    """Also where it doesn't take what it is asked, which is more than a pipe holds."""
    monkeypatch.setattr(painting, "PATIENCE", 1.0)
    number = draw_worker.number
    os.kill(number, signal.SIGSTOP)
    line = make_timeline(short_run.epochs, short_run.losses, Pacing(20, duration=frames / 20))
    with pytest.raises(CannotWrite, match="did nothing for 1 s"):
        draw(short_run, tmp_path / "a.gif", draw_worker, line=line)
    assert not is_alive(number)
    assert not list(tmp_path.iterdir())


def test_it_may_be_waited_for_while_it_works(
    short_run: Record, draw_worker: DrawWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "PATIENCE", 0.5)
    line = make_timeline(short_run.epochs, short_run.losses, Pacing(20, duration=0.1))
    assert draw_worker.ask(short_run, FilmSettings(size=(7680, 4320)).picture, line, FILM)
    asked_at = time.monotonic()
    assert sum(picture.frames for picture in draw_worker.pictures(quietly)) == len(line)
    assert time.monotonic() - asked_at > 0.5


def test_a_stop_ends_it(short_run: Record, tmp_path: Path, draw_worker: DrawWorker) -> None:
    number = draw_worker.number
    assert number
    calls = 0

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls > 5:
            raise Stopped(signal.SIGTERM)

    with pytest.raises(Stopped):
        draw(short_run, tmp_path / "a.gif", draw_worker, stop)
    assert not is_alive(number)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("at_once", [True, False])
def test_it_ends_with_its_parent(at_once: bool) -> None:
    code = (
        "import os, sys, time\n"
        "from fitreel.render.pipeline import draw_worker\n"
        "draw_worker.cores = lambda: 4\n"
        "started = draw_worker.DrawWorker.start()\n"
        f"time.sleep({0 if at_once else 2})\n"
        "print(started.number, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(done.stdout)
    deadline = time.monotonic() + 5
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_holds_nothing_of_ours_and_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "cores", lambda: 4)
    reading, writing = os.pipe()
    with DrawWorker.start() as started:
        os.close(writing)
        assert select.select([reading], [], [], 10)[0] and not os.read(reading, 1)
        number = started.number
        assert os.getsid(number) == number
    os.close(reading)
    assert not is_alive(number)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def test_where_it_cannot_be_there_is_none(
    short_run: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = make_timeline(short_run.epochs, short_run.losses, Pacing(Fraction(20)))

    def refused(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    for name, value in (("cores", lambda: 1), ("os.fork", refused)):
        with monkeypatch.context() as patch:
            patch.setattr(painting, "cores", lambda: 4)
            patch.setattr(f"fitreel.render.pipeline.draw_worker.{name}", value)
            with DrawWorker.start() as none:
                assert not none.ask(short_run, FilmSettings().picture, line, FILM)
                assert draw(short_run, tmp_path / "a.gif", none)


def test_no_memory_to_share(
    short_run: Record, tmp_path: Path, draw_worker: DrawWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "posix_fallocate", refused)
    assert draw(short_run, tmp_path / "a.gif", draw_worker)


def test_without_proc_nothing_is_said(short_run: Record, tmp_path: Path) -> None:
    """As in a container or a jail that has none."""
    code = (
        "import os\n"
        "listed = os.listdir\n"
        "def refuse(path='.'):\n"
        "    if str(path).startswith('/proc'): raise FileNotFoundError(2, 'No such file', path)\n"
        "    return listed(path)\n"
        "os.listdir = refuse\n"
        "from fitreel.jobs.main import main\n"
        "main()\n"
    )
    arguments = ("render", str(short_run.path), "-o", "a.gif", "-q")
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_forks_and_threads_a_gif_is_the_same(
    fitreel: Fitreel, short_run: Record, tmp_path: Path
) -> None:
    code = (
        "import os, sys, threading\n"
        "def refused(*_): raise OSError(11, 'Resource temporarily unavailable')\n"
        'def no_thread(*_): raise RuntimeError("can\'t start new thread")\n'
        "os.fork, threading.Thread.start = refused, no_thread\n"
        "from fitreel.jobs.main import main\n"
        "main()\n"
    )
    arguments = ("render", str(short_run.path), "-o")
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "refused.gif"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert fitreel(*arguments, "granted.gif").returncode == 0
    films = [(tmp_path / f"{how}.gif").read_bytes() for how in ("refused", "granted")]
    assert films[0] == films[1]
