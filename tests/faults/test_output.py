"""What can't be said doesn't end the work, and its exit code is the work's."""

import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.forked import Fault, forge, record
from support.program import FITREEL, Fitreel

from fitreel.model.record.reader import Record
from fitreel.render.metadata.checksum import check_whole

SMALL = ("--set", "film.size=[320,240]")
RENDER = ("render", "{record}", *SMALL, "-o", "a.gif")


def command(*arguments: str) -> list[str]:
    return [*FITREEL, *(argument.format(record=record()) for argument in arguments)]


HOWS = ("full", "no reader", "closed")
COMMANDS = [
    (RENDER, 0),
    (("--help",), 0),
    (("info", "nowhere", "--debug"), 65),
    (("targets",), 0),
    (("info", "{record}", "--json"), 0),
    (("info", "nowhere"), 65),
    (("nonsense",), 2),
    (("--version",), 0),
]


@pytest.mark.parametrize(
    ("how", "arguments", "code"),
    [
        pytest.param(
            how, arguments, code,
            id=f"{how}-{arguments[0]}",
            marks=[] if how == HOWS[number % 3] else pytest.mark.long,
        )
        for number, (arguments, code) in enumerate(COMMANDS)
        for how in HOWS
    ],
)  # fmt: skip
def test_no_place_to_say_it(
    how: str, arguments: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    if how == "full" and not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full" if how == "full" else os.devnull).open("w") as file:
        out: Any = file.fileno()
        if how == "no reader":
            read, out = os.pipe()
            os.close(read)

        def close() -> None:
            if how == "closed":
                os.close(1)
                os.close(2)

        done = subprocess.run(
            command(*arguments), cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            preexec_fn=close, check=False, timeout=60,
        )  # fmt: skip
        if how == "no reader":
            os.close(out)
    assert done.returncode == code
    if arguments == RENDER:
        check_whole(tmp_path / "a.gif")


def test_a_reader_that_leaves_after_one_line(tmp_path: Path) -> None:
    """As with `| head -1`."""
    running = subprocess.Popen(
        command(*RENDER), cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    assert running.stdout is not None and running.stdout.readline()
    running.stdout.close()
    assert running.wait(60) == 0
    check_whole(tmp_path / "a.gif")


def test_a_pipe_that_somebody_has_set_not_to_block(fitreel: Fitreel, tmp_path: Path) -> None:
    """Every byte comes, though the reader is slow."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    running = subprocess.Popen(
        [*FITREEL, "schema"], cwd=tmp_path, stdout=write, stderr=subprocess.PIPE
    )
    with suppress(BlockingIOError):  # filled up, so that there is no room for it
        while os.write(write, b" " * 4096):
            pass
    os.close(write)
    time.sleep(0.5)
    content = b""
    while more := os.read(read, 1 << 16):
        content += more
    os.close(read)
    assert (running.wait(60), running.communicate()[1]) == (0, b"")
    assert content.strip().decode() == fitreel("schema").stdout.strip()


def test_a_terminal_that_goes_away(tmp_path: Path) -> None:
    """With HUP ignored, as after `nohup` or `disown`: what is written to it is an error, EIO."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*FITREEL, "run", "--set", "train.epochs=800", *SMALL, "-o", "a.gif"],
        cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs,
        env=os.environ | {"TERM": "xterm"},
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN), start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while b"training demo" not in said:  # the bar's
        said += os.read(ours, 1 << 16)
    os.close(ours)
    assert running.wait(100) == 0
    check_whole(tmp_path / "a.gif")


MODULE = """
import atexit, ctypes, sys, threading, time
from torch import nn

class Network(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 1))

file = open("file", "w")
file.write("never closed")
sys.stdout.write("never flushed")
ctypes.CDLL(None).printf(b"C's own\\n")
atexit.register(lambda: open("at exit", "w").close())

def slow():
    time.sleep({seconds})
    open("thread", "w").close()

threading.Thread(target=slow).start()

@ctypes.CFUNCTYPE(None)
def leaks():
    sys.__stderr__.write("leaked")
    import os
    os.write(2, b"leaked\\n")

ctypes.pythonapi.Py_AtExit(leaks)
"""


def test_the_end_is_silent_and_loses_nothing(tmp_path: Path) -> None:
    """As where nanobind's classes tell what is left of them when Python is taken apart."""
    (tmp_path / "net.py").write_text(MODULE.format(seconds=1))
    (tmp_path / "job.toml").write_text(
        '[network]\nmodule = "net.py:Network"\n[train]\nepochs = 10\n'
    )
    done = subprocess.run(
        [*FITREEL, "train", "job.toml", "-q"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout in ("never flushedC's own\n", "C's own\nnever flushed")
    assert (tmp_path / "file").read_text() == "never closed"
    assert (tmp_path / "at exit").exists() and (tmp_path / "thread").exists()
    control = subprocess.run(
        [sys.executable, "-c", "import ctypes, os; f = ctypes.CFUNCTYPE(None)(lambda: "
         "print(end='')); ctypes.pythonapi.Py_AtExit(ctypes.CDLL(None).abort)"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert control.returncode == -signal.SIGABRT  # what is registered so is called by Python's end


def test_who_waits_for_a_thread_says_so(tmp_path: Path) -> None:
    """One that never ends would hold a job of cron's for ever, without a word."""
    (tmp_path / "net.py").write_text(
        "import threading, time\nfrom torch import nn\ndef net(): return nn.Linear(1, 1)\n"
        "threading.Thread(target=lambda: time.sleep(60), name='lasts').start()\n"
    )
    done = forge(
        *("train", "-q", "--set", f"network.module={tmp_path}/net.py:net"),
        *("--set", "train.epochs=3"),
        cwd=tmp_path, fault=Fault(signals=[(6.0, signal.SIGTERM)]),
    )  # fmt: skip
    assert done.stderr.startswith("fitreel: all is done, but for what own code has started: lasts")
    assert done.code == 143 and len(Record(next(tmp_path.glob("runs/[!.]*")))) == 2
