import os
import re
import resource
import signal
import subprocess
import sys
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio.v3
import numpy as np
import pytest
from PIL import Image, ImageSequence
from support.frames import HEIGHT, WIDTH, Frames, drawn
from support.program import ROOT, time_limit

from fitreel.model.errors import BadInput, CannotWrite, FitreelError, Unavailable
from fitreel.render.metadata import gif_blocks, mp4_boxes
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.destination import check_output
from fitreel.render.output.ffmpeg import ffmpeg_path, has_encoder
from fitreel.render.output.formats import format_of
from fitreel.render.output.gif import Palette
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output

NAMES = ["film.mp4", "film.webm", "film.gif", "still.png", "frames/"]


def film_at(path: Path | str) -> Output:
    return Output(str(path), provenance={"made": "here"})


def make(path: Path | str, count: int = 6, fps: Any = 20, **options: Any) -> list[Frames]:
    sent = []
    with open_writer(film_at(path), (WIDTH, HEIGHT), fps, **options) as output:
        for frame in drawn(count):
            output.write(frame)
            sent.append(frame.copy())
    return sent


@pytest.mark.parametrize("fps", [20, 60, 240])
@pytest.mark.parametrize("name", ["film.mp4", "film.gif", "frames/"])
def test_what_changed_is_all_that_need_be_told(name: str, fps: int, tmp_path: Path) -> None:
    """Told a rectangle around it, tight or not, the film is the one of frames that say nothing."""
    made = []
    for told in (True, False):
        random = np.random.default_rng(3)
        frame = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
        folder = tmp_path / str(told)
        folder.mkdir()
        with open_writer(film_at(f"{folder}/{name}"), (WIDTH, HEIGHT), fps) as output:
            output.write(frame)
            for number in range(12):
                (left, right), (top, bottom) = (
                    np.sort(random.choice(side + 1, 2, replace=False)).tolist()
                    for side in (WIDTH, HEIGHT)
                )
                # Some frames change nothing at all.
                frame[top:bottom, left:right, : number % 4] = random.integers(0, 256)
                frame[top, left, :3] = number % 4 and random.integers(0, 256, 3)
                spare = random.integers(0, 5)
                around = (
                    *(max(0, left - spare), max(0, top - spare)),
                    *(min(WIDTH, right + spare), min(HEIGHT, bottom + spare)),
                )
                output.write(frame, around if told else None)
        made.append(content(folder / name))
    assert made[0] == made[1]


def content(path: Path) -> list[bytes]:
    """All bytes of a film, or of a folder's frames."""
    return [file.read_bytes() for file in (sorted(path.iterdir()) if path.is_dir() else [path])]


def ffmpeg(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [ffmpeg_path(), "-nostdin", "-hide_banner", *arguments],
        capture_output=True,
        timeout=60,
        check=False,
    )


def decoded(path: Path) -> Frames:
    """The frames of a film, as RGB."""
    done = ffmpeg(
        *("-v", "warning", "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
    )
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)


def described(path: Path) -> str:
    return ffmpeg("-i", str(path)).stderr.decode()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# What comes out


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_a_film_shows_what_was_sent(tmp_path: Path, name: str) -> None:
    film = tmp_path / name
    sent = np.stack(make(film, 30))[..., :3]
    got = decoded(film)
    assert got.shape == sent.shape
    # Chroma is halved, so edges differ; surfaces and the picture as a whole don't.
    away = np.abs(got.astype(int) - sent)
    assert away.mean() < 6
    assert np.median(away) <= 2
    frames_apart = [np.abs(got[i].astype(int) - sent[i]).mean() for i in (0, 15, 29)]
    assert max(frames_apart) < min(
        np.abs(got[i].astype(int) - sent[i - 15]).mean() for i in (15, 29)
    )
    about = described(film)
    assert "Duration: 00:00:01.50" in about
    assert "20 fps" in about
    assert f"{WIDTH}x{HEIGHT}" in about
    assert "yuv420p(tv, smpte170m/bt709/bt709" in about
    assert names(tmp_path) == [name]


def test_an_mp4_plays_everywhere(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    make(film, 30)
    assert "h264 (High) (avc1" in described(film)
    with film.open("rb") as file:
        kinds = [box.kind for box in mp4_boxes.boxes(file, 0, film.stat().st_size)]
        assert mp4_boxes.count_frames(file) == (30, Fraction(3, 2))
    assert kinds.index(b"moov") < kinds.index(b"mdat")
    assert kinds[-1] == b"free"
    assert film.stat().st_mode & 0o777 == 0o666 & ~os.umask(os.umask(0o22))


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 0, 255), (255, 255, 255), (31, 119, 180)])
def test_colours_come_back(tmp_path: Path, name: str, colour: tuple[int, int, int]) -> None:
    with open_writer(Output(str(tmp_path / name)), (WIDTH, HEIGHT), 20) as output:
        for _ in range(3):
            output.write(np.full((HEIGHT, WIDTH, 4), (*colour, 255), np.uint8))
    assert np.abs(decoded(tmp_path / name).astype(int) - colour).max() <= 4


@pytest.mark.parametrize("name", NAMES)
def test_one_frame(tmp_path: Path, name: str) -> None:
    (frame,) = make(f"{tmp_path}/{name}", 1)
    path = tmp_path / name
    got = decoded(path / "00000.png" if path.is_dir() else path)
    assert got.shape == (1, HEIGHT, WIDTH, 3)
    assert np.abs(got[0].astype(int) - frame[..., :3]).mean() < 6
    check_whole(path)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    contents = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        make(f"{folder}/{name}", 30)
        made = folder / name
        contents.append([f.read_bytes() for f in (sorted(made.glob("*")) or [made])])
    assert contents[0] == contents[1]


@pytest.mark.parametrize("fps", [1, 24, 29.97, Fraction(30000, 1001), 60, 0.5])
@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_frame_rates(tmp_path: Path, name: str, fps: Any) -> None:
    make(tmp_path / name, 4, fps)
    hours, minutes, seconds = re.findall(
        r"Duration: (\d+):(\d+):([\d.]+)", described(tmp_path / name)
    )[0]
    assert int(hours) * 3600 + int(minutes) * 60 + float(seconds) == pytest.approx(
        4 / fps, abs=0.011
    )


def test_a_still_is_the_last_frame(tmp_path: Path) -> None:
    last = make(tmp_path / "still.png")[-1]
    assert np.array_equal(imageio.v3.imread(tmp_path / "still.png"), last)


def test_a_folder_has_every_frame(tmp_path: Path) -> None:
    sent = make(f"{tmp_path}/frames/")
    assert names(tmp_path / "frames") == [f"{number:05d}.png" for number in range(6)]
    for path, frame in zip(sorted((tmp_path / "frames").iterdir()), sent, strict=True):
        assert np.array_equal(imageio.v3.imread(path), frame)
    # A folder of ours is made anew, without what is left over of a longer film.
    make(tmp_path / "frames", 2)
    assert names(tmp_path) == ["frames"]
    assert names(tmp_path / "frames") == ["00000.png", "00001.png"]


# GIF


def shown(path: Path) -> list[tuple[Frames, int]]:
    """The images of a GIF as RGB, each with its delay in hundredths of a second."""
    with Image.open(path) as gif:
        return [
            (np.asarray(image.convert("RGB")), image.info["duration"] // 10)
            for image in ImageSequence.Iterator(gif)
        ]


def test_a_gif_shows_what_was_sent(tmp_path: Path) -> None:
    sent = make(tmp_path / "film.gif", 40)
    images = shown(tmp_path / "film.gif")
    assert len(images) == 40
    for frame, (image, delay) in zip(sent, images, strict=True):
        away = np.abs(image.astype(int) - frame[..., :3])
        assert delay == 5
        # No dithering and no banding: no pixel is far off, the background and the line not at all.
        assert away.max() <= 16
        assert not away[(frame[..., :3] == 255).all(axis=-1)].any()
        assert not away[(frame[..., :3] == (255, 0, 0)).all(axis=-1)].any()
    with Image.open(tmp_path / "film.gif") as gif:
        assert gif.info["loop"] == 0
    assert np.array_equal(decoded(tmp_path / "film.gif"), [image for image, _ in images])


@pytest.mark.parametrize("fps", [1, 7, 20, 24, 29.97, 30, 50])
def test_gif_delays_are_right_over_the_whole_film(tmp_path: Path, fps: float) -> None:
    make(tmp_path / "film.gif", 25, fps)
    delays = [delay for _, delay in shown(tmp_path / "film.gif")]
    assert len(delays) == 25
    ends = np.cumsum(delays)
    for number, end in enumerate(ends, 1):
        assert abs(end - 100 * number / fps) <= 0.5 + 1e-9


@pytest.mark.parametrize("fps", [60, 75, 100, 240])
def test_a_gif_drops_what_is_over_50_a_second(tmp_path: Path, fps: int) -> None:
    sent = make(tmp_path / "film.gif", 48, fps)
    images = shown(tmp_path / "film.gif")
    delays = [delay for _, delay in images]
    assert min(delays) >= 2
    assert abs(sum(delays) - 100 * 48 / fps) <= 1.5
    assert np.abs(images[-1][0].astype(int) - sent[-1][..., :3]).max() <= 16


def test_a_gif_holds_what_does_not_change(tmp_path: Path) -> None:
    (still, moved) = (frame.copy() for frame in drawn(2))
    with open_writer(Output(str(tmp_path / "film.gif")), (WIDTH, HEIGHT), 20) as output:
        for frame in [still] * 10 + [moved] * 3 + [still] * 2:
            output.write(frame)
    assert [delay for _, delay in shown(tmp_path / "film.gif")] == [50, 15, 10]


def test_a_hold_longer_than_a_gif_delay(tmp_path: Path) -> None:
    (first, second) = (frame.copy() for frame in drawn(2))
    with open_writer(
        Output(str(tmp_path / "film.gif")), (WIDTH, HEIGHT), Fraction(1, 1000)
    ) as output:
        output.write(first)
        output.write(second)
    with (tmp_path / "film.gif").open("rb") as file:
        assert gif_blocks.count_frames(file) == (4, 200_000)


def test_a_gif_of_more_colours_than_it_can_hold(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    noise[:20] = 255
    with open_writer(Output(str(tmp_path / "film.gif")), (WIDTH, HEIGHT), 20) as output:
        output.write(noise)
    ((image, _),) = shown(tmp_path / "film.gif")
    assert (image[:20] == 255).all()
    assert np.abs(image.astype(int) - noise[..., :3]).max(axis=-1).mean() < 60


def test_colours_that_come_late_still_find_a_place() -> None:
    palette = Palette()
    palette.places(np.arange(0, 256, dtype=np.uint32))
    places = palette.places(np.array([0x00FF00, 0xFF0000], np.uint32))
    table = np.frombuffer(palette.table(), np.uint8).reshape(-1, 3)
    assert table[places].tolist() == [[0, 255, 0], [0, 0, 255]]


# Where it goes


def test_formats() -> None:
    endings = ("mp4", "gif", "webm", "png", "srt", "vtt", "pdf", "svg")
    for name in endings:
        assert (
            format_of(f"a.{name}") is format_of(f"A.{name.upper()}") is Output(f"a.{name}").format
        )
        assert (format_of(f"a.{name}").name, format_of(f"a.{name}").ending) == (name, f".{name}")
    assert {format_of(text).name for text in ("frames", "frames/", "v1.2/")} == {"frames"}
    assert [name for name in endings if Output(f"a.{name}").is_still] == ["png"]
    assert [name for name in endings if Output(f"a.{name}").is_sidecar] == list(endings[4:])
    page = Output("a.png", sheet=(3, 4))
    assert page.is_sidecar and not page.is_still
    with pytest.raises(
        BadInput, match=r"a\.avi: unknown ending '\.avi'.*\.mp4, \.gif, \.webm, \.png"
    ):
        format_of("a.avi")


def test_what_cannot_be_written_is_said_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "00000.png").write_text("mine")
    os.mkfifo(tmp_path / "pipe.gif")
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    before = names(tmp_path)
    for name, kind, message in [
        ("missing/film.mp4", CannotWrite, "there is no folder"),
        ("file/film.mp4", CannotWrite, "there is no folder"),
        ("folder.mp4", BadInput, "is a folder"),
        ("file/", BadInput, "is a file"),
        ("photos", BadInput, "photos holds 00000.png, which fitreel did not make"),
        ("pipe.gif", BadInput, "not a plain file"),
        ("loop.mp4", BadInput, "can't be a film's name"),
        ("film.avi", BadInput, "unknown ending"),
        ("x" * 300 + ".mp4", CannotWrite, "cannot write"),
    ]:
        for call in (check_output, make):
            with pytest.raises(kind, match=message) as raised:
                call(f"{tmp_path}/{name}")
            assert "\n" not in str(raised.value)
    with pytest.raises(CannotWrite):
        check_output("/proc/film.mp4")
    assert names(tmp_path) == before
    assert (tmp_path / "photos" / "00000.png").read_text() == "mine"


def test_a_symlink_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for name in ("film.mp4", "frames"):
        (tmp_path / name).symlink_to(tmp_path / "real" / name)
        make(tmp_path / name, 2)
        make(tmp_path / name, 3)
        assert (tmp_path / name).is_symlink()
        check_whole(tmp_path / "real" / name)
    assert names(tmp_path / "real") == ["film.mp4", "frames"]


@pytest.mark.parametrize("name", ["-film;'\"$x %d: é学 .mp4", "a:b.mp4", "-film.webm"])
def test_awkward_names(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make(name)
    assert names(tmp_path) == [name]


# What goes wrong


@pytest.mark.parametrize("name", NAMES)
def test_an_exception_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    make(f"{tmp_path}/{name}", 2)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    class MyError(Exception):
        pass

    with (
        pytest.raises(MyError),
        open_writer(Output(f"{tmp_path}/{name}"), (WIDTH, HEIGHT), 20) as output,
    ):
        for frame in drawn(3):
            output.write(frame)
        raise MyError
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert names(tmp_path) == [name.rstrip("/")]


@pytest.mark.parametrize("name", NAMES)
def test_no_frames_no_film(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="without a single frame"):
        make(f"{tmp_path}/{name}", 0)
    assert not names(tmp_path)


def test_bugs_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="even size"):
        open_writer(Output(str(tmp_path / "film.mp4")), (161, 120), 20)
    with pytest.raises(ValueError, match="frame rate"):
        open_writer(Output(str(tmp_path / "film.mp4")), (160, 120), 0)
    with (
        pytest.raises(ValueError, match="expected a contiguous frame"),
        open_writer(Output(str(tmp_path / "film.gif")), (160, 120), 20) as output,
    ):
        output.write(np.zeros((160, 120, 4), np.uint8))
    assert not names(tmp_path)


DIES = "head -c 50000 >/dev/null; echo 'the moon is in the way' >&2; exit 3"
SHORT = f"""
for last; do :; done
head -c {WIDTH * HEIGHT * 3} | "$REAL" -v error -f rawvideo -pix_fmt yuv420p -s {WIDTH}x{HEIGHT} \
    -i pipe:0 -f mp4 -y "$last"
cat >/dev/null
"""


def use(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    fake = folder / "ffmpeg"
    real = ffmpeg_path()
    fake.write_text(f"#!/bin/sh\nREAL='{real}'\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake))


@pytest.mark.parametrize(
    ("script", "kind", "message"),
    [
        ("echo 'no such luck' >&2; exit 1", CannotWrite, "ended with code 1: no such luck"),
        (
            '[ "$2" = -encoders ] && echo " V....D libx2 one"; echo no such luck >&2; exit 1',
            Unavailable,
            "has no libx264.*no such luck",
        ),
        (f'[ "$2" = -encoders ] && exec "$REAL" "$@"\n{DIES}', CannotWrite, "moon is in the way"),
        ("cat >/dev/null", CannotWrite, "made no whole film: no file"),
        ("exit 0", CannotWrite, "ended before it had read every frame"),
        (
            'for last; do :; done; cat >/dev/null; echo film >"${last#file:}"',
            CannotWrite,
            "made no whole film",
        ),
        (SHORT, CannotWrite, "made no whole film: .* instead of"),
        ('"$REAL" "$@"; echo the moon >&2; exit 5', CannotWrite, "code 5: the moon"),
        ("kill -9 $$", CannotWrite, "ended by a signal"),
        ("cat >/dev/null; sleep 60", CannotWrite, "has done nothing for 0.5 s"),
        ("sleep 60", CannotWrite, "has done nothing for 0.5 s"),
        ("exec 0<&-; sleep 60", CannotWrite, "has done nothing for 0.5 s"),
    ],
)
def test_ffmpeg_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    kind: type[FitreelError],
    message: str,
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    make(films / "film.mp4", 2)
    before = (films / "film.mp4").read_bytes()
    use(monkeypatch, tmp_path, script)
    started = time.monotonic()
    with pytest.raises(FitreelError, match=message) as raised:
        make(films / "film.mp4", 60, patience=0.5)
    assert type(raised.value) is kind
    assert time.monotonic() - started < time_limit(8)
    assert "film.mp4" in str(raised.value)
    assert ".tmp" not in str(raised.value)
    assert names(films) == ["film.mp4"]
    assert (films / "film.mp4").read_bytes() == before


def test_a_short_webm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tmp_path, SHORT.replace("-f mp4", "-c:v libvpx-vp9 -f webm"))
    with pytest.raises(CannotWrite, match="2 frames instead of 60"):
        make(tmp_path / "film.webm", 60)
    assert names(tmp_path) == ["ffmpeg"]


def test_no_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").write_text("not a program")
    (tmp_path / "noise").write_bytes(b"\1\2\3")
    (tmp_path / "noise").chmod(0o755)
    for fake in ("missing", "plain", "noise"):
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / fake))
        with pytest.raises(Unavailable, match=f"cannot start ffmpeg .*{fake}.*IMAGEIO_FFMPEG_EXE"):
            make(tmp_path / "film.mp4")
        with pytest.raises(Unavailable):
            has_encoder("libx264")
    assert names(tmp_path) == ["noise", "plain"]


def test_encoders() -> None:
    assert has_encoder("libx264")
    assert not has_encoder("libx2")


def test_the_stop_flag_is_looked_at_while_ffmpeg_stalls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stop(Exception):
        pass

    for script in ("sleep 60", "cat >/dev/null; sleep 60"):
        use(monkeypatch, tmp_path, script)
        looks = [time.monotonic()]

        def check(looks: list[float] = looks) -> None:
            looks.append(time.monotonic())
            if looks[-1] - looks[0] > 1:
                raise Stop

        with pytest.raises(Stop):
            make(tmp_path / "film.mp4", 60, check=check)
        assert max(b - a for a, b in pairwise(looks)) < time_limit(0.6)
        assert names(tmp_path) == ["ffmpeg"]


# In a process of its own

CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from support.frames import drawn
from fitreel.model.errors import FitreelError
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output
def make(name, count, size=(160, 120), pause=0):
    import time
    with open_writer(Output(name), size, 20) as output:
        for number, frame in enumerate(drawn(count, size)):
            output.write(frame)
            if number == 20:
                print("going", flush=True)
                time.sleep(pause)
"""


def child(code: str, **options: Any) -> "subprocess.Popen[str]":
    source = CHILD.format(tests=str(ROOT / "tests")) + code
    return subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, text=True, **options
    )


@pytest.mark.parametrize(
    "name",
    [
        "film.mp4",
        pytest.param("film.webm", marks=pytest.mark.long),
        "film.gif",
        pytest.param("still.png", marks=pytest.mark.long),
        "frames/",
    ],
)
def test_a_full_disk(tmp_path: Path, name: str) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    code = """
try:
    make(NAME, 60)
except FitreelError as error:
    print(error.exit_code, error)
""".replace("NAME", repr(name))
    process = child(code, cwd=tmp_path, preexec_fn=little_room)
    said = process.communicate(timeout=30)[0].splitlines()
    assert said[-1].startswith(f"74 cannot write {Path(name)}")
    assert not names(tmp_path)


@pytest.mark.parametrize("stopped", [False, True])
def test_kill_9_leaves_no_film_and_no_ffmpeg(tmp_path: Path, stopped: bool) -> None:
    process = child("make('film.mp4', 1000, pause=60)", cwd=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "going\n"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    guard, encoder = (int(text) for text in children.read_text().split())
    assert os.getpgid(encoder) == guard != os.getpgid(process.pid)
    if stopped:  # it would never see that its input has ended
        os.kill(encoder, signal.SIGSTOP)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + time_limit(5)
    while time.monotonic() < deadline and (alive(encoder) or alive(guard)):
        time.sleep(0.05)
    assert not alive(encoder) and not alive(guard)
    assert not (tmp_path / "film.mp4").exists()


def test_no_guard_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    before = children.read_text()
    make(tmp_path / "film.mp4", 3)
    has_encoder("libx264")
    use(monkeypatch, tmp_path, "exit 1")
    with pytest.raises(CannotWrite):
        make(tmp_path / "film.mp4", 60)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "missing"))
    with pytest.raises(Unavailable):
        make(tmp_path / "film.mp4", 3)
    assert children.read_text() == before


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
def test_memory_does_not_grow_with_the_film(tmp_path: Path, name: str) -> None:
    peaks = []
    for count in (200, 1400):
        code = f"""
import resource
make({name!r}, {count}, (64, 48))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
      resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
        said = child(code, cwd=tmp_path).communicate(timeout=60)[0]
        peaks.append([int(text) / 1024 for text in said.split()[-2:]])
    for few, many in zip(*peaks, strict=True):
        assert many < few + 8  # MiB; the frames alone would be 14


def test_plain_films_import_little(tmp_path: Path) -> None:
    source = f"""
import sys, numpy as np
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output
with open_writer(Output({str(tmp_path / "film.mp4")!r}), (16, 16), 20) as output:
    output.write(np.zeros((16, 16, 4), np.uint8))
print([m for m in ("torch", "matplotlib", "imageio", "PIL") if m in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert read_provenance(tmp_path / "film.mp4") == {}


def test_a_transparent_webm_keeps_its_alpha(tmp_path: Path) -> None:
    frame = np.zeros((64, 96, 4), np.uint8)
    frame[..., :3] = 255
    frame[16:48, 16:64] = (200, 30, 30, 255)
    with open_writer(Output(str(tmp_path / "film.webm")), (96, 64), 20, transparent=True) as output:
        for _ in range(5):
            output.write(frame)
    command = [
        *(ffmpeg_path(), "-v", "error", "-c:v", "libvpx-vp9", "-i", str(tmp_path / "film.webm")),
        *("-f", "rawvideo", "-pix_fmt", "rgba", "-"),
    ]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, 64, 96, 4)
    assert len(frames) == 5
    assert frames[:, :12, :, 3].max() < 8 and frames[:, 20:44, 20:60, 3].min() > 247
    assert np.abs(frames[2, 30, 40].astype(int) - (200, 30, 30, 255)).max() < 8
    for name in ("film.mp4", "film.gif"):
        with pytest.raises(BadInput, match="transparent"):
            open_writer(Output(str(tmp_path / name)), (96, 64), 20, transparent=True)
