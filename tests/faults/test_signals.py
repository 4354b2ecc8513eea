"""INT, TERM, HUP and KILL at any instant of any phase: the code, the time, no child, no half film.

The controls are the program without its handlers, which leaves temporary files, and without the
guard of ffmpeg, which leaves ffmpeg.
"""

import random
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.forked import Done, Fault, forge
from support.program import time_limit

from fitreel.model.errors import Stopped
from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.output.ffmpeg import ffmpeg_path

LONG = pytest.mark.long
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
PHASES = {
    "train": ("train", "--set", "train.epochs=200000", "-o", "r", "-q"),
    "draw": ("render", "short", "-o", "a.mp4", "-o", "a.gif", "-o", "frames/", "-q",
             "--set", "film.size=1080p"),
    "finish": ("render", "short", "-o", "a.mp4", "-o", "a.webm", "-q"),
    "compare": ("compare", "--vary", "seed=1,2,3", "--workers", "2", "-o", "a.mp4", "-q",
                "--set", "train.epochs=200000"),
}  # fmt: skip
SECONDS = {"train": 1.5, "draw": 1.0, "finish": 1.0, "compare": 6.0}
"""How long a phase lasts, or as much of it as is tried."""


@pytest.fixture
def place(short_run: Record, tmp_path: Path) -> Path:
    shutil.copytree(short_run.path, tmp_path / "short")
    slow = tmp_path / "slow-ffmpeg"
    slow.write_text(f'#!/bin/sh\n"{ffmpeg_path()}" "$@"; code=$?; sleep 20; exit $code\n')
    slow.chmod(0o755)
    return tmp_path


def interrupted(place: Path, phase: str, *signals: tuple[float, int], naive: str = "") -> Done:
    environment = {"IMAGEIO_FFMPEG_EXE": str(place / "slow-ffmpeg")} if phase == "finish" else {}
    fault = Fault(signals=signals, naive=naive.split())
    return forge(*PHASES[phase], cwd=place, env=environment, fault=fault)


def temporaries(place: Path) -> list[str]:
    return [path.name for path in place.rglob(".*") if not path.name.endswith(".lock")]


def check(done: Done, place: Path, phase: str, number: int) -> None:
    if number == signal.SIGKILL:
        assert done.code in (-number, 0)
    elif done.code == -number or (number == signal.SIGINT and done.code == 1):
        assert done.handled == [False], done  # Python itself was still starting
    elif done.code:
        assert done.code == 128 + number, done
        assert done.seconds_after < time_limit(2), done
        assert done.stderr in (
            "",
            f"fitreel: {Stopped(number)}\n",
        )
        assert temporaries(place) == []
    assert not done.orphans, done
    for name in ("a.mp4", "a.gif", "a.webm", "frames"):
        if (place / name).exists():
            check_whole(place / name)
    for header in [*place.glob("r/run.json"), *place.glob("runs/*/run.json")]:
        assert Record(header.parent).ending is None
    for path in (*place.glob("a.*"), *place.glob("[!s]*/")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    ("phase", "count"),
    [
        ("train", 1),
        ("finish", 1),
        *(pytest.param(phase, 1, marks=LONG) for phase in ("draw", "compare")),
        *(pytest.param(phase, 50, marks=LONG) for phase in PHASES),
    ],
)
def test_any_signal_at_any_instant(place: Path, phase: str, count: int) -> None:
    rng = random.Random(f"{phase}{count}")
    numbers: Sequence[int] = SIGNALS
    if count == 1:
        numbers = {"train": SIGNALS[:1], "compare": SIGNALS[1:2]}.get(phase, SIGNALS[3:])
    stopped = 0
    for number in numbers:
        for step in range(count):
            early = 0.0 if count > 1 else 0.5
            delay = SECONDS[phase] * max(early, (step + rng.random()) / count)
            done = interrupted(place, phase, (delay, number))
            stopped += done.code != 0
            check(done, place, phase, number)
    assert stopped >= count


@pytest.mark.parametrize("phase", ["finish", *(pytest.param(p, marks=LONG) for p in PHASES)])
def test_a_second_signal_ends_at_once(place: Path, phase: str) -> None:
    delay = 0.5 * SECONDS[phase]
    done = interrupted(place, phase, (delay, signal.SIGTERM), (delay + 0.05, signal.SIGINT))
    assert done.code in (130, 143) and done.seconds_after < time_limit(0.5)
    assert not done.orphans and temporaries(place) == []


def test_the_program_without_handlers_is_caught(place: Path) -> None:
    fault = Fault(naive=["unhandled"], after=".*.tmp", signals=[(0.0, signal.SIGTERM)])
    done = forge(*PHASES["draw"], cwd=place, fault=fault)
    assert done.code == -signal.SIGTERM and temporaries(place)


@pytest.mark.parametrize("arguments", [("render", "short", "-q", "-o", "a.mp4"), ("doctor",)])
def test_killed_while_it_starts_ffmpeg(place: Path, arguments: tuple[str, ...]) -> None:
    """The instant in which ffmpeg runs, and the program doesn't know it yet."""
    (place / "slow-ffmpeg").write_text("#!/bin/sh\nsleep 20\n")
    env = {"IMAGEIO_FFMPEG_EXE": str(place / "slow-ffmpeg")}
    done = forge(*arguments, cwd=place, env=env, fault=Fault(kill_with="slow-ffmpeg"))
    assert done.killed and not done.orphans


@pytest.mark.long
def test_the_program_without_a_guard_is_caught(place: Path) -> None:
    done = interrupted(place, "finish", (0.9, signal.SIGKILL), naive="unguarded")
    assert any("slow-ffmpeg" in orphan for orphan in done.orphans)
