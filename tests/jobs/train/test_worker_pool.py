"""Workers that are killed, stopped, noisy or refused: the comparison ends, and says what it lacks.

The controls are what the pool was before: a thread that listened to each worker's stdout. It waited
for ever where a worker died without a question, and where anything printed a line.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.program import FITREEL, Fitreel

from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.train.pool import worker_pool as pool
from fitreel.model.record.reader import Record

LONG = pytest.mark.long
COMPARE = ("compare", "-q", "-o", "a.png", "--set", "film.size=[960,540]", "--workers", "2")


def compare(vary: str, epochs: int) -> tuple[str, ...]:
    return (*COMPARE, "--vary", vary, "--set", f"train.epochs={epochs}")


def complete(folder: Path) -> int:
    """How many configurations are trained."""
    headers = folder.glob("runs/[!.]*/run.json")
    return sum(Record(header.parent).ending == "complete" for header in headers)


def workers_of(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").iterdir()
    numbers = [int(n) for thread in threads for n in (thread / "children").read_text().split()]
    return [n for n in numbers if b"fitreel.jobs.train.pool.worker" in _command(n)]


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def first_worker(process: int) -> int:
    deadline = time.monotonic() + 30
    while not (workers := workers_of(process)):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return workers[0]


def begin(folder: Path, *arguments: str, group: bool = False) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*FITREEL, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=group,
    )  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have every Python process that starts from now on run this first."""

    def write(code: str) -> None:
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "sitecustomize.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))

    return write


NOISE = """
import os, sys
print("[1, 2]\\n{}\\nno JSON")
sys.stdout.flush()
os.write(1, bytes(range(256)) + b"long" * 100_000)
"""
MODULE = f"""
import torch
{NOISE}
class Noisy(torch.nn.Linear):
    def __init__(self):
        super().__init__(1, 1)
        sys.stdin.read()
class Ends(Noisy):
    def __init__(self):
        os.kill(os.getpid(), 9)
class Closes(Noisy):
    def __init__(self):
        os.closerange(3, 256)
        super().__init__()
"""


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("Ends", "its process was killed"),
        pytest.param("Closes", "its process was killed", marks=LONG),
    ],
)
def test_what_a_module_does_to_its_process_is_its_own_configurations_trouble(
    name: str,
    end: str,
    site: Callable[[str], None],
    fitreel: Fitreel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "net.py").write_text(MODULE)
    site(NOISE)
    monkeypatch.setenv("MKL_VERBOSE", "1")
    for other in ("random", "json", "socket"):  # nobody means these
        (tmp_path / f"{other}.py").write_text(f"open('ran-{other}', 'w')\n")
    done = fitreel(*compare(f"network.module=net.py:Noisy,net.py:{name}", 20))
    *_, line = done.stderr.partition("fitreel: ")  # noise may end without the end of a line
    assert done.returncode == 74 and line.count("\n") == 1, done
    assert end in line and name in line
    assert "Noisy" not in line and complete(tmp_path) == 1
    assert not list(tmp_path.glob("ran-*"))


def test_workers_that_end_as_they_start_are_done_without(
    site: Callable[[str], None], fitreel: Fitreel, tmp_path: Path
) -> None:
    site("import os, sys\nif 'fitreel.jobs.train.pool.worker' in sys.orig_argv: os._exit(3)\n")
    done = fitreel(*(part for part in compare("seed=1,2", 20) if part != "-q"))
    assert (done.returncode, done.stderr) == (0, "") and complete(tmp_path) == 2
    assert "cannot start a process: its process ended with code 3" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=LONG)])
def test_a_worker_that_dies_before_it_begins_costs_nothing_and_the_others_end_silently(
    site: Callable[[str], None],
    fitreel: Fitreel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    """Libraries say nothing when a worker ends by itself."""
    monkeypatch.setattr(pool, "SECONDS_TO_STOP", 60.0)  # they end by themselves
    site(
        "import os, sys\n"
        "class Library:\n"
        "    def __del__(self, write=os.write): write(self.file, b'taken apart')\n"
        "if 'fitreel.jobs.train.pool.worker' in sys.orig_argv:\n"
        "    sys.library = Library()\n"
        f"    sys.library.file = os.open({str(tmp_path / 'said')!r}, os.O_WRONLY | os.O_CREAT)\n"
    )
    with ThreadPoolExecutor() as threads:
        killed = threads.submit(lambda: os.kill(first_worker(os.getpid()), number))
        done = fitreel(*compare("seed=1,2", 20))
        killed.result()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "") and complete(tmp_path) == 2
    assert (tmp_path / "said").read_text() == ""


def test_a_stopped_worker_is_given_up(
    fitreel: Fitreel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "PATIENCE", 4.0)

    def stop() -> None:
        worker = first_worker(os.getpid())
        while not list(tmp_path.glob("runs/*/run.json")):
            time.sleep(0.01)
        os.kill(worker, signal.SIGSTOP)

    thread = threading.Thread(target=stop)
    thread.start()
    done = fitreel(*compare("seed=1,2", 20_000), "--set", "train.delta=0.02")
    thread.join()
    assert done.returncode == 74 and len(done.stderr.splitlines()) == 1
    assert done.stderr.count("its process had done nothing for 4 s") == 1
    assert not workers_of(os.getpid())


def test_ctrl_c_while_workers_start_is_one_line(
    site: Callable[[str], None], tmp_path: Path
) -> None:
    site(
        "import sys, time\nif 'fitreel.jobs.train.pool.worker' in sys.orig_argv:\n"
        "    open('up', 'w')\n    time.sleep(0.5)\n"
    )
    process = begin(tmp_path, *compare("seed=1,2", 20), group=True)
    deadline = time.monotonic() + 30
    while not (tmp_path / "up").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=10) == (
        "",
        "fitreel: stopped by signal 2; the same command goes on from what is recorded\n",
    )
    assert process.returncode == 130


@LONG
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("how_many", [1, 2])
def test_workers_are_killed_at_any_moment(tmp_path: Path, number: int, how_many: int) -> None:
    rng = random.Random(number * how_many)
    lost = 0
    for attempt in range(8):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        process = begin(folder, *compare("seed=1,2,3,4", 4000))
        first_worker(process.pid)
        if attempt % 2:
            while not list(folder.glob("runs/*/run.json")):
                assert process.poll() is None
                time.sleep(0.01)
        time.sleep(rng.random() * 3)
        for worker in workers_of(process.pid)[:how_many]:
            os.kill(worker, number)
        told = process.communicate(timeout=300)[1]
        why = re.findall(r"seed \d: [^;]*", told)
        assert process.returncode == (74 if why else 0), told
        assert len(told.splitlines()) == bool(why)
        assert len(why) <= how_many and complete(folder) == 4 - len(why)
        lost += len(why)
        again = begin(folder, *compare("seed=1,2,3,4", 4000))
        assert again.communicate(timeout=300) == ("", "") and again.returncode == 0
        assert complete(folder) == 4
    assert lost


@LONG
def test_ctrl_c_at_any_moment_is_one_line(tmp_path: Path) -> None:
    for attempt in range(20):
        process = begin(tmp_path, *compare("seed=1,2", 200_000), group=True)
        first_worker(process.pid)
        time.sleep(attempt / 5)
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate(timeout=10) == (
            "",
            "fitreel: stopped by signal 2; the same command goes on from what is recorded\n",
        )


@LONG
@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6, 8, 9, 12])
def test_under_a_limit_of_processes_it_is_slower_and_not_broken(most: int) -> None:
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("needs root, who becomes a user without any other process")
    nobody = "65534"
    reads = "+dac_read_search"  # wherever Python and its packages lie
    user = ("setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups",
            f"--inh-caps={reads}", f"--ambient-caps={reads}",
            "prlimit", f"--nproc={most}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, int(nobody), int(nobody))
        done = subprocess.run(
            [*user, *FITREEL, *compare("seed=1,2,3,4", 50), "--workers", "3"], cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100,
            env=os.environ | {"HOME": folder},
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert complete(Path(folder)) == 4


@LONG
def test_a_worker_waits_as_long_as_the_command_says(fitreel: Fitreel, tmp_path: Path) -> None:
    assert fitreel(*compare("seed=1,2,3", 20), "--workers", "1").returncode == 0
    (one,) = [p for p in tmp_path.glob("runs/[!.]*") if Record(p).header.job["seed"] == 2]
    with locked(one, "run"):
        begun = time.monotonic()
        done = fitreel(*compare("seed=1,2", 20), "--force", "--wait-limit", "3")
        assert 3 < time.monotonic() - begun < 30
    assert done.returncode == 75 and "after 3 s of waiting" in done.stderr
