"""ffmpeg that dies, refuses, lies or hangs, through the program: 74 or a whole film, no third."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from support.forked import film, forge, record

from fitreel.render.metadata.checksum import check_whole
from fitreel.render.output.ffmpeg import ffmpeg_path

LONG = pytest.mark.long
SMALL = ("--set", "film.size=[320,240]", "-q")
FRAME = 320 * 240 * 3 // 2


@cache
def trained(name: str, *asked: str) -> Path:
    """A record beside `record()`, made once. Read only."""
    folder = record().parent
    sets = [part for text in asked for part in ("--set", text)]
    assert forge("train", *sets, "-o", name, "-q", cwd=folder).code == 0
    return folder / name


def one() -> Path:
    """Of one frame."""
    return trained("one", "train.epochs=1")


def none() -> Path:
    """Of no frame at all: it diverged at once."""
    return trained("none", "train.lr=1e39", "data.function=1e30*x")


def fake(folder: Path, script: str) -> dict[str, str]:
    """The environment in which `script` is ffmpeg; $REAL is the real one, $last the output."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\nREAL='{ffmpeg_path()}'\nfor last; do :; done\n{script}\n")
    path.chmod(0o755)
    return {"IMAGEIO_FFMPEG_EXE": str(path)}


# Copies the frames on, and kills the real one after so many bytes: in the middle, after the last.
KILLED_AFTER = """
mkfifo "$TMPDIR/pipe.$$"
"$REAL" "$@" <"$TMPDIR/pipe.$$" & encoder=$!
head -c {bytes} >"$TMPDIR/pipe.$$"
kill -KILL $encoder
wait $encoder
rm "$TMPDIR/pipe.$$"
kill -KILL $$
"""
ENDINGS = {
    "refuses": "echo 'I would rather not' >&2; exit 1",
    "refuses with success": "exit 0",
    "is killed at once": "kill -KILL $$",
    "is killed in the first frame": KILLED_AFTER.format(bytes=1000),
    "is killed in the middle": KILLED_AFTER.format(bytes=6 * FRAME + 99),
    "is killed after the last frame": KILLED_AFTER.format(bytes=12 * FRAME),
    "is killed when it has written all": '"$REAL" "$@"; kill -KILL $$',
    "fails when it has written all": '"$REAL" "$@"; exit 3',
    "writes half": '"$REAL" "$@"; f=${last#file:}; s=$(wc -c <"$f"); truncate -s $((s / 2)) "$f"',
    "writes nothing": "cat >/dev/null",
    "writes rubbish": 'cat >/dev/null; echo film >"${last#file:}"',
    "loses frames": f'head -c {9 * FRAME} | "$REAL" "$@"; cat >/dev/null',
    "closes its ear": "exec 0<&-; exit 0",
}
FEW = ("is killed after the last frame", "loses frames")
CASES = [name if name in FEW else pytest.param(name, marks=LONG) for name in ENDINGS]


@pytest.mark.parametrize("ending", CASES)
@pytest.mark.parametrize("name", ["a.mp4", pytest.param("a.webm", marks=LONG)])
@pytest.mark.parametrize("with_old", [True, pytest.param(False, marks=LONG)])
def test_it_fails(tmp_path: Path, name: str, ending: str, with_old: bool) -> None:
    command = ("render", str(record()), "-o", name, *SMALL)
    old = None
    if with_old:
        old = Path(shutil.copy(film(name, "400,300"), tmp_path)).read_bytes()
    env = fake(tmp_path, ENDINGS[ending]) | {"TMPDIR": str(tmp_path)}
    done = forge(*command, cwd=tmp_path, env=env)
    assert done.code == 74 and name in done.stderr and len(done.stderr.splitlines()) <= 2, done
    assert not done.orphans
    assert (tmp_path / name).read_bytes() == old if with_old else not (tmp_path / name).exists()
    assert [p.name for p in tmp_path.glob(".*") if not p.name.endswith(".lock")] == []
    assert forge(*command, cwd=tmp_path).code == 0
    check_whole(tmp_path / name)


@pytest.mark.long
@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webm", "a.png", "frames/"])
def test_one_frame_and_none(tmp_path: Path, name: str) -> None:
    done = forge("render", str(one()), "-o", name, *SMALL, cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    check_whole(tmp_path / name)
    done = forge("render", str(none()), "-o", f"b{name}", *SMALL, cwd=tmp_path)
    assert done.code == 65 and "no snapshot" in done.stderr
    assert not (tmp_path / f"b{name}").exists()


NAIVE = """
import sys, imageio_ffmpeg, numpy
writer = imageio_ffmpeg.write_frames("a.mp4", (320, 240), fps=20, codec="libx264")
writer.send(None)
for number in range(12):
    writer.send(numpy.full((240, 320, 3), 20 * number, numpy.uint8))
writer.close()
"""


def test_a_naive_writer_calls_it_a_success(tmp_path: Path) -> None:
    env = fake(tmp_path, '"$REAL" "$@"; truncate -s 300 "$last"; exit 3')
    done = subprocess.run(
        [sys.executable, "-c", NAIVE],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"} | env,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0 and (tmp_path / "a.mp4").stat().st_size < 400


@pytest.mark.long
def test_the_harness_of_killing_lets_a_film_through(tmp_path: Path) -> None:
    """With all bytes and no kill the copying script makes the film: what fails is the kill."""
    script = KILLED_AFTER.format(bytes=10**9).replace("kill -KILL $encoder\n", "")
    env = fake(tmp_path, script.replace("kill -KILL $$", "exit 0")) | {"TMPDIR": str(tmp_path)}
    done = forge("render", str(record()), "-o", "a.mp4", *SMALL, cwd=tmp_path, env=env)
    assert done.code == 0, done
    check_whole(tmp_path / "a.mp4")
