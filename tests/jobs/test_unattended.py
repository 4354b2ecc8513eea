"""What nobody looks at: locks, signals, logs, the newest film and the oldest ones."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from support.program import FITREEL, Fitreel, time_limit

from fitreel.jobs.commands.doctor import diagnose
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.model.errors import Busy, Stopped
from fitreel.model.system.files import temporary_name
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import read_provenance

SHORT = ("--set", "train.epochs=60")
SMALL = ("--set", "film.size=[320,240]")


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*FITREEL, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def running_in(folder: Path) -> list[str]:
    """Processes that work in `folder` and haven't ended."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").resolve() == folder.resolve():
                command = (entry / "cmdline").read_bytes()
                if command:  # what has ended has none
                    found.append(command.decode(errors="replace"))
        except OSError:
            continue
    return found


def takes_signals(process: int) -> bool:
    """Whether the process has a handler for TERM, which Python has only from the program."""
    status = Path(f"/proc/{process}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def temporaries(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*.tmp")]


LONG = pytest.mark.long


@LONG
@pytest.mark.parametrize(("count", "more"), [(3, ()), (6, ()), (6, ("--wait",))])
def test_several_at_once(tmp_path: Path, count: int, more: tuple[str, ...]) -> None:
    command = ("run", "--set", "train.epochs=400", *SMALL, "-q", *more)
    processes = [start(tmp_path, *command) for _ in range(count)]
    ended = [(p.communicate(timeout=100)[1], p.returncode) for p in processes]
    codes = sorted(code for _, code in ended)
    if more:
        assert codes == [0] * count
        assert all(said == "" for said, _ in ended)
    else:  # who comes when the winner has ended finds everything up to date
        assert codes[0] == 0 and codes[-1] == 75 and set(codes) == {0, 75}
    check_whole(tmp_path / "demo.mp4")
    assert len([p for p in (tmp_path / "runs").iterdir() if not p.name.startswith(".")]) == 1


@LONG
def test_three_comparisons_at_once(tmp_path: Path) -> None:
    arguments = ("compare", "--vary", "seed=1,2", "--workers", "1", "-o", "a.gif", "-q")
    epochs = ("--set", "train.epochs=4000")
    running = [start(tmp_path, *arguments, *epochs) for _ in range(3)]
    for process in running:
        process.communicate(timeout=100)
    assert sorted(process.returncode for process in running) == [0, 75, 75]
    provenance = read_provenance(tmp_path / "a.gif")
    assert all("digest" in run for run in provenance["runs"])


def test_a_clip_is_not_made_without_what_another_process_trains(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    arguments = ("compare", "--vary", "seed=1,2", "--workers", "1", "-o", "a.gif", "-q", *SHORT)
    assert fitreel(*arguments).returncode == 0
    (tmp_path / "a.gif").unlink()
    run = sorted(tmp_path.glob("runs/*/"))[0]
    shutil.rmtree(run)
    with locked(run, "run"):
        assert fitreel(*arguments).returncode == 75
    assert not (tmp_path / "a.gif").exists()


def test_a_killed_holder_blocks_nobody_and_waiting_ends_by_a_signal(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    hold = (
        "import sys, time; from pathlib import Path\n"
        "from fitreel.jobs.runtime.locks import locked\n"
        "with locked(Path('demo.mp4').resolve(), 'film'):\n    print('held', flush=True)\n"
        "    time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    busy = fitreel("run", *SHORT, "-q")
    assert busy.returncode == 75 and "--wait" in busy.stderr
    waiting = start(tmp_path, "run", *SHORT, "-q", "--wait")
    # Nothing tells from outside that it waits: a second more than it takes to begin.
    while not takes_signals(waiting.pid):
        time.sleep(0.02)
    time.sleep(1)
    assert waiting.poll() is None
    asked_at = time.monotonic()
    waiting.terminate()
    assert waiting.wait(20) == 143 and time.monotonic() - asked_at < time_limit(1)
    waiting.communicate()
    holder.kill()
    holder.communicate()
    assert fitreel("run", *SHORT, "-q").returncode == 0


def test_a_lock_that_goes_with_its_film_lets_no_two_in(tmp_path: Path) -> None:
    """Who waited for it holds the new one: a third is refused."""
    hold = (
        "import sys; from pathlib import Path\n"
        "from fitreel.jobs.runtime.locks import Patience, lock_of, locked\n"
        "film = Path('old.mp4')\nwith locked(film, 'film', wait=Patience()):\n"
        "    print('held', flush=True); sys.stdin.readline()\n"
        "    if sys.argv[1] == 'remove': lock_of(film).unlink()\n"
    )

    def holder(word: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", hold, word]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return subprocess.Popen(command, cwd=tmp_path, text=True, **pipes)

    first = holder("remove")
    assert first.stdout is not None and first.stdout.readline() == "held\n"
    second = holder("keep")
    time.sleep(0.5)
    first.communicate("go\n")
    assert second.stdout is not None and second.stdout.readline() == "held\n"
    with pytest.raises(Busy), locked(tmp_path / "old.mp4", "film"):
        pass
    second.communicate("go\n")
    with locked(tmp_path / "old.mp4", "film"):
        pass


EARLY = 0.03  # Python is starting; the others count from when the program has begun


@pytest.mark.parametrize(
    ("number", "delays"),
    [
        (signal.SIGTERM, (EARLY, 0.0, 1.2)),
        *(
            pytest.param(number, (EARLY, 0.0, 0.3, 0.7, 1.2, 2.0, 2.8), marks=LONG)
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
        ),
    ],
)
def test_signals_end_the_program_wherever_it_is(
    number: signal.Signals, delays: tuple[float, ...], tmp_path: Path
) -> None:
    slowest = 0.0
    for delay in delays:
        folder = tmp_path / str(delay)
        folder.mkdir()
        arguments = ("run", "--set", "film.size=1080p", "-o", "a.mp4", "-o", "a.gif")
        process = start(folder, *arguments, "-q")
        while delay != EARLY and not takes_signals(process.pid):
            time.sleep(0.005)
        time.sleep(delay)
        has_begun = takes_signals(process.pid)
        asked_at = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=time_limit(20))
        slowest = max(slowest, time.monotonic() - asked_at)
        if has_begun:
            assert process.returncode == 128 + number, (delay, said)
            assert said in (
                "",
                f"fitreel: {Stopped(int(number))}\n",
            )
        else:  # Python itself is still starting, or has begun between the two
            assert delay == EARLY and process.returncode in (-number, 128 + number, 1), (
                delay,
                said,
            )
        assert temporaries(folder) == [] and not (folder / "a.mp4").exists()
        assert running_in(folder) == []
    assert slowest < time_limit(2)


def test_a_second_signal_ends_at_once_and_a_long_step_does_not_hold_the_first(
    tmp_path: Path,
) -> None:
    code = (
        "import signal, sys, time; from pathlib import Path\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # these tests may run under nohup
        "from fitreel.jobs.runtime import signals\n"
        "from fitreel.model.system.files import temporary_name\n"
        "signals.install()\n"
        "temporary_name(Path('film')).write_bytes(b'half')\n"
        "print('ready', flush=True)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [])\n"
        "import threading\n"
        "threading.Lock().acquire() or 0\n"
        "end = time.monotonic() + 30\n"
        "while time.monotonic() < end: time.sleep(0.5)\n"
    )
    for signals, longest in (([signal.SIGTERM], 2.0), ([signal.SIGTERM, signal.SIGHUP], 0.5)):
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        assert temporaries(tmp_path)
        asked_at = time.monotonic()
        for number in signals:
            process.send_signal(number)
            time.sleep(0.1)
        assert process.wait(10) == 128 + signals[-1]
        assert time.monotonic() - asked_at < time_limit(longest)
        process.communicate()
        assert temporaries(tmp_path) == []


def test_a_second_signal_takes_what_the_workers_are_writing(tmp_path: Path) -> None:
    arguments = (
        "compare",
        "--vary",
        "seed=1,2",
        "--workers",
        "2",
        "--set",
        "train.epochs=200000",
    )
    process = start(tmp_path, *arguments, "-q", "-o", "a.gif")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("runs/*/state-*"))) < 2:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    workers = children.read_text().split()
    assert len(workers) == 2
    run = next(tmp_path.glob("runs/*/"))
    name = temporary_name(run / "state").name
    for worker in workers:  # as if it were in the middle of writing
        (run / name.replace(f".{os.getpid()}-", f".{worker}-")).write_bytes(b"half")
    # And so is a process with the same number, in another container.
    (other := run / f".state.{workers[0]}-0123456789abcdef01234567.fitreel.tmp").touch()
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode in (130, 143) and temporaries(tmp_path) == [str(other)]
    assert not any(Path(f"/proc/{worker}/cwd").exists() for worker in workers)


def test_nohup_is_heeded(tmp_path: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from fitreel.jobs.runtime import signals; signals.install()\n"
        "signal.raise_signal(signal.SIGHUP); signals.raise_if_cancelled(); print('on')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "on\n"


class TestLatestAndKeep:
    def job(
        self, folder: Path, more: str = "", outputs: str = '["clips/{name}-{date}.gif"]'
    ) -> None:
        (folder / "clips").mkdir(exist_ok=True)
        (folder / "night.toml").write_text(
            f"[train]\nepochs = 20\n[film]\nsize = [320, 240]\noutputs = {outputs}\n"
            f'latest = "clips/latest.gif"\nkeep = 2\n{more}'
        )

    def test_the_oldest_of_its_own_go(self, fitreel: Fitreel, tmp_path: Path) -> None:
        self.job(tmp_path)
        clips = tmp_path / "clips"
        (tmp_path / "other.toml").write_text("[train]\nepochs = 10\n[film]\nsize = [320, 240]\n")
        other = fitreel("run", "other.toml", "-q", "-o", "clips/night-2020-01-02.gif")
        assert other.returncode == 0
        first = fitreel("run", "night.toml")
        assert (first.returncode, first.stderr) == (0, "")
        today = datetime.now().strftime("night-%Y-%m-%d.gif")
        assert (clips / "latest.gif").readlink() == Path(today)
        made = (clips / today).read_bytes()
        for name in ("night-2020-01-01.gif", "night-2020-01-03.gif", "night-1999-01-01x.gif"):
            (clips / name).write_bytes(made)
        (clips / "night-2020-01-04.gif").write_bytes(b"not a film")
        (clips / "night-2020-01-05.gif").symlink_to(today)
        again = fitreel("run", "night.toml")
        assert (again.returncode, again.stderr) == (0, "")
        assert sorted(path.name for path in clips.glob("[!.]*")) == sorted(
            [
                today,
                "latest.gif",
                "night-2020-01-02.gif",  # another job's
                "night-2020-01-03.gif",  # the second newest
                "night-1999-01-01x.gif",
                "night-2020-01-04.gif",
                "night-2020-01-05.gif",
            ]
        )
        assert not (clips / ".night-2020-01-01.gif.lock").exists()
        provenance = read_provenance(clips / today)
        assert not {"latest", "keep"} & set(provenance["job"]["film"])

    def test_of_a_comparison(self, fitreel: Fitreel, tmp_path: Path) -> None:
        self.job(tmp_path, "[compare]\nvary = { seed = [1, 2] }\n")
        text = (tmp_path / "night.toml").read_text().replace("[320, 240]", "[720, 480]")
        (tmp_path / "night.toml").write_text(text)
        done = fitreel("run", "night.toml", "-q", "--workers", "1")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert (tmp_path / "clips" / "latest.gif").readlink().name.startswith("night-")

    def test_a_folder_with_something_else_in_it_stays(
        self, fitreel: Fitreel, tmp_path: Path
    ) -> None:
        self.job(tmp_path, outputs='["clips/{name}-{date}/", "clips/{name}.gif"]')
        clips = tmp_path / "clips"
        assert fitreel("run", "night.toml").returncode == 0
        today = clips / datetime.now().strftime("night-%Y-%m-%d")
        for day in ("01", "02", "03"):
            shutil.copytree(today, clips / f"night-2020-01-{day}")
        (clips / "night-2020-01-02" / "notes.txt").write_text("mine")
        again = fitreel("run", "night.toml")
        assert again.returncode == 0 and "notes.txt" in again.stderr
        assert sorted(path.name for path in clips.glob("night-*")) == [
            "night-2020-01-02",
            "night-2020-01-03",
            today.name,
        ]

    def test_another_process_at_the_link_is_waited_for(
        self, fitreel: Fitreel, tmp_path: Path
    ) -> None:
        self.job(tmp_path)
        with ThreadPoolExecutor() as threads:
            with locked(tmp_path / "clips" / "latest.gif", "link"):
                running = threads.submit(fitreel, "run", "night.toml")
                assert wait([running], 3.0).not_done
            assert running.result().returncode == 0
        assert (tmp_path / "clips" / "latest.gif").is_symlink()

    def test_what_is_not_ours_stays(self, fitreel: Fitreel, tmp_path: Path) -> None:
        self.job(tmp_path)
        (tmp_path / "clips" / "latest.gif").write_text("a letter")
        done = fitreel("run", "night.toml", "-q")
        assert done.returncode == 65 and "latest" in done.stderr
        assert (tmp_path / "clips" / "latest.gif").read_text() == "a letter"
        assert not (tmp_path / "runs").exists()
        (tmp_path / "clips" / "latest.gif").unlink()
        self.job(tmp_path, outputs='["clips/{name}-{date}.mp4"]')
        wrong = fitreel("run", "night.toml", "-q")
        assert wrong.returncode == 65 and "ending" in wrong.stderr


def test_a_job_that_cannot_be_read_does_not_stop_the_others(
    fitreel: Fitreel, tmp_path: Path
) -> None:
    (tmp_path / "a.toml").write_text("[train]\nepochs = 20\n[film]\nsize = [320, 240]\n")
    (tmp_path / "broken.toml").write_text("[train\n")
    done = fitreel("run", "missing.toml", "broken.toml", "a.toml", "missing.mp4", "-q")
    assert (done.returncode, done.stdout) == (65, "")
    lines = done.stderr.strip().splitlines()
    for name, line in zip(("missing.toml", "broken.toml", "missing.mp4"), lines, strict=True):
        assert name in line
    check_whole(tmp_path / "a.mp4")


def test_the_log_gets_everything(fitreel: Fitreel, tmp_path: Path) -> None:
    done = fitreel("run", *SHORT, *SMALL, "-q", "--log", "l.txt")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    first = (tmp_path / "l.txt").read_text()
    assert "INFO    demo.mp4: 12 frames" in first
    bad = fitreel("run", "missing.toml", "-q", "--log", "l.txt")
    text = (tmp_path / "l.txt").read_text()
    assert text.startswith(first) and "ERROR" in text and "missing.toml" in text
    assert bad.returncode == 65
    assert fitreel("run", *SHORT, *SMALL, "--log", "l", "--log-format", "json").returncode == 0
    for line in (tmp_path / "l").read_text().splitlines():
        entry = json.loads(line)
        assert {"time", "level", "message", "pid", "job"} <= set(entry)
        assert datetime.fromisoformat(entry["time"]).tzinfo is not None
    refused = fitreel("run", "--log", "no/where/l.txt", "--runs", "other")
    assert refused.returncode == 74 and len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "other").exists()


def test_the_doctor(
    fitreel: Fitreel, program: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = program("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert 8 <= len(done.stdout.splitlines()) <= 12
    assert all(" ok " in line or " missing " in line for line in done.stdout.splitlines())
    with monkeypatch.context() as patch:
        patch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
        sick = fitreel("doctor")
    assert sick.returncode == 69 and "missing" in sick.stdout
    assert [line for line in diagnose(tmp_path) if line.needed and not line.ok] == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that not even root can write")
def test_the_doctor_where_nothing_can_be_written(
    fitreel: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = fitreel("doctor", "--runs", "/proc/runs")
    assert done.returncode == 69 and "writing" in done.stderr
    monkeypatch.chdir("/proc")
    found = [line for line in diagnose(tmp_path) if line.needed and not line.ok]
    assert [line.what for line in found] == ["writing"]


def test_a_wait_has_an_end(fitreel: Fitreel, tmp_path: Path) -> None:
    assert fitreel("run", *SHORT, *SMALL, "-q", "-o", "a.gif").returncode == 0
    for limit, words in (("0.4", "still making this film, after 0.4 s"), ("0", "--wait waits")):
        with locked(tmp_path / "b.gif", "film"):
            asked_at = time.monotonic()
            done = fitreel("run", *SHORT, *SMALL, "-q", "-o", "b.gif", "--wait-limit", limit)
            assert time.monotonic() - asked_at >= float(limit)
        assert done.returncode == 75 and len(done.stderr.splitlines()) == 1
        assert words in done.stderr
    assert fitreel("run", "--wait", "--wait-limit", "-1").returncode == 2


def test_what_is_waited_for_in_all_has_an_end(tmp_path: Path) -> None:
    patience = Patience(0.3)
    with locked(tmp_path / "a", "film"), locked(tmp_path / "b", "film"):
        asked_at = time.monotonic()
        for name in ("a", "b", "a"):
            with pytest.raises(Busy), locked(tmp_path / name, "film", wait=patience):
                pass
        assert 0.3 <= time.monotonic() - asked_at < time_limit(0.6)


def test_a_log_that_is_a_pipe_holds_nothing_up(fitreel: Fitreel, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    command = ("train", *SHORT, "-q", "--log", "log", "--force")
    done = fitreel(*command)
    assert done.returncode == 74 and len(done.stderr.splitlines()) == 1
    assert "nobody reads" in done.stderr
    reader = os.open(tmp_path / "log", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(tmp_path / "log", os.O_WRONLY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"." * 100)
    os.read(reader, 4096)  # there is room for a line or two
    done = fitreel(*command)
    assert (done.returncode, done.stderr) == (0, "")
    content = b""
    with suppress(BlockingIOError):
        while True:
            content += os.read(reader, 1 << 16)
    assert b"INFO" in content
    os.close(reader)
    os.close(writer)
