"""Films written while a program runs: what comes out of what was shown, and what goes wrong."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.frames import Frames, decoded
from support.program import time_limit

from fitreel.jobs.films.live.live_film import LiveFilm
from fitreel.jobs.runtime.locks import locked
from fitreel.model.errors import BadInput, Busy, CannotWrite, Unavailable
from fitreel.render.geometry import Rectangle
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.ffmpeg import ffmpeg_path

NAMES = ["a.mp4", "a.webm", "a.gif", "a.png", "frames/"]
FILMS = NAMES[:3]
WIDTH, HEIGHT = 32, 24


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plain(level: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Frames:
    """One grey all over."""
    frame = np.full((size[1], size[0], 4), level, np.uint8)
    frame[..., 3] = 255
    return frame


def there(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def levels(path: Path) -> list[int]:
    """The grey of each frame, which is the same all over."""
    frames = decoded(path).astype(int)
    assert (np.ptp(frames, axis=(1, 2, 3)) <= 8).all(), "a frame that is torn"
    return [round(float(frame.mean())) for frame in frames]


def run(program: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """A program of somebody's, in a process of its own."""
    code = "import numpy as np\nfrom fitreel.jobs.films.live.live_film import LiveFilm\n"
    code += f"frame = np.full(({HEIGHT}, {WIDTH}, 4), 255, np.uint8)\n" + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False,
        **options,
    )  # fmt: skip


# What comes out


@st.composite
def shows(draw: st.DrawFn) -> list[tuple[Frames, int, Rectangle | None]]:
    """Some frames of any size, each for how long, and where it differs from the one before."""
    sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))
    first = draw(sizes)
    frame, result = plain(255, first), list[tuple[Frames, int, Rectangle | None]]()
    for number in range(draw(st.integers(1, 6))):
        if number and draw(st.integers(0, 4)) == 0:
            other = draw(sizes.filter(lambda size: size != first))
            result.append((plain(draw(st.integers(0, 255)), other), 1, None))
            continue
        frame = frame.copy()
        left, right = sorted((draw(st.integers(0, first[0])), draw(st.integers(0, first[0]))))
        top, bottom = sorted((draw(st.integers(0, first[1])), draw(st.integers(0, first[1]))))
        frame[top:bottom, left:right, : draw(st.integers(1, 3))] = draw(st.integers(0, 255))
        changed = draw(st.sampled_from([None, (left, top, right, bottom)]))
        result.append((frame, draw(st.integers(1, 3)), changed))
    return result


@settings(max_examples=25, deadline=None)
@given(shows())
def test_the_films_frames_are_what_was_shown(
    tmp_path_factory: pytest.TempPathFactory, shown: list[tuple[Frames, int, Rectangle | None]]
) -> None:
    path = tmp_path_factory.mktemp("film") / "frames"
    film = LiveFilm(path, 20)
    size = shown[0][0].shape[:2]
    odd = any(frame.shape[:2] != size for frame, _, _ in shown)
    with pytest.warns(UserWarning, match="centred") if odd else _silence():
        for frame, count, changed in shown:
            film.show(frame, count, changed)
    film.close()
    expected = [frame for frame, count, _ in shown for _ in range(count)]
    made = [np.asarray(Image.open(file)) for file in sorted(path.iterdir())]
    assert len(made) == len(expected) == film.frames
    for one, other in zip(made, expected, strict=True):
        if other.shape == one.shape:
            assert (one == other).all()
        else:  # of one colour
            assert one.shape[:2] == size and (one == other[0, 0]).all()


def _silence() -> Any:
    import contextlib

    return contextlib.nullcontext()


def test_what_is_smaller_stands_in_the_middle_and_what_is_larger_is_scaled_down() -> None:
    film = LiveFilm("frames/", 20)
    film.show(plain(255, (40, 20)))
    small = plain(200, (10, 10))
    small[3:7, 3:7, :3] = 0
    large = plain(200, (120, 30))
    large[10:20, 40:80, :3] = 0
    with pytest.warns(UserWarning, match=r"frames: a frame of 10 x 10 .* film of 40 x 20") as said:
        film.show(small)
        film.show(large)
        film.show(plain(7, (40, 20)), changed=(0, 0, 1, 1))
    film.close()
    assert len(said) == 1
    made = decoded(Path("frames"))
    assert (made[1, 8:12, 18:22] == 0).all() and (made[1] == 200).mean() > 0.9
    assert (made[2, 9:11, 15:25] < 9).all() and (made[2, :4] == 200).all()
    assert (made[3] == 7).all(), "of the frame before nothing is left"


@pytest.mark.parametrize("name", NAMES)
def test_every_format_holds_what_was_shown(name: str, folder: Path) -> None:
    film = LiveFilm(f"new/{name}", 10, provenance={"made_by": "me"}, hold_end=0.5)
    for level, frames in ((250, 1), (20, 3), (130, 2)):
        film.show(plain(level, (33, 23)), frames)
    film.close()
    film.close()
    path = folder / "new" / name.rstrip("/")
    check_whole(path)
    facts = read_provenance(path)
    assert facts["made_by"] == "me" and facts["film"]["fps"] == 10
    if name == "a.png":
        assert np.asarray(Image.open(path)).shape == (23, 33, 4)
        assert (np.asarray(Image.open(path))[..., 0] == 130).all()
        return
    is_even = name in ("a.mp4", "a.webm")
    assert decoded(path).shape[1:3] == ((24, 34) if is_even else (23, 33))
    expected = [250, 20, 20, 20, *[130] * 7]
    if name == "a.gif":  # what stays is one picture with a longer delay
        expected = [250, 20, 130]
    assert levels(path) == pytest.approx(expected, abs=3)
    assert there(folder / "new") == [f".{path.name}.lock", path.name]


@pytest.mark.parametrize("name", ["a.mp4", "frames/"])
def test_a_frame_may_be_used_again_and_is_never_written_on(name: str, folder: Path) -> None:
    film = LiveFilm(name, 10, hold_end=0.2)
    frame = plain(0)
    for level in (50, 100):
        frame[..., :3] = level
        film.show(frame)
    frame[:] = 0
    film.close()
    assert levels(folder / name) == pytest.approx([50, 100, 100, 100], abs=2)
    film = LiveFilm(name, 10, overwrite=True, warn=lambda words: None)
    film.show(frame := plain(50))
    film.show(plain(200, (WIDTH // 2, HEIGHT // 2)))
    film.show(clear := np.zeros_like(frame))
    film.close()
    assert (frame == plain(50)).all() and not clear.any()


def test_what_is_transparent_lies_on_white_in_a_film() -> None:
    frame = plain(0)
    frame[..., 3] = 51
    for name in ("a.mp4", "a.gif"):
        film = LiveFilm(name, 20)
        film.show(frame)
        film.close()
        assert levels(Path(name)) == pytest.approx([204], abs=3)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_chapters_are_named_as_it_goes(name: str) -> None:
    film = LiveFilm(name, 10)
    film.show(plain(200), 5)
    film.chapter("phase two; a=b")
    film.chapter("phase two\nagain")
    film.show(plain(100), 10)
    film.chapter("the end")
    film.show(plain(50), 5)
    film.chapter("after it \udcff")
    film.close()
    check_whole(Path(name))
    assert "made_by" not in read_provenance(Path(name))
    assert levels(Path(name)) == pytest.approx([200] * 5 + [100] * 10 + [50] * 5, abs=3)
    command = [ffmpeg_path(), "-i", name, "-f", "ffmetadata", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    chapters = told.split("[CHAPTER]\n")[1:]
    times = [
        [float(line.partition("=")[2]) for line in each.splitlines()[1:3]] for each in chapters
    ]
    unit = [1 / float(each.splitlines()[0].partition("/")[2]) for each in chapters]
    assert [
        (pytest.approx(start * u), pytest.approx(end * u))
        for (start, end), u in zip(times, unit, strict=True)
    ] == [(0, 0.5), (0.5, 1.5), (1.5, 2)]
    assert "title=a\n" in chapters[0] and "phase two\\\nagain" in chapters[1]


def test_a_film_is_the_same_however_it_is_told_what_changed() -> None:
    random = np.random.default_rng(1)
    films = [LiveFilm(name, 20) for name in ("one.mp4", "other.mp4")]
    frame = plain(255)
    for _ in range(12):
        x, y = random.integers(0, WIDTH - 4), random.integers(0, HEIGHT - 4)
        frame[y : y + 4, x : x + 4, :3] = random.integers(0, 256)
        films[0].show(frame, changed=(int(x), int(y), int(x) + 4, int(y) + 4))
        films[1].show(frame)
    for film in films:
        film.close()
    assert Path("one.mp4").read_bytes() == Path("other.mp4").read_bytes()


# What is refused at the call


@pytest.mark.parametrize(
    ("out", "options", "what"),
    [
        ("a.srt", {}, "goes with the film of a record"),
        ("a.pdf", {}, r"\.png for its last picture"),
        ("a.avi", {}, "unknown ending"),
        ("{name}.mp4", {}, "command line only"),
        ("a.mp4", {"fps": 0}, "fps = 0"),
        ("a.mp4", {"fps": float("nan")}, "fps = nan"),
        ("a.mp4", {"fps": "20"}, "numbers"),
        ("a.mp4", {"hold_end": -1}, "hold_end = -1"),
    ],
)
def test_a_wrong_call_is_refused_at_once(
    out: str, options: dict[str, Any], what: str, folder: Path
) -> None:
    with pytest.raises(BadInput, match=what):
        LiveFilm(out, **{"fps": 20, **options})
    assert not list(folder.iterdir())


def test_what_is_not_ours_stays(folder: Path) -> None:
    (folder / "a.mp4").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        LiveFilm("a.mp4", 20)
    film = LiveFilm("b.gif", 20)
    film.show(plain(9))
    (folder / "b.gif").write_bytes(b"came meanwhile")
    with pytest.raises(FileExistsError, match=r"b\.gif"):
        film.close()
    assert (folder / "a.mp4").read_bytes() == b"somebody's"
    assert (folder / "b.gif").read_bytes() == b"came meanwhile"
    film = LiveFilm("a.mp4", 20, overwrite=True)
    film.show(plain(9))
    film.close()
    check_whole(folder / "a.mp4")
    LiveFilm("a.mp4", 20).abort()
    check_whole(folder / "a.mp4")


@pytest.mark.parametrize("binary", ["/nowhere/ffmpeg", "/bin/false"])
def test_without_ffmpeg_it_is_said_at_the_call(
    binary: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", binary)
    if binary == "/bin/false":
        fake = folder / "ffmpeg"
        fake.write_text("#!/bin/sh\necho ' V..... mpeg4'\n")
        fake.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake))
    with pytest.raises(Unavailable, match="ffmpeg"):
        LiveFilm("a.mp4", 20)
    film = LiveFilm("a.gif", 20)
    film.show(plain(9))
    film.close()


def test_a_film_without_a_frame_is_none(folder: Path) -> None:
    with pytest.raises(BadInput, match="without a single frame"):
        LiveFilm("a.mp4", 20).close()
    closed = LiveFilm("a.gif", 20)
    closed.abort()
    with pytest.raises(ValueError, match="closed"):
        closed.show(plain(3))
    assert not (folder / "a.mp4").exists()


def test_one_process_makes_a_film_at_a_time(folder: Path) -> None:
    with pytest.raises(Busy, match=r"b\.gif"), locked(folder.resolve() / "b.gif", "film"):
        LiveFilm("b.gif", 20)
    first = LiveFilm("a.gif", 20)
    first.show(plain(9))
    second = LiveFilm(folder / "a.gif", 20)  # a notebook's cell, run again
    assert first.is_closed and levels(folder / "a.gif") == pytest.approx([9], abs=2)
    second.show(plain(99))
    second.close()
    assert levels(folder / "a.gif") == pytest.approx([99], abs=2)


def test_several_films_at_once(folder: Path) -> None:
    films = [LiveFilm(name, 20) for name in ("a.mp4", "b.mp4", "c.gif", "d/")]
    for number, film in enumerate(films * 3):
        film.show(plain(20 * (number % 4) + 60, (WIDTH + 2 * (number % 4), HEIGHT)))
    for film in films:
        film.close()
    for number, film in enumerate(films):
        assert levels(folder / film.path)[0] == pytest.approx(20 * number + 60, abs=3)


# What goes wrong on the way


@pytest.mark.parametrize("bytes_taken", [0, 1000, 4 * WIDTH * HEIGHT * 3 // 2])
def test_an_encoder_that_dies_is_one_warning(
    bytes_taken: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = folder / "ffmpeg"
    fake.write_text(
        f'#!/bin/sh\n[ "$2" = -encoders ] && exec {ffmpeg_path()} "$@"\n'
        f"head -c {bytes_taken} >/dev/null; echo no room >&2; exit 3\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake))
    (folder / "a.mp4").write_bytes(b"")
    film = LiveFilm("a.mp4", 20)
    with pytest.warns(UserWarning, match=r"a\.mp4.*no room.*goes on") as said:
        for number in range(600):
            film.show(plain(number % 256))
    assert len(said) == 1 and said[0].filename == __file__
    with pytest.raises(CannotWrite, match="no room"):
        film.close()
    film.close()
    assert there(folder) == [".a.mp4.lock", "a.mp4", "ffmpeg"]
    assert (folder / "a.mp4").read_bytes() == b""


def test_a_broken_pipe_ends_no_program_that_would_be_ended_by_one(folder: Path) -> None:
    fake = folder / "ffmpeg"
    fake.write_text(f'#!/bin/sh\n[ "$2" = -encoders ] && exec {ffmpeg_path()} "$@"\nexit 3\n')
    fake.chmod(0o755)
    done = run(
        """
        import signal
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        film = LiveFilm("a.mp4", 20)
        for _ in range(2000):
            film.show(frame)
        print("went on", signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.sigpending())
        """,
        env={**os.environ, "IMAGEIO_FFMPEG_EXE": str(fake)},
    )
    assert done.returncode == 0 and done.stdout == "went on set() set()\n", done
    assert done.stderr.count("UserWarning") == 1


@pytest.mark.parametrize("name", ["a.gif", "frames/", "a.mp4"])
def test_a_full_disk_is_one_warning(name: str, folder: Path) -> None:
    done = run(
        f"""
        import resource, warnings
        warnings.simplefilter("always")
        film = LiveFilm({name!r}, 20)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        random = np.random.default_rng(0)
        for _ in range(60):
            film.show(random.integers(0, 256, (90, 120, 4), np.uint8))
        try:
            film.close()
        except Exception as error:
            print(type(error).__name__)
        """
    )
    assert done.returncode == 0 and done.stdout == "CannotWrite\n", done
    assert done.stderr.count("UserWarning") <= 1, "where ffmpeg reads on, the end tells"
    assert there(folder) == [f".{name.rstrip('/')}.lock"]


CUT = """
import random, signal, time
random.seed(1)
class Cut(BaseException): pass
def cut(*_):
    global is_armed
    if is_armed:
        is_armed = False
        raise Cut
film = LiveFilm({name!r}, 20)
big = np.full(({height}, {width}, 4), 255, np.uint8)
film.show(big)
signal.signal(signal.SIGALRM, cut)
cuts, is_armed = 0, False
for level in (254, 253, 252):
    start = time.perf_counter()
    big[..., :3] = level
    film.show(big)
    seconds = 3 * (time.perf_counter() - start)
for level in range(250, 30, -4):
    big[..., :3] = level
    signal.setitimer(signal.ITIMER_REAL, random.random() * seconds)
    try:
        is_armed = True
        film.show(big)
        is_armed = False
    except Cut:
        cuts += 1
signal.setitimer(signal.ITIMER_REAL, 0)
film.close()
print(cuts)
"""


@pytest.mark.parametrize(
    ("name", "size"), [("a.mp4", (640, 480)), ("a.gif", (640, 480)), ("frames/", (64, 48))]
)
def test_whatever_cuts_a_frame_off_leaves_the_film_whole(
    name: str, size: tuple[int, int], folder: Path
) -> None:
    done = run(CUT.format(name=name, width=size[0], height=size[1]))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 3
    check_whole(folder / name.rstrip("/"))
    made = levels(folder / name.rstrip("/"))
    assert len(made) > 4 and made[0] == pytest.approx(255, abs=3)
    assert all(b < a + 3 for a, b in pairwise(made)), made


def test_ctrl_c_at_the_end_is_heard_when_the_film_is_whole(folder: Path) -> None:
    slow = folder / "ffmpeg"
    slow.write_text(f'#!/bin/sh\n{ffmpeg_path()} "$@" || exit; sleep 0.7\n')
    slow.chmod(0o755)
    done = run(
        """
        import os, signal, threading
        film = LiveFilm("a.mp4", 20)
        film.show(frame, 5)
        for seconds in (0.2, 0.4):
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                film.close()
            except KeyboardInterrupt:
                print("heard")
            if seconds == 0.2:
                film = LiveFilm("b.mp4", 20)
                film.show(frame, 5)
        """,
        env={**os.environ, "IMAGEIO_FFMPEG_EXE": str(slow)},
    )
    assert done.returncode == 0 and done.stdout == "heard\nheard\n", done.stderr
    for name in ("a.mp4", "b.mp4"):
        check_whole(folder / name)


def test_it_stays_where_it_was_begun(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "elsewhere").mkdir()
    films = [LiveFilm(name, 20) for name in ("a.gif", "frames.of/")]
    monkeypatch.chdir("elsewhere")
    for film in films:
        film.show(plain(9))
        film.close()
    check_whole(folder / "a.gif")
    check_whole(folder / "frames.of")
    assert not there(folder / "elsewhere")


def test_what_is_never_closed_is_whole_at_the_interpreters_end(folder: Path) -> None:
    done = run('LiveFilm("none.gif", 20)\nfilm = LiveFilm("a.mp4", 20)\nfilm.show(frame, 7)')
    assert done.returncode == 0 and done.stderr == ""
    assert levels(folder / "a.mp4") == pytest.approx([255] * 7, abs=2)
    assert not (folder / "none.gif").exists()


def test_what_is_killed_leaves_no_film_and_what_it_leaves_is_swept(folder: Path) -> None:
    film = "film = LiveFilm('a.mp4', 20); film.show(frame, 40)\n"
    done = run(film + "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == -signal.SIGKILL
    assert not (folder / "a.mp4").exists()
    assert [name for name in there(folder) if name.endswith(".tmp")]
    again = LiveFilm("a.mp4", 20)
    again.show(plain(3))
    again.close()
    assert there(folder) == [".a.mp4.lock", "a.mp4"]


FORKED = """
import os, sys, time
films = [LiveFilm(name, 20) for name in ("a.mp4", "b.gif", "c/")]
for film in films:
    film.show(frame, 3)
child = os.fork()
if not child:
    for film in films:
        film.show(0 * frame, 50)
        film.close()
    if {waits}:
        os.close(1)
        os.close(2)
        time.sleep(80)
    sys.exit(0)  # not os._exit: what is at exit, runs
if not {waits}:
    os.waitpid(child, 0)
for film in films:
    film.show(frame, 2)
    film.close()
print(child)
"""


@pytest.mark.parametrize("waits", [False, True])
def test_a_forked_process_neither_shows_nor_holds_anything(waits: bool, folder: Path) -> None:
    start = time.monotonic()
    done = run(FORKED.format(waits=waits))
    if waits:
        os.kill(int(done.stdout), signal.SIGKILL)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < min(time_limit(20), 60)
    assert levels(folder / "a.mp4") == pytest.approx([255] * 5, abs=2)
    assert levels(folder / "b.gif") == [255]
    assert levels(folder / "c") == [255] * 5
    for name in ("a.mp4", "b.gif", "c"):
        check_whole(folder / name)
